package flow

import (
	"testing"

	"outdial/contact"
)

// What is asked from outside changes what is recorded, once, and no flow takes
// back what was stopped.
func TestRecordingAsked(t *testing.T) {
	const talk = `
		a UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"],"IVRRecordingBehavior":"Enabled"}} > b
		b MessageParticipant {"Text":"x"} > c
		c UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"],"IVRRecordingBehavior":"Enabled"}} > d
		d MessageParticipant {"Text":"y"} > d`
	s := stageOf(t, "VOICE", talk)
	s.answer()
	for _, x := range []struct {
		ask   contact.RecordingAsked
		does  string
		stale bool
	}{
		{contact.RecordingAsked{Do: "resume"}, ``, true},
		{contact.RecordingAsked{Do: "suspend", Type: "AGENT"}, ``, true},
		{contact.RecordingAsked{Do: "suspend"}, `RecordCall{"do":"suspend"}`, false},
		{contact.RecordingAsked{Do: "suspend", Type: "IVR"}, ``, false},
		{contact.RecordingAsked{Do: "resume", Type: "AGENT"}, ``, true},
		{contact.RecordingAsked{Do: "resume"}, `RecordCall{"do":"resume"}`, false},
		{contact.RecordingAsked{Do: "resume"}, ``, true},
		{contact.RecordingAsked{Do: "stop", Type: "AGENT"}, ``, true},
		{contact.RecordingAsked{Do: "stop"}, `RecordCall{}`, false},
		{contact.RecordingAsked{Do: "stop"}, ``, false},
		{contact.RecordingAsked{Do: "start", Type: "IVR"}, ``, true},
		{contact.RecordingAsked{Do: "suspend"}, ``, true},
	} {
		s.hear(contact.ContactUpdated{Record: &x.ask, By: "Test"})
		if got := describe(s.out.Effects); got != x.does || s.out.Stale != x.stale {
			t.Errorf("%+v: %s, stale %v", x.ask, got, s.out.Stale)
		}
	}
	s.hear(contact.PromptEnded{Visit: s.c.Position.Visit})
	for _, e := range s.out.Effects {
		if r, ok := e.(contact.RecordCall); ok {
			t.Errorf("the flow records again what was stopped: %+v", r)
		}
	}
}

// A recording that is suspended stays so when an agent joins, or the flow begins
// another one: that one begins in silence.
func TestSuspendedRecordingBeginsInSilence(t *testing.T) {
	s := stageOf(t, "VOICE", `
		a UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Customer"],"IVRRecordingBehavior":"Enabled"}} > b
		b MessageParticipant {"Text":"x"} > c
		c UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Customer"]}} > d
		d MessageParticipant {"Text":"y"} > d`)
	s.answer()
	s.hear(contact.ContactUpdated{Record: &contact.RecordingAsked{Do: "suspend"}})
	s.hear(contact.PromptEnded{Visit: s.c.Position.Visit})
	if got := describe(s.out.Effects[:1]); got != `RecordCall{}` {
		t.Error(got)
	}
	s.c.Agent, s.c.Recording = &contact.Agent{ID: "u", Connected: noon}, []byte(`{"Suspended":true}`)
	s.hear(contact.ContactUpdated{Record: &contact.RecordingAsked{Do: "start", Type: "AGENT", Parties: []string{"Agent"}}})
	if got := describe(s.out.Effects); got != `RecordCall{"parties":["Agent"],"do":"suspend"}` {
		t.Error(got)
	}
	s.hear(contact.ContactUpdated{Record: &contact.RecordingAsked{Do: "resume"}})
	if got := describe(s.out.Effects); got != `RecordCall{"do":"resume"}` {
		t.Error(got)
	}
}

// What cannot be recorded is said.
func TestRecordingRefused(t *testing.T) {
	for why, c := range map[string]*contact.Contact{
		"only calls are recorded, and this is a contact on the channel TASK": {Channel: contact.Task},
		"it has ended":              {Channel: contact.Voice, Disconnected: noon},
		"its call is not connected": {Channel: contact.Voice, Call: &contact.Call{State: "ringing"}},
		"its customer waits with the agent who consults, in the contact before it": {Channel: contact.Voice, Apart: &contact.Apart{}},
		"": {Channel: contact.Voice, Call: &contact.Call{State: "connected"}},
	} {
		if got := RecordingRefused(c, contact.RecordingAsked{Do: "start", Type: "AGENT"}); got != why {
			t.Errorf("%q, not %q", got, why)
		}
	}
}

// When the agent leaves and the customer stays, the conversation is over, and so
// is its recording; what the customer then says to a flow is recorded if that was
// wanted too.
func TestRecordingWhenTheAgentLeaves(t *testing.T) {
	for kept, want := range map[string]string{
		`{"RecordedParticipants":["Customer"]}`:                                  `RecordCall{}`,
		`{"RecordedParticipants":["Customer"],"IVRRecordingBehavior":"Enabled"}`: `RecordCall{"parties":["Agent","Customer"]}`,
	} {
		s := queued(t, "VOICE", map[string]string{"survey": `a MessageParticipant {"Text":"Well?"} > b
			b DisconnectParticipant`}, func(s *stage) {
			s.c.Hooks = map[string]string{"CustomerRemaining": "survey"}
			s.c.Recording = []byte(kept)
		}).with()
		s.moves(contact.Left)
		got := ""
		for _, e := range s.out.Effects {
			if r, ok := e.(contact.RecordCall); ok {
				got += describe([]contact.Effect{r})
			}
		}
		if got != want {
			t.Errorf("%s: %s", kept, got)
		}
	}
}
