package flow

import (
	"time"

	"outdial/contact"
	"outdial/resource"
)

// maxHeard bounds what is kept of what an agent alone has heard.
const maxHeard = 50

// tellAgent lets the agent alone hear prompts, or read them where there is no
// sound; it tells whether the end of them is to be waited for.
func (t *Turn) tellAgent(prompts []contact.Prompt, loop bool) (waits bool) {
	c := t.Contact
	e := contact.TellAgent{Agent: c.Agent.ID, Loop: loop}
	for _, p := range prompts {
		t.agentHears(spoken(p))
	}
	if t.voice() {
		e.Visit, e.Prompts = t.Visit(), prompts
		t.Do(e)
		return !loop
	}
	for _, p := range prompts {
		e.Text = spoken(p)
		t.Do(e)
	}
	return false
}

// agentHears keeps what the agent alone has heard.
func (t *Turn) agentHears(text string) {
	a := t.Contact.Agent
	if text == "" {
		return
	}
	// What is kept is never changed in place: other copies of the contact share it.
	a.Heard = append(a.Heard[:len(a.Heard):len(a.Heard)], text)
	a.Heard = a.Heard[max(0, len(a.Heard)-maxHeard):]
}

func (t *Turn) voice() bool { return t.Contact.Channel == contact.Voice }

// spoken is what is heard of a prompt, as far as it is in words.
func spoken(p contact.Prompt) string {
	for _, s := range [...]string{p.Text, p.SSML, p.Name, p.URI} {
		if s != "" {
			return s
		}
	}
	return ""
}

// toAgent tells whether what the flow says is for the agent's ears.
func (t *Turn) toAgent() bool {
	kind := t.roleOf()
	return t.Contact.Agent != nil && (kind == agentWhisper.kind || kind == agentHold.kind)
}

// joined connects the customer with the agent.
func (t *Turn) joined() {
	c := t.Contact
	was := recordingOf(c).now(c)
	c.Agent.Connected = t.At
	p := &c.Position
	p.Action, p.State, p.Stack, p.Kind = "", nil, nil, ""
	t.Event(contact.ConnectedAgent)
	switch {
	case c.Apart != nil:
		t.word(c.Apart.ID, contact.ContactUpdated{Consult: contact.ConsultTaken, By: c.Agent.ID, Text: c.Agent.Name})
	case t.voice():
		t.bridgeJoin()
		t.recordFrom(was)
	}
}

// bridgeJoin lets the customer and the agent hear each other.
func (t *Turn) bridgeJoin() {
	a := t.Contact.Agent
	e := contact.Bridge{Do: contact.BridgeJoin, Agent: a.ID, Name: a.Name}
	if u, err := t.World.User(a.ID); err == nil {
		e.Phone = u.Phone
	}
	t.Do(e)
}

// said is what the agent says to the customer.
func (t *Turn) said(in contact.QueueMoved) error {
	c := t.Contact
	if !c.WithAgent() || in.Text == "" && (len(in.Attachments) == 0 || c.Channel != contact.Chat) || c.Channel == contact.Task {
		t.out.Stale = true
		return nil
	}
	switch {
	case c.Apart != nil || c.Consult != nil:
		t.saidAmong(in.Text)
	case c.Channel == contact.Chat:
		t.Do(contact.SendMessage{Text: in.Text, By: c.Agent.ID, Attachments: in.Attachments})
	case c.Agent.OnHold || c.Agent.Aside:
		t.Note(c.Agent.Name + " speaks, and the customer does not hear it: the call is on hold")
	default:
		t.Do(contact.Bridge{Do: contact.BridgeSay, Agent: c.Agent.ID, Name: c.Agent.Name, Text: in.Text})
	}
	return nil
}

// heardByAgent is a message of the customer's that the agent reads.
func (t *Turn) heardByAgent(in contact.MessageReceived) {
	t.Do(contact.TellAgent{Agent: t.Contact.Agent.ID, Text: in.Text, From: "customer"})
}

// held puts the customer on hold, or takes him off it; a task is put aside.
func (t *Turn) held(on bool) error {
	c := t.Contact
	if c.Channel == contact.Task {
		return t.paused(on)
	}
	a := c.Agent
	if !c.WithAgent() || !t.voice() || c.Apart != nil || on == (a.OnHold || a.Aside) {
		t.out.Stale = true
		return nil
	}
	if c.Consult != nil {
		c.Consult.Joined = false
	}
	if !on {
		t.offHold()
		return nil
	}
	return t.onHold(customerHold)
}

// onHold parts the customer from the agent; one of them hears a hold flow.
func (t *Turn) onHold(r role) error {
	a := t.Contact.Agent
	a.OnHold, a.Aside, a.Since = r == customerHold, r == agentHold, t.At
	a.Holds++
	t.Do(contact.Bridge{Do: contact.BridgeHold, Agent: a.ID, Name: a.Name})
	return t.playFrom(r)
}

// offHold joins them again.
func (t *Turn) offHold() {
	a := t.Contact.Agent
	if !a.OnHold && !a.Aside {
		return
	}
	span := int(t.At.Sub(a.Since) / time.Second)
	a.Held += span
	a.Longest = max(a.Longest, span)
	a.OnHold, a.Aside, a.Since = false, false, time.Time{}
	p := &t.Contact.Position
	p.Action, p.State, p.Stack, p.Kind = "", nil, nil, ""
	if t.Contact.Open() {
		t.Do(contact.StopPrompt{})
		t.Do(contact.Bridge{Do: contact.BridgeResume, Agent: a.ID, Name: a.Name})
	}
}

// paused puts a task aside, or takes it up again. TaskContact, PauseContact
func (t *Turn) paused(on bool) error {
	c := t.Contact
	if on == !c.Pause.Since.IsZero() {
		t.out.Stale = true
		return nil
	}
	if !on {
		return t.unpaused()
	}
	c.Pause.Since, c.Pause.Began = t.At, t.At
	c.Pause.Count++
	t.Event(contact.Paused)
	return t.playFrom(atPause)
}

// unpaused takes a task up again: its flow for that runs.
func (t *Turn) unpaused() error {
	t.goesOn()
	t.reroute()
	return t.playFrom(atResume)
}

// goesOn ends a pause.
func (t *Turn) goesOn() {
	p := &t.Contact.Pause
	p.Total += int(t.At.Sub(p.Since) / time.Second)
	p.Since, p.Last = time.Time{}, t.At
	t.Event(contact.Resumed)
}

// agentLeft is the agent who hangs up. The customer remains where a disconnect
// flow is set for that, and goes on in a new segment.
func (t *Turn) agentLeft() error {
	c := t.Contact
	reason := "AGENT_DISCONNECT"
	if c.Channel == contact.Task {
		reason = "AGENT_COMPLETED"
	}
	if c.Apart != nil { // the customer is another contact's
		t.end(reason)
		return nil
	}
	if c.Consult != nil {
		t.leavesTo()
		return nil
	}
	if !c.Agent.Connected.IsZero() {
		if remains, err := t.remains(reason); err != nil || remains {
			return err
		}
	}
	t.hangUp(reason)
	return nil
}

// remains ends the contact in favour of its disconnect flow; false where none is
// set. It runs when an agent leaves a customer, and when a task expires or is
// ended by its flow; never when the customer goes.
// https://docs.aws.amazon.com/connect/latest/adminguide/set-disconnect-flow.html
func (t *Turn) remains(reason string) (bool, error) {
	c := t.Contact
	if c.Hooks[disconnected.event] == "" {
		return false, nil
	}
	f, err := t.flowOf(disconnected)
	if err != nil || f == nil {
		return false, err
	}
	if t.onCall() && c.Agent != nil {
		t.Do(contact.StopPrompt{})
		t.Do(contact.Bridge{Do: contact.BridgeLeave, Agent: c.Agent.ID, Name: c.Agent.Name})
	}
	t.follow(contact.MethodDisconnect, reason, func(d *contact.Contact) {
		d.Position.Flow, d.Position.Kind = f.ID, disconnected.kind
		if c.Channel == contact.Task && !d.Expires.After(t.At) {
			d.Expires = t.At.Add(taskLasts)
		}
	})
	return true, nil
}

// hangUp ends the contact, and its call with it.
func (t *Turn) hangUp(reason string) {
	c := t.Contact
	if t.voice() && c.Call != nil && c.Call.State != "ended" {
		t.Do(contact.EndCall{Reason: "agent"})
	}
	t.end(reason)
}

// handedOn is the agent who transfers the contact by a quick connect: to a queue
// or to another agent, by the flow for that.
func (t *Turn) handedOn(in contact.QueueMoved) error {
	c := t.Contact
	if !c.WithAgent() || c.Consult != nil || c.Apart != nil {
		t.out.Stale = true
		return nil
	}
	r, target := queueTransfer, in.Queue
	if in.To != "" {
		r, target = agentTransfer, in.To
	}
	f, q, err := t.wayOf(in, r, target)
	if err != nil || f == nil && q == nil {
		return err
	}
	if t.onCall() {
		t.Do(contact.StopPrompt{})
		t.Do(contact.Bridge{Do: contact.BridgeLeave, Agent: c.Agent.ID, Name: c.Agent.Name})
	}
	t.follow(contact.MethodTransfer, "AGENT_DISCONNECT", func(d *contact.Contact) {
		if q != nil {
			d.Target = q.ID
		}
		if f == nil {
			d.Queue = &contact.Queued{ID: q.ID}
			return
		}
		d.Position.Flow, d.Position.Kind = f.ID, r.kind
	})
	c.Quick = in.Quick
	return nil
}

// wayOf gives the flow and the queue of a transfer: the quick connect's own flow,
// else the one for its role. Neither is there where it cannot be done.
func (t *Turn) wayOf(in contact.QueueMoved, r role, target string) (f *Flow, q *resource.Queue, err error) {
	if target != "" {
		if q, err = t.queueOf(target); err != nil {
			t.Note("it cannot be handed on: there is no queue and no agent " + target)
			return nil, nil, nil
		}
	}
	if in.Flow == "" {
		f, err = t.flowOf(r)
		return f, q, err
	}
	f, why := t.findFlow(in.Flow)
	if f == nil {
		t.Note("it cannot be handed on: " + why)
		return nil, nil, nil
	}
	return f, q, nil
}
