package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

const selling = `
	to UpdateContactTargetQueue {"QueueId":"sales"} !NoMatchingError end > go
	go TransferContactToQueue {} !QueueAtCapacity end !NoMatchingError end > end
	end DisconnectParticipant`

// queued sets up a contact that waits in the queue sales; flows are its instance's
// default ones, by name.
func queued(t *testing.T, channel string, flows map[string]string, change func(*stage)) *stage {
	t.Helper()
	s := stageOf(t, channel, selling)
	s.w.queues = map[string]*resource.Queue{
		"sales":   {Meta: resource.Meta{ID: "sales", Name: "Sales"}},
		"service": {Meta: resource.Meta{ID: "service", Name: "Service"}},
	}
	s.w.users = map[string]*resource.User{"ann": {Meta: resource.Meta{ID: "ann", Name: "ann"}, Phone: "+12065550180"}}
	for name, lines := range flows {
		s.publish(name, lines)
	}
	if change != nil {
		change(s)
	}
	if channel == "VOICE" {
		s.answer()
	} else {
		s.start()
	}
	return s
}

// moves hears what routing or an agent says.
func (s *stage) moves(outcome string, change ...func(*contact.QueueMoved)) *Out {
	s.t.Helper()
	in := contact.QueueMoved{Outcome: outcome, Agent: "ann", Name: "ann"}
	for _, f := range change {
		f(&in)
	}
	return s.hear(in)
}

// with brings the contact together with ann.
func (s *stage) with() *stage {
	s.t.Helper()
	s.moves(contact.Offered)
	s.moves(contact.Accepted)
	if !s.c.WithAgent() {
		s.t.Fatalf("not with the agent: %+v, at %+v, notes %q", s.c.Agent, s.c.Position, s.out.Notes)
	}
	return s
}

// What comes too late, or for somebody else, changes nothing.
func TestAgentsInputsThatAreStale(t *testing.T) {
	for _, c := range []struct {
		name  string
		state func(s *stage)
		in    contact.Input
	}{
		{"accepted, and nothing was offered", nil, contact.QueueMoved{Outcome: contact.Accepted, Agent: "ann"}},
		{"accepted by another", func(s *stage) { s.moves(contact.Offered) }, contact.QueueMoved{Outcome: contact.Accepted, Agent: "bob"}},
		{"accepted after it was missed", func(s *stage) { s.moves(contact.Offered); s.moves(contact.Missed) }, contact.QueueMoved{Outcome: contact.Accepted, Agent: "ann"}},
		{"offered to two", func(s *stage) { s.moves(contact.Offered) }, contact.QueueMoved{Outcome: contact.Offered, Agent: "bob"}},
		{"offered to nobody", nil, contact.QueueMoved{Outcome: contact.Offered}},
		{"offered to one who has it", func(s *stage) { s.with() }, contact.QueueMoved{Outcome: contact.Offered, Agent: "bob"}},
		{"rejected by another", func(s *stage) { s.moves(contact.Offered) }, contact.QueueMoved{Outcome: contact.Rejected, Agent: "bob"}},
		{"the ring timer of an older offer", func(s *stage) { s.moves(contact.Offered); s.moves(contact.Missed); s.moves(contact.Offered) }, contact.TimerFired{Name: offerTimer + "1"}},
		{"the ring timer after it was accepted", func(s *stage) { s.with() }, contact.TimerFired{Name: offerTimer + "1"}},
		{"no room, and nobody asked", nil, contact.QueueMoved{Outcome: contact.Capacity}},
		{"said by another", func(s *stage) { s.with() }, contact.QueueMoved{Outcome: contact.Said, Agent: "bob", Text: "hi"}},
		{"said by nobody", nil, contact.QueueMoved{Outcome: contact.Said, Agent: "ann", Text: "hi"}},
		{"nothing said", func(s *stage) { s.with() }, contact.QueueMoved{Outcome: contact.Said, Agent: "ann"}},
		{"resumed, and not on hold", func(s *stage) { s.with() }, contact.QueueMoved{Outcome: contact.Resume, Agent: "ann"}},
		{"on hold twice", func(s *stage) { s.with(); s.moves(contact.Hold) }, contact.QueueMoved{Outcome: contact.Hold, Agent: "ann"}},
		{"left, and nobody is there", nil, contact.QueueMoved{Outcome: contact.Left, Agent: "ann"}},
		{"worked while it goes on", func(s *stage) { s.with() }, contact.QueueMoved{Outcome: contact.Worked, Agent: "ann"}},
		{"a callback's timer", nil, contact.TimerFired{Name: callback}},
		{"started again", nil, contact.Started{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := queued(t, "VOICE", nil, nil)
			if c.state != nil {
				c.state(s)
			}
			before := asJSON(t, s.c)
			s.hear(c.in)
			s.expectStale()
			if after := asJSON(t, s.c); after != before {
				t.Errorf("it changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// Nobody's desk speaks to a contact that is over, and after contact work ends once.
func TestAfterTheEnd(t *testing.T) {
	s := queued(t, "VOICE", nil, nil).with()
	s.moves(contact.Left)
	s.expectEnd("AGENT_DISCONNECT")
	s.expectEvents(contact.DisconnectedType)
	s.expectEffects(contact.EndCall{Reason: "agent"}, contact.Queue{Do: contact.QueueDone, Agent: "ann"})
	s.moves(contact.Said, func(in *contact.QueueMoved) { in.Text = "hi" })
	s.expectStale()
	s.moves(contact.Worked, func(in *contact.QueueMoved) { in.Agent = "bob" })
	s.expectStale()
	s.later(time.Minute).moves(contact.Worked)
	s.expectEvents(contact.Completed)
	if a := s.c.Agent; a.WorkEnd.Sub(a.Work) != time.Minute {
		t.Errorf("worked from %v to %v", a.Work, a.WorkEnd)
	}
	s.moves(contact.Worked)
	s.expectStale()
}

// A contact that ends while it rings takes the offer with it; one whose agent has
// not been joined yet has had an agent all the same.
func TestEndsInBetween(t *testing.T) {
	s := queued(t, "VOICE", nil, nil)
	s.moves(contact.Offered)
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	s.expectEffects(contact.Queue{Do: contact.QueueLeave, ID: "sales", Agent: "ann"})
	s.expectEvents(contact.DisconnectedType, contact.Completed)

	s = queued(t, "VOICE", map[string]string{"Default agent whisper": `a MessageParticipant {"Text":"Psst."} > b
		b EndFlowExecution`}, nil)
	s.moves(contact.Offered)
	s.moves(contact.Accepted)
	s.expectOpen("a")
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	s.expectEffects(contact.Queue{Do: contact.QueueDone, Agent: "ann"})
	s.expectEvents(contact.DisconnectedType)

	// An agent who leaves before he was joined leaves nobody to survey.
	s = queued(t, "VOICE", map[string]string{"survey": `x DisconnectParticipant`, "Default agent whisper": `a MessageParticipant {"Text":"Psst."} > b
		b EndFlowExecution`}, func(s *stage) { s.c.Hooks = map[string]string{"CustomerRemaining": "survey"} })
	s.moves(contact.Offered)
	s.moves(contact.Accepted)
	s.moves(contact.Left)
	s.expectEnd("AGENT_DISCONNECT")
	if s.out.Next != nil {
		t.Error("a segment follows though nobody was joined")
	}
}

// The whispers come one after the other, each to its ears, and then both are joined.
func TestWhispers(t *testing.T) {
	flows := map[string]string{
		"Default agent whisper": `a MessageParticipant {"Text":"From $.Queue.Name for $.Agent.UserName."} > b
			b EndFlowExecution`,
		"Default customer whisper": `c MessageParticipant {"Text":"You are through to $.Agent.UserName."} > d
			d EndFlowExecution`,
	}
	s := queued(t, "VOICE", flows, nil)
	s.moves(contact.Offered)
	s.moves(contact.Accepted)
	visit := s.c.Position.Visit
	s.expectEffects(contact.StopPrompt{}, contact.TellAgent{Visit: visit, Agent: "ann", Prompts: []contact.Prompt{{Text: "From Sales for ann.", Language: "en-US"}}})
	s.hear(contact.PromptEnded{Visit: visit})
	s.expectEffects(contact.PlayPrompt{Visit: s.c.Position.Visit, Prompt: contact.Prompt{Text: "You are through to ann.", Language: "en-US"}})
	if s.c.WithAgent() {
		t.Error("joined before the customer was told")
	}
	s.hear(contact.PromptEnded{Visit: s.c.Position.Visit})
	s.expectEvents(contact.ConnectedAgent)
	s.expectEffects(contact.Bridge{Do: "join", Agent: "ann", Name: "ann", Phone: "+12065550180"})
	if !slices.Equal(s.c.Agent.Heard, []string{"From Sales for ann."}) {
		t.Errorf("heard %q", s.c.Agent.Heard)
	}

	s = queued(t, "SMS", flows, nil).with()
	s.expectSent("You are through to ann.")
	s.hear(contact.MessageReceived{Text: "hello"})
	s.expectEffects(contact.TellAgent{Agent: "ann", Text: "hello", From: "customer"})
}

// A flow that only plays a part does not take the contact with it when it fails.
func TestPartsThatFail(t *testing.T) {
	broken := `a GetMetricData {"QueueId":"nowhere"} > a`
	for _, c := range []struct{ name, channel string }{
		{"Default customer queue", "VOICE"}, {"Default agent whisper", "VOICE"}, {"Default customer whisper", "SMS"}, {"Default customer hold", "VOICE"},
	} {
		s := queued(t, c.channel, map[string]string{c.name: broken}, nil).with()
		if c.name == "Default customer hold" {
			s.moves(contact.Hold)
		}
		if !s.c.Open() {
			t.Errorf("%s took the contact with it: %q", c.name, s.out.Notes)
		}
	}
	// Loop prompts without an error branch, on a chat.
	s := queued(t, "SMS", map[string]string{"Default customer queue": `a MessageParticipantIteratively {"Messages":[{"Text":"La."}]}`}, nil)
	if !s.c.Waits() {
		t.Errorf("it does not wait: %q", s.out.Notes)
	}
	// A hook whose flow was deleted since: the default one runs.
	s = queued(t, "SMS", map[string]string{"Default customer queue": `a MessageParticipant {"Text":"Wait."} > b
		b EndFlowExecution`}, func(s *stage) { s.c.Hooks = map[string]string{"CustomerQueue": "gone"} })
	s.expectSent("Wait.")
	s.expectNote("the default flow runs in its place")
}

func TestHolds(t *testing.T) {
	s := queued(t, "VOICE", map[string]string{
		"Default customer hold": `a MessageParticipantIteratively {"Messages":[{"Text":"La"},{"Text":"la."}]}`,
		"Default agent hold":    `a MessageParticipantIteratively {"Messages":[{"Text":"You are on hold."}]}`,
	}, nil).with()
	s.moves(contact.Hold)
	s.expectEffects(contact.Bridge{Do: "hold", Agent: "ann", Name: "ann"}, contact.PlayPrompt{Visit: s.c.Position.Visit, Loop: true,
		Prompt: contact.Prompt{Text: "La", Language: "en-US"}, More: []contact.Prompt{{Text: "la.", Language: "en-US"}}})
	s.moves(contact.Said, func(in *contact.QueueMoved) { in.Text = "hello?" })
	s.expectEffects()
	s.expectNote("on hold")
	s.later(10 * time.Second).moves(contact.Resume)
	s.expectEffects(contact.StopPrompt{}, contact.Bridge{Do: "resume", Agent: "ann", Name: "ann"})
	s.expectOpen("")
	s.moves(contact.Hold)
	s.later(30 * time.Second).moves(contact.Resume)
	s.moves(contact.Hold)
	s.later(5 * time.Second).hear(contact.CallEnded{By: contact.ByCustomer})
	if a := s.c.Agent; a.Holds != 3 || a.Held != 45 || a.Longest != 30 || a.OnHold {
		t.Errorf("holds %+v", a)
	}

	// A later contact wants the agent aside; what it wants of a contact without one
	// is nothing.
	s = queued(t, "VOICE", map[string]string{"Default agent hold": `a MessageParticipantIteratively {"Messages":[{"Text":"You are on hold."}]}`}, nil)
	s.hear(contact.ContactUpdated{Hold: "AgentOnHold"})
	s.expectEffects()
	s.with().hear(contact.ContactUpdated{Hold: "AgentOnHold"})
	if e, ok := s.out.Effects[1].(contact.TellAgent); !ok || !e.Loop || e.Prompts[0].Text != "You are on hold." {
		t.Errorf("effects %s", describe(s.out.Effects))
	}
	s.hear(contact.ContactUpdated{Hold: "OffHold"})
	if s.c.Agent.Aside || s.c.Agent.Holds != 1 {
		t.Errorf("agent %+v", s.c.Agent)
	}
}

// A segment has what belongs to the conversation, and not what belonged to the one
// before it.
func TestSegments(t *testing.T) {
	s := queued(t, "VOICE", map[string]string{"survey": `a MessageParticipant {"Text":"Well?"} > b
		b DisconnectParticipant`}, func(s *stage) {
		s.c.Hooks = map[string]string{"CustomerRemaining": "survey"}
		s.c.Attributes = map[string]string{"name": "Ann"}
		s.c.Vars = map[string]any{"External": map[string]any{"x": "1"}, "Media": map[string]any{"InitialMessage": "hi"}}
		s.c.Node, s.c.Account = "one", "carrier"
	}).with()
	s.moves(contact.Left)
	s.expectEnd("AGENT_DISCONNECT")
	d := s.out.Next
	if d == nil {
		t.Fatal("no segment follows")
	}
	if d.ID != "" || d.PreviousID != "c-1" || d.InitialID != "c-1" || d.LegID != "c-1" || d.Method != contact.MethodDisconnect || !d.Open() || d.Reason != "" ||
		d.Queue != nil || d.Agent != nil || d.Node != "one" || d.Account != "carrier" || d.Attributes["name"] != "Ann" || d.Hooks["CustomerRemaining"] != "survey" ||
		d.Vars["External"] != nil || d.Vars["Media"] == nil || d.Call == nil || d.Call.State != "connected" || d.Position.Visit != s.c.Position.Visit {
		t.Errorf("%s", asJSON(t, d))
	}
	if slices.ContainsFunc(s.out.Effects, func(e contact.Effect) bool { _, ends := e.(contact.EndCall); return ends }) {
		t.Error("the call ends with the first segment")
	}
	// It begins without dialling, and once.
	d.ID = "c-2"
	s.c = d
	s.hear(contact.Started{})
	s.expectEvents(contact.Initiated)
	s.expectOpen("a")
	s.hear(contact.Started{})
	s.expectStale()
	// Nobody has joined it: its end is no agent's, and no other segment follows.
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	if s.out.Next != nil {
		t.Error("a survey after the survey")
	}
}

// A segment's flow or queue that is gone ends the segment, with a reason.
func TestSegmentsThatCannotBegin(t *testing.T) {
	for name, change := range map[string]func(c *contact.Contact){
		"flow":  func(c *contact.Contact) { c.Position.Flow = "gone" },
		"queue": func(c *contact.Contact) { c.Queue = &contact.Queued{ID: "gone"} },
	} {
		s := stageOf(t, "SMS", selling)
		s.c.LegID, s.c.PreviousID = "c-0", "c-0"
		change(s.c)
		s.start()
		s.expectEnd("CONTACT_FLOW_DISCONNECT")
		s.expectNote("gone")
		if name == "queue" && s.c.Queue.Dequeued.IsZero() {
			t.Error("it waits on")
		}
	}
}

// A callback whose customer does not answer is tried again, as often as was said;
// one whose agent leaves first is not.
func TestCallbackTries(t *testing.T) {
	begin := func(try int) *stage {
		s := queued(t, "VOICE", nil, nil)
		s.c = &contact.Contact{ID: "c-9", Instance: "i-1", Channel: contact.Voice, Method: contact.MethodCallback, Target: "sales",
			Customer: contact.Endpoint{Address: "+12065550123"}, System: contact.Endpoint{Address: "+12065550111"},
			Callback: &contact.Callback{Delay: 60, Tries: 2, Try: try, Retry: 600}, Initiated: s.at}
		s.start()
		s.expectEffects(contact.Wake{Name: callback, At: s.at.Add(time.Minute)})
		s.later(time.Minute).hear(contact.TimerFired{Name: callback})
		s.expectEvents(contact.QueuedEvent)
		s.hear(contact.TimerFired{Name: callback})
		s.expectStale()
		s.moves(contact.Offered)
		s.moves(contact.Accepted)
		s.expectEffects(contact.PlaceCall{From: "+12065550111", To: "+12065550123", RingTimeout: 60})
		return s
	}
	s := begin(1)
	s.hear(contact.CallEnded{By: contact.ByNetwork, Code: "486"})
	s.expectEnd("TELECOM_BUSY")
	if d := s.out.Next; d == nil || d.Callback.Try != 2 || d.Callback.Delay != 600 || d.LegID != "" || d.Call != nil || d.PreviousID != "c-9" || !d.Open() {
		t.Errorf("%s", asJSON(t, d))
	}
	s = begin(2)
	s.hear(contact.CallEnded{By: contact.ByNetwork, Code: "486"})
	if s.out.Next != nil {
		t.Error("tried a third time")
	}
	s = begin(1)
	s.moves(contact.Left)
	s.expectEnd("AGENT_DISCONNECT")
	if s.out.Next != nil {
		t.Error("tried again after the agent left")
	}
	s = begin(1)
	s.hear(contact.CallAnswered{})
	s.expectEvents(contact.ConnectedSystem, contact.ConnectedAgent)
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	if s.out.Next != nil {
		t.Error("tried again after a conversation")
	}
}

func TestLoopPromptsInterrupt(t *testing.T) {
	const lines = `a MessageParticipantIteratively {"Messages":[{"Text":"La."}],"InterruptFrequencySeconds":"$.Attributes.n","ContinueMessagingDuringInterrupt":"%"} ?Equals:MessagesInterrupted w !NoMatchingError oops > oops
		w InvokeLambdaFunction {"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"3"} !NoMatchingError oops > a
		oops DisconnectParticipant`
	for goesOn, want := range map[string]bool{"false": true, "true": false} {
		s := queued(t, "VOICE", map[string]string{"Default customer queue": strings.Replace(lines, "%", goesOn, 1)}, func(s *stage) {
			s.c.Attributes = map[string]string{"n": "30"}
			s.w.serves = map[string]bool{"lambda:f": true}
		})
		s.hear(contact.TimerFired{Name: "interrupt", Visit: s.c.Position.Visit})
		stopped := slices.ContainsFunc(s.out.Effects, func(e contact.Effect) bool { _, ok := e.(contact.StopPrompt); return ok })
		s.expectOpen("w")
		if stopped != want {
			t.Errorf("going on %s: stopped %v", goesOn, stopped)
		}
	}
	for _, n := range []string{"0", "-1", "soon"} {
		s := queued(t, "VOICE", map[string]string{"Default customer queue": strings.Replace(lines, "%", "false", 1)}, func(s *stage) { s.c.Attributes = map[string]string{"n": n} })
		s.expectEnd("CONTACT_FLOW_DISCONNECT")
	}
}

// What the tables cannot say of the check.
func TestChecksOfQueueActions(t *testing.T) {
	for _, c := range []struct{ line, kind, want string }{
		{`MessageParticipantIteratively {"Messages":[{"Text":"x","SSML":"y"}]}`, "CUSTOMER_QUEUE", "Only one of these properties may be defined. Properties: [Text, SSML]"},
		{`MessageParticipantIteratively {"Messages":[{}]}`, "CUSTOMER_QUEUE", "At least one of [Text, SSML, PromptId, Media] must be set"},
		{`UpdateContactRoutingCriteria {"RoutingCriteria":{"Steps":[]}} > b`, "CONTACT_FLOW", "Invalid Action property value. Path: Actions[0].Parameters.RoutingCriteria"},
		{`UpdateContactRoutingCriteria {"RoutingCriteria":"plain"} > b`, "CONTACT_FLOW", "Invalid Action property value. Path: Actions[0].Parameters.RoutingCriteria"},
		{`UpdateContactRoutingCriteria {"RoutingCriteria":{"Steps":[{"Expression":{"AttributeCondition":{"Name":"a","Value":"b","ProficiencyLevel":"9","ComparisonOperator":"NumberGreaterOrEqualTo"}}}]}} > b`,
			"CONTACT_FLOW", "Invalid Action property value. Path: Actions[0].Parameters.RoutingCriteria"},
		{`UpdateContactRoutingCriteria {"RoutingCriteria":{"Steps":[{"Expression":{"AttributeCondition":{"Name":"$.Attributes.x","Value":"b","ProficiencyLevel":"9","ComparisonOperator":"NumberGreaterOrEqualTo"}}}]}} > b`,
			"CONTACT_FLOW", ""},
	} {
		got := (&walker{t: t}).problems(wrong(c.line), c.kind)
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}

// No routing criteria make the reader panic, and what it takes is well formed.
func FuzzCriteria(f *testing.F) {
	for _, s := range []string{`{}`, `{"Steps":[]}`, `{"Steps":[{}]}`, `{"Steps":[{"Expression":{"OrExpression":[{"AndExpression":[{}]}]}}]}`,
		`{"Steps":[{"Expression":{"AttributeCondition":{"Name":"a","Value":"b","ProficiencyLevel":"3","ComparisonOperator":"NumberGreaterOrEqualTo"}},"Expiry":{"DurationInSeconds":"1e9"}}]}`,
		`{"Steps":[{"Expression":{"NotAttributeCondition":{"ComparisonOperator":"Match","MatchCriteria":{"AgentsCriteria":{"AgentIds":["a"]}}}},"Expiry":{"DurationInSeconds":-1}}]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := readDocument([]byte(text))
		if err != nil {
			return
		}
		k, why := criteria(map[string]any(d))
		if (k == nil) == (why == "") {
			t.Errorf("criteria %v, why %q", k, why)
		}
		if k != nil && len(k.Steps) == 0 {
			t.Error("criteria without steps")
		}
	})
}

// Whatever agents and carriers do, and in whatever order: a contact in the hands of
// routing neither panics nor is lost. It waits, has an agent, stands in a flow or has
// ended; and what JSON keeps of it is all there is (stage.hear).
func FuzzAgents(f *testing.F) {
	for _, s := range []string{"\x00\x01", "\x00\x01\x06\x07\x08", "\x00\x03\x00\x02\x00\x01\x05", "\x00\x01\x09", "\x00\x01\x08\x0f\x00\x01", "\x0a\x0b\x0c\x0d\x0e", "\x00\x01\xc8\xc9\xfa", "\x00\x01\xc8\x00\x01\xfb\xfd\x05", "\x00\x01\xc8\xca\xfe"} {
		for kind := range byte(4) {
			f.Add([]byte(s), kind)
		}
	}
	flows := map[string]string{
		"Default customer queue": `a MessageParticipantIteratively {"Messages":[{"Text":"La."}],"InterruptFrequencySeconds":"20"} ?Equals:MessagesInterrupted d !NoMatchingError e
			d DequeueContactAndTransferToQueue {"QueueId":"service"} !QueueAtCapacity a !NoMatchingError a > a
			e EndFlowExecution`,
		"Default agent whisper": `a MessageParticipant {"Text":"x"} > b
			b EndFlowExecution`,
		"Default customer hold": `a MessageParticipantIteratively {"Messages":[{"Text":"La."}]}`,
		"Default queue transfer": `g TransferContactToQueue {} !QueueAtCapacity e !NoMatchingError e > e
			e DisconnectParticipant`,
		"survey": `w Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted b !NoMatchingError b > b
			b DisconnectParticipant`,
	}
	f.Fuzz(func(t *testing.T, heard []byte, kind byte) {
		if len(heard) > 60 {
			return
		}
		s := queued(t, []string{"VOICE", "SMS", "TASK", "VOICE"}[kind%4], flows, func(s *stage) {
			if kind%2 == 0 {
				s.c.Hooks = map[string]string{"CustomerRemaining": "survey"}
			}
		})
		for i, b := range heard {
			s.later(time.Duration(b) * time.Second).hear(atDesk(b, s.c))
			if next := s.out.Next; next != nil {
				next.ID = contact.ID(strings.Repeat("n", i+2))
				s.c = next
				s.hear(contact.Started{})
			}
			c := s.c
			if c.Open() && !c.Waits() && c.Agent == nil && c.Position.Action == "" && c.Callback == nil {
				t.Fatalf("lost after %d inputs: %s", i+1, asJSON(t, c))
			}
			if c.Agent != nil && c.Agent.OnHold && !c.WithAgent() {
				t.Fatalf("on hold without an agent: %s", asJSON(t, c))
			}
		}
	})
}

// atDesk gives one of the things that happen around a queue.
func atDesk(b byte, c *contact.Contact) contact.Input {
	moved := func(outcome string) contact.Input {
		return contact.QueueMoved{Outcome: outcome, Agent: "ann", Name: "ann", Visit: c.Position.Visit, Text: "hi", Queue: "service"}
	}
	outcomes := []string{contact.Offered, contact.Accepted, contact.Rejected, contact.Missed, contact.Withdrawn, contact.Left, contact.Hold, contact.Resume,
		contact.Said, contact.Moved, contact.Worked, contact.Capacity}
	if words := []string{contact.ConsultTaken, contact.ConsultOver, contact.ConsultSaid, contact.ConsultYours}; b >= 250 {
		return contact.ContactUpdated{Consult: words[b%4], By: "bob", Text: "bob"}
	}
	if b >= 200 {
		return moved([]string{contact.Consulted, contact.Joined, contact.Dropped}[b%3])
	}
	if int(b%17) < len(outcomes) {
		return moved(outcomes[b%17])
	}
	switch b % 17 {
	case 12:
		return contact.TimerFired{Name: "interrupt", Visit: c.Position.Visit}
	case 13:
		return contact.PromptEnded{Visit: c.Position.Visit}
	case 14:
		return contact.TimerFired{Name: offerTimer + "1"}
	case 15:
		return contact.CallEnded{By: contact.ByCustomer}
	}
	return contact.MessageReceived{Text: "hello"}
}
