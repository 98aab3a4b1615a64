package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// permitted tells whether what leaves may leave now. It is asked when all else is
// done, for much can happen while a message waits: a STOP, an evening, the end of
// a window. What may not is refused, or waits for the morning.
func (e *Engine) permitted(ctx context.Context, j store.Job, c *contact.Contact, f contact.Effect) bool {
	var later time.Time
	var zone string
	err := e.Store.View(ctx, func(t *store.Tx) (err error) {
		switch v := f.(type) {
		case contact.PlaceCall:
			return e.wanted(t, c)
		case contact.SendMessage:
			if err = e.wanted(t, c); err == nil {
				err = e.inWindow(t, c, v)
			}
			if err == nil {
				later, zone, err = e.night(t, c, true)
			}
		}
		return err
	})
	var no *fault.Error
	switch {
	case errors.As(err, &no) && no.Kind != fault.Internal:
		e.refuse(ctx, j, f, no)
	case err != nil:
		e.back(ctx, j, err, time.Second)
	case !later.IsZero():
		e.settle(ctx, j, nil, func(t *store.Tx) error {
			if err := e.note(t, j.Contact, nightNote(later, zone)); err != nil {
				return err
			}
			return t.Retry(j, later, CodeQuiet)
		})
	default:
		return true
	}
	return false
}

// justNow is how long the lists that were asked at a contact's start are taken at
// their word. A STOP that crosses a message on the air is no different.
const justNow = time.Second

// wanted refuses what goes to a customer who is not to be contacted, or who has
// opted out of messages from the number.
func (e *Engine) wanted(t *store.Tx, c *contact.Contact) error {
	now, to := e.Now(), c.Customer.Address
	if c.Method == contact.MethodAPI && now.Sub(c.Initiated) < justNow {
		return nil // both lists were asked when it was started
	}
	if _, no, err := t.Mark(DoNotContactKey(c.Instance, to), now); err != nil || no {
		return or(err, &fault.Error{Kind: fault.Refused, Code: CodeDoNotContact, Message: to + " is on the do-not-contact list"})
	}
	if c.Channel == contact.Voice {
		return nil
	}
	n, err := e.numberOf(t, c)
	if err != nil || n == nil {
		return err
	}
	if _, out, err := t.Mark(OptOutKey(OptOutList(n), to), now); err != nil || out {
		return or(err, &fault.Error{Kind: fault.Refused, Code: CodeOptedOut, Message: to + " has opted out of messages from " + c.System.Address})
	}
	return nil
}

// or gives err, or no where there is none.
func or(err error, no *fault.Error) error {
	if err != nil {
		return err
	}
	return no
}

// inWindow refuses free text on WhatsApp outside the customer service window,
// before it costs anything.
func (e *Engine) inWindow(t *store.Tx, c *contact.Contact, m contact.SendMessage) error {
	if c.Subtype != contact.WhatsApp || m.Template != nil {
		return nil
	}
	_, open, err := t.Mark(windowKey(c.Line()), e.Now())
	if err != nil || open {
		return err
	}
	return &fault.Error{Kind: fault.Refused, Code: CodeWindow,
		Message: "more than 24 hours since the customer's last message: only a template may be sent"}
}

// aliasLife is how long it is remembered by which other address a carrier knows a
// customer, after the last message to it.
const aliasLife = 400 * 24 * time.Hour

// aliasKey is the mark of an address by which a carrier knows a customer whom we
// write to at another.
func aliasKey(l contact.Line) string {
	return "alias/" + l.Instance + "/" + l.Subtype + "/" + l.System + "/" + l.Customer
}

// alias remembers by which other address the far side knows a customer.
func (e *Engine) alias(t *store.Tx, m *contact.Message, other string) error {
	if other == "" || other == m.To || m.Contact == "" {
		return nil
	}
	c, err := t.Contact(m.Contact)
	if err != nil {
		return err
	}
	l := c.Line()
	l.Customer = other
	return t.PutMark(aliasKey(l), fmt.Appendf(nil, "%q", m.To), e.Now().Add(aliasLife))
}
