package engine

import (
	"context"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// queue does what a contact asks of routing: it takes or leaves its place, asks for
// an agent, or lets go the one it had.
func (e *Engine) queue(ctx context.Context, j store.Job, q contact.Queue) {
	need := store.Need{Contacts: []contact.ID{j.Contact}}
	e.settle(ctx, j, &need, func(t *store.Tx) error {
		if err := t.Done(j); err != nil {
			return err
		}
		if q.Do == contact.QueueMatch {
			return e.match(t, q.Agent, q.ID)
		}
		c, err := t.Contact(j.Contact)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		switch q.Do {
		case contact.QueueJoin:
			return e.match(t, c.Instance, q.ID)
		case contact.QueueAgent:
			return e.askFor(t, c, q)
		}
		return e.letGo(t, c, q)
	})
}

// askFor lets a contact ring at a certain agent's, if he can take it.
func (e *Engine) askFor(t *store.Tx, c *contact.Contact, q contact.Queue) error {
	in := contact.QueueMoved{Visit: q.Visit, Agent: q.Agent}
	if q.Always {
		in.Ring = 30 // seconds. Admin guide, "Interrupt agent"
	}
	u, err := store.Load[resource.User](t, resource.KindUser, q.Agent)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		a, err := AgentOf(t, c.Instance, u)
		if err != nil {
			return err
		}
		r, err := a.routed(t)
		if err != nil {
			return err
		}
		free := r.Free(c.Channel)
		if can := free || q.Always && interruptible(a, r.Most, c.Channel); can {
			if ok, err := e.offer(t, a, c.ID, in, free); err != nil || ok {
				return err
			}
		}
	}
	in.Outcome = contact.Capacity
	_, err = e.turn(t, c, in, false)
	return err
}

// interruptible tells whether an agent may be given one contact more than he takes
// at once: he is there, and nothing rings at his place.
func interruptible(a *Agent, most map[string]int, ch contact.Channel) bool {
	if a.Status == Offline || a.rings() != nil {
		return false
	}
	limit, has := 1, 0
	if n, ok := most[string(ch)]; ok {
		limit = n
	}
	for _, h := range a.InHand {
		if h.Channel == ch {
			has++
		}
	}
	return has <= limit
}

// letGo takes a contact out of an agent's hands, and gives him the next one.
func (e *Engine) letGo(t *store.Tx, c *contact.Contact, q contact.Queue) error {
	if q.Agent == "" {
		return nil
	}
	a, err := e.agentByID(t, c.Instance, q.Agent)
	if err != nil {
		return err
	}
	h := a.holds(c.ID)
	now := e.Now()
	if q.Do == contact.QueueDone {
		return e.done(t, a, h, c)
	}
	if h == nil || q.Do == contact.QueueClear && h.State != AfterWork {
		return nil // that was settled before
	}
	switch q.Do {
	case contact.QueueMissed:
		a.set(MissedCall, now)
	case contact.QueueClear:
		a.Idle = now
		if err := e.worked(t, c, a.ID); err != nil {
			return err
		}
	}
	a.lets(c.ID)
	return e.freed(t, a)
}

// agentByID gives an agent whose user may have been deleted since.
func (e *Engine) agentByID(t *store.Tx, instance, id string) (*Agent, error) {
	u, err := store.Load[resource.User](t, resource.KindUser, id)
	if fault.Is(err, fault.NotFound) {
		u, err = &resource.User{Meta: resource.Meta{ID: id, Name: id}}, nil
	}
	if err != nil {
		return nil, err
	}
	return AgentOf(t, instance, u)
}

// done is the end of a contact that an agent had: after contact work begins, and
// where he takes no time for it, that is over at once.
func (e *Engine) done(t *store.Tx, a *Agent, h *InHand, c *contact.Contact) error {
	work := a.AfterWork
	if u, err := store.Load[resource.User](t, resource.KindUser, a.ID); err == nil && u.AfterWork > 0 {
		work = u.AfterWork
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	now := e.Now()
	if h == nil || work <= 0 {
		a.lets(c.ID)
		a.Idle = now
		if err := e.worked(t, c, a.ID); err != nil {
			return err
		}
		if h == nil {
			return nil
		}
		return e.freed(t, a)
	}
	if h.State == AfterWork {
		return nil
	}
	h.State, h.Since = AfterWork, now
	if err := a.put(t); err != nil {
		return err
	}
	return send(t, store.Job{Contact: c.ID, Account: ours, Due: now.Add(time.Duration(work) * time.Second)},
		contact.Queue{Do: contact.QueueClear, Agent: a.ID})
}

// worked tells a contact that its agent has done with it.
func (e *Engine) worked(t *store.Tx, c *contact.Contact, agent string) error {
	_, err := e.turn(t, c, contact.QueueMoved{Outcome: contact.Worked, Agent: agent}, false)
	return err
}

// freed keeps an agent, and gives him what waits for him.
func (e *Engine) freed(t *store.Tx, a *Agent) error {
	if err := a.put(t); err != nil {
		return err
	}
	r, err := a.routed(t)
	if err != nil || r.Status != Available || r.Ringing {
		return err
	}
	return e.match(t, a.Instance, queuesOf(&r)...)
}
