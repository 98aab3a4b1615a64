package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

// keyword deals with STOP, START and HELP before any flow hears them, as the
// platform does. https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords.html
func (e *Engine) keyword(t *store.Tx, a gateway.Arrival, text string) (done bool, err error) {
	if e.Keyword == nil {
		return false, nil
	}
	l := a.Line
	w, err := e.World(t, l.Instance)
	if err != nil {
		return false, err
	}
	n, err := w.Number(l.System)
	if err != nil || n.SelfOptIn {
		return false, nil
	}
	c := &contact.Contact{Instance: l.Instance, Channel: contact.Chat, Subtype: l.Subtype,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: l.Customer},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: l.System}, Account: cmp.Or(n.Account, a.Account)}
	kind, reply := e.Keyword(c, text)
	key := OptOutKey(OptOutList(n), l.Customer)
	_, out, err := t.Mark(key, e.Now())
	if err != nil {
		return false, err
	}
	switch kind {
	case "stop":
		if out { // answered once
			return true, nil
		}
		doc, err := json.Marshal(map[string]any{"at": e.Now(), "keyword": text})
		if err != nil {
			return true, err
		}
		if err := t.PutMark(key, doc, time.Time{}); err != nil {
			return true, err
		}
		if err := e.silenceLine(t, l); err != nil {
			return true, err
		}
		return true, e.answer(t, c, reply)
	case "start":
		if !out { // START means nothing to whoever has not stopped
			return false, nil
		}
		if err := t.DropMark(key); err != nil {
			return true, err
		}
		return true, e.answer(t, c, reply)
	case "help":
		return true, e.answer(t, c, reply)
	}
	return false, nil
}

// silenceLine notes on the open contact of a line that its customer has opted
// out: what it still wants to send is refused at send time.
func (e *Engine) silenceLine(t *store.Tx, l contact.Line) error {
	id, open, err := t.ContactOn(l)
	if err != nil || !open {
		return err
	}
	return e.note(t, id, "the customer has opted out; further messages are refused")
}

// answer sends what a keyword is answered with. No contact is concerned.
func (e *Engine) answer(t *store.Tx, c *contact.Contact, text string) error {
	if text == "" {
		return nil
	}
	doc, err := json.Marshal(contact.Reply{To: c, Message: contact.SendMessage{ID: string(newID()), Text: text}})
	if err != nil {
		return err
	}
	list, err := e.accountsOf(t, c)
	if err != nil {
		return err
	}
	return t.Send(store.Job{Account: e.choose(list), Due: e.Now(), Kind: "Reply", Doc: doc, First: time.Now()})
}

// reply has a gateway send an answer to a keyword.
func (e *Engine) reply(ctx context.Context, j store.Job, gw gateway.Gateway, v contact.Reply) {
	_, err := e.perform(ctx, gw, v.To, v.Message)
	e.tally(j.Account, v, err)
	if (fault.Is(err, fault.Denied) || fault.Is(err, fault.Busy) && !e.works(j.Account)) && e.replyElsewhere(ctx, j, v.To, err) {
		return
	}
	if fault.Is(err, fault.Busy) && time.Since(j.First) < patience {
		e.back(ctx, j, err, pause(j.Tries))
		return
	}
	if err != nil {
		e.log.Warn("a keyword could not be answered", "account", j.Account, "err", err)
	}
	e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Done(j) })
}
