package engine

import (
	"context"
	"errors"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// doOurs does what needs no gateway: a timer that came due, something that a
// simulated world had put off, a new contact, a change of another contact.
func (e *Engine) doOurs(ctx context.Context, j store.Job, f contact.Effect) {
	switch v := f.(type) {
	case contact.Wake:
		e.hear(ctx, j, contact.TimerFired{Name: v.Name, Visit: v.Visit})
	case contact.Hear:
		e.hearLater(ctx, j, v)
	case contact.StartContact:
		e.startFor(ctx, j, v)
	case contact.UpdateContact:
		need := store.Need{Contacts: []contact.ID{v.ID}}
		e.settle(ctx, j, &need, func(t *store.Tx) error {
			if err := t.Done(j); err != nil {
				return err
			}
			return e.tellIfThere(t, v.ID, v.Update)
		})
	case contact.Queue:
		e.queue(ctx, j, v)
	case contact.TellAgent: // he reads it in the contact
		e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Done(j) })
	default:
		e.log.Error("an effect that nobody does", "kind", j.Kind, "contact", j.Contact)
		e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Park(j, "nobody does this") })
	}
}

// hearLater hands on what a simulated world had put off.
func (e *Engine) hearLater(ctx context.Context, j store.Job, h contact.Hear) {
	if h.Message == "" {
		in, err := contact.ReadInput(h.Kind, h.Doc)
		if err != nil {
			e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Park(j, err.Error()) })
			return
		}
		e.hear(ctx, j, in)
		return
	}
	e.settle(ctx, j, nil, func(t *store.Tx) error {
		if err := t.Done(j); err != nil {
			return err
		}
		m, err := t.Message(h.Message)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return e.advanceStatus(t, m, h.Status, h.Code, "", e.Now())
	})
}

// startFor makes the contact that another asked for, and tells it.
func (e *Engine) startFor(ctx context.Context, j store.Job, v contact.StartContact) {
	need := store.Need{Contacts: []contact.ID{j.Contact}}
	if v.Contact.Channel == contact.Chat {
		need.Lines = []contact.Line{v.Contact.Line()}
	}
	err := e.Store.Update(ctx, need, func(t *store.Tx) error {
		answer := contact.ContactCreated{Visit: v.Visit}
		c := v.Contact.Clone()
		c.ID = newID()
		why := e.prepare(t, c)
		if why == nil {
			why = e.refusals(t, StartRequest{Contact: c, OptOutList: e.optOutOf(t, c)})
		}
		if why == nil {
			c.Initiated = e.Now()
			if _, err := e.turn(t, c, contact.Started{}, true); err != nil {
				return err
			}
			answer.ID = c.ID
		} else {
			var fe *fault.Error
			if !errors.As(why, &fe) || fe.Kind == fault.Internal {
				return why
			}
			answer.Code, answer.Error = fe.Code, fe.Message
		}
		if err := t.Done(j); err != nil {
			return err
		}
		return e.tellIfThere(t, j.Contact, answer)
	})
	if err != nil {
		e.back(ctx, j, err, pause(j.Tries))
	}
}

// prepare finds what a contact that a flow asked for needs: its carrier and its
// system address, where the flow named a number of the instance. A task has neither.
func (e *Engine) prepare(t *store.Tx, c *contact.Contact) error {
	w, err := e.World(t, c.Instance)
	if err != nil {
		return err
	}
	if c.Channel != contact.Task {
		n, err := w.Number(c.System.Address)
		if err != nil {
			return err
		}
		c.System = contact.Endpoint{Type: contact.TelephoneNumber, Address: n.Number, DisplayName: c.System.DisplayName}
		if c.Account == "" {
			c.Account = n.Account
		}
	}
	if c.Callback != nil && c.Position.Flow == "" {
		return nil
	}
	f, err := w.Flow(c.Position.Flow)
	if err != nil {
		return err
	}
	c.Position.Flow = f.ID
	return nil
}

func (e *Engine) optOutOf(t *store.Tx, c *contact.Contact) string {
	w, err := e.World(t, c.Instance)
	if err != nil {
		return ""
	}
	n, err := w.Number(c.System.Address)
	if err != nil {
		return ""
	}
	return OptOutList(n)
}

// batch is how many due jobs one lease hands out.
const batch = 256

// schedule leases what is due until ctx is done.
func (e *Engine) schedule(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	surveyed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-e.nudge:
		case <-e.Store.Woken():
			if off, err := e.Store.Offset(ctx); err == nil {
				e.offset.Store(int64(off))
			}
		}
		wait := e.leaseAll(ctx)
		timer.Reset(wait)
		if time.Since(surveyed) >= surveys {
			surveyed = time.Now()
			if err := e.survey(ctx); err != nil && ctx.Err() == nil {
				e.log.Error("numbers cannot be looked through", "err", err)
			}
		}
	}
}

// The longest that a lease is not asked for. On a shared store another node may
// have left something without a word reaching us; alone, the store tells.
const (
	poll      = time.Second
	pollAlone = 2 * time.Minute
)

// leaseAll takes what is due, and tells how long there will be nothing.
func (e *Engine) leaseAll(ctx context.Context) time.Duration {
	for {
		now := e.Now()
		due, next, err := e.Store.Lease(ctx, now, batch, e.rooms(time.Now()))
		if err != nil {
			if ctx.Err() == nil {
				e.log.Error("lease", "err", err)
			}
			return poll
		}
		e.throttle.took(due)
		e.recall(ctx, due)
		e.Take(due)
		if len(due) == batch && !e.anyCrowded() {
			continue
		}
		wait := pollAlone
		if e.Store.Shared() {
			wait = poll
		}
		if !next.IsZero() {
			wait = min(wait, max(0, next.Sub(e.Now())))
		}
		if w := e.roomLater(); w > 0 {
			wait = min(wait, w)
		}
		return max(wait, time.Millisecond)
	}
}

func (e *Engine) anyCrowded() bool {
	full := false
	e.accounts.Range(func(_, v any) bool {
		a := v.(*account)
		a.mu.Lock()
		full = full || len(a.queue) >= crowd
		a.mu.Unlock()
		return !full
	})
	return full
}
