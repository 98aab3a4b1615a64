package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
)

// backed is a house whose calls back end in turn as the answers say.
func backed(t *testing.T, answers ...contact.Input) (h *house, back contact.ID) {
	h = staffed(t)
	h.flow("back", to("sales", "back"),
		action{"back", "CreateCallbackContact", map[string]any{"InitialCallDelaySeconds": "60", "MaximumConnectionAttempts": "3", "RetryDelaySeconds": "600"}, transitions{NextAction: "end"}}, end("end"))
	id := h.begin(call("back"))
	h.ended(id, "CONTACT_FLOW_DISCONNECT")
	h.far.mu.Lock()
	h.far.answer = func(e contact.Effect) (gateway.Result, error) {
		if _, ok := e.(contact.PlaceCall); ok && len(answers) > 0 {
			in := answers[0]
			answers = answers[1:]
			return gateway.Result{Input: in}, nil
		}
		return answering(e)
	}
	h.far.mu.Unlock()
	return h, h.contact(id).NextID
}

// What is waited for, between one try and the next, outlives the process: each time
// an agent is there first, and then the customer is called.
func TestACallbackOutlivesTheHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, silent := contact.CallEnded{By: contact.ByNetwork, Code: "486"}, contact.CallEnded{By: contact.ByTimer}
		h, id := backed(t, busy, silent)
		first := h.contact(id).PreviousID
		h.is("ann", engine.Available)
		delay := time.Minute
		for try, reason := range []string{"TELECOM_BUSY", "TELECOM_TIMEOUT"} {
			h.pass(delay / 2)
			h.restart()
			h.hand("ann") // it is not time
			h.pass(delay / 2)
			h.restart()
			h.hand("ann", "ringing "+string(id))
			if c := h.contact(id); c.Call != nil || c.Callback.Try != try+1 || c.Method != contact.MethodCallback || c.First() != first {
				t.Fatalf("%+v", c)
			}
			h.do("ann", engine.Reject) // which is no try
			h.is("ann", engine.Available)
			h.do("ann", engine.Accept)
			c := h.ended(id, reason)
			if c.NextID == "" || h.contact(c.NextID).PreviousID != id {
				t.Fatalf("no next try: %+v", c)
			}
			id, delay = c.NextID, 10*time.Minute
			h.hand("ann")
		}
		h.pass(delay)
		h.do("ann", engine.Accept) // a voicemail that answers is one who answers
		if c := h.contact(id); !c.WithAgent() || c.Callback.Try != 3 {
			t.Fatalf("%+v", c)
		}
		h.customerHangsUp(id)
		if c := h.ended(id, "CUSTOMER_DISCONNECT"); c.NextID != "" {
			t.Errorf("called again: %+v", c)
		}
	})
}

func TestNobodyIsCalledAgain(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer []contact.Input
		reason string
		next   bool
	}{
		{"no such number", []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "404"}}, "TELECOM_NUMBER_INVALID", false},
		{"answered", nil, "CUSTOMER_DISCONNECT", false},
		{"busy", []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "486"}}, "TELECOM_BUSY", true},
		{"the node died", []contact.Input{contact.CallEnded{By: contact.ByLostNode}}, "OTHER", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, id := backed(t, test.answer...)
				h.is("ann", engine.Available)
				h.pass(time.Minute)
				h.do("ann", engine.Accept)
				if test.answer == nil {
					h.customerHangsUp(id)
				}
				if c := h.ended(id, test.reason); (c.NextID != "") != test.next {
					t.Errorf("next %q", c.NextID)
				}
			})
		})
	}
}

// A callback is as old as the call in which it was asked for.
func TestACallbackKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, id := backed(t)
		h.pass(30 * time.Second)
		later := h.begin(from(call("sell"), "+12065550177"))
		h.pass(time.Minute) // the callback is in the queue since half of it
		h.is("ann", engine.Available)
		h.hand("ann", "ringing "+string(id))
		h.do("ann", engine.Accept)
		h.is("bob", engine.Available)
		h.hand("bob", "ringing "+string(later))
	})
}

// A disconnect flow is for the customer whom an agent leaves: also after a consult,
// never during one, and not when the customer goes.
func TestWhoRemains(t *testing.T) {
	survey := func(h *house) {
		h.flow("survey", action{"ask", "GetParticipantInput", map[string]any{"Text": "1 to 5", "InputTimeLimitSeconds": "5", "StoreInput": "True",
			"InputValidation": map[string]any{"CustomValidation": map[string]any{"MaximumLength": "1"}}}, transitions{NextAction: "end"}}, end("end"))
		h.flow("chat survey", wait("ask", "600", "end", "end"), end("end"))
		h.flow("write", hook("hook", "CustomerRemaining", "chat survey", "to"), to("sales", "go"), join("go", "end"), end("end"))
		h.flow("Default queue transfer", join("go", "end"), end("end"))
		h.flow("sell", hook("hook", "CustomerRemaining", "survey", "to"), to("sales", "go"), join("go", "end"), end("end"))
		h.flow("Default agent transfer", action{Identifier: "go", Type: "TransferContactToAgent", Parameters: map[string]any{}})
		h.is("ann", engine.Available)
	}
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		survey(h)
		first := h.begin(call("sell"))
		h.do("ann", engine.Accept)
		h.is("bob", engine.Available)
		for _, deed := range []string{engine.HangUp, engine.Leave} {
			h.does("ann", engine.Desk{Do: engine.Consult, To: "bob"})
			second := h.contact(first).NextID
			h.do("bob", engine.Accept)
			if deed == engine.Leave {
				h.do("ann", deed)
			}
			h.do("bob", engine.HangUp)
			c := h.ended(second, "AGENT_DISCONNECT")
			if deed == engine.HangUp {
				if c.NextID != "" || !h.contact(first).WithAgent() {
					t.Fatalf("%+v", c)
				}
				continue
			}
			next := h.contact(c.NextID)
			if next.Method != contact.MethodDisconnect || next.Position.Action != "ask" || !next.Open() || h.ends() != 0 {
				t.Fatalf("nobody remains: %+v", next)
			}
			h.customerHangsUp(first)
			h.ended(next.ID, "CUSTOMER_DISCONNECT")
		}
		other := h.begin(from(call("sell"), "+12065550177"))
		h.do("ann", engine.Accept)
		h.customerHangsUp(other)
		if c := h.ended(other, "CUSTOMER_DISCONNECT"); c.NextID != "" {
			t.Errorf("a flow runs for nobody: %+v", c)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		survey(h)
		first := h.begin(chat("write"))
		h.do("ann", engine.Accept)
		h.cannot("ann", engine.Consult, engine.Leave, engine.Join, engine.Drop)
		h.is("ann", "Lunch")
		h.is("bob", engine.Available)
		h.does("ann", engine.Desk{Do: engine.Transfer, Queue: "service"})
		second := h.ended(first, "AGENT_DISCONNECT").NextID
		if c := h.contact(second); c.Method != contact.MethodTransfer || c.Queue == nil {
			t.Fatalf("no disconnect flow is for who is handed on: %+v", c)
		}
		h.do("bob", engine.Accept)
		h.do("bob", engine.HangUp)
		c := h.contact(h.ended(second, "AGENT_DISCONNECT").NextID)
		if c.Method != contact.MethodDisconnect || !c.Open() || c.Position.Action != "ask" {
			t.Fatalf("nobody remains: %+v", c)
		}
	})
}

// A task that expires, or that its own flow ends, has a disconnect flow too.
func TestATaskHasADisconnectFlow(t *testing.T) {
	begin := func(h *house, flow string) contact.ID {
		r := call(flow)
		r.Contact.Channel, r.Contact.Subtype, r.Contact.Method = contact.Task, contact.TaskType, contact.MethodAPI
		r.Contact.Customer, r.Contact.System, r.Contact.Expires = contact.Endpoint{}, contact.Endpoint{}, h.engine.Now().Add(time.Hour)
		return h.begin(r)
	}
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("again", to("service", "go"), join("go", "end"), end("end"))
		h.flow("sell", hook("hook", "CustomerRemaining", "again", "to"), to("sales", "go"), join("go", "end"), end("end"))
		h.flow("ends", hook("hook", "CustomerRemaining", "again", "end"), end("end"))
		h.flow("for nothing", hook("hook", "CustomerRemaining", "stop", "end"), end("end"))
		h.flow("stop", end("end"))
		id := begin(h, "sell")
		h.pass(time.Hour)
		next := h.contact(h.ended(id, "EXPIRED").NextID)
		if next.Method != contact.MethodDisconnect || !next.Waits() || next.Queue.ID != "service" || next.Expires.Sub(next.Initiated) != 7*24*time.Hour {
			t.Fatalf("%+v %+v", next, next.Queue)
		}
		next = h.contact(h.ended(begin(h, "ends"), "CONTACT_FLOW_DISCONNECT").NextID)
		if next.Method != contact.MethodDisconnect || !next.Waits() {
			t.Fatalf("%+v", next)
		}
		next = h.contact(h.ended(begin(h, "for nothing"), "CONTACT_FLOW_DISCONNECT").NextID)
		if c := h.ended(next.ID, "CONTACT_FLOW_DISCONNECT"); c.NextID != "" {
			t.Fatalf("a disconnect flow has one of its own: %+v", c)
		}
	})
}
