package play

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"outdial/fault"
)

// script performs a body on the flows of testdata.
func script(t *testing.T, head, body string) *Result {
	t.Helper()
	p, err := Read("p.play", []byte(head+"\n"+body))
	if err != nil {
		t.Fatal(err)
	}
	return Perform(p, beside(), Options{})
}

const chat = "flow: reminder_chat.json\nchannel: SMS\nattributes: {name: Ann, day: Friday}\nstubs: yesno.yaml\n"

const voice = "flow: reminder_voice.json\nattributes: {name: Ann}\n"

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, head, body string
		line             int
		want, got, why   string
	}{
		{"another text", chat, "< Hello\n", 6, "< Hello", "< Hi Ann! 1 confirms, 2 puts off.", ""},
		{"nothing comes", chat, "< Hi Ann! …\n< More\n", 7, "< More", "", ""},
		{"more comes", chat, "< Hi Ann! …\n> 1\n", 7, "", "< Thank you, Ann.\n| See you on Friday.", ""},
		{"more comes before an input", chat, "> 1\n", 6, "", "< Hi Ann! 1 confirms, 2 puts off.", ""},
		{"an end that was not expected", chat, "< Hi Ann! …\n> 1\n< Thank you…\n", 8, "", "= end CONTACT_FLOW_DISCONNECT", ""},
		{"another reason", voice, "!busy\n= end TELECOM_UNANSWERED\n", 5, "= end TELECOM_UNANSWERED", "= end TELECOM_BUSY", ""},
		{"a value", chat, "< …\n? $.Attributes.name = Bob\n< …\n", 7, "? $.Attributes.name = Bob", "? $.Attributes.name = Ann", ""},
		{"a value that was not to be", chat, "< …\n? $.Attributes.name != Ann\n", 7, "? $.Attributes.name != Ann", "? $.Attributes.name = Ann", ""},
		{"no namespace", chat, "< …\n? $.Nothing.name = Bob\n", 7, "? $.Nothing.name = Bob", "", `"$.Nothing.name": there is no namespace Nothing`},
		{"an effect that was not asked", chat, "* InvokeFunction lookup\n< …\n", 6, "* InvokeFunction lookup", "< Hi Ann! 1 confirms, 2 puts off.", ""},
		{"another effect", voice, "* PlaceCall +12065550199\n< …\n", 4, "* PlaceCall +12065550199", `* PlaceCall +12065550100 {"from":"+12065550111","ringTimeout":60,"to":"+12065550100"}`, ""},
		{"keys without a call", chat, "< …\n#1\n", 7, "#1", "", "no call is up"},
		{"words that nobody hears", voice, "< …\n< …\n> hello\n", 6, "> hello", "", "nobody listens for words just now"},
		{"no phone rings", chat, "< …\n!busy\n", 7, "!busy", "", "no phone rings"},
		{"a reply after the end", chat, "< …\n> 1\n< …\n= end\n> 2\n", 10, "> 2", "", "no conversation is open"},
		{"no transfer", voice, "< …\n!transfer failed\n", 5, "!transfer failed", "", "no call is put through to a third party"},
		{"no message", voice, "< …\n!status failed\n", 5, "!status failed", "", "no message has come"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := script(t, c.head, c.body)
			if r.Err != nil || r.OK() {
				t.Fatalf("%v, failures %v", r.Err, r.Failures)
			}
			f := r.Failures[0]
			if f.File != "p.play" || f.Line != c.line || f.Want != c.want || f.Got != c.got || f.Why != c.why {
				t.Errorf("%#v", f)
			}
			if !strings.HasPrefix(f.String(), "p.play:") {
				t.Errorf("%s", f)
			}
		})
	}
}

func TestFailureIsReadable(t *testing.T) {
	r := script(t, chat, "< Hi Ann! …\n> 1\n< Thanks\n| a lot.\n= end CONTACT_FLOW_DISCONNECT\n")
	want := "p.play:8:\n  expected  < Thanks\n            | a lot.\n  got       < Thank you, Ann.\n            | See you on Friday."
	if len(r.Failures) != 1 || r.Failures[0].String() != want {
		t.Errorf("%v", r.Failures)
	}
	if rest := strings.Join(r.Rest, "\n"); rest != "< Thank you, Ann.\n| See you on Friday.\n= end CONTACT_FLOW_DISCONNECT" {
		t.Errorf("the rest is %q", rest)
	}
}

// A play that is written as it went goes so the next time, whatever it said at first.
func TestUpdate(t *testing.T) {
	for _, c := range []struct{ head, body string }{
		{chat, "> 1\n"}, {chat, "+1h\n// twice\n+1h\n"}, {chat, "< Wrong\n? $.Attributes.name = Bob\n> 2\n+1m\n> friday\n? $.Lex.Slots.day = x\n"},
		{chat, ""}, {voice, "#1\n"}, {voice, "!answer\n#7\n#2\n#12\n"}, {voice, "!beep\n* PlaceCall +1\n"}, {voice, "!noanswer\n< Nothing\n"},
		{voice, "* EndCall\n#1\n* InvokeFunction x\n"}, {"flow: lookup.json\nchannel: CHAT\n", "* InvokeFunction other {\"a\":1}\n= end X\n"},
	} {
		first := script(t, c.head, c.body)
		if first.Err != nil {
			t.Fatal(first.Err)
		}
		p, err := Read("again.play", []byte(first.Went.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, first.Went)
		}
		again := Perform(p, beside(), Options{})
		// What a person cannot do stays a failure: an update does not take it away.
		for _, f := range again.Failures {
			if f.Why == "" {
				t.Errorf("%q: %v\n%s", c.body, f, first.Went)
			}
		}
		if again.Went.String() != first.Went.String() {
			t.Errorf("%q: first\n%s\nthen\n%s", c.body, first.Went, again.Went)
		}
	}
}

func TestHeadsThatCannotBePlayed(t *testing.T) {
	for _, c := range []struct{ head, want string }{
		{"channel: SMS\n", "flow: the head names none"},
		{"flow: nowhere.json\n", "flow nowhere.json"},
		{"flow: yesno.yaml\n", "not readable"},
		{"flow: back.json\nstubs: nowhere.yaml\n", "stubs"},
		{"flow: back.json\nstubs: back.json\n", "stubs"},
		{"flow: back.json\nstubs: {bots: {a: nowhere.yaml}}\n", "bot a"},
		{"flow: back.json\nstubs: {bots: {a: {intents: []}}}\n", "bot a"},
		{"flow: back.json\nstubs: {at: noon}\n", "at: a time"},
		{"flow: back.json\nchannel: SMS\ncontact: {duration: long}\n", "duration"},
	} {
		r := script(t, c.head, "")
		if r.Err == nil || !strings.Contains(r.Err.Error(), c.want) || !fault.Is(r.Err, fault.Invalid) {
			t.Errorf("%q: %v; want %q", c.head, r.Err, c.want)
		}
	}
}

func TestStubsBesideTheFlow(t *testing.T) {
	files := beside()
	read := files.Read
	files.Read = func(name string) ([]byte, error) {
		switch name {
		case "lookup.stubs.yaml":
			return []byte("at: 2027-03-01\nfunctions: {lookup: {kind: gold, name: Ann}, other: 1}\n"), nil
		case "lookup.json":
			return read(name)
		}
		return nil, errors.New("no such file")
	}
	for head, want := range map[string]string{
		"": "< Welcome back, Ann!\n= end CONTACT_FLOW_DISCONNECT\n",
		"stubs: {functions: {lookup: {kind: silver}}}\n": "< Welcome!\n= end CONTACT_FLOW_DISCONNECT\n", // the play's own go first
	} {
		p, err := Read("p.play", []byte("flow: lookup.json\nchannel: CHAT\n"+head+"\n"+want))
		if err != nil {
			t.Fatal(err)
		}
		if r := Perform(p, files, Options{}); !r.OK() || r.Stage.Now().Year() != 2027 {
			t.Errorf("%v %v at %v", r.Err, r.Failures, r.Stage.Now())
		}
	}
}

// A key of the stubs is an ARN, any end of one, or a name within it.
func TestKeysOfStubs(t *testing.T) {
	w := new(world)
	for _, c := range []struct{ key, ref string }{
		{"arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS", "arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS"},
		{"BOT/ALIAS", "arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS"},
		{"ALIAS", "arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS"},
		{"BOT", "arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/ALIAS"},
		{"function:lookup:live", "arn:aws:lambda:us-east-1:111122223333:function:lookup:live"},
		{"lookup:live", "arn:aws:lambda:us-east-1:111122223333:function:lookup:live"},
		{"lookup", "arn:aws:lambda:us-east-1:111122223333:function:lookup:live"},
		{"queue/q-1", "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-1"},
	} {
		if v, key, ok := stub(w, map[string]int{c.key: 1, "*": 2}, c.ref); !ok || v != 1 || key != c.key {
			t.Errorf("%s for %s: %d of %q", c.key, c.ref, v, key)
		}
	}
	if v, _, _ := stub(w, map[string]int{"ALIAS": 1, "*": 2}, "arn:aws:lex:us-east-1:111122223333:bot-alias/BOT/OTHERALIAS"); v != 2 {
		t.Errorf("the end of a name is no name")
	}
}

func TestCoverage(t *testing.T) {
	c := NewCoverage()
	c.Add(script(t, chat, "< …\n> 1\n< …\n= end\n").Coverage)
	one, of := c.Count()
	if missing := c.Missing(); of != 20 || one != 5 || len(missing) != of-one || missing[0].Action != "rounds" {
		t.Errorf("%d of %d, missing %v", one, of, missing)
	}
	c.Add(script(t, chat, "< …\n+1h\n< …\n+1h\n= end\n").Coverage)
	two, of := c.Of("reminder_chat")
	if two <= one || of != 20 || c.Times(Branch{"reminder_chat", "rounds", "Loop", "condition Equals ContinueLooping"}) != 3 {
		t.Errorf("%d of %d", two, of)
	}
	if f := c.Flows(); len(f) != 1 || f[0] != "reminder_chat" {
		t.Errorf("%v", f)
	}
}

func TestSSMLInWords(t *testing.T) {
	for ssml, want := range map[string]string{
		"<speak>Hello <emphasis>Ann</emphasis>.</speak>":                           "Hello Ann.",
		"<speak>One<break time=\"1s\"/>two <sub alias=\"doctor\">Dr</sub></speak>": "One two doctor",
		"<speak>A&amp;B &lt;3</speak>":                                             "A&B <3",
		"plain":                                                                    "plain",
		"<speak>cut short":                                                         "cut short",
	} {
		if got := words(ssml); got != want {
			t.Errorf("%s: %q, not %q", ssml, got, want)
		}
	}
}

// What is played may be anything: no body makes the stage panic or hang.
func FuzzPerform(f *testing.F) {
	for _, s := range []string{"< Hi\n> 1\n", "#1\n#2\n#9999999#*\n", "!answer\n!hangup\n!busy\n", "+10d\n+3650d\n", "!input DigitsReceived {\"visit\":3,\"digits\":\"1\"}\n",
		"!agent accepted Ann\n!transfer failed\n!status failed\n", "!set name = x\n!stop\n> y\n", "* Event DISCONNECTED\n= end\n", "!amd VOICEMAIL_BEEP\n!fail 503 x\n"} {
		f.Add(s, 0)
		f.Add(s, 2)
	}
	heads := []string{chat, voice, "flow: front.json\n", "flow: deflect.json\nflow: reminder_chat.json\nstubs: yesno.yaml\n", "flow: patience.json\nchannel: CHAT\n", voice + "amd: on\n"}
	cache := map[string][]byte{}
	files := beside()
	read := files.Read
	files.Read = func(name string) ([]byte, error) {
		if doc, ok := cache[name]; ok {
			if doc == nil {
				return nil, os.ErrNotExist
			}
			return doc, nil
		}
		doc, err := read(name)
		cache[name] = doc
		return doc, err
	}
	f.Fuzz(func(t *testing.T, body string, head int) {
		p, err := Read("f.play", []byte(heads[uint(head)%uint(len(heads))]+"\n"+body))
		if err != nil || len(p.Body) > 200 {
			return
		}
		one := Perform(p, files, Options{})
		two := Perform(p, files, Options{Restart: true})
		if a, b := one.Went.String(), two.Went.String(); a != b || one.OK() != two.OK() {
			t.Errorf("at once\n%s\nacross restarts\n%s", a, b)
		}
	})
}

// Once the keys have come, nothing is due any more where they were waited for.
func TestNothingIsDueAfterTheKeys(t *testing.T) {
	s, err := Raise(Head{Flows: []string{"a.json"}}, inMemory(map[string]string{"a.json": `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"GetParticipantInput","Parameters":{"Text":"1?","InputTimeLimitSeconds":"5","StoreInput":"False"},"Transitions":{"NextAction":"b",
  "Errors":[{"ErrorType":"NoMatchingError","NextAction":"b"},{"ErrorType":"NoMatchingCondition","NextAction":"b"},{"ErrorType":"InputTimeLimitExceeded","NextAction":"b"}],
  "Conditions":[{"NextAction":"b","Condition":{"Operator":"Equals","Operands":["1"]}}]}},
 {"Identifier":"b","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"q"},"Transitions":{"NextAction":"c","Errors":[{"ErrorType":"NoMatchingError","NextAction":"c"}]}},
 {"Identifier":"c","Type":"TransferContactToQueue","Parameters":{},"Transitions":{"NextAction":"d","Errors":[{"ErrorType":"NoMatchingError","NextAction":"d"},{"ErrorType":"QueueAtCapacity","NextAction":"d"}]}},
 {"Identifier":"d","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rest(); err != nil {
		t.Fatal(err)
	}
	if at, ok := s.Due(); !ok || at.Sub(s.Now()) != 5*time.Second {
		t.Errorf("due %v, %v", at, ok)
	}
	if err := s.Do(Line{Sign: Presses, Text: "1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Rest(); err != nil {
		t.Fatal(err)
	}
	if at, ok := s.Due(); ok || !s.Open() {
		t.Errorf("due at %v, open %t", at, s.Open())
	}
}
