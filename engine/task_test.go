package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/resource"
	"outdial/store"
)

// A flow makes a task, which needs neither a number nor a carrier; one that is
// put off begins in its time, and its record says when.
func TestTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		task := func(id, next string, more map[string]any) action {
			p := map[string]any{"Name": "Call back", "ContactFlowId": "work"}
			for k, v := range more {
				p[k] = v
			}
			return action{id, "CreateTask", p, transitions{NextAction: next, Errors: []map[string]string{{"ErrorType": "NoMatchingError", "NextAction": "oops"}}}}
		}
		h.flow("work", end("end"))
		h.flow("main", task("now", "later", nil), task("later", "told", map[string]any{"DelaySeconds": "3600"}),
			say("told", "made $.Task.ContactId", "end"), say("oops", "Sorry.", "end"), end("end"))
		began := time.Now()
		id := h.start(chat("main"))
		h.hears(1)
		synctest.Wait()
		c := h.ended(id, "CONTACT_FLOW_DISCONNECT")
		tasks := h.tasks()
		if len(tasks) != 2 {
			t.Fatalf("%d tasks", len(tasks))
		}
		vars, _ := c.Vars["Task"].(map[string]any)
		for _, k := range tasks {
			later := !k.Scheduled.IsZero()
			if k.Method != contact.MethodFlow || k.Name != "Call back" || k.Open() != later || later != (vars["ContactId"] == string(k.ID)) {
				t.Errorf("%+v", k)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, k := range h.tasks() {
			if k.Open() || !k.Scheduled.IsZero() && (k.Connected.Before(began.Add(time.Hour)) || engine.Record(new(resource.Instance), k)["ScheduledTimestamp"] == nil) {
				t.Errorf("%+v", k)
			}
		}
	})
}

func (h *house) tasks() (list []*contact.Contact) {
	h.Helper()
	err := h.store.View(h.Context(), func(t *store.Tx) (err error) {
		list, _, err = t.Contacts(store.ContactQuery{Instance: instance, Channels: []string{string(contact.Task)}, Limit: 10})
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return list
}
