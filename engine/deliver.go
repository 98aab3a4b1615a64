package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

// repeats is how long a carrier's id of an arrival is remembered.
const repeats = 7 * 24 * time.Hour

// serviceWindow is how long WhatsApp lets us answer freely after a customer's message.
const serviceWindow = 24 * time.Hour

// Deliver takes what a gateway heard; it is every gateway's Inbox. It returns
// after the commit.
func (e *Engine) Deliver(ctx context.Context, a gateway.Arrival) error {
	var need store.Need
	var seen string
	told, taker := a.Taken, contact.ID("")
	a.Taken = func(id contact.ID) { taker = id }
	for _, k := range a.Forget {
		need.Marks = append(need.Marks, seenKey(a.Account, k))
	}
	forgotten := need.Marks
	if a.Key != "" {
		seen = seenKey(a.Account, a.Key)
		need.Marks = append(need.Marks, seen)
	}
	var do func(*store.Tx) error
	switch {
	case a.Receipt != nil:
		need.Refs = []store.Ref{{Account: a.Account, Ref: a.Ref}}
		do = func(t *store.Tx) error { return e.receipt(t, a) }
	case a.Input == nil && len(a.Forget) > 0:
		do = func(*store.Tx) error { return nil }
	case a.Input == nil:
		return fault.New(fault.Invalid, "an arrival with neither input nor receipt")
	case a.Contact != "" && !a.Voice:
		need.Contacts = []contact.ID{a.Contact}
		do = func(t *store.Tx) error {
			if in, ok := a.Input.(contact.QueueMoved); ok {
				return e.byTelephone(t, a.Contact, in)
			}
			return e.tell(t, a.Contact, a.Input)
		}
	default:
		o, err := e.owner(ctx, a.Line)
		if err != nil {
			return err
		}
		a.Line.Instance = o.instance
		need.Lines = []contact.Line{a.Line}
		need.Marks = append(need.Marks, windowKey(a.Line), aliasKey(a.Line), OptOutKey(o.optOut, a.Line.Customer))
		do = func(t *store.Tx) error { return e.inbound(t, a) }
	}
	err := e.Store.Update(ctx, need, func(t *store.Tx) error {
		taker = ""
		for _, k := range forgotten {
			if err := t.DropMark(k); err != nil {
				return err
			}
		}
		if seen != "" {
			_, again, err := t.Mark(seen, e.Now())
			if err != nil || again {
				return err
			}
			if err := t.PutMark(seen, []byte("1"), e.Now().Add(cmp.Or(a.Within, repeats))); err != nil {
				return err
			}
		}
		return do(t)
	})
	if err == nil && told != nil && taker != "" {
		told(taker)
	}
	return err
}

func seenKey(account, key string) string { return "seen/" + account + "/" + key }

// owner finds out whose number a line's is.
func (e *Engine) owner(ctx context.Context, l contact.Line) (o owner, err error) {
	version := e.Store.ResourceVersion()
	if o, known := e.owners.look(l.System, version); known && (l.Instance == "" || l.Instance == o.instance) {
		return o, nil
	}
	err = e.Store.View(ctx, func(t *store.Tx) error {
		list := []string{l.Instance}
		if l.Instance == "" {
			rows, err := t.Resources(resource.KindInstance, "", "", 1000)
			if err != nil {
				return err
			}
			list = list[:0]
			for _, r := range rows {
				list = append(list, r.ID)
			}
		}
		for _, i := range list {
			n, err := e.numberAt(t, i, l.System)
			if err != nil {
				return err
			}
			if n != nil {
				o = owner{i, OptOutList(n)}
				return nil
			}
		}
		if l.Instance != "" { // a sender that is no number of ours
			o.instance = l.Instance
			return nil
		}
		return fault.New(fault.NotFound, "%s is no number of any instance", l.System)
	})
	if err != nil {
		e.log.Warn("an arrival for nobody", "to", l.System, "err", err)
	} else if o.optOut != "" {
		e.owners.keep(l.System, version, o)
	}
	return o, err
}

// inbound takes a message or call from a customer: on the open chat of its line,
// or as a new contact on the flow of the number that was written to or called.
func (e *Engine) inbound(t *store.Tx, a gateway.Arrival) error {
	msg, isMessage := a.Input.(contact.MessageReceived)
	if !isMessage {
		return e.newInbound(t, a, nil)
	}
	if err := e.dialled(t, &a.Line); err != nil {
		return err
	}
	if a.Line.Subtype == contact.WhatsApp {
		if err := t.PutMark(windowKey(a.Line), []byte("1"), e.Now().Add(serviceWindow)); err != nil {
			return err
		}
	}
	if done, err := e.keyword(t, a, msg.Text); err != nil || done {
		return err
	}
	id, open, err := e.conversation(t, a)
	if err != nil {
		return err
	}
	if !open {
		return e.newInbound(t, a, &msg)
	}
	if msg.ID, err = e.receive(t, id, a, msg); err != nil {
		return err
	}
	a.Taken(id)
	if err := e.awaken(t, id); err != nil {
		return err
	}
	return e.tell(t, id, msg)
}

// dialled replaces the address by which the far side knows a customer by the one
// that we wrote to: WhatsApp knows some numbers of Brazil, Mexico and Argentina
// by another digit.
func (e *Engine) dialled(t *store.Tx, l *contact.Line) error {
	doc, ok, err := t.Mark(aliasKey(*l), e.Now())
	if err != nil || !ok {
		return err
	}
	return json.Unmarshal(doc, &l.Customer)
}

// conversation finds the open chat that an inbound message belongs to: the one on
// its line, or the one whose message it says that it replies to.
func (e *Engine) conversation(t *store.Tx, a gateway.Arrival) (contact.ID, bool, error) {
	id, open, err := t.ContactOn(a.Line)
	if err != nil || open || a.ReplyTo == "" {
		return id, open, err
	}
	m, err := t.MessageOf(store.Ref{Account: a.Account, Ref: a.ReplyTo})
	if fault.Is(err, fault.NotFound) {
		return "", false, nil
	}
	if err != nil || m.Contact == "" || m.From != a.Line.System {
		return "", false, err
	}
	c, err := t.Contact(m.Contact)
	if fault.Is(err, fault.NotFound) {
		return "", false, nil
	}
	return m.Contact, err == nil && c.Open(), err
}

// receive keeps an inbound message, and gives its id.
func (e *Engine) receive(t *store.Tx, id contact.ID, a gateway.Arrival, msg contact.MessageReceived) (string, error) {
	m := &contact.Message{
		ID: string(newID()), Contact: id, Direction: "INBOUND", From: a.Line.Customer, To: a.Line.System,
		Channel: messageChannel(a.Line.Subtype), Text: msg.Text, ContentType: msg.ContentType, Attachments: msg.Attachments,
		Status: contact.StatusReceived, Account: a.Account, Ref: a.Key, Created: e.Now(),
	}
	return m.ID, t.PutMessage(m)
}

// newInbound starts the flow of the number that was written to or called. The
// message that opened a chat is in $.Media.InitialMessage; no action gets it as
// an answer, as on AWS.
func (e *Engine) newInbound(t *store.Tx, a gateway.Arrival, msg *contact.MessageReceived) error {
	w, err := e.World(t, a.Line.Instance)
	if err != nil {
		return err
	}
	n, err := w.Number(a.Line.System)
	if err != nil {
		return err
	}
	if n.Flow == "" {
		e.log.Warn("an arrival on a number without an inbound flow", "to", n.Number)
		return fault.New(fault.NotFound, "%s has no inbound flow", n.Number)
	}
	f, err := w.Flow(n.Flow)
	if err != nil {
		return err
	}
	c := &contact.Contact{
		ID: a.Contact, Instance: a.Line.Instance, Channel: contact.Chat, Subtype: a.Line.Subtype, Method: contact.MethodInbound,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: a.Line.Customer},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: a.Line.System},
		Account:  a.Account, Initiated: e.Now(), Position: contact.Position{Flow: f.ID},
	}
	if c.ID == "" {
		c.ID = newID()
	}
	direction, subtype := "INBOUND", a.Line.Subtype
	if a.Voice {
		c.Channel, c.Subtype, c.Node, subtype = contact.Voice, contact.Telephony, e.Node, contact.Telephony
	} else {
		c.Expires = c.Initiated.Add(defaultChat)
		c.Delivered = true // the customer wrote first: the line works
	}
	c.Segment = map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}, "connect:Direction": {String: &direction}}
	if msg != nil {
		c.Vars = map[string]any{"Media": map[string]any{"InitialMessage": msg.Text}}
	}
	if msg != nil { // before what the flow answers to it
		a.Taken(c.ID)
		if _, err := e.receive(t, c.ID, a, *msg); err != nil {
			return err
		}
	}
	_, err = e.turn(t, c, contact.Started{}, true)
	return err
}

// defaultChat is the life of a chat whose request names none: 25 hours.
const defaultChat = 1500 * time.Minute
