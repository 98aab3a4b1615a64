package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/store"
)

// A house that died while it was in a call comes up and says so; the phone does
// not ring again.
func TestACallThatWasLostIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("talk", say("a", "Hello.", "end"), end("end"))
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			if _, ok := e.(contact.PlaceCall); ok {
				return gateway.Result{Ref: "call-1", Input: contact.CallAnswered{Ref: "call-1"}}, nil
			}
			return gateway.Result{}, nil // the prompt plays on
		}
		id := h.start(call("talk"))
		h.hears(2)
		synctest.Wait()
		if c := h.contact(id); c.Connected.IsZero() || c.Call.Ref != "call-1" {
			t.Fatalf("not connected: %+v", c.Call)
		}
		h.restart()
		time.Sleep(time.Second)
		synctest.Wait()
		h.ended(id, "OTHER")
		for _, e := range h.far.did[2:] {
			if _, again := e.(contact.PlaceCall); again {
				t.Error("the phone rang again")
			}
		}
	})
}

func TestStopWhileRinging(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("talk", say("a", "Hello.", "end"), end("end"))
		id := h.start(call("talk"))
		h.hears(1)
		synctest.Wait()
		if err := h.engine.Tell(t.Context(), id, contact.StopRequested{}); err != nil {
			t.Fatal(err)
		}
		h.hears(1)
		if _, ok := h.far.did[1].(contact.EndCall); !ok {
			t.Errorf("did %#v", h.far.did[1])
		}
		h.ended(id, "TELECOM_ORIGINATOR_CANCEL")
	})
}

// The contact is over before its call is hung up, and its timeline has the ladder
// all the same, once.
func TestTheLadderOfACallThatWeEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("talk", end("end"))
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			switch e.(type) {
			case contact.PlaceCall:
				return gateway.Result{Ref: "call-1", Input: contact.CallAnswered{Ref: "call-1"}}, nil
			case contact.EndCall:
				return gateway.Result{Input: contact.CallEnded{By: contact.BySystem, Ladder: "BYE"}}, nil
			}
			return gateway.Result{}, nil
		}
		id := h.start(call("talk"))
		h.hears(2)
		synctest.Wait()
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
		h.update(func(tx *store.Tx) error {
			records, err := tx.Records(id)
			n := 0
			for _, r := range records {
				n += strings.Count(string(r.Doc), "BYE")
			}
			if n != 1 {
				t.Errorf("the ladder is there %d times", n)
			}
			return err
		})
	})
}

func TestAPromptHoldsTheFlowUntilItHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("talk", say("a", "One.", "b"), say("b", "Two.", "end"), end("end"))
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			if _, ok := e.(contact.PlaceCall); ok {
				return gateway.Result{Input: contact.CallAnswered{}}, nil
			}
			return gateway.Result{}, nil
		}
		id := h.start(call("talk"))
		h.hears(2)
		synctest.Wait()
		first := h.far.did[1].(contact.PlayPrompt)
		ended := func(visit int) {
			if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.PromptEnded{Visit: visit}}); err != nil {
				t.Fatal(err)
			}
		}
		ended(first.Visit)
		h.hears(1)
		second := h.far.did[2].(contact.PlayPrompt)
		if first.Prompt.Text != "One." || second.Prompt.Text != "Two." {
			t.Errorf("heard %q, %q", first.Prompt.Text, second.Prompt.Text)
		}
		ended(first.Visit) // a stale one moves nothing
		if c := h.contact(id); !c.Open() {
			t.Fatal("a stale input moved the flow")
		}
		ended(second.Visit)
		h.hears(1)
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}
