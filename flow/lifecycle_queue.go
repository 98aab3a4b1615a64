package flow

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// rings is how long a contact rings at an agent's before it is missed.
// https://docs.aws.amazon.com/connect/latest/adminguide/about-contact-states.html
const rings = 20 * time.Second

// maxTransfers is how often a contact may go from queue to queue.
// https://docs.aws.amazon.com/connect/latest/adminguide/queue-to-queue-transfer.html
const maxTransfers = 11

// intoQueue is the target of a transfer to a queue, or the error it takes.
func (t *Turn) intoQueue(ref string) (*resource.Queue, *Next) {
	fail := func(kind, why string) (*resource.Queue, *Next) {
		n := t.Fail(kind, why)
		return nil, &n
	}
	if ref == "" {
		return fail(noMatch, "no queue is named, and no target queue is set")
	}
	q, err := t.queueOf(ref)
	if err != nil {
		return fail(noMatch, "the queue \""+ref+"\" is not there")
	}
	if q.Status == "DISABLED" {
		return fail(noMatch, "the queue \""+q.Name+"\" is disabled")
	}
	if q.Max > 0 {
		if n := t.World.Metrics(q.ID, "").Waiting; n >= q.Max {
			return fail(atCapacity, fmt.Sprintf("%d contacts wait in the queue %q, which takes %d", n, q.Name, q.Max))
		}
	}
	return q, nil
}

// atCapacity is the error of a queue that is full.
const atCapacity = "QueueAtCapacity"

// enqueue puts the contact into a queue. Its customer queue flow runs while it
// waits there.
func (t *Turn) enqueue(q *resource.Queue) (*node, error) {
	c := t.Contact
	c.Queue = t.queued(q)
	c.Target = q.ID
	t.activate()
	t.Event(contact.QueuedEvent)
	t.Do(contact.Queue{Do: contact.QueueJoin, ID: q.ID})
	if c.Callback != nil { // the customer has hung up
		p := &c.Position
		p.Action, p.State, p.Stack, p.Kind = "", nil, nil, customerQueue.kind
		return nil, nil
	}
	return t.play(customerQueue)
}

// queued is a place in a queue, taken now.
func (t *Turn) queued(q *resource.Queue) *contact.Queued {
	out := &contact.Queued{ID: q.ID, Name: q.Name, Enqueued: t.At}
	if q.Type == "AGENT" {
		out.Type = q.Type
	}
	return out
}

// activate lets the routing criteria count from now on.
func (t *Turn) activate() {
	if k := t.Contact.Criteria; k != nil && len(k.Steps) > 0 {
		t.Contact.Criteria = &contact.Criteria{Steps: k.Steps, Since: t.At}
	}
}

// queueMoved is what routing and agents say.
func (t *Turn) queueMoved(in contact.QueueMoved) error {
	c := t.Contact
	switch in.Outcome {
	case contact.Offered:
		return t.offered(in)
	case contact.Accepted:
		return t.accepted(in)
	case contact.Rejected, contact.Missed, contact.Withdrawn:
		return t.notTaken(in)
	case contact.Capacity:
		if t.waits(in.Visit) {
			return t.resume(in)
		}
		t.out.Stale = true
		return nil
	case contact.SetAside, contact.TakenUp:
		return t.asked(in)
	case contact.Handed:
		return t.handed(in)
	}
	if c.Agent == nil || in.Agent != "" && in.Agent != c.Agent.ID {
		t.out.Stale = true
		return nil
	}
	switch in.Outcome {
	case contact.Said:
		return t.said(in)
	case contact.Hold, contact.Resume:
		return t.held(in.Outcome == contact.Hold)
	case contact.Left:
		return t.agentLeft()
	case contact.Moved:
		return t.handedOn(in)
	case contact.Consulted:
		return t.consults(in)
	case contact.Joined:
		return t.joins()
	case contact.Dropped:
		return t.drops()
	}
	t.out.Stale = true // of a later release: nothing that this one knows
	return nil
}

// offered is an agent at whom the contact rings from now on. The customer hears
// nothing of it.
func (t *Turn) offered(in contact.QueueMoved) error {
	c := t.Contact
	if !c.Waits() || c.Queue.Offer != nil || in.Agent == "" {
		t.out.Stale = true
		return nil
	}
	name := in.Name
	if name == "" {
		name = in.Agent
	}
	c.Queue.Offer = &contact.Offer{Agent: in.Agent, Name: name, At: t.At}
	c.Queue.Attempts++
	ring := rings
	if in.Ring > 0 {
		ring = time.Duration(in.Ring) * time.Second
	}
	t.Do(contact.Wake{Name: offerTimer + strconv.Itoa(c.Queue.Attempts), At: t.At.Add(ring)})
	t.Note("it is offered to " + name)
	t.ringPhone()
	if t.waits(in.Visit) {
		return t.resume(in)
	}
	return nil
}

// ringPhone lets the telephone of the agent ring to whom it is offered. It is the
// call's: that of a contact without one does not ring.
func (t *Turn) ringPhone() {
	c := t.Contact
	if !t.onCall() || c.Apart != nil {
		return
	}
	o := *c.Queue.Offer
	if u, err := t.World.User(o.Agent); err == nil && u.Phone != "" {
		o.Phone = u.Phone
		c.Queue.Offer = &o
		t.Do(contact.Bridge{Do: contact.BridgeRing, Agent: o.Agent, Name: o.Name, Phone: u.Phone})
	}
}

// offerTimer begins the name of the timer of an offer; its number follows.
const offerTimer = "offer "

// rangOut is an offer that the agent let ring.
func (t *Turn) rangOut(in contact.TimerFired) error {
	q := t.Contact.Queue
	number := strings.TrimPrefix(in.Name, offerTimer)
	if q == nil || q.Offer == nil || number != strconv.Itoa(q.Attempts) {
		t.out.Stale = true
		return nil
	}
	return t.notTaken(contact.QueueMoved{Outcome: contact.Missed, Agent: q.Offer.Agent})
}

// notTaken is an offer of which nothing came: the contact waits on.
func (t *Turn) notTaken(in contact.QueueMoved) error {
	q := t.Contact.Queue
	if q == nil || q.Offer == nil || in.Agent != "" && in.Agent != q.Offer.Agent {
		t.out.Stale = true
		return nil
	}
	o := q.Offer
	q.Offer = nil
	t.unring(o)
	t.Note(o.Name + " has not taken it: " + in.Outcome)
	if in.Outcome == contact.Missed {
		t.Do(contact.Queue{Do: contact.QueueMissed, ID: q.ID, Agent: o.Agent})
	}
	if q.Direct {
		t.finish("the agent " + o.Name + " has not taken it")
		return nil
	}
	t.Do(contact.Queue{Do: contact.QueueJoin, ID: q.ID})
	return nil
}

// unring lets an agent's telephone ring no more.
func (t *Turn) unring(o *contact.Offer) {
	if o.Phone != "" && t.onCall() {
		t.Do(contact.Bridge{Do: contact.BridgeUnring, Agent: o.Agent, Name: o.Name})
	}
}

// accepted is the agent who takes the contact: the queue flow stops, the agent
// and then the customer hear their whispers, and both are joined.
func (t *Turn) accepted(in contact.QueueMoved) error {
	c := t.Contact
	if !c.Waits() || c.Queue.Offer == nil || in.Agent != "" && in.Agent != c.Queue.Offer.Agent {
		t.out.Stale = true
		return nil
	}
	o := c.Queue.Offer
	c.Queue.Offer, c.Queue.Dequeued = nil, t.At
	c.Agent = &contact.Agent{ID: o.Agent, Name: o.Name, Offered: o.At, Accepted: t.At, Attempts: c.Queue.Attempts}
	if t.onCall() {
		t.Do(contact.StopPrompt{})
	}
	return t.playFrom(agentWhisper)
}

// onCall tells whether a caller is there to hear something.
func (t *Turn) onCall() bool {
	c := t.Contact
	return c.Channel == contact.Voice && c.Call != nil && c.Call.State == "connected"
}

// leaveQueue takes a contact that is over out of its queue, and away from the
// agent at whom it rings or who had it.
func (t *Turn) leaveQueue() {
	c := t.Contact
	if q := c.Queue; q != nil && q.Dequeued.IsZero() {
		q.Dequeued = t.At
		e := contact.Queue{Do: contact.QueueLeave, ID: q.ID}
		if q.Offer != nil {
			t.unring(q.Offer)
			e.Agent, q.Offer = q.Offer.Agent, nil
		}
		t.Do(e)
	}
	if a := c.Agent; a != nil && a.Work.IsZero() && !a.Accepted.IsZero() {
		t.offHold()
		a.Work = t.At
		t.Do(contact.Queue{Do: contact.QueueDone, Agent: a.ID})
	}
}

// worked is the end of the agent's after contact work: now the contact is
// completed.
func (t *Turn) worked(in contact.QueueMoved) {
	a := t.Contact.Agent
	if a == nil || a.Work.IsZero() || !a.WorkEnd.IsZero() || in.Agent != "" && in.Agent != a.ID {
		t.out.Stale = true
		return
	}
	a.WorkEnd = t.At
	t.Event(contact.Completed)
}
