package flow

import (
	"fmt"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// follow ends the contact in favour of a new segment of the same conversation:
// another contact, linked to this one, that begins in the same moment. What
// belongs to the conversation (attributes, hooks, the call) goes over to it.
// Where one contact cannot have two, the first of a turn counts.
func (t *Turn) follow(method, reason string, change func(d *contact.Contact)) {
	d := t.segment(method)
	change(d)
	if t.onCall() { // what was recorded with an agent is not recorded without
		if was := recordingOf(t.Contact).now(t.Contact); len(was) > 0 {
			t.recordAs(d, was)
		}
	}
	t.end(reason)
	t.out.Next = d
}

// segment is a contact that goes on from this one.
func (t *Turn) segment(method string) *contact.Contact {
	c := t.Contact
	d := c.Clone()
	d.ID, d.InitialID, d.PreviousID, d.NextID, d.LegID = "", c.First(), c.ID, "", c.Leg()
	d.Method, d.Initiated, d.Updated, d.Scheduled = method, t.At, time.Time{}, time.Time{}
	d.Queue, d.Agent, d.Callback, d.Kept, d.Extra = nil, nil, nil, nil, nil
	d.Pause, d.Quick, d.Consult, d.Apart = contact.Pause{}, nil, nil, nil
	d.Position = contact.Position{Visit: c.Position.Visit}
	for _, root := range results {
		delete(d.Vars, root)
	}
	return d
}

// results are the namespaces that hold what one contact was answered; they are
// not the next one's.
var results = [...]string{"External", "Lex", "LambdaInvocation", "StoredCustomerInput", "Loop", "Modules", "Views", "Metrics"}

// continued begins a segment of a conversation that goes on: nothing is dialled,
// and nobody is connected anew.
func (t *Turn) continued() error {
	c := t.Contact
	t.Event(contact.Initiated)
	if c.Channel != contact.Voice && !c.Expires.IsZero() {
		t.Do(contact.Wake{Name: expire, At: c.Expires})
	}
	if c.Queue != nil {
		q, err := t.queueOf(c.Queue.ID)
		if err != nil {
			t.finish(fmt.Sprintf("the queue %q is not there: %v", c.Queue.ID, err))
			return nil
		}
		return t.onward(t.enqueue(q))
	}
	f, err := notFoundIsNone(t.World.Flow(c.Position.Flow))
	if err != nil {
		return err
	}
	if f == nil {
		t.finish(fmt.Sprintf("the flow %q is not there", c.Position.Flow))
		return nil
	}
	t.enter(f, c.Position.Kind)
	return t.run(f.start)
}

// notFoundIsNone turns a flow that is not there into none.
func notFoundIsNone(f *Flow, err error) (*Flow, error) {
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return f, err
}
