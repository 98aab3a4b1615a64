package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
)

// consulting is a house in which ann talks with a customer and consults bob, at
// whose place it rings; the flow of the transfer is made of steps.
func consulting(t *testing.T, steps ...action) (h *house, first, second contact.ID) {
	h = staffed(t)
	if steps == nil {
		steps = []action{say("hello", "One moment.", "go"), {Identifier: "go", Type: "TransferContactToAgent", Parameters: map[string]any{}}}
	}
	h.flow("to an agent", steps...)
	h.put(resource.KindQuickConnect, "qc", "Bob", resource.QuickConnect{Meta: resource.Meta{ID: "qc", Name: "Bob"}, Type: "USER", Target: "bob", Flow: "to an agent"})
	h.is("ann", engine.Available)
	first = h.begin(call("sell"))
	h.do("ann", engine.Accept)
	h.is("bob", engine.Available)
	h.does("ann", engine.Desk{Do: engine.Consult, Quick: "Bob"})
	return h, first, h.contact(first).NextID
}

func (h *house) customerHangsUp(id contact.ID) {
	h.Helper()
	if err := h.engine.Deliver(h.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.CallEnded{By: contact.ByCustomer}}); err != nil {
		h.Fatal(err)
	}
	synctest.Wait()
}

// cannot fails unless the agent is told that there is nothing to do it with.
func (h *house) cannot(agent string, deeds ...string) {
	h.Helper()
	for _, d := range deeds {
		if err := h.engine.AtDesk(h.Context(), instance, agent, engine.Desk{Do: d, To: "eve"}, false); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
			h.Errorf("%s can %s: %v", agent, d, err)
		}
	}
}

func (h *house) ends() (n int) {
	h.far.mu.Lock()
	defer h.far.mu.Unlock()
	for _, e := range h.far.did {
		if _, ok := e.(contact.EndCall); ok {
			n++
		}
	}
	return n
}

// lane fails unless this was done with the caller since the last call: what was
// played to him, and with whom he was joined. What an agent alone hears has a lane
// of its own, and no place among these.
func (h *house) lane(want ...string) {
	h.Helper()
	var got []string
	h.far.mu.Lock()
	defer h.far.mu.Unlock()
	for _, e := range h.far.did {
		switch v := e.(type) {
		case contact.PlayPrompt:
			got = append(got, v.Prompt.Text)
		case contact.Bridge:
			got = append(got, v.Do+" "+v.Agent)
		}
	}
	h.far.did = nil
	if !slices.Equal(got, want) {
		h.Fatalf("done with the caller: %q, want %q", got, want)
	}
}

func TestAnAgentConsultsAndLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, first, second := consulting(t)
		a, b := h.contact(first), h.contact(second)
		if !a.Open() || !a.Agent.OnHold || a.Agent.Holds != 1 || a.Consult == nil || a.Quick == nil || a.Quick.Name != "Bob" {
			t.Fatalf("the customer's contact: %+v %+v", a.Agent, a.Consult)
		}
		if b.Method != contact.MethodTransfer || b.PreviousID != first || b.First() != first || b.Leg() != first || b.Apart == nil || b.Apart.Agent != "ann" {
			t.Fatalf("the other contact: %+v", b)
		}
		if !slices.Contains(a.Agent.Heard, "One moment.") {
			t.Errorf("ann heard %q", a.Agent.Heard)
		}
		h.hand("ann", "taken "+string(first))
		h.hand("bob", "ringing "+string(second))
		h.cannot("ann", engine.Join, engine.Consult, engine.Transfer)
		h.do("bob", engine.Accept)
		h.cannot("bob", engine.Consult, engine.Transfer, engine.Hold, engine.Leave, engine.Drop, engine.Join)
		h.lane("Please wait.", "join ann", "hold ann")
		h.does("bob", engine.Desk{Do: engine.Say, Text: "What is it?"})
		h.does("ann", engine.Desk{Do: engine.Say, Text: "A refund."})
		h.lane()
		if a, b = h.contact(first), h.contact(second); !slices.Contains(a.Agent.Heard, "bob: What is it?") || !slices.Contains(b.Agent.Heard, "ann: A refund.") {
			t.Errorf("ann heard %q, bob %q", a.Agent.Heard, b.Agent.Heard)
		}
		h.pass(time.Minute)
		h.do("ann", engine.Leave)
		a = h.ended(first, "AGENT_DISCONNECT")
		if a.NextID != second || a.Agent.Held != 60 {
			t.Errorf("next %q, %+v", a.NextID, a.Agent)
		}
		h.hand("ann")
		h.lane("leave ann", "join bob")
		if b = h.contact(second); !b.WithAgent() || b.Apart != nil || b.Call.State != "connected" {
			t.Fatalf("%+v %+v", b, b.Call)
		}
		h.does("bob", engine.Desk{Do: engine.Say, Text: "Hello."})
		h.lane("say bob")
		h.customerHangsUp(first)
		h.ended(second, "CUSTOMER_DISCONNECT")
		h.hand("bob")
		h.told(second, contact.Initiated, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType, contact.Completed)
		h.told(first, contact.Initiated, contact.ConnectedSystem, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType, contact.Completed)
	})
}

func TestAConsultIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, first, second := consulting(t)
		h.do("bob", engine.Accept)
		h.lane("Please wait.", "join ann", "hold ann")
		h.do("ann", engine.Join)
		if a := h.contact(first); a.Agent.OnHold || !a.Consult.Joined {
			t.Fatalf("%+v %+v", a.Agent, a.Consult)
		}
		h.does("bob", engine.Desk{Do: engine.Say, Text: "Hello, both."})
		h.does("ann", engine.Desk{Do: engine.Say, Text: "This is Bob."})
		h.lane("resume ann", "say bob", "say ann")
		h.do("ann", engine.Hold) // the customer alone
		h.does("bob", engine.Desk{Do: engine.Say, Text: "Between us."})
		h.lane("hold ann")
		h.do("ann", engine.Resume) // and speaks with him alone
		h.does("bob", engine.Desk{Do: engine.Say, Text: "Nobody hears it."})
		h.lane("resume ann")
		if heard := h.contact(first).Agent.Heard; slices.Contains(heard, "bob: Nobody hears it.") || !slices.Contains(heard, "bob: Between us.") {
			t.Errorf("ann heard %q", heard)
		}
		h.do("bob", engine.HangUp)
		h.ended(second, "AGENT_DISCONNECT")
		h.hand("bob")
		a := h.contact(first)
		if !a.WithAgent() || a.Consult != nil || a.NextID != "" || a.Quick != nil || h.ends() != 0 {
			t.Fatalf("the first does not go on: %+v", a)
		}
		h.does("ann", engine.Desk{Do: engine.Consult, To: "bob"}) // anew
		third := h.contact(first).NextID
		h.do("ann", engine.Drop)
		h.ended(third, "AGENT_DISCONNECT")
		h.hand("bob")
		if a = h.contact(first); !a.Agent.OnHold {
			t.Error("the customer is taken off hold by nobody")
		}
		h.do("ann", engine.Resume)
		h.do("ann", engine.HangUp)
		h.ended(first, "AGENT_DISCONNECT")
		if h.ends() != 1 {
			t.Errorf("the call was ended %d times", h.ends())
		}
	})
}

func TestACustomerGoesWhileAgentsConsult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, taken := range []bool{false, true} {
			h, first, second := consulting(t)
			if taken {
				h.do("bob", engine.Accept)
			}
			h.customerHangsUp(first)
			h.ended(first, "CUSTOMER_DISCONNECT")
			h.ended(second, "CUSTOMER_DISCONNECT")
			h.hand("ann")
			h.hand("bob")
		}
	})
}

// Who leaves before anybody has taken it leaves the customer in the queue.
func TestAnAgentLeavesForAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("Default customer queue", action{"wait", "MessageParticipantIteratively", map[string]any{"Messages": []map[string]string{{"Text": "Please wait."}}}, transitions{}})
		h.flow("Default queue transfer", action{"go", "TransferContactToQueue", map[string]any{}, transitions{NextAction: "end", Errors: []map[string]string{
			{"ErrorType": "QueueAtCapacity", "NextAction": "end"}, {"ErrorType": "NoMatchingError", "NextAction": "end"}}}}, end("end"))
		h.is("ann", engine.Available)
		first := h.begin(call("sell"))
		h.do("ann", engine.Accept)
		h.is("ann", "Busy")
		h.does("ann", engine.Desk{Do: engine.Consult, Queue: "service"})
		second := h.contact(first).NextID
		if b := h.contact(second); !b.Waits() || b.Queue.ID != "service" {
			t.Fatalf("%+v", b)
		}
		h.lane("Please wait.", "join ann", "hold ann")
		h.do("ann", engine.HangUp)
		h.ended(first, "AGENT_DISCONNECT")
		h.lane("leave ann", "Please wait.")
		h.is("bob", engine.Available)
		h.hand("bob", "ringing "+string(second))
		h.do("bob", engine.Accept)
		h.lane("join bob")
		h.do("bob", engine.HangUp)
		h.ended(second, "AGENT_DISCONNECT")
		if h.ends() != 1 {
			t.Errorf("ended %d times", h.ends())
		}
	})
}

// previous is the action that puts somebody of the previous contact on hold.
func previous(id, state, next string) action {
	return action{id, "UpdatePreviousContactParticipantState", map[string]any{"PreviousContactParticipantState": state},
		transitions{NextAction: next, Errors: []map[string]string{{"ErrorType": "NoMatchingError", "NextAction": "end"}}}}
}

func TestATransferFlowSpeaksToTheCustomer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, first, second := consulting(t,
			say("one", "For the agent.", "aside"),
			previous("aside", "AgentOnHold", "two"), say("two", "Your card number, please.", "all"),
			previous("all", "OffHold", "three"), say("three", "Thank you both.", "back"),
			previous("back", "CustomerOnHold", "go"), action{Identifier: "go", Type: "TransferContactToAgent", Parameters: map[string]any{}}, end("end"))
		h.lane("Please wait.", "join ann", "hold ann",
			"resume ann", "hold ann", "Your card number, please.", "resume ann", "Thank you both.", "resume ann", "hold ann")
		a := h.contact(first)
		if !a.Agent.OnHold || a.Agent.Aside || a.Agent.Holds != 3 {
			t.Errorf("%+v", a.Agent)
		}
		h.hand("bob", "ringing "+string(second))
		h.do("bob", engine.Accept)
		h.do("ann", engine.Leave)
		if b := h.contact(second); !b.WithAgent() {
			t.Errorf("%+v", b)
		}
	})
}

// StopContact ends the one contact that it names, and the call with the customer's.
func TestAConsultIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, first, second := consulting(t)
		h.do("bob", engine.Accept)
		for _, id := range []contact.ID{second, first} {
			if err := h.engine.Tell(t.Context(), id, contact.StopRequested{}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			h.ended(id, "OTHER")
			if id == second && (h.ends() != 0 || h.contact(first).Consult != nil || !h.contact(first).WithAgent()) {
				t.Fatalf("the customer's contact: %+v", h.contact(first))
			}
		}
		h.hand("ann")
		h.hand("bob")
		if h.ends() != 1 {
			t.Errorf("the call was ended %d times", h.ends())
		}
	})
}
