package store

import (
	"encoding/json"
	"fmt"

	"outdial/contact"
	"outdial/fault"
)

// A contactRow is a contact as it is kept: its document, and the columns by
// which it is found.
type contactRow struct {
	id        contact.ID
	instance  string
	initiated int64
	channel   string
	method    string
	customer  string
	ended     int64
	queue     string
	node      string
	line      int64
	doc       string // "" where there is no such contact

	taken bool // another node has it
	dirty bool
	fresh bool // it is not in the table
	wide  bool // more than the document changed since it was read
}

const contactColumns = "id, instance, initiated, channel, method, customer, ended, queue, node, line, doc"

func readContact(r row) *contactRow {
	return &contactRow{id: contact.ID(r.text(0)), instance: r.text(1), initiated: r.num(2), channel: r.text(3),
		method: r.text(4), customer: r.text(5), ended: r.num(6), queue: r.text(7), node: r.text(8), line: r.num(9), doc: r.text(10)}
}

func (r *contactRow) values(list []any) []any {
	return append(list, string(r.id), r.instance, r.initiated, r.channel, r.method, r.customer, r.ended, r.queue, r.node, r.line, r.doc)
}

// sameColumns tells whether only the documents differ.
func (r *contactRow) sameColumns(o *contactRow) bool {
	a, b := *r, *o
	a.doc, a.taken, a.dirty, a.fresh, a.wide = b.doc, b.taken, b.dirty, b.fresh, b.wide
	return a == b
}

func (r *contactRow) decode() (*contact.Contact, error) {
	c := new(contact.Contact)
	if err := json.Unmarshal([]byte(r.doc), c); err != nil {
		return nil, fmt.Errorf("store: contact %s: %w", r.id, err)
	}
	c.ID, c.Instance = r.id, r.instance
	return c, nil
}

// newContacts notes those of ids that are not known yet, and gives them.
func (b *batch) newContacts(ids []contact.ID) (list []string) {
	for _, id := range ids {
		if _, known := b.contacts.look(id); !known && id != "" {
			b.contacts.fill(id, &contactRow{id: id})
			list = append(list, string(id))
		}
	}
	return list
}

// lock ends a statement that reads contacts. Without waiting, what another node
// has is left out.
func (b *batch) lock() string {
	switch {
	case !b.s.db.shared() || b.readonly:
		return ""
	case b.wait:
		return " order by id for update"
	default:
		return " order by id for update skip locked"
	}
}

func (b *batch) contactStmts(ids []string) []stmt {
	return among("select "+contactColumns+" from contact where id in (%s)"+b.lock(), ids, func(r row) error {
		c := readContact(r)
		b.contacts.fill(c.id, c)
		return nil
	})
}

// contactRow gives a contact's row; one without a document is not there.
func (b *batch) contactRow(id contact.ID) (*contactRow, error) {
	if r, known := b.contacts.look(id); known && !r.taken {
		return r, nil
	}
	if err := b.hold(id); err != nil {
		return nil, err
	}
	if r, _ := b.contacts.look(id); r != nil {
		return r, nil
	}
	return &contactRow{}, nil // id is ""
}

// Contact gives a copy that the caller may change. fault.NotFound.
func (t *Tx) Contact(id contact.ID) (*contact.Contact, error) {
	r, err := t.b.contactRow(id)
	if err != nil {
		return nil, err
	}
	if r.doc == "" {
		return nil, fault.New(fault.NotFound, "contact %q is not there", id)
	}
	return r.decode()
}

// Fresh says that the unit makes the contact id, so that nothing is looked for
// when jobs are sent for it before it is saved.
func (t *Tx) Fresh(id contact.ID) {
	b := t.b
	if _, known := b.contacts.look(id); !known && !b.readonly {
		b.contacts.put(id, &contactRow{id: id})
		b.lanes.put(id, nil)
	}
}

// Save keeps c. An open chat with a customer address holds its line, an ended
// one gives it free; a line that another holds is a fault.Conflict. A contact
// that was neither needed nor read is taken to be new.
func (t *Tx) Save(c *contact.Contact) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	if c.ID == "" {
		return fault.New(fault.Invalid, "a contact without an id cannot be kept")
	}
	doc, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: contact %s: %w", c.ID, err)
	}
	old, known := b.contacts.look(c.ID)
	if !known {
		old = &contactRow{}
		b.lanes.put(c.ID, nil) // nothing can wait for it
	} else if old.taken {
		return b.hold(c.ID)
	}
	doc = without(without(doc, "id", string(c.ID)), "instance", c.Instance)
	r := &contactRow{id: c.ID, fresh: old.fresh || old.doc == "", instance: c.Instance, initiated: millis(c.Initiated), channel: string(c.Channel),
		method: c.Method, customer: c.Customer.Address, ended: millis(c.Disconnected), doc: string(doc), dirty: true}
	if c.Open() {
		r.node = c.Node
		if c.Queue != nil && c.Queue.Dequeued.IsZero() {
			r.queue = c.Queue.ID
		}
	}
	err = clean("contact", string(r.id), r.instance, r.channel, r.method, r.customer, r.queue, r.node, r.doc)
	if err != nil {
		return err
	}
	if r.line, err = b.takeLine(c, old.line); err != nil {
		return err
	}
	r.wide = old.wide || !r.sameColumns(old)
	b.contacts.put(c.ID, r)
	return nil
}
