package engine

import (
	"context"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// Act hands an input to a contact that must be in a state for it: fault.Conflict
// where it is not. It gives the contact that goes on, which is another one after a
// transfer.
func (e *Engine) Act(ctx context.Context, id contact.ID, in contact.Input) (next contact.ID, err error) {
	err = e.Store.Update(ctx, store.Need{Contacts: []contact.ID{id}}, func(t *store.Tx) error {
		c, err := t.Contact(id)
		if err != nil {
			return err
		}
		out, err := e.turn(t, c, in, false)
		if err != nil {
			return err
		}
		if out.Stale {
			return fault.New(fault.Conflict, "contact %s is not in a state for it", id)
		}
		if next = id; !c.Open() && c.NextID != "" {
			next = c.NextID
		}
		return nil
	})
	return next, err
}

// Assign lets a contact that waits ring at an agent's, whatever he has in hand and
// whatever his status is, but for Offline. fault.Invalid: it does not wait, it
// rings elsewhere, something rings at his place, or he is not there.
func (e *Engine) Assign(ctx context.Context, id contact.ID, user *resource.User) error {
	return e.Store.Update(ctx, store.Need{Contacts: []contact.ID{id}}, func(t *store.Tx) error {
		c, err := t.Contact(id)
		if err != nil {
			return err
		}
		a, err := AgentOf(t, c.Instance, user)
		if err != nil {
			return err
		}
		switch {
		case !c.Waits():
			return fault.New(fault.Invalid, "contact %s does not wait in a queue", id)
		case c.Queue.Offer != nil:
			return fault.New(fault.Invalid, "contact %s rings at %s's already", id, c.Queue.Offer.Name)
		case a.Status == Offline:
			return fault.New(fault.Invalid, "%s is offline", user.Name)
		case a.rings() != nil:
			return fault.New(fault.Invalid, "a contact rings at %s's already", user.Name)
		}
		ok, err := e.offer(t, a, id, contact.QueueMoved{}, true)
		if err == nil && !ok {
			err = fault.New(fault.Invalid, "contact %s cannot be offered to %s", id, user.Name)
		}
		return err
	})
}
