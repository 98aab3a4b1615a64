package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
)

// A test that passed on one node has passed on every other, and after a start.
func TestWhatIsProvenIsKnownEverywhere(t *testing.T) {
	passes := func(h *house) {
		h.far.answer = func(contact.Effect) (gateway.Result, error) {
			return gateway.Result{Ref: "1", Status: contact.StatusDelivered}, nil
		}
		declare(h)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		r := engine.Trial{Instance: instance, From: ourPhone, To: customer, Subtype: contact.SMS, Text: "A test."}
		if _, err := h.engine.Try(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		h := node(t, "file:"+filepath.Join(t.TempDir(), "house.db"), "one")
		passes(h)
		if h.lines()["carrier"].Proven.IsZero() {
			t.Error("it is not known")
		}
	})
	if os.Getenv("PGURL") == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		u := schema(t)
		one, two := node(t, u, "one"), node(t, u, "two")
		if !two.lines()["carrier"].Proven.IsZero() {
			t.Error("it is proven from the start")
		}
		passes(one)
		if two.lines()["carrier"].Proven.IsZero() {
			t.Error("the other node does not know")
		}
	})
}
