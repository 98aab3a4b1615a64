package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
)

func TestAnAgentHandsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("Default agent transfer", action{Identifier: "go", Type: "TransferContactToAgent", Parameters: map[string]any{}})
		h.is("ann", engine.Available)
		id := h.begin(call("sell"))
		h.do("ann", engine.Accept)
		h.is("bob", engine.Available)
		h.does("ann", engine.Desk{Do: engine.Transfer, To: "bob"})
		h.hand("ann")
		second := h.contact(id).NextID
		h.hand("bob", "ringing "+string(second))
		h.do("bob", engine.Accept)
		if c := h.contact(second); !c.WithAgent() || c.Method != contact.MethodTransfer || c.Queue.Type != "AGENT" {
			t.Fatalf("%+v %+v", c, c.Queue)
		}
		h.is("ann", "Lunch")
		h.does("bob", engine.Desk{Do: engine.Transfer, To: "ann"}) // who is away
		third := h.contact(second).NextID
		h.ended(third, "CONTACT_FLOW_DISCONNECT")
		h.hand("bob")
	})
}

func TestWhoIsNotDeclared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		ctx := t.Context()
		if err := h.engine.AtDesk(ctx, instance, "zoe", engine.Desk{Status: engine.Available}, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown agent: %v", err)
		}
		for _, name := range []string{"", "a b", "a/b", strings.Repeat("x", 65)} {
			if err := h.engine.AtDesk(ctx, instance, name, engine.Desk{Status: engine.Available}, true); !fault.Is(err, fault.Invalid) {
				t.Errorf("an agent called %q: %v", name, err)
			}
		}
		if err := h.engine.AtDesk(ctx, instance, "ann", engine.Desk{Queues: []string{"nowhere"}}, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown queue: %v", err)
		}
		if err := h.engine.AtDesk(ctx, instance, "zoe", engine.Desk{Status: engine.Available, Queues: []string{"service"}}, true); err != nil {
			t.Fatal(err)
		}
		h.begin(call("sell"))
		h.hand("zoe")
		if err := h.engine.AtDesk(ctx, instance, "zoe", engine.Desk{Queues: []string{}}, true); err != nil {
			t.Fatal(err)
		}
		if got := h.at("zoe").InHand; len(got) != 1 {
			t.Errorf("who serves all queues has %v", got)
		}
		for _, d := range []engine.Desk{{Do: "dance"}, {Do: engine.Say}, {Do: engine.Transfer}} {
			if err := h.engine.AtDesk(ctx, instance, "zoe", d, false); err == nil {
				t.Errorf("%+v is possible", d)
			}
		}
	})
}

// Many contacts, few agents, and restarts in between: in the end everybody was
// served once.
func TestEverybodyIsServedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		var ids []contact.ID
		for i := range 40 {
			ids = append(ids, h.begin(from(chat("sell"), fmt.Sprintf("+120655503%02d", i))))
		}
		for _, a := range []string{"ann", "bob", "eve"} {
			h.is(a, engine.Available)
		}
		served := map[contact.ID]int{}
		for round := 0; len(served) < len(ids) && round < 400; round++ {
			for _, a := range []string{"ann", "bob", "eve"} {
				for _, v := range h.at(a).InHand {
					if v.State == engine.Ringing {
						h.do(a, engine.Accept)
						served[v.Contact]++
					}
				}
				if round%3 == 2 && len(h.at(a).InHand) > 0 {
					if err := h.engine.AtDesk(context.Background(), instance, a, engine.Desk{Do: engine.HangUp}, false); err != nil && !fault.Is(err, fault.Conflict) {
						t.Fatal(err)
					}
				}
			}
			if round%10 == 5 {
				h.restart()
			}
			h.pass(time.Second)
		}
		for _, id := range ids {
			if served[id] != 1 {
				t.Errorf("%s was served %d times", id, served[id])
			}
		}
	})
}
