package flow

import (
	"time"

	"outdial/contact"
)

// callback is the timer of a callback that waits for its time.
const callback = "callback"

// calledBack begins a queued callback: it waits for its time, and then in its
// queue. A flow that was given for it decides about that instead.
func (t *Turn) calledBack() error {
	c := t.Contact
	t.Event(contact.Initiated)
	if c.Position.Flow != "" {
		f, err := notFoundIsNone(t.World.Flow(c.Position.Flow))
		if err != nil {
			return err
		}
		if f == nil {
			t.finish("the flow \"" + c.Position.Flow + "\" is not there")
			return nil
		}
		t.enter(f, c.Position.Kind)
		return t.run(f.start)
	}
	if c.Callback.Delay > 0 {
		t.Do(contact.Wake{Name: callback, At: t.At.Add(time.Duration(c.Callback.Delay) * time.Second)})
		return nil
	}
	return t.callbackDue()
}

// callbackDue puts a callback whose time has come into its queue.
func (t *Turn) callbackDue() error {
	c := t.Contact
	if c.Callback == nil || c.Queue != nil {
		t.out.Stale = true
		return nil
	}
	q, err := t.queueOf(c.Target)
	if err != nil {
		t.finish("the queue \"" + c.Target + "\" is not there")
		return nil
	}
	return t.onward(t.enqueue(q))
}

// dialsBack calls the customer of a callback, whose agent is there now; false
// where it is no callback, or where the call is up.
func (t *Turn) dialsBack() bool {
	c := t.Contact
	if c.Callback == nil || c.Call != nil {
		return false
	}
	ring := c.RingTimeout
	if ring == 0 {
		ring = defaultRing
	}
	c.Call = &contact.Call{State: "dialing"}
	t.Do(contact.PlaceCall{From: c.System.Address, FromName: c.System.DisplayName, To: c.Customer.Address, RingTimeout: ring, AMD: c.AMD})
	return true
}

// again makes the next try of a callback that the customer has not answered: a
// contact of its own, which has its own agent. The present one is over.
func (t *Turn) again() {
	c := t.Contact
	k := c.Callback
	if k == nil || !c.Connected.IsZero() || k.Try >= k.Tries || t.out.Next != nil {
		return
	}
	if c.Reason == "TELECOM_NUMBER_INVALID" {
		t.Note("the customer is not called again: there is no such number")
		return
	}
	d := c.Clone()
	d.ID, d.InitialID, d.PreviousID, d.NextID, d.LegID = "", c.First(), c.ID, "", ""
	d.Initiated, d.Updated, d.Disconnected, d.Reason = t.At, time.Time{}, time.Time{}, ""
	d.Queue, d.Agent, d.Call, d.Kept, d.Extra, d.Node = nil, nil, nil, nil, nil, ""
	d.Position, d.AMDStatus = contact.Position{}, ""
	d.Callback = &contact.Callback{Delay: k.Retry, Tries: k.Tries, Try: k.Try + 1, Retry: k.Retry, Since: k.Since}
	t.out.Next = d
}
