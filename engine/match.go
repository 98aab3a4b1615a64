package engine

import (
	"encoding/json"
	"slices"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/routing"
	"outdial/store"
)

// match offers the contacts of some queues to those who are free for them. It runs
// within the unit of work that gave rise to it. Two nodes may run it at once: both
// lock a contact and write an agent's mark before an offer holds, and who comes
// second reads again.
func (e *Engine) match(t *store.Tx, instance string, queues ...string) error {
	agents, err := Agents(t, instance)
	if err != nil {
		return err
	}
	var free []routing.Agent
	by := map[string]*Agent{}
	for _, a := range agents {
		if a.Status != Available || a.rings() != nil {
			continue
		}
		r, err := a.routed(t)
		if err != nil {
			return err
		}
		free, by[a.ID] = append(free, r), a
	}
	if len(free) == 0 {
		return nil
	}
	waiting, err := e.offerAll(t, instance, queues, free, by)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if err := e.matchLater(t, instance, q, waiting, free); err != nil {
			return err
		}
	}
	return nil
}

// offerAll offers contacts until nobody is free whom one would suit, and gives those
// that it looked at. Who does not wait any more, against what was remembered, is
// left out, and it is looked again.
func (e *Engine) offerAll(t *store.Tx, instance string, queues []string, free []routing.Agent, by map[string]*Agent) ([]routing.Waiting, error) {
	list, err := e.waitersOf(t, instance, queues)
	if err != nil {
		return nil, err
	}
	waiting := make([]routing.Waiting, len(list))
	at := make(map[contact.ID]*waiter, len(list))
	for i, w := range list {
		waiting[i], at[w.Contact] = w.Waiting, w
	}
	for left, agents := waiting, free; ; {
		done, served, again := map[contact.ID]bool{}, map[string]bool{}, false
		for _, o := range routing.Match(left, agents, e.Now()) {
			ok, err := e.offer(t, by[o.Agent], o.Contact, contact.QueueMoved{}, true)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			c, lost := t.Contact(o.Contact)
			if lost != nil && !fault.Is(lost, fault.NotFound) {
				return nil, lost
			}
			if ok || lost == nil && offerable(c) { // he has it, or cannot take anything
				served[o.Agent], done[o.Contact] = true, ok
				continue
			}
			done[o.Contact], again = true, true
			w := at[o.Contact]
			t.After(func() { e.waiting.gone(w) })
		}
		if !again {
			return waiting, nil
		}
		left = slices.DeleteFunc(slices.Clone(left), func(w routing.Waiting) bool { return done[w.Contact] })
		agents = slices.DeleteFunc(slices.Clone(agents), func(a routing.Agent) bool { return served[a.ID] })
	}
}

// waits is a contact as routing sees it.
func waits(c *contact.Contact) routing.Waiting {
	w := routing.Waiting{Contact: c.ID, Queue: c.Queue.ID, Channel: c.Channel, Since: c.Queue.Enqueued, Priority: c.Priority,
		Shift: time.Duration(c.AgeShift) * time.Second, Criteria: c.Criteria}
	if k := c.Callback; k != nil && !k.Since.IsZero() {
		w.Shift += max(0, w.Since.Sub(k.Since))
	}
	return w
}

// matchLater looks again when time alone changes who gets whom in a queue.
func (e *Engine) matchLater(t *store.Tx, instance, queue string, waiting []routing.Waiting, free []routing.Agent) error {
	var there []routing.Waiting
	for _, w := range waiting {
		if w.Queue == queue {
			there = append(there, w)
		}
	}
	now := e.Now()
	next := routing.Next(there, free, now)
	if next.IsZero() {
		return nil
	}
	key := "match/" + instance + "/" + queue
	doc, ok, err := t.Mark(key, now)
	if err != nil {
		return err
	}
	var set time.Time
	if ok && json.Unmarshal(doc, &set) == nil && set.After(now) && !set.After(next) {
		return nil // that is looked after
	}
	if doc, err = json.Marshal(next); err != nil {
		return err
	}
	if err := t.PutMark(key, doc, next.Add(time.Hour)); err != nil {
		return err
	}
	return send(t, store.Job{Account: ours, Due: next}, contact.Queue{Do: contact.QueueMatch, ID: queue, Agent: instance})
}

// offer lets a contact ring at an agent's; false where it does not wait any more.
func (e *Engine) offer(t *store.Tx, a *Agent, id contact.ID, in contact.QueueMoved, accepts bool) (bool, error) {
	// As it stands under the lock: what a list showed may be a moment old.
	c, err := t.Contact(id)
	if err != nil {
		return false, err
	}
	u := &resource.User{Meta: resource.Meta{ID: a.ID, Name: a.Name}}
	if known, err := store.Load[resource.User](t, resource.KindUser, a.ID); err == nil {
		u = known
	} else if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if a, err = AgentOf(t, a.Instance, u); err != nil {
		return false, err
	}
	if a.rings() != nil || a.Status == Offline {
		return false, nil
	}
	in.Outcome, in.Agent, in.Name = contact.Offered, a.ID, u.Name
	out, err := e.turn(t, c, in, false)
	if err != nil || out.Stale {
		return false, err
	}
	h := InHand{Contact: c.ID, Channel: c.Channel, State: Ringing, Since: e.Now()}
	if accepts && u.AutoAccept && c.Open() {
		if _, err := e.turn(t, c, contact.QueueMoved{Outcome: contact.Accepted, Agent: a.ID}, false); err != nil {
			return false, err
		}
		h.State = Taken
		if err := e.waited(t, c); err != nil {
			return false, err
		}
	}
	a.InHand = append(a.InHand, h)
	a.Idle = h.Since
	return true, a.put(t)
}

// waitKey is the mark of how long contacts have waited in a queue lately.
func waitKey(queue string) string { return "wait/" + queue }

// waited lets a contact that was taken count for the time that others may expect
// to wait: the last ones count most.
func (e *Engine) waited(t *store.Tx, c *contact.Contact) error {
	took := c.Queue.Dequeued.Sub(c.Queue.Enqueued)
	mean, err := waitOf(t, c.Queue.ID, e.Now())
	if err != nil {
		return err
	}
	if mean > 0 {
		took = (3*mean + took) / 4
	}
	doc, err := json.Marshal(took.Milliseconds())
	if err != nil {
		return err
	}
	return t.PutMark(waitKey(c.Queue.ID), doc, e.Now().Add(24*time.Hour))
}

func waitOf(t *store.Tx, queue string, now time.Time) (time.Duration, error) {
	doc, ok, err := t.Mark(waitKey(queue), now)
	if err != nil || !ok {
		return 0, err
	}
	var ms int64
	if err := json.Unmarshal(doc, &ms); err != nil {
		return 0, err
	}
	return time.Duration(ms) * time.Millisecond, nil
}
