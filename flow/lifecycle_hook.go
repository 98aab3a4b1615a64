package flow

import (
	"outdial/contact"
	"outdial/resource"
)

// A role is a flow's part in the life of a contact beside its own flow: which
// type of flow plays it, the event hook that names one, and the flow of every
// instance that plays it where no hook does.
// https://docs.aws.amazon.com/connect/latest/adminguide/contact-flow-default.html
type role struct{ kind, event, name string }

var (
	customerQueue   = role{"CUSTOMER_QUEUE", "CustomerQueue", "Default customer queue"}
	agentWhisper    = role{"AGENT_WHISPER", "AgentWhisper", "Default agent whisper"}
	customerWhisper = role{"CUSTOMER_WHISPER", "CustomerWhisper", "Default customer whisper"}
	outboundWhisper = role{"OUTBOUND_WHISPER", "", "Default outbound"}
	customerHold    = role{"CUSTOMER_HOLD", "CustomerHold", "Default customer hold"}
	agentHold       = role{"AGENT_HOLD", "AgentHold", "Default agent hold"}
	queueTransfer   = role{"QUEUE_TRANSFER", "", "Default queue transfer"}
	agentTransfer   = role{"AGENT_TRANSFER", "", "Default agent transfer"}
	disconnected    = role{"CONTACT_FLOW", "CustomerRemaining", ""}
	// What runs while a task rests, and when it goes on, are flows of any type.
	atPause  = role{"PAUSE", "PauseContact", ""}
	atResume = role{"RESUME", "ResumeContact", ""}
)

// play lets the flow of a role run on the contact, in place of what it stands in.
// Without one it goes on with what comes after.
func (t *Turn) play(r role) (*node, error) {
	p := &t.Contact.Position
	p.Stack, p.Action, p.State = nil, "", nil
	f, err := t.flowOf(r)
	if err != nil {
		return nil, err
	}
	if f == nil {
		p.Kind = r.kind
		if r == customerQueue && t.onCall() && t.Contact.Hooks[r.event] != contact.NoFlow {
			// Nobody waits in silence: on Amazon Connect every instance has the flow.
			t.Do(contact.PlayPrompt{Visit: t.Visit(), Prompt: contact.Prompt{URI: "builtin:music"}, Loop: true})
		}
		return t.after(r.kind)
	}
	t.enter(f, r.kind)
	return f.start, nil
}

// playFrom does so outside of a flow: it goes on until something waits.
func (t *Turn) playFrom(r role) error { return t.onward(t.play(r)) }

// onward runs from a node on, if there is one.
func (t *Turn) onward(n *node, err error) error {
	if n == nil || err != nil {
		return err
	}
	return t.run(n)
}

// flowOf finds the flow of a role: the hook's, else the default one of the
// instance; nil where there is none, or where it was switched off.
func (t *Turn) flowOf(r role) (*Flow, error) {
	ref := t.Contact.Hooks[r.event]
	if r == outboundWhisper {
		ref = t.outboundFlow()
	}
	if ref == contact.NoFlow {
		return nil, nil
	}
	if ref != "" {
		f, why := t.findFlow(ref)
		if f != nil {
			return f, nil
		}
		t.Note(why + "; the default flow runs in its place")
	}
	if r.name == "" {
		return nil, nil
	}
	return notFoundIsNone(t.World.FlowNamed(r.name))
}

// outboundFlow is the whisper flow of the queue in which the contact was.
func (t *Turn) outboundFlow() string {
	if t.Contact.Queue == nil {
		return ""
	}
	q, err := t.queueOf(t.Contact.Queue.ID)
	if err != nil {
		return ""
	}
	return q.OutboundFlow
}

// queueOf finds a queue, or an agent's own, which bears the agent's id.
func (t *Turn) queueOf(ref string) (*resource.Queue, error) {
	q, err := t.World.Queue(ref)
	if err == nil {
		return q, nil
	}
	u, missing := t.World.User(ref)
	if missing != nil {
		return nil, err
	}
	return agentQueue(t.instance(), u), nil
}

// agentQueue is the queue of one agent. API_Queue, QueueType AGENT
func agentQueue(i *resource.Instance, u *resource.User) *resource.Queue {
	return &resource.Queue{Meta: resource.Meta{ID: u.ID, ARN: i.ARN + "/queue/agent/" + u.ID, Name: u.Name}, Type: "AGENT", Status: "ENABLED"}
}

// roleOf is the role that the flow in which the contact stands plays, whatever
// module it is in.
func (t *Turn) roleOf() string {
	p := &t.Contact.Position
	if len(p.Stack) > 0 {
		return p.Stack[0].Kind
	}
	return p.Kind
}

// flowEnded ends the flow. Where the contact has something else to live for it
// goes on with that; any other ends.
func (t *Turn) flowEnded() (*node, error) {
	switch kind := t.roleOf(); kind {
	case "", "CONTACT_FLOW", moduleKind, queueTransfer.kind, agentTransfer.kind, "CAMPAIGN":
		t.finish("")
		return nil, nil
	default:
		p := &t.Contact.Position
		p.Action, p.State, p.Stack, p.Kind = "", nil, nil, kind
		return t.after(kind)
	}
}

// gaveUp ends the flow by an error: with it the contact, unless the flow only
// plays a part beside what the contact lives for.
func (t *Turn) gaveUp(why string) (*node, error) {
	switch t.roleOf() {
	case customerQueue.kind, agentWhisper.kind, customerWhisper.kind, outboundWhisper.kind, customerHold.kind, agentHold.kind, atPause.kind, atResume.kind:
		t.Note(why)
		return t.flowEnded()
	}
	t.finish(why)
	return nil, nil
}

// after goes on when the flow of a role is over.
func (t *Turn) after(kind string) (*node, error) {
	a := t.Contact.Agent
	if a == nil || !a.Connected.IsZero() {
		return nil, nil // it waits in its queue, or talks with its agent
	}
	switch kind {
	case agentWhisper.kind:
		if t.dialsBack() {
			return nil, nil
		}
		return t.play(customerWhisper)
	case customerWhisper.kind, outboundWhisper.kind:
		t.joined()
	}
	return nil, nil
}
