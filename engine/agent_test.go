package engine_test

import (
	"fmt"
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
	"outdial/store"
)

// staffed is a house with queues, default flows, and agents who serve them.
func staffed(t *testing.T, change ...func(*engine.Config)) *house {
	h := build(t, change...)
	for _, q := range []string{"sales", "service"} {
		h.put(resource.KindQueue, q, q, resource.Queue{Meta: resource.Meta{ID: q, Name: q}, Type: "STANDARD", Status: "ENABLED"})
	}
	h.flow("Default customer queue", say("wait", "Please wait.", "done"), done())
	h.flow("Default agent whisper", say("who", "$.Queue.Name", "done"), done())
	h.flow("sell", to("sales", "go"), join("go", "full"), say("full", "All lines are busy.", "end"), end("end"))
	h.far.answer = answering
	for _, name := range []string{"ann", "bob", "eve"} {
		h.agent(name, nil)
	}
	return h
}

// answering is a far side at which somebody answers at once and listens.
func answering(e contact.Effect) (gateway.Result, error) {
	switch v := e.(type) {
	case contact.SendMessage:
		return gateway.Result{Ref: "ref-" + v.ID}, nil
	case contact.PlaceCall:
		return gateway.Result{Ref: "call", Input: contact.CallAnswered{Ref: "call"}}, nil
	case contact.PlayPrompt:
		if !v.Loop {
			return gateway.Result{Input: contact.PromptEnded{Visit: v.Visit}}, nil
		}
	case contact.TellAgent:
		return gateway.Result{Input: contact.PromptEnded{Visit: v.Visit}}, nil
	}
	return gateway.Result{}, nil
}

func done() action {
	return action{Identifier: "done", Type: "EndFlowExecution", Parameters: map[string]any{}}
}

func to(queue, next string) action {
	return action{"to", "UpdateContactTargetQueue", map[string]any{"QueueId": queue}, transitions{NextAction: next}}
}

func join(id, full string) action {
	return action{id, "TransferContactToQueue", map[string]any{}, transitions{NextAction: full, Errors: []map[string]string{
		{"ErrorType": "QueueAtCapacity", "NextAction": full}, {"ErrorType": "NoMatchingError", "NextAction": "end"}}}}
}

func hook(id, event, flow, next string) action {
	return action{id, "UpdateContactEventHooks", map[string]any{"EventHooks": map[string]string{event: flow}}, transitions{NextAction: next}}
}

// agent makes a user with a routing profile of his own.
func (h *house) agent(name string, change func(*resource.User, *resource.Profile)) {
	h.Helper()
	u := resource.User{Meta: resource.Meta{ID: name, Name: name}, Profile: "profile-" + name}
	p := resource.Profile{Meta: resource.Meta{ID: u.Profile, Name: u.Profile}, Concurrency: map[string]int{"VOICE": 1, "CHAT": 2, "TASK": 1}}
	for _, q := range []string{"sales", "service"} {
		for _, ch := range []string{"VOICE", "CHAT", "TASK"} {
			p.Queues = append(p.Queues, resource.ProfileQueue{Queue: q, Channel: ch, Priority: 1})
		}
	}
	if change != nil {
		change(&u, &p)
	}
	h.put(resource.KindProfile, p.ID, p.Name, p)
	h.put(resource.KindUser, u.ID, u.Name, u)
}

func (h *house) is(agent, status string) {
	h.Helper()
	h.does(agent, engine.Desk{Status: status})
}

func (h *house) does(agent string, d engine.Desk) {
	h.Helper()
	if err := h.engine.AtDesk(h.Context(), instance, agent, d, false); err != nil {
		h.Fatal(err)
	}
	synctest.Wait()
}

func (h *house) do(agent, what string) { h.Helper(); h.does(agent, engine.Desk{Do: what}) }

func (h *house) at(agent string) (a *engine.Agent) {
	h.Helper()
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		u, err := engine.FindUser(t, instance, agent)
		if err == nil {
			a, err = engine.AgentOf(t, instance, u)
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return a
}

// hand lists what an agent has in hand: "ringing c1".
func (h *house) hand(agent string, want ...string) {
	h.Helper()
	var got []string
	for _, v := range h.at(agent).InHand {
		got = append(got, v.State+" "+string(v.Contact))
	}
	if !slices.Equal(got, want) {
		h.Fatalf("%s has %q in hand, want %q", agent, got, want)
	}
}

// from is a request for a contact with another customer.
func from(r engine.StartRequest, customer string) engine.StartRequest {
	r.Contact.Customer.Address = customer
	return r
}

func (h *house) begin(r engine.StartRequest) contact.ID {
	h.Helper()
	id := h.start(r)
	synctest.Wait()
	return id
}

// told fails unless these events were told of a contact; its records are left out.
func (h *house) told(id contact.ID, want ...string) {
	h.Helper()
	var got []string
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		rows, err := t.Events(store.EventQuery{Contact: id})
		for _, r := range rows {
			if r.Type != engine.RecordType {
				got = append(got, r.Type)
			}
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		h.Errorf("events %v, want %v (%v)", got, want, err)
	}
}

// pass lets time pass on the engine's clock.
func (h *house) pass(d time.Duration) {
	h.Helper()
	time.Sleep(d)
	synctest.Wait()
}

func TestACallReachesAnAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		id := h.begin(call("sell"))
		c := h.contact(id)
		if !c.Waits() || c.Queue.ID != "sales" || c.Position.Kind != "CUSTOMER_QUEUE" {
			t.Fatalf("queue %+v, position %+v", c.Queue, c.Position)
		}
		h.pass(time.Minute) // nobody is there: it waits
		h.is("ann", engine.Available)
		h.hand("ann", "ringing "+string(id))
		h.do("ann", engine.Accept)
		c = h.contact(id)
		if c.Agent == nil || c.Agent.Name != "ann" || c.Agent.Connected.IsZero() || c.Queue.Dequeued.Sub(c.Queue.Enqueued) != time.Minute {
			t.Fatalf("agent %+v, queue %+v", c.Agent, c.Queue)
		}
		if got := c.Agent.Heard; !slices.Equal(got, []string{"sales"}) {
			t.Errorf("the agent heard %q", got)
		}
		h.does("ann", engine.Desk{Do: engine.Say, Text: "Hello."})
		h.do("ann", engine.Hold)
		h.pass(30 * time.Second)
		h.do("ann", engine.Resume)
		h.do("ann", engine.HangUp)
		c = h.ended(id, "AGENT_DISCONNECT")
		if c.Agent.Holds != 1 || c.Agent.Held != 30 {
			t.Errorf("agent %+v", c.Agent)
		}
		h.hand("ann")
		h.told(id, contact.Initiated, contact.ConnectedSystem, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType, contact.Completed)
		var did []string
		for _, e := range h.far.did {
			if b, ok := e.(contact.Bridge); ok {
				did = append(did, b.Do+" "+b.Text)
			} else if _, stop := e.(contact.StopPrompt); !stop { // it has no lane, and no place among the others
				did = append(did, contact.EffectKind(e))
			}
		}
		want := "PlaceCall, PlayPrompt, TellAgent, join , say Hello., hold , resume , EndCall"
		if got := strings.Join(did, ", "); got != want {
			t.Errorf("the carrier was asked for\n%s, not\n%s", got, want)
		}
	})
}

func TestAMessageGoesBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.is("ann", engine.Available)
		id := h.begin(chat("sell"))
		h.do("ann", engine.Accept)
		h.does("ann", engine.Desk{Do: engine.Say, Text: "How can I help?"})
		h.says("My order.")
		synctest.Wait()
		var got []string
		for _, m := range h.messages(id) {
			got = append(got, m.Direction+" "+m.By+" "+m.Text)
		}
		if want := []string{"OUTBOUND  Please wait.", "OUTBOUND ann How can I help?", "INBOUND  My order."}; !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		err := h.engine.AtDesk(t.Context(), instance, "ann", engine.Desk{Do: engine.Hold}, false)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a chat on hold: %v", err)
		}
		h.do("ann", engine.HangUp)
		h.ended(id, "AGENT_DISCONNECT")
	})
}

func TestWhoDoesNotTakeItIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.is("ann", engine.Available)
		h.pass(time.Second)
		h.is("bob", engine.Available)
		h.pass(time.Second)
		h.is("eve", engine.Available)
		id := h.begin(call("sell"))
		h.hand("ann", "ringing "+string(id)) // who waits longest
		h.do("ann", engine.Reject)
		h.hand("ann")
		h.hand("bob", "ringing "+string(id))
		h.pass(19 * time.Second)
		h.hand("bob", "ringing "+string(id))
		h.pass(time.Second)
		h.hand("bob")
		h.hand("eve", "ringing "+string(id))
		if a, b := h.at("ann").Status, h.at("bob").Status; a != engine.MissedCall || b != engine.MissedCall {
			t.Errorf("ann is %s, bob is %s", a, b)
		}
		h.is("eve", engine.Offline)
		h.hand("eve")
		if c := h.contact(id); !c.Waits() || c.Queue.Offer != nil || c.Queue.Attempts != 3 {
			t.Errorf("queue %+v", c.Queue)
		}
		h.is("ann", engine.Available)
		h.hand("ann", "ringing "+string(id))
		if err := h.engine.AtDesk(t.Context(), instance, "bob", engine.Desk{Do: engine.Accept}, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("bob takes what does not ring: %v", err)
		}
		// The customer hangs up while it rings.
		if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.CallEnded{By: contact.ByCustomer}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		h.ended(id, "CUSTOMER_DISCONNECT")
		h.hand("ann")
		if s := h.at("ann").Status; s != engine.Available {
			t.Errorf("ann is %s", s)
		}
	})
}

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.is("ann", engine.Available)
		var ids []string
		for i := range 4 {
			ids = append(ids, string(h.begin(from(chat("sell"), fmt.Sprintf("+1206555020%d", i)))))
		}
		h.hand("ann", "ringing "+ids[0])
		h.do("ann", engine.Accept)
		h.does("ann", engine.Desk{}) // nothing changes
		h.pass(time.Second)
		h.is("ann", engine.Available)
		h.hand("ann", "taken "+ids[0], "ringing "+ids[1])
		h.do("ann", engine.Accept)
		h.is("ann", engine.Available)
		h.hand("ann", "taken "+ids[0], "taken "+ids[1]) // two chats at once
		h.does("ann", engine.Desk{Do: engine.HangUp, Contact: contact.ID(ids[0])})
		h.hand("ann", "taken "+ids[1], "ringing "+ids[2])
		h.is("bob", "Lunch")
		h.hand("bob")
		h.is("bob", engine.Available)
		h.hand("bob", "ringing "+ids[3])
	})
}

func TestAfterContactWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.agent("ann", func(u *resource.User, _ *resource.Profile) { u.AfterWork = 60 })
		h.is("ann", engine.Available)
		first := h.begin(call("sell"))
		h.do("ann", engine.Accept)
		second := h.begin(from(call("sell"), "+12065550124"))
		h.do("ann", engine.HangUp)
		h.hand("ann", "afterContactWork "+string(first))
		h.told(first, contact.Initiated, contact.ConnectedSystem, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType)
		h.pass(59 * time.Second)
		h.hand("ann", "afterContactWork "+string(first))
		h.pass(time.Second)
		h.hand("ann", "ringing "+string(second))
		c := h.contact(first)
		if got := c.Agent.WorkEnd.Sub(c.Agent.Work); got != time.Minute {
			t.Errorf("worked for %v", got)
		}
		h.told(first, contact.Initiated, contact.ConnectedSystem, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType, contact.Completed)
		h.do("ann", engine.Accept)
		h.do("ann", engine.HangUp)
		h.do("ann", engine.Complete) // before its time
		h.hand("ann")
		h.pass(2 * time.Minute)
		h.told(second, contact.Initiated, contact.ConnectedSystem, contact.QueuedEvent, contact.ConnectedAgent, contact.DisconnectedType, contact.Completed)
	})
}

func TestPrioritiesDelaysAndCriteria(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("urgent", action{"first", "UpdateContactRoutingBehavior", map[string]any{"QueuePriority": "1"}, transitions{NextAction: "to"}},
			to("sales", "go"), join("go", "end"), end("end"))
		h.flow("french", action{"first", "UpdateContactRoutingCriteria", map[string]any{"RoutingCriteria": map[string]any{"Steps": []any{map[string]any{
			"Expression": map[string]any{"AttributeCondition": map[string]any{"Name": "language", "Value": "fr", "ProficiencyLevel": "3", "ComparisonOperator": "NumberGreaterOrEqualTo"}},
			"Expiry":     map[string]any{"DurationInSeconds": "45"}}}}}, transitions{NextAction: "to"}},
			to("service", "go"), join("go", "end"), end("end"))
		plain := h.begin(from(call("sell"), "+12065550131"))
		h.pass(time.Second)
		urgent := h.begin(from(call("urgent"), "+12065550132"))
		h.is("ann", engine.Available)
		h.hand("ann", "ringing "+string(urgent))
		h.do("ann", engine.Accept)
		// Bob gets calls of sales only after they have waited half a minute.
		h.agent("bob", func(_ *resource.User, p *resource.Profile) {
			p.Queues = []resource.ProfileQueue{{Queue: "sales", Channel: "VOICE", Priority: 1, Delay: 30}, {Queue: "service", Channel: "VOICE", Priority: 2}}
		})
		h.is("bob", engine.Available)
		h.hand("bob")
		h.pass(28 * time.Second)
		h.hand("bob")
		h.pass(time.Second)
		h.hand("bob", "ringing "+string(plain))
		h.do("bob", engine.Accept)
		// Eve speaks no French: she gets it when nobody who does was found in time.
		h.is("eve", engine.Available)
		french := h.begin(from(call("french"), "+12065550133"))
		h.pass(44 * time.Second)
		h.hand("eve")
		h.pass(time.Second)
		h.hand("eve", "ringing "+string(french))
	})
}

func TestCapacityAndFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.put(resource.KindQueue, "sales", "sales", resource.Queue{Meta: resource.Meta{ID: "sales", Name: "sales"}, Max: 1})
		h.flow("tell", action{"get", "GetMetricData", map[string]any{"QueueId": "sales", "QueueChannel": "Chat"}, transitions{NextAction: "say"}},
			say("say", "$.Metrics.Queue.Size wait for $.Metrics.Queue.OldestContactAge s; $.Metrics.Agents.Online.Count online, $.Metrics.Agents.Available.Count free, "+
				"$.Metrics.Agents.Busy.Count busy, $.Metrics.Agents.NonProductive.Count away", "end"), end("end"))
		first := h.begin(from(chat("sell"), "+12065550141"))
		h.pass(90 * time.Second)
		second := h.begin(from(chat("sell"), "+12065550142"))
		h.ended(second, "CONTACT_FLOW_DISCONNECT")
		h.begin(from(chat("tell"), "+12065550143"))
		h.is("ann", engine.Available)
		h.do("ann", engine.Accept)
		h.is("bob", "Lunch")
		h.is("eve", engine.Available)
		h.begin(from(chat("tell"), "+12065550144"))
		got := h.far.texts()
		want := []string{"Please wait.", "All lines are busy.", "1 wait for 90 s;  online,  free,  busy,  away", "0 wait for 0 s; 3 online, 2 free, 1 busy, 1 away"}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		_ = first
	})
}

// A conversation goes on from segment to segment on the same call: the carrier
// hears nothing of it, and what it says reaches the one that is open.
func TestSegmentsShareTheirCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("survey", action{"ask", "GetParticipantInput", map[string]any{"Text": "1 to 5", "InputTimeLimitSeconds": "5", "StoreInput": "True",
			"InputValidation": map[string]any{"CustomValidation": map[string]any{"MaximumLength": "1"}}}, transitions{NextAction: "keep"}},
			action{"keep", "UpdateContactAttributes", map[string]any{"Attributes": map[string]string{"mark": "$.StoredCustomerInput"}}, transitions{NextAction: "end"}}, end("end"))
		h.flow("sell", hook("hook", "CustomerRemaining", "survey", "to"), to("sales", "go"), join("go", "end"), end("end"))
		h.is("ann", engine.Available)
		r := call("sell")
		r.Contact.Attributes = map[string]string{"name": "Ann"}
		id := h.begin(r)
		h.do("ann", engine.Accept)
		h.do("ann", engine.HangUp)
		first := h.ended(id, "AGENT_DISCONNECT")
		next := h.contact(first.NextID)
		if next.Method != contact.MethodDisconnect || next.PreviousID != id || next.InitialID != id || next.LegID != id || !next.Open() ||
			next.Attributes["name"] != "Ann" || next.Position.Action != "ask" || next.Node != "one" {
			t.Fatalf("the next contact %+v", next)
		}
		// Attributes belong to the chain.
		if err := h.engine.Tell(t.Context(), id, contact.ContactUpdated{Attributes: map[string]string{"name": "Eve"}, By: "UpdateContactAttributes"}); err != nil {
			t.Fatal(err)
		}
		if got := h.contact(next.ID).Attributes["name"]; got != "Eve" {
			t.Errorf("name is %q", got)
		}
		ask := h.far.did[len(h.far.did)-1].(contact.CollectDigits)
		err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: contact.DigitsReceived{Visit: ask.Visit, Digits: "5", End: contact.Complete}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if c := h.ended(next.ID, "CONTACT_FLOW_DISCONNECT"); c.Attributes["mark"] != "5" {
			t.Errorf("attributes %v", c.Attributes)
		}
		if _, ok := h.far.did[len(h.far.did)-1].(contact.EndCall); !ok {
			t.Errorf("the call goes on: %v", h.far.did)
		}
		h.told(next.ID, contact.Initiated, contact.DataUpdated, contact.DataUpdated, contact.DisconnectedType, contact.Completed)
	})
}

// Messages of two segments leave in their order, and a reply reaches the open one.
func TestSegmentsShareTheirChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("moving", say("a", "One.", "b"), say("b", "Two.", "go"),
			action{"go", "DequeueContactAndTransferToQueue", map[string]any{"QueueId": "service"}, transitions{NextAction: "done"}}, done())
		h.flow("sell", hook("hook", "CustomerQueue", "moving", "to"), to("sales", "go"), join("go", "end"), end("end"))
		id := h.begin(chat("sell"))
		chain := []contact.ID{id}
		for len(chain) < 20 && h.contact(chain[len(chain)-1]).NextID != "" {
			chain = append(chain, h.contact(chain[len(chain)-1]).NextID)
		}
		if len(chain) != 12 { // 11 transfers
			t.Errorf("a chain of %d contacts", len(chain))
		}
		var want []string
		for range chain {
			want = append(want, "One.", "Two.")
		}
		h.hears(0)
		if got := h.far.texts(); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		last := h.contact(chain[len(chain)-1])
		if last.Method != contact.MethodQueueTransfer || last.Queue.ID != "service" || last.InitialID != id {
			t.Errorf("the last one %+v", last)
		}
		h.is("ann", engine.Available)
		h.do("ann", engine.Accept)
		h.says("Hello?")
		synctest.Wait()
		list := h.messages(last.ID)
		if m := list[len(list)-1]; m.Text != "Hello?" || m.Direction != "INBOUND" {
			t.Errorf("messages %+v", list)
		}
		h.do("ann", engine.HangUp)
		h.ended(last.ID, "AGENT_DISCONNECT")
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

func TestCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := staffed(t)
		h.flow("back", to("sales", "back"),
			action{"back", "CreateCallbackContact", map[string]any{"InitialCallDelaySeconds": "60", "MaximumConnectionAttempts": "2", "RetryDelaySeconds": "600"}, transitions{NextAction: "end"}}, end("end"))
		calls := 0
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			if _, ok := e.(contact.PlaceCall); ok {
				if calls++; calls == 2 {
					return gateway.Result{Input: contact.CallEnded{By: contact.ByNetwork, Code: "486"}}, nil
				}
			}
			return answering(e)
		}
		id := h.begin(call("back"))
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
		back := h.contact(id).NextID
		if c := h.contact(back); c.Method != contact.MethodCallback || c.PreviousID != id || c.Queue != nil || c.LegID != "" {
			t.Fatalf("callback %+v", c)
		}
		h.is("ann", engine.Available)
		h.pass(59 * time.Second)
		h.hand("ann")
		h.pass(time.Second)
		h.hand("ann", "ringing "+string(back))
		h.restart() // what waits and rings outlives it
		h.do("ann", engine.Accept)
		h.ended(back, "TELECOM_BUSY")
		h.hand("ann")
		again := h.contact(back).NextID
		h.pass(10 * time.Minute)
		h.hand("ann", "ringing "+string(again))
		h.do("ann", engine.Accept)
		c := h.contact(again)
		if !c.WithAgent() || c.Connected.IsZero() || c.Callback.Try != 2 {
			t.Fatalf("callback %+v", c)
		}
		if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: again, Input: contact.CallEnded{By: contact.ByCustomer}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		h.ended(again, "CUSTOMER_DISCONNECT")
		if calls != 3 {
			t.Errorf("dialled %d times", calls)
		}
	})
}
