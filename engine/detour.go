package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// maxTried bounds what a message remembers of accounts that could not be
// reached; those that refused it are always remembered.
const maxTried = 20

// admitted tells whether a job may be tried on its account now. Where its
// circuit is open the job goes another way, or waits.
func (e *Engine) admitted(ctx context.Context, j store.Job, f contact.Effect) bool {
	ok, again := e.circuit(j.Account).admit()
	if ok {
		return true
	}
	cause := &fault.Error{Kind: fault.Busy, Code: CodeCircuit, Message: "nothing is tried on the account until it works again"}
	if e.detour(ctx, j, f, cause) {
		return false
	}
	if _, call := f.(contact.PlaceCall); call { // it cannot wait
		return true
	}
	e.back(ctx, j, cause, again)
	return false
}

// A turning is another account for a job, and what was found on the way to it.
type turning struct {
	to    string
	meter string
	held  bool
}

// detour hands a job to another account of its route, if there is one: after a
// refusal to one that has not refused it, else to one that works.
func (e *Engine) detour(ctx context.Context, j store.Job, f contact.Effect, cause error) bool {
	s, message := f.(contact.SendMessage)
	if _, call := f.(contact.PlaceCall); !message && !call {
		return false
	}
	var to *turning
	err := e.Store.View(ctx, func(t *store.Tx) (err error) {
		to, err = e.turning(t, j, s.ID, fault.Is(cause, fault.Denied))
		return err
	})
	if err != nil {
		e.log.Warn("no other route could be looked for", "contact", j.Contact, "err", err)
		return false
	}
	if to == nil {
		return false
	}
	e.log.Info("another route", "contact", j.Contact, "effect", j.Kind, "account", j.Account, "to", to.to, "err", cause)
	e.stats.Detours.Add(1)
	e.stats.outcomes.add(j.Account, "rerouted")
	need := store.Need{Contacts: []contact.ID{j.Contact}}
	e.settle(ctx, j, &need, func(t *store.Tx) error {
		keep := e.rehome
		if message {
			keep = e.readdress
		}
		if err := keep(t, j, s.ID, to.to, e.attempt(j, cause)); err != nil {
			return err
		}
		if err := e.note(t, j.Contact, j.Account+": "+cause.Error()+"; it goes by "+to.to); err != nil {
			return err
		}
		next := j
		next.Account, next.Meter, next.Held = to.to, to.meter, to.held
		return t.Retry(next, e.Now(), cause.Error())
	})
	return true
}

// turning finds the account to which a job can turn; nil where there is none.
func (e *Engine) turning(t *store.Tx, j store.Job, message string, refused bool) (*turning, error) {
	c, err := t.Contact(j.Contact)
	if err != nil {
		return nil, err
	}
	list, err := e.accountsOf(t, c)
	if err != nil {
		return nil, err
	}
	var tried []contact.Attempt
	if message == "" && c.Call != nil {
		tried = c.Call.Tried
	} else if message != "" {
		m, err := t.Message(message)
		if err != nil {
			return nil, err
		}
		tried = m.Tried
	}
	// A call has no time to come back to who was busy.
	barred := func(name string) bool {
		return name == j.Account || e.Gateways[name] == nil || slices.ContainsFunc(tried, func(a contact.Attempt) bool {
			return a.Account == name && (a.Refused || message == "")
		})
	}
	list = slices.DeleteFunc(slices.Clone(list), barred)
	to := ""
	if i := slices.IndexFunc(list, e.works); i >= 0 {
		to = list[i]
	} else if refused && len(list) > 0 {
		to = list[0] // it waits there
	} else {
		return nil, nil
	}
	limited := e.throttle.limits(to, numberThrottle(c))
	return &turning{to, e.throttle.meter(to, c), limited}, nil
}

// attempt words what came of a job on its account.
func (e *Engine) attempt(j store.Job, cause error) contact.Attempt {
	code, text := wording(cause)
	return contact.Attempt{Account: j.Account, At: e.Now(), Code: code, Error: text, Refused: fault.Is(cause, fault.Denied)}
}

// readdress notes on a message's row that an account did not take it, and which
// is next.
func (e *Engine) readdress(t *store.Tx, _ store.Job, id, next string, a contact.Attempt) error {
	m, err := t.Message(id)
	if err != nil {
		return err
	}
	if a.Refused || len(m.Tried) < maxTried {
		m.Tried = append(m.Tried, a)
	}
	m.Account = next
	return t.PutMessage(m)
}

// rehome gives a call to another account, before it is dialled there: what the
// call asks for later goes to the account that holds it.
func (e *Engine) rehome(t *store.Tx, j store.Job, _, next string, a contact.Attempt) error {
	c, err := t.Contact(j.Contact)
	if err != nil {
		return err
	}
	c = c.Clone()
	c.Account = next
	if c.Call == nil {
		c.Call = new(contact.Call)
	}
	c.Call.Tried = append(slices.Clone(c.Call.Tried), a)
	if err := t.Save(c); err != nil {
		return err
	}
	e.recent.put(c)
	return nil
}

// wording gives the far side's code and words of an error.
func wording(err error) (code, text string) {
	var fe *fault.Error
	if errors.As(err, &fe) {
		return fe.Code, fe.Message
	}
	return "", err.Error()
}

// replyElsewhere hands an answer to a keyword to the next account of its route.
func (e *Engine) replyElsewhere(ctx context.Context, j store.Job, to *contact.Contact, cause error) bool {
	var next string
	err := e.Store.View(ctx, func(t *store.Tx) error {
		list, err := e.accountsOf(t, to)
		if i := slices.Index(list, j.Account); err == nil && i >= 0 && i+1 < len(list) {
			next = list[i+1]
		}
		return err
	})
	if err != nil || next == "" {
		return false
	}
	e.settle(ctx, j, nil, func(t *store.Tx) error {
		j := j
		j.Account = next
		return t.Retry(j, e.Now().Add(time.Second), cause.Error())
	})
	return true
}
