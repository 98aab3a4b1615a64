package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
)

const annsPhone = "sip:ann@192.0.2.9"

// telephones is a house whose agents ann and bob have telephones.
func telephones(t *testing.T, auto bool) *house {
	h := staffed(t)
	for _, name := range []string{"ann", "bob"} {
		h.agent(name, func(u *resource.User, _ *resource.Profile) {
			u.Phone, u.AutoAccept = strings.Replace(annsPhone, "ann", name, 1), auto
		})
	}
	return h
}

// lifts is what an agent does with the telephone.
func (h *house) lifts(id contact.ID, agent, what string) error {
	h.Helper()
	err := h.engine.Deliver(h.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.QueueMoved{Outcome: what, Agent: agent}})
	synctest.Wait()
	return err
}

func (h *house) lifted(id contact.ID, agent, what string) {
	h.Helper()
	if err := h.lifts(id, agent, what); err != nil {
		h.Fatal(err)
	}
}

// bridged lists what the carrier was asked for about agents since the last call.
func (h *house) bridged(want ...string) {
	h.Helper()
	h.far.mu.Lock()
	defer h.far.mu.Unlock()
	var got []string
	for _, e := range h.far.did {
		switch v := e.(type) {
		case contact.Bridge:
			got = append(got, strings.TrimSpace(v.Do+" "+v.Agent+" "+v.Phone))
		case contact.TellAgent:
			got = append(got, "tell "+v.Agent)
		case contact.EndCall:
			got = append(got, "end")
		}
	}
	h.far.did = nil
	if !slices.Equal(got, want) {
		h.Fatalf("the carrier was asked for %q, want %q", got, want)
	}
}

// An agent does with his telephone what he could do at his desk.
func TestAnAgentsTelephone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := telephones(t, false)
		h.is("ann", engine.Available)
		id := h.begin(call("sell"))
		h.hand("ann", "ringing "+string(id))
		h.bridged("ring ann " + annsPhone)
		if err := h.lifts(id, "bob", contact.Accepted); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob takes what rings at ann's: %v", err)
		}
		if err := h.lifts(id, "ann", contact.Worked); !fault.Is(err, fault.Invalid) {
			t.Errorf("a telephone that does after contact work: %v", err)
		}
		h.lifted(id, "ann", contact.Accepted)
		h.hand("ann", "taken "+string(id))
		h.bridged("tell ann", "join ann "+annsPhone)
		h.lifted(id, "ann", contact.Accepted) // she had taken it at her desk already
		h.lifted(id, "ann", contact.Hold)
		h.lifted(id, "ann", contact.Hold)
		h.pass(30 * time.Second)
		h.lifted(id, "ann", contact.Resume)
		h.bridged("hold ann", "resume ann")
		h.lifted(id, "ann", contact.Left)
		c := h.ended(id, "AGENT_DISCONNECT")
		if c.Agent.Holds != 1 || c.Agent.Held != 30 || c.Agent.Connected.IsZero() {
			t.Errorf("%+v", c.Agent)
		}
		h.bridged("end")
		h.hand("ann")
		if err := h.lifts(id, "ann", contact.Left); !fault.Is(err, fault.NotFound) {
			t.Errorf("she hangs up twice: %v", err)
		}
	})
}

// One who refuses, or lets it ring, is passed over, and the next telephone rings.
func TestATelephoneThatIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := telephones(t, false)
		h.is("ann", engine.Available)
		h.pass(time.Second)
		h.is("bob", engine.Available)
		id := h.begin(call("sell"))
		h.bridged("ring ann " + annsPhone)
		h.lifted(id, "ann", contact.Rejected)
		h.hand("ann")
		h.hand("bob", "ringing "+string(id))
		h.bridged("unring ann", "ring bob sip:bob@192.0.2.9")
		if s := h.at("ann").Status; s != engine.MissedCall {
			t.Errorf("ann is %s", s)
		}
		h.pass(20 * time.Second)
		h.bridged("unring bob")
		if err := h.lifts(id, "bob", contact.Accepted); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob picks up too late: %v", err)
		}
		if c := h.contact(id); !c.Waits() || c.Queue.Offer != nil {
			t.Errorf("%+v", c.Queue)
		}
		// The customer is the next to go.
		h.is("ann", engine.Available)
		h.bridged("ring ann " + annsPhone)
		if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.CallEnded{By: contact.ByCustomer}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		h.ended(id, "CUSTOMER_DISCONNECT")
		h.bridged() // the call is over: the gateway lets go by itself
	})
}

// Who takes everything by himself has a telephone that rings all the same.
func TestATelephoneThatAnswersByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := telephones(t, true)
		h.is("ann", engine.Available)
		id := h.begin(call("sell"))
		h.hand("ann", "taken "+string(id))
		h.bridged("ring ann "+annsPhone, "tell ann", "join ann "+annsPhone)
		h.lifted(id, "ann", contact.Accepted)
		h.lifted(id, "ann", contact.Left)
		h.ended(id, "AGENT_DISCONNECT")
	})
}
