package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

const showsView = ` ?Equals:ActionSelected done ?Equals:Next done !TimeLimitExceeded late !NoMatchingCondition other !NoMatchingError oops > done
	done DisconnectParticipant
	late DisconnectParticipant
	other DisconnectParticipant
	oops DisconnectParticipant`

func viewStage(t testing.TB, channel, id, data string) *stage {
	return stageOf(t, channel, `a ShowView {"ViewResource":{"Id":"`+id+`"},"InvocationTimeLimitSeconds":"60","ViewData":`+data+`}`+showsView)
}

func TestViewName(t *testing.T) {
	for ref, want := range map[string]string{"form": "form", "form:1": "form", "arn:aws:connect:us-east-1:aws:view/cards:1": "cards",
		"arn:aws:connect:us-east-1:1:instance/i/view/v-1:$LATEST": "v-1", "": "", "x/": ""} {
		if got := viewName(ref); got != want {
			t.Errorf("%q: %q, want %q", ref, got, want)
		}
	}
}

// What exports write as JSON within texts, tags and odd shapes.
func TestViewWords(t *testing.T) {
	for _, c := range []struct{ id, data, want string }{
		{"detail", `{"Heading":"\"Quoted\"","Actions":["A"],"Sections":"[{\"TemplateString\":\"<ol><li>x<li>y</ol>\"}]"}`, "Quoted\nx\ny\n1 A"},
		{"detail", `{"Heading":"1 < 2 > 0","Actions":[{"Label":"A","Action":"a"}]}`, "1 < 2 > 0\n1 A"},
		{"detail", `{"Sections":["<b>abc</b>","x < y"],"Back":"Leave"}`, "abc\nx < y\n1 Leave"},
		{"form", `{"ErrorText":{"Header":"No","Content":"Again"},"Next":"Go"}`, "No\nAgain\n1 Go"},
		{"cards", `{"Cards":[{"Summary":{"Id":"only"}},{},5]}`, "1 only"},
		{"confirmation", `{"Heading":"Done","Next":{}}`, "Done\n1 Next"},
		{"list", `{"AttributeBar":[{"Label":"L"},{"Value":"v"},7],"Items":[{"Id":"i"}]}`, "L\nv\n1 i"},
		{"mine", `{"Heading":"H","Anything":[1,2]}`, "H\n1 ActionSelected\n2 Next"},
		{"detail", `{}`, "1 ActionSelected\n2 Next"},
		{"detail", `"not an object"`, "1 ActionSelected\n2 Next"},
	} {
		s := viewStage(t, "SMS", c.id, c.data)
		s.start()
		if got := strings.Join(s.sent(), "|"); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.id, c.data, got, c.want)
		}
	}
}

func TestViewTaken(t *testing.T) {
	s := viewStage(t, "SMS", "detail", `{"Actions":["Yes","No"],"Back":{"Label":"Leave","Action":"Out"}}`)
	s.start()
	if w := s.out.Effects[1].(contact.Wake); w.Name != "view" || !w.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v", w)
	}
	s.hear(contact.MessageReceived{Text: " perhaps "})
	s.expectSent("1 Yes\n2 No\n3 Leave")
	s.expectOpen("a")
	s.hear(contact.MessageReceived{Text: "YES"})
	s.expectPath("a:condition Equals ActionSelected, done:end")
	s.expectVar("$.Views.Action $.Views.ViewResultData.actionName", "ActionSelected Yes")

	s = viewStage(t, "SMS", "detail", `{"Actions":["Yes"],"Back":{"Label":"Leave","Action":"Out"}}`)
	s.start()
	s.hear(contact.MessageReceived{Text: "2"})
	s.expectPath("a:error NoMatchingCondition, other:end")
	s.expectVar("$.Views.Action", "Out")

	s = viewStage(t, "SMS", "detail", `{"Actions":["Yes"]}`)
	s.start()
	s.later(time.Minute).hear(contact.TimerFired{Name: "view", Visit: 1})
	s.expectPath("a:error TimeLimitExceeded, late:end")

	// A customer form of a view that somebody designed submits its fields beside.
	s = viewStage(t, "SMS", "mine", `{"Sections":[{"Type":"Dropdown","Name":"size","Required":true,"DefaultValue":["M"],"Options":[{"Value":"S"},{"Label":"Medium","Value":"M"},{}]}]}`)
	s.start()
	s.expectSent("size (- for M)\n1 S\n2 Medium")
	s.hear(contact.MessageReceived{Text: "medium"})
	s.hear(contact.MessageReceived{Text: "next"})
	s.expectVar("$.Views.ViewResultData.size", "M")
}

// A view that is too long for one message takes several, cut between lines, or
// at a blank.
func TestLongView(t *testing.T) {
	s := viewStage(t, "SMS", "detail", `{"Heading":"`+strings.Repeat("x", 1020)+`","Actions":["Yes","No"]}`)
	s.start()
	s.expectSent(strings.Repeat("x", 1020), "1 Yes\n2 No")
	s = viewStage(t, "SMS", "detail", `{"Heading":"A","Description":"`+strings.Repeat("ä", 1000)+` `+strings.Repeat("ö", 30)+` end","Actions":["Yes"]}`)
	s.start()
	s.expectSent("A", strings.Repeat("ä", 1000), strings.Repeat("ö", 30)+" end\n1 Yes")
	s = viewStage(t, "SMS", "detail", `{"Heading":"`+strings.Repeat("x", 2050)+`","Actions":["Yes"]}`)
	s.start()
	s.expectSent(strings.Repeat("x", 1024), strings.Repeat("x", 1024), "xx\n1 Yes")
	s = viewStage(t, "SMS", "detail", `{"Heading":"`+strings.Repeat("x", 16384)+`","Actions":["Yes"]}`)
	s.start()
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectWhy("the view has 16390 bytes, over 16384")
	s = viewStage(t, "SMS", "form", `{"Sections":[{"Type":"FormInput","Name":"a","Required":true}],"Next":"`+strings.Repeat("x", 16384)+`"}`)
	s.start()
	s.hear(contact.MessageReceived{Text: "x"})
	s.expectPath("a:error NoMatchingError, oops:end")
}

// A form can be left in its midst, and handed in once nothing is missing.
func TestFormLeft(t *testing.T) {
	const form = `{"Sections":[{"Type":"FormInput","Name":"a","Required":true},{"Type":"FormInput","Name":"b","DefaultValue":"B"},{"Type":"FormInput","Name":"c"}],"Next":{"Label":"Save"},"Cancel":"Leave"}`
	s := viewStage(t, "SMS", "form", form)
	s.start()
	s.hear(contact.MessageReceived{Text: "save"}) // is the first field's value: it must be there
	s.expectSent("b (- for B)")
	s.hear(contact.MessageReceived{Text: "SAVE"})
	s.expectPath("a:condition Equals Next, done:end")
	s.expectVar("$.Views.ViewResultData.FormData", `{"a":"save","b":"B"}`)
	s = viewStage(t, "SMS", "form", form)
	s.start()
	s.hear(contact.MessageReceived{Text: "leave"})
	s.expectPath("a:error NoMatchingCondition, other:end")
	s.expectVar("$.Views.Action", "Back")
	s = viewStage(t, "SMS", "form", strings.Replace(form, `"Required":true`, `"Required":false`, 1))
	s.start()
	s.hear(contact.MessageReceived{Text: "next"}) // before anything was entered
	s.expectVar("$.Views.ViewResultData.FormData", `{"b":"B"}`)
	s = viewStage(t, "SMS", "form", form)
	s.start()
	s.hear(contact.MessageReceived{Text: "2"}) // a number is a value here
	s.expectOpen("a")
}

// A form's progress tracker goes by Step, its further buttons by what the flow
// has a branch for.
func TestFormSteps(t *testing.T) {
	const lines = `a ShowView {"ViewResource":{"Id":"form"},"InvocationTimeLimitSeconds":"60","ViewData":{"Edit":"Change","Previous":"Before","Cancel":"No","Wizard":[{"Heading":"One","Selected":true},{"Heading":"Two"}]}} ?Equals:Back back ?Equals:Cancel no ?Equals:Step go !TimeLimitExceeded oops !NoMatchingCondition oops !NoMatchingError oops > oops
		back DisconnectParticipant
		no DisconnectParticipant
		go DisconnectParticipant
		oops DisconnectParticipant`
	for reply, path := range map[string]string{"before": "a:condition Equals Back, back:end", "no": "a:condition Equals Cancel, no:end",
		"change": "a:condition Equals Step, go:end", "two": "a:condition Equals Step, go:end"} {
		s := stageOf(t, "SMS", lines)
		s.start()
		s.expectSent("1 Before\n2 Change\n3 No\n4 Two")
		s.hear(contact.MessageReceived{Text: reply})
		s.expectPath(path)
		if reply == "two" {
			s.expectVar("$.Views.ViewResultData.StepName", "Two")
		}
	}
}

func TestViewElsewhere(t *testing.T) {
	for channel, why := range map[string]string{"VOICE": "does not run on VOICE", "TASK": "does not run on TASK"} {
		s := viewStage(t, channel, "detail", `{}`)
		if s.start(); channel == "VOICE" {
			s.hear(contact.CallAnswered{})
		}
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(why)
	}
	s := stageOf(t, "SMS", `a ShowView {"ViewResource":{"Id":"$.External.none"},"InvocationTimeLimitSeconds":"60"}`+showsView)
	s.start()
	s.expectWhy("no view is named")
}

// Whatever a view's data and the replies: no panic, no hang, and the same after
// the contact was kept.
func FuzzView(f *testing.F) {
	for _, data := range []string{`{"Actions":["a","b"]}`, `{"Cards":[{"Summary":{"Id":"x"},"Detail":{"Actions":["y"]}}]}`,
		`{"Sections":[{"Type":"FormInput","Name":"n"},{"Items":[{"Type":"Dropdown","Name":"m","Options":[{"Value":"1"}]}]}],"Next":"x"}`,
		`{"Heading":"\"x","Sections":"[{","Items":{}}`, `{"Sections":"<p","Back":[]}`, `[1]`, `"$.External"`, `null`} {
		for _, id := range append(managedViews, "mine") {
			f.Add(id, data, "1", "-", "a")
		}
	}
	f.Fuzz(func(t *testing.T, id, data, first, second, third string) {
		if !json.Valid([]byte(data)) {
			return
		}
		name, _ := json.Marshal(id)
		s := stageOf(t, "SMS", `a ShowView {"ViewResource":{"Id":`+string(name)+`},"InvocationTimeLimitSeconds":"60","ViewData":`+strings.ReplaceAll(data, "\n", " ")+`}`+showsView)
		s.start()
		for _, text := range []string{first, second, third, first, "1", "1"} {
			if s.c.Open() {
				s.hear(contact.MessageReceived{Text: text})
			}
		}
	})
}

// A view may want that replies to it are not shown to those who look on.
func TestRepliesThatAreHidden(t *testing.T) {
	for data, hidden := range map[string]bool{
		`"SensitiveDataConfiguration":{"HideResponseOn":["TRANSCRIPT"]},`: true,
		`"SensitiveDataConfiguration":{"HideResponseOn":[]},`:             false,
		"": false,
	} {
		s := stageOf(t, "SMS", `a ShowView {"ViewResource":{"Id":"form"},"InvocationTimeLimitSeconds":"60",`+data+`"ViewData":{"Sections":[{"Type":"FormInput","Name":"card"}],"Next":"Go"}} ?Equals:Next b !NoMatchingError b !NoMatchingCondition b !TimeLimitExceeded b > b
			b DisconnectParticipant`)
		s.start()
		if s.out.Hidden {
			t.Errorf("%s: nothing was said yet", data)
		}
		for _, reply := range []string{"4111", "Go"} {
			s.hear(contact.MessageReceived{Text: reply})
			if s.out.Hidden != hidden {
				t.Errorf("%s: %s is hidden: %t", data, reply, s.out.Hidden)
			}
			if got := fmt.Sprint(s.out.Passed, s.out.Notes); hidden && strings.Contains(got, "4111") {
				t.Errorf("the timeline has %s", got)
			}
		}
		s.expectVar("$.Views.ViewResultData.FormData.card", "4111")
	}
}
