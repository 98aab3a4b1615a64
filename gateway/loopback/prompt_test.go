package loopback

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func TestPlays(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	for visit, p := range []contact.Prompt{
		{Text: "Hello."},
		{SSML: `<speak>Your <break time="1s"/>code is <say-as interpret-as="digits">12</say-as>.</speak>`},
		{URI: "s3://prompts/beep.wav"},
		{URI: "s3://prompts/beep.wav", Name: "Beep.wav"},
	} {
		h.do(c, contact.PlayPrompt{Visit: visit + 1, Prompt: p})
		h.expect(contact.PromptEnded{Visit: visit + 1})
	}
	want := []string{"Hello.", "Your code is 12 .", "s3://prompts/beep.wav", "Beep.wav"}
	if got := h.world.Handset(ann).Call.Heard; !reflect.DeepEqual(got, want) {
		t.Errorf("heard %q", got)
	}
}

func TestPromptsTakeTime(t *testing.T) {
	h := build(t, func(c *Config) { c.Speed = 10 })
	c := h.call(ann)
	ten := contact.Prompt{Text: "ten chars."}
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: ten})
	h.advance(999 * time.Millisecond)
	h.expect()
	h.advance(time.Millisecond)
	h.expect(contact.PromptEnded{Visit: 1})

	// The next effect breaks a prompt off, and its end does not come any more.
	h.do(c, contact.PlayPrompt{Visit: 2, Prompt: ten})
	h.do(c, contact.PlayPrompt{Visit: 3, Prompt: ten})
	h.advance(time.Hour)
	h.expect(contact.PromptEnded{Visit: 3})

	h.do(c, contact.PlayPrompt{Visit: 4, Prompt: ten})
	h.do(c, contact.StopPrompt{})
	h.advance(time.Hour)
	h.expect(contact.PromptEnded{Visit: 4})
	h.do(c, contact.StopPrompt{}) // nothing plays
	h.expect()

	// The time to the first digit begins after the prompt.
	h.do(c, contact.CollectDigits{Visit: 5, Prompt: ten, First: 5, Max: 1})
	h.advance(5999 * time.Millisecond)
	h.expect()
	h.advance(time.Millisecond)
	h.expect(contact.DigitsReceived{Visit: 5, End: contact.TimedOut})
}

func TestLoopsUntilStopped(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "la la"}, Loop: true})
	h.advance(time.Hour)
	h.expect()
	h.do(c, contact.StopPrompt{})
	h.expect(contact.PromptEnded{Visit: 1})
}

func TestDigits(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	ask := contact.CollectDigits{Visit: 1, Prompt: contact.Prompt{Text: "Your PIN?"}, First: 20, InterDigit: 3, Max: 6}

	h.do(c, ask)
	h.act(ann, Act{Action: "press", Digits: "12#34"}) // 34 stays in the buffer
	h.expect(contact.DigitsReceived{Visit: 1, Digits: "12", End: contact.Terminated})

	ask.Visit, ask.Buffer = 2, true
	h.do(c, ask)
	h.act(ann, Act{Action: "press", Digits: "5*56789012"})
	h.expect(contact.DigitsReceived{Visit: 2, Digits: "567890", End: contact.Complete})

	ask.Visit, ask.Buffer = 3, false // what was pressed before is forgotten
	h.do(c, ask)
	h.advance(20*time.Second - time.Millisecond)
	h.expect()
	h.advance(time.Millisecond)
	h.expect(contact.DigitsReceived{Visit: 3, End: contact.TimedOut})

	// A digit after 2 s leaves 3 s to the next, whatever was left to the first.
	ask.Visit = 4
	h.do(c, ask)
	h.advance(2 * time.Second)
	h.act(ann, Act{Action: "press", Digits: "7"})
	h.advance(2999 * time.Millisecond)
	h.act(ann, Act{Action: "press", Digits: "8"})
	h.advance(2999 * time.Millisecond)
	h.expect()
	h.advance(time.Millisecond)
	h.expect(contact.DigitsReceived{Visit: 4, Digits: "78", End: contact.InterDigit})

	// After the cancel key the time to the first digit begins anew.
	ask.Visit = 5
	h.do(c, ask)
	h.advance(19 * time.Second)
	h.act(ann, Act{Action: "press", Digits: "9*"})
	h.advance(19 * time.Second)
	h.expect()
	h.advance(time.Second)
	h.expect(contact.DigitsReceived{Visit: 5, End: contact.TimedOut})

	h.do(c, contact.CollectDigits{Visit: 6, Single: true, First: 5})
	h.act(ann, Act{Action: "press", Digits: "*"})
	h.expect(contact.DigitsReceived{Visit: 6, Digits: "*", End: contact.Complete})
	h.advance(time.Hour)
	h.expect()
}

func TestSkipsWhereDigitsWait(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	h.act(ann, Act{Action: "press", Digits: strings.Repeat("1", bufferKept+20)})
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Press a key."}, SkipOnDigits: true})
	h.expect(contact.PromptEnded{Visit: 1})
	if got := h.world.Handset(ann).Call.Heard; len(got) != 0 {
		t.Errorf("heard %q", got)
	}
	h.do(c, contact.CollectDigits{Visit: 2, Max: 1, Buffer: true})
	h.expect(contact.DigitsReceived{Visit: 2, Digits: "1", End: contact.Complete})
}

func TestPressesOne(t *testing.T) {
	h := build(t)
	c := voice("+12065550104")
	h.dial(c, contact.AMDConfig{})
	h.advance(0)
	h.expect(contact.CallRinging{}, contact.CallAnswered{})
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Welcome."}})
	h.expect(contact.PromptEnded{Visit: 1})
	for n := range patience {
		h.do(c, contact.CollectDigits{Visit: n + 2, Single: true, First: 5})
		h.expect(contact.DigitsReceived{Visit: n + 2, Digits: "1", End: contact.Complete})
	}
	h.do(c, contact.CollectDigits{Visit: 99, Single: true, First: 5}) // not for ever
	h.advance(time.Hour)
	h.expect(contact.DigitsReceived{Visit: 99, End: contact.TimedOut})
}

func TestEncryptionKeyIsChecked(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	_, err := h.try(c, contact.CollectDigits{Visit: 1, Max: 4, Key: "no PEM"})
	h.fails(err, fault.Refused)
}

func TestSpeech(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	ask := contact.CollectSpeech{Visit: 1, Prompt: contact.Prompt{Text: "What can I do for you?"},
		Session: map[string]string{"x-amz-lex:audio:start-timeout-ms:*:*": "7000", "x-amz-lex:dtmf:max-length:*:*": "2"}}
	h.do(c, ask)
	h.act(ann, Act{Action: "say", Text: "a ticket"})
	h.expect(contact.SpeechReceived{Visit: 1, Text: "a ticket"})

	ask.Visit = 2
	h.do(c, ask)
	h.act(ann, Act{Action: "press", Digits: "42"})
	h.expect(contact.DigitsReceived{Visit: 2, Digits: "42", End: contact.Complete})

	ask.Visit = 3
	h.do(c, ask)
	h.advance(6999 * time.Millisecond)
	h.expect()
	h.advance(time.Millisecond)
	h.expect(contact.SpeechReceived{Visit: 3, End: contact.TimedOut})

	h.script(ann, Step{On: onPrompt, Do: doReply, Value: "by script"})
	ask.Visit = 4
	h.do(c, ask)
	h.expect(contact.SpeechReceived{Visit: 4, Text: "by script"})
}

func TestPromptScript(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	h.script(ann,
		Step{On: onPrompt, Match: "pin", Do: doPress, Value: "12#", After: Span(2 * time.Second)},
		Step{On: onPrompt, Match: "menu", Do: doPress, Value: "3"},
		Step{On: onPrompt, Match: "bye", Do: doHangUp},
	)
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Here is the MENU."}}) // into the buffer
	h.do(c, contact.CollectDigits{Visit: 2, Prompt: contact.Prompt{Text: "Your choice?"}, Single: true, Buffer: true})
	h.do(c, contact.CollectDigits{Visit: 3, Prompt: contact.Prompt{Text: "Your PIN?"}, Max: 8, First: 5})
	h.advance(time.Second)
	h.expect(contact.PromptEnded{Visit: 1}, contact.DigitsReceived{Visit: 2, Digits: "3", End: contact.Complete})
	h.advance(time.Second)
	h.expect(contact.DigitsReceived{Visit: 3, Digits: "12", End: contact.Terminated})
	h.do(c, contact.CollectDigits{Visit: 4, Prompt: contact.Prompt{Text: "Bye!"}, Max: 8, First: 5})
	h.advance(time.Hour)
	h.expect(contact.CallEnded{By: contact.ByCustomer})
	h.state(ann, "ended")
}

func TestOtherEffects(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	for _, e := range []contact.Effect{contact.RecordCall{Parties: []string{"Agent"}}, contact.StreamCall{Enabled: true}} {
		if r := h.do(c, e); r.Note == "" {
			t.Errorf("%T is passed over in silence", e)
		}
	}
	_, err := h.try(c, contact.InvokeFunction{})
	h.fails(err, fault.Refused)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.world.Do(ctx, c, contact.StopPrompt{}); err == nil {
		t.Error("done under a context that is over")
	}
}

func TestWords(t *testing.T) {
	for ssml, want := range map[string]string{
		`<speak>Hello</speak>`:                                 "Hello",
		`<speak>Tom &amp; Ann &lt;3</speak>`:                   "Tom & Ann <3",
		`<p>One.</p><p>Two.</p>`:                               "One. Two.",
		`<sub alias="World Wide Web">WWW</sub> rules`:          "World Wide Web rules",
		`<amazon:effect name="whispered">psst</amazon:effect>`: "psst",
		`plain`: "plain",
		`a < b`: "a < b",
		``:      "",
	} {
		if got := words(ssml); got != want {
			t.Errorf("%q is heard as %q, want %q", ssml, got, want)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"<speak>Hello</speak>", "a < b", "<sub alias='x'>y", "</sub></sub>&;", "<!-- -->]]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := words(s); len(got) > 2*len(s)+2 {
			t.Errorf("%q is heard as %q", s, got)
		}
	})
}
