package engine_test

import (
	"fmt"
	"testing"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/resource"
	"outdial/store"
)

// crowd fills a queue with tasks that wait, and gives the house agents who serve
// it and have gone home.
func crowd(h *house, waiting, agents int) {
	h.Helper()
	h.put(resource.KindHours, "hours", "Basic Hours", resource.Hours{Meta: resource.Meta{ID: "hours", Name: "Basic Hours"}, TimeZone: "UTC"})
	h.put(resource.KindQueue, "queue", "BasicQueue", resource.Queue{Meta: resource.Meta{ID: "queue", Name: "BasicQueue"}, Hours: "hours"})
	begin := h.engine.Now().Add(-time.Hour)
	for at := 0; at < waiting; at += 500 {
		err := h.store.Update(h.Context(), store.Need{}, func(t *store.Tx) error {
			for i := at; i < min(at+500, waiting); i++ {
				c := &contact.Contact{
					ID: contact.ID(fmt.Sprintf("0195aaaa-0000-7000-8000-%012d", i)), Instance: instance, Channel: contact.Task, Method: contact.MethodAPI,
					Name: "a task", Attributes: map[string]string{"name": "Ann", "order": "4711"}, Initiated: begin, Updated: begin, Connected: begin,
					Queue: &contact.Queued{ID: "queue", Name: "BasicQueue", Enqueued: begin.Add(time.Duration(i) * time.Millisecond)}, Target: "queue",
				}
				t.Fresh(c.ID)
				if err := t.Save(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			h.Fatal(err)
		}
	}
	for i := range agents {
		desk(h, i, engine.Desk{Status: engine.Offline, Queues: []string{"queue"}})
	}
}

func desk(h *house, i int, d engine.Desk) {
	h.Helper()
	if err := h.engine.AtDesk(h.Context(), instance, fmt.Sprintf("agent%d", i), d, true); err != nil {
		h.Fatal(err)
	}
}

// BenchmarkCrowd is an agent who takes a contact and completes it, beside 100 agents
// and 10,000 contacts that wait: each time the next one rings at his place.
func BenchmarkCrowd(b *testing.B) {
	h := build(b, func(c *engine.Config) { c.Simulated = map[string]bool{"carrier": true} })
	crowd(h, 10_000, 100)
	desk(h, 0, engine.Desk{Status: engine.Available})
	b.ResetTimer()
	for range b.N {
		desk(h, 0, engine.Desk{Do: engine.Accept})
		desk(h, 0, engine.Desk{Do: engine.HangUp})
		if err := h.engine.Advance(b.Context(), 0, 10*time.Second); err != nil {
			b.Fatal(err)
		}
	}
}
