package engine_test

import (
	"testing"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// TestWhoWaitsIsRead: what the house remembers of a queue is no truth. One of those
// who waited is gone without a word; the agent gets the next one.
func TestWhoWaitsIsRead(t *testing.T) {
	h := build(t, func(c *engine.Config) { c.Simulated = map[string]bool{"carrier": true} })
	crowd(h, 4, 1)
	rings := func() (id contact.ID) {
		t.Helper()
		if err := h.engine.Advance(t.Context(), 0, 10*time.Second); err != nil {
			t.Fatal(err)
		}
		err := h.store.View(t.Context(), func(tx *store.Tx) error {
			u, err := engine.FindUser(tx, instance, "agent0")
			if err != nil {
				return err
			}
			a, err := engine.AgentOf(tx, instance, &resource.User{Meta: resource.Meta{ID: u.ID, Name: u.Name}})
			for _, k := range a.InHand {
				if k.State == engine.Ringing {
					id = k.Contact
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	desk(h, 0, engine.Desk{Status: engine.Available})
	first := rings()
	if first != "0195aaaa-0000-7000-8000-000000000000" {
		t.Fatalf("%s rings", first)
	}
	if err := h.store.Erase(t.Context(), []contact.ID{"0195aaaa-0000-7000-8000-000000000001"}); err != nil {
		t.Fatal(err)
	}
	desk(h, 0, engine.Desk{Do: engine.Accept})
	desk(h, 0, engine.Desk{Do: engine.HangUp})
	if id := rings(); id != "0195aaaa-0000-7000-8000-000000000002" {
		t.Errorf("%s rings", id)
	}
	// One who is stopped while it rings goes, and the last one comes.
	if err := h.engine.Tell(t.Context(), "0195aaaa-0000-7000-8000-000000000002", contact.StopRequested{}); err != nil {
		t.Fatal(err)
	}
	if id := rings(); id != "0195aaaa-0000-7000-8000-000000000003" {
		t.Errorf("%s rings", id)
	}
	// A contact that waits nowhere cannot be given to anybody.
	err := h.engine.Assign(t.Context(), first, &resource.User{Meta: resource.Meta{ID: "x", Name: "x"}})
	if !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
