package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"outdial/contact"
	"outdial/fault"
)

type messageRow struct {
	id      string
	contact contact.ID
	created int64
	doc     string // "" where there is no such message
	files   []string
	dirty   bool
}

const messageColumns = "id, contact, created, doc"

func readMessage(r row) *messageRow {
	return &messageRow{id: r.text(0), contact: contact.ID(r.text(1)), created: r.num(2), doc: r.text(3)}
}

func (r *messageRow) decode() (*contact.Message, error) {
	m := new(contact.Message)
	k := keptMessage{Message: m}
	if err := json.Unmarshal([]byte(r.doc), &k); err != nil {
		return nil, fmt.Errorf("store: message %s: %w", r.id, err)
	}
	m.ID, m.Contact = r.id, r.contact
	if k.Own {
		m.Ref = m.ID
	}
	return m, nil
}

// A keptMessage is a message as it is kept, without what its row says already.
type keptMessage struct {
	*contact.Message
	Own bool `json:"own,omitempty"` // the carrier's reference is our id
}

func keepMessage(m *contact.Message) ([]byte, error) {
	k := keptMessage{Message: m}
	if m.Ref != "" && m.Ref == m.ID {
		short := *m
		short.Ref, k.Message, k.Own = "", &short, true
	}
	doc, err := json.Marshal(k)
	return without(without(doc, "id", m.ID), "contact", string(m.Contact)), err
}

func (b *batch) messageStmts(ids []string) []stmt {
	var keys []string
	for _, id := range ids {
		if _, known := b.messages.look(id); !known {
			b.messages.fill(id, &messageRow{id: id})
			keys = append(keys, id)
		}
	}
	return among("select "+messageColumns+" from message where id in (%s)", keys, func(r row) error {
		m := readMessage(r)
		b.messages.fill(m.id, m)
		return nil
	})
}

// PutMessage keeps a message as it stands now. Its contact should be among the
// unit's needs: that is what keeps two nodes from writing it at once.
func (t *Tx) PutMessage(m *contact.Message) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	doc, err := keepMessage(m)
	if err != nil {
		return fmt.Errorf("store: message %s: %w", m.ID, err)
	}
	r := &messageRow{id: m.ID, contact: m.Contact, created: millis(m.Created), doc: string(doc), dirty: true}
	for _, a := range m.Attachments {
		if a.ID != "" {
			r.files = append(r.files, a.ID)
		}
	}
	if err := clean("message", r.id, string(r.contact), r.doc); err != nil {
		return err
	}
	t.b.messages.put(r.id, r)
	return nil
}

// Message gives a message by our id. fault.NotFound.
func (t *Tx) Message(id string) (*contact.Message, error) {
	if err := t.b.do(t.b.messageStmts([]string{id})...); err != nil {
		return nil, err
	}
	r, _ := t.b.messages.look(id)
	if r.doc == "" {
		return nil, fault.New(fault.NotFound, "message %q is not there", id)
	}
	return r.decode()
}

// Messages gives a contact's messages, oldest first.
func (t *Tx) Messages(id contact.ID) ([]*contact.Message, error) {
	b := t.b
	var rows []*messageRow
	err := b.do(stmt{text: "select " + messageColumns + " from message where contact = $1", args: []any{string(id)},
		each: func(r row) error {
			if changed, _ := b.messages.look(r.text(0)); changed == nil || !changed.dirty {
				rows = append(rows, readMessage(r))
			}
			return nil
		}})
	if err != nil {
		return nil, err
	}
	for _, r := range b.messages.m {
		if r.dirty && r.contact == id {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *messageRow) int {
		return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id))
	})
	list := make([]*contact.Message, len(rows))
	for i, r := range rows {
		if list[i], err = r.decode(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

type refRow struct {
	k       int64
	message string // "" where the reference is not known
	contact contact.ID
	dirty   bool
}

func refKey(r Ref) int64 { return key(join(r.Account, r.Ref)) }

func (b *batch) refStmts(refs []Ref) []stmt {
	var keys []int64
	for _, ref := range refs {
		if _, known := b.refs.look(ref); !known {
			k := refKey(ref)
			b.refs.fill(ref, &refRow{k: k})
			keys = append(keys, k)
		}
	}
	return among("select k, account, name, message, contact from ref where k in (%s)", keys, func(r row) error {
		b.refs.fill(Ref{r.text(1), r.text(2)}, &refRow{k: r.num(0), message: r.text(3), contact: contact.ID(r.text(4))})
		return nil
	})
}

// PutRef lets a message be found by a carrier's reference. Carriers use their
// references again: the last message that had one is found by it. Where a carrier
// takes our own id for its reference, the message is found without.
func (t *Tx) PutRef(r Ref, m *contact.Message) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	if r.Ref == m.ID && r.Account == m.Account {
		return nil
	}
	if err := clean("ref", r.Account, r.Ref, m.ID, string(m.Contact)); err != nil {
		return err
	}
	t.b.refs.put(r, &refRow{k: refKey(r), message: m.ID, contact: m.Contact, dirty: true})
	return nil
}

// MessageOf gives the message that a carrier knows by a reference. fault.NotFound.
func (t *Tx) MessageOf(r Ref) (*contact.Message, error) {
	if err := t.b.do(t.b.refStmts([]Ref{r})...); err != nil {
		return nil, err
	}
	ref, _ := t.b.refs.look(r)
	if ref.message != "" {
		return t.Message(ref.message)
	}
	m, err := t.Message(r.Ref)
	if fault.Is(err, fault.NotFound) || err == nil && m.Account != r.Account {
		return nil, fault.New(fault.NotFound, "account %q knows no message as %q", r.Account, r.Ref)
	}
	if err == nil && !t.b.readonly {
		err = t.b.hold(m.Contact)
	}
	return m, err
}
