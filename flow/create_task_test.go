package flow

import (
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

func TestTaskAskedFor(t *testing.T) {
	s := stageOf(t, "VOICE", `a CreateTask {"Name":"Call $.Attributes.n back","ContactFlowId":"work","Attributes":{"k":"v"},"References":{"r":{"Type":"url","Value":"https://x"},"URL":"https://y","note":"hi","link":"http://z"},"DelaySeconds":"60"}`+doneOrOops)
	s.publish("work", greet)
	s.c.Attributes = map[string]string{"n": "Ann"}
	s.answer()
	s.expectOpen("a")
	c := s.out.Effects[0].(contact.StartContact).Contact
	if c.Channel != contact.Task || c.Subtype != contact.TaskType || c.Method != contact.MethodFlow || c.Name != "Call Ann back" ||
		c.Position.Flow != "work" || c.Attributes["k"] != "v" || !c.Scheduled.Equal(noon.Add(time.Minute)) ||
		!c.Expires.Equal(noon.Add(time.Minute+7*24*time.Hour)) || c.Instance != "i-1" {
		t.Errorf("%+v", c)
	}
	for name, kind := range map[string]string{"r": "URL", "URL": "URL", "note": "STRING", "link": "URL"} {
		if c.References[name].Type != kind {
			t.Errorf("reference %s: %+v", name, c.References[name])
		}
	}
	s.hear(contact.TimerFired{Name: "x", Visit: 1})
	s.expectOpen("a")
	s.hear(contact.ContactCreated{Visit: 1, ID: "task-1"})
	s.expectPath("a:next, done:end")
	s.expectVar("$.Task.ContactId", "task-1")
}

func TestTaskRefused(t *testing.T) {
	for params, why := range map[string]string{
		`{"Name":"x","TaskTemplateId":"t"}`:                                                        "task templates cannot be had",
		`{"Name":"x","ContactFlowId":"gone"}`:                                                      "the flow \"gone\" is not there",
		`{"Name":"$.External.none","ContactFlowId":"f"}`:                                           "has no name",
		`{"Name":"` + strings.Repeat("x", 513) + `","ContactFlowId":"f"}`:                          "over 512",
		`{"Name":"x","ContactFlowId":"f","Description":"` + strings.Repeat("x", 4097) + `"}`:       "over 4096",
		`{"Name":"x","ContactFlowId":"f","DelaySeconds":"518401"}`:                                 "not a number from 1",
		`{"Name":"x","ContactFlowId":"f","ScheduledTime":"tomorrow"}`:                              "neither seconds",
		`{"Name":"x","ContactFlowId":"f","ScheduledTime":"$.External.none"}`:                       "neither seconds",
		`{"Name":"x","ContactFlowId":"f","ScheduledTime":"2026-11-20T11:59:59Z"}`:                  "has passed",
		`{"Name":"x","ContactFlowId":"f","ScheduledTime":"2026-11-26T12:00:01Z"}`:                  "over 6 days",
		`{"Name":"x","ContactFlowId":"f","Attributes":{"bad name":"x"}}`:                           "may hold only",
		`{"Name":"x","ContactFlowId":"f","Attributes":{"k":"` + strings.Repeat("x", 32768) + `"}}`: "32,768",
		`{"Name":"x","ContactFlowId":"f","References":{"r":{"Type":"ATTACHMENT","Value":"x"}}}`:    "of the type \"ATTACHMENT\"",
		`{"Name":"x","ContactFlowId":"f","References":{"r":"` + strings.Repeat("x", 4097) + `"}}`:  "over 4096 bytes",
	} {
		s := stageOf(t, "SMS", "a CreateTask "+params+doneOrOops)
		s.start()
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(why)
	}
	s := stageOf(t, "SMS", `a CreateTask {"Name":"x","ContactFlowId":"f","ScheduledTime":"1795179600"}`+doneOrOops)
	s.start()
	s.hear(contact.ContactCreated{Visit: 1, Code: "QUOTA", Error: "too many"})
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectWhy("QUOTA; too many")
}

// A task that is put off begins when its time comes, once, and expires in its turn.
func TestScheduledTask(t *testing.T) {
	s := stageOf(t, "TASK", `a Wait {"TimeLimitSeconds":"600"} ?Equals:WaitCompleted a > a`)
	s.c.Scheduled, s.c.Expires = noon.Add(time.Hour), noon.Add(2*time.Hour)
	s.start()
	s.expectEffects(contact.Wake{Name: "scheduled", At: noon.Add(time.Hour)})
	s.expectEvents()
	s.publish("f", greet) // a parked contact keeps its content
	s.start()
	s.expectStale()
	s.later(time.Minute).hear(contact.TimerFired{Name: "scheduled"})
	s.expectEffects(contact.Wake{Name: "scheduled", At: noon.Add(time.Hour)})
	s.later(time.Hour).hear(contact.TimerFired{Name: "scheduled"})
	s.expectEvents(contact.Initiated, contact.ConnectedSystem)
	s.expectPath("a:wait")
	s.hear(contact.TimerFired{Name: "scheduled"})
	s.expectStale()
	s.expectVar("$.SegmentAttributes['connect:ContactExpiry'].ExpiryDuration", "120")
	s.later(time.Hour).hear(contact.TimerFired{Name: "expire"})
	s.expectEnd("EXPIRED")

	s = stageOf(t, "TASK", greet)
	s.c.Scheduled = noon.Add(time.Hour)
	s.start()
	s.hear(contact.StopRequested{})
	s.expectEnd("API")
	s.later(time.Hour).hear(contact.TimerFired{Name: "scheduled"})
	s.expectStale()
}
