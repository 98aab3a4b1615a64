package flow

import (
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

const doneOrOops = ` !NoMatchingError oops > done
	done Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted done > done
	oops DisconnectParticipant`

func TestTags(t *testing.T) {
	for _, c := range []struct{ k, v, why string }{
		{"", "x", "a tag has no key"},
		{"AWS:x", "x", "is the system's"},
		{strings.Repeat("k", 129), "x", "over 128"},
		{"k", strings.Repeat("v", 257), "over 256"},
		{"k", "v", ""},
	} {
		s := stageOf(t, "SMS", `a TagContact {"Tags":{"$.Attributes.k":"$.Attributes.v","other":"1"}}`+doneOrOops)
		s.c.Attributes = map[string]string{"k": c.k, "v": c.v}
		s.start()
		if c.why == "" {
			s.expectPath("a:next, done:wait")
			s.expectEvents(contact.Initiated, contact.ConnectedSystem, contact.DataUpdated)
			s.expectVar("$.Tags.k $.Tags.other", "v 1")
			continue
		}
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(c.why)
		if len(s.c.Tags) > 0 {
			t.Errorf("not all or nothing: %v", s.c.Tags)
		}
	}
	// A tag that is there already is not one more.
	s := stageOf(t, "SMS", `a TagContact {"Tags":{"a":"2"}}`+doneOrOops)
	s.c.Tags = map[string]string{"a": "1", "b": "1", "c": "1", "d": "1", "e": "1", "f": "1"}
	s.start()
	s.expectPath("a:next, done:wait")
	s = stageOf(t, "SMS", `a UntagContact {"TagKeys":["aws:x"]}`+doneOrOops)
	s.start()
	s.expectPath("a:error NoMatchingError, oops:end")
}

func TestContactData(t *testing.T) {
	for _, c := range []struct{ params, why string }{
		{`{"Name":"` + strings.Repeat("x", 513) + `"}`, "513 characters"},
		{`{"Description":"` + strings.Repeat("x", 4097) + `"}`, "4097 characters"},
		{`{"LanguageCode":"$.External.none"}`, "is not like en-US"},
		{`{"WisdomSessionArn":"$.Wisdom.SessionArn"}`, "is not an ARN"},
		{`{"Name":"x","TargetContact":"Related"}`, "no related contact"},
		{`{"IsVoiceIdStreamingEnabled":"FALSE","IsVoiceAuthenticationEnabled":"FALSE","IsFraudDetectionEnabled":"TRUE","Name":"x"}`, "Voice ID cannot be had"},
	} {
		s := stageOf(t, "VOICE", "a UpdateContactData "+c.params+doneOrOops)
		s.answer()
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(c.why)
		if s.c.Name != "" {
			t.Error("not all or nothing")
		}
	}
	s := stageOf(t, "SMS", `a UpdateContactData {"WisdomSessionArn":"arn:aws:wisdom:x","IsVoiceIdStreamingEnabled":"FALSE","IsVoiceAuthenticationEnabled":"FALSE","IsFraudDetectionEnabled":"FALSE"}`+doneOrOops)
	s.start()
	s.expectVar("$.Wisdom.SessionArn", "arn:aws:wisdom:x")
	s = stageOf(t, "SMS", `a UpdateContactData {"Name":"x","LanguageCode":"de-DE","TargetContact":"Related"}`+doneOrOops)
	s.c.RelatedID = "c-2"
	s.start()
	if got := describe(s.out.Effects[:1]); got != `UpdateContact{"id":"c-2","update":{"name":"x","language":"de-DE","by":"UpdateContactData"}}` {
		t.Error(got)
	}
	s = stageOf(t, "SMS", `a UpdateContactData {"WisdomSessionArn":"arn:x","TargetContact":"Related"}`+doneOrOops)
	s.c.RelatedID = "c-2"
	s.start()
	s.expectWhy("on the current contact only")
}

// others is a world in which contacts are found.
type others struct {
	*testWorld
	contacts map[contact.ID]*contact.Contact
}

func (w others) Contact(id contact.ID) (*contact.Contact, error) {
	if c := w.contacts[id]; c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "contact %s", id)
}

func TestPersistentChat(t *testing.T) {
	ended := noon.Add(-time.Hour)
	w := others{nil, map[contact.ID]*contact.Contact{
		"old":  {ID: "old", InitialID: "first", Channel: contact.Chat, Disconnected: ended},
		"open": {ID: "open", Channel: contact.Chat},
		"call": {ID: "call", Channel: contact.Voice, Disconnected: ended},
	}}
	for _, c := range []struct{ how, from, related, why string }{
		{"ENTIRE_PAST_SESSION", "old", "first", ""},
		{"FROM_SEGMENT", "old", "old", ""},
		{"FROM_SEGMENT", "open", "", "has not ended"},
		{"FROM_SEGMENT", "call", "", "is no chat"},
		{"FROM_SEGMENT", "gone", "", "is not there"},
		{"FROM_SEGMENT", "c-1", "", "no earlier contact"},
		{"FROM_SEGMENT", "", "", "no earlier contact"},
		{"SOMEHOW", "old", "", "is not known"},
	} {
		s := stageOf(t, "SMS", `a CreatePersistentContactAssociation {"RehydrationType":"$.Attributes.how","SourceContactId":"$.Attributes.from"}`+
			strings.Replace(doneOrOops, "?Equals:WaitCompleted done > done", "?Equals:WaitCompleted a > a", 1))
		s.c.Attributes = map[string]string{"how": c.how, "from": c.from}
		w.testWorld = s.w
		out, err := Step(w, s.c, contact.Started{}, s.at)
		if err != nil {
			t.Fatal(err)
		}
		s.out = out
		if c.why != "" {
			s.expectPath("a:error NoMatchingError, oops:end")
			s.expectWhy(c.why)
			continue
		}
		s.expectPath("a:next, done:wait")
		if string(s.c.RelatedID) != c.related {
			t.Errorf("%+v: related to %s", c, s.c.RelatedID)
		}
		// Once is enough.
		if s.out, err = Step(w, s.c, contact.TimerFired{Name: "wait", Visit: s.c.Position.Visit}, s.at); err != nil {
			t.Fatal(err)
		}
		s.expectPath("done:condition Equals WaitCompleted, a:error NoMatchingError, oops:end")
		s.expectWhy("already")
	}
}
