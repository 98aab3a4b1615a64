package flow

import (
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// The text of a template is its parts in their order, and rendering never fails.
func FuzzReference(f *testing.F) {
	for _, s := range []string{"", "$", "$.", "a $.Attributes.name b", "$['Attributes']['x']", "$.External.['`$.Attributes.k`']",
		"$.External['`$.Attributes['k']`'].a[0]", "$.Attributes.['", "$[']']", "$.A['`b`c']", "$.Channel.x", "\xff$.\xff", "$.A['``']"} {
		f.Add(s)
	}
	turn := &Turn{World: &testWorld{}, Contact: &contact.Contact{Attributes: map[string]string{"k": "v"},
		Vars: map[string]any{"External": map[string]any{"v": []any{1.0}}}}}
	f.Fuzz(func(t *testing.T, s string) {
		tpl := parseTemplate(s)
		turn.render(&tpl)
		if tpl.static() {
			return
		}
		whole := ""
		for _, p := range tpl.parts {
			if p.ref != nil {
				whole += p.ref.source
			} else {
				whole += p.literal
			}
		}
		if whole != s {
			t.Errorf("%q is made of %q", s, whole)
		}
	})
}

// Whatever a flow says and whatever is heard: no panic, no hang, and the same
// after the contact was kept.
func FuzzFlow(f *testing.F) {
	for _, lines := range []string{greet, hold, menu, talkLines, lambda(""),
		"a InvokeFlowModule {\"FlowModuleId\":\"f\"} > a", "a TransferToFlow {\"ContactFlowId\":\"f\"} > a",
		"a Loop {\"LoopCount\":\"3\"} ?Equals:ContinueLooping a ?Equals:DoneLooping b > b\nb EndFlowModuleExecution",
		"a Wait {\"TimeLimitSeconds\":\"3\",\"ContinueExecution\":\"True\"} ?Equals:Continue b > b\nb MessageParticipant {\"Text\":\"x\"} > b",
		"a UpdateFlowAttributes {\"FlowAttributes\":{\"k\":{\"Value\":\"1\"}}} > b\nb CheckHoursOfOperation {} > a"} {
		f.Add(script(lines), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, true)
		f.Add(script(lines), []byte{2, 2, 9, 9, 7}, false)
	}
	f.Add([]byte(`{"Actions":[{"Identifier":"a","Type":"Loop","Parameters":null,"Transitions":[]}],"StartAction":"a"}`), []byte{1}, true)
	f.Fuzz(func(t *testing.T, doc, heard []byte, voice bool) {
		Check(doc, CheckOptions{Strict: voice, Channel: contact.Chat})
		fl, err := Parse("f", doc)
		if err != nil || len(heard) > 50 {
			return
		}
		s := stageOf(t, "SMS", greet)
		s.w.flows["f"] = fl
		s.w.bots = bookable()
		s.w.hours = map[string]*resource.Hours{"": {TimeZone: "UTC"}}
		if voice {
			s.c.Channel, s.c.Subtype = contact.Voice, ""
		}
		s.hear(contact.Started{})
		for _, b := range heard {
			s.later(time.Second).hear(anyInput(b, s.c.Position.Visit))
		}
	})
}

// anyInput gives one of all inputs.
func anyInput(b byte, visit int) contact.Input {
	switch b % 16 {
	case 0:
		return contact.CallAnswered{}
	case 1:
		return contact.MessageReceived{Text: "mon"}
	case 2:
		return contact.PromptEnded{Visit: visit}
	case 3:
		return contact.DigitsReceived{Visit: visit, Digits: "1", End: contact.Complete}
	case 4:
		return contact.TimerFired{Name: "wait", Visit: visit}
	case 5:
		return contact.FunctionReturned{Visit: visit, Payload: []byte(`{"a":"b"}`)}
	case 6:
		return contact.ServiceReturned{Visit: visit, Payload: []byte(`{"sessionState":{}}`)}
	case 7:
		return contact.SpeechReceived{Visit: visit, Text: "book"}
	case 8:
		return contact.MessageRefused{Visit: visit}
	case 9:
		return contact.MessageSent{}
	case 10:
		return contact.ContactUpdated{Attributes: map[string]string{"k": "v"}}
	case 11:
		return contact.EffectFailed{Visit: visit, Effect: "PlayPrompt"}
	case 12:
		return contact.QueueMoved{Outcome: "joined"}
	case 13:
		return contact.TimerFired{Name: "wait 1"}
	case 14:
		return contact.ContactCreated{Visit: visit, ID: "c-2"}
	}
	return contact.CallEnded{By: contact.ByCustomer}
}
