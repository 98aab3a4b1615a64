package store

import (
	"outdial/contact"
	"outdial/fault"
)

// A lineRow is an open chat's hold on its line.
type lineRow struct {
	name    string
	contact contact.ID // "" is free
	kept    bool       // it is in the table
	dirty   bool
}

func lineName(l contact.Line) string { return join(l.Instance, l.Subtype, l.Customer, l.System) }
func lineKey(l contact.Line) int64   { return key(lineName(l)) }

func (b *batch) lineStmts(lines []contact.Line) []stmt {
	var keys []int64
	for _, l := range lines {
		k := lineKey(l)
		if _, known := b.lines.look(k); !known {
			b.lines.fill(k, &lineRow{name: lineName(l)})
			keys = append(keys, k)
		}
	}
	return among("select k, name, contact from line where k in (%s)", keys, func(r row) error {
		b.lines.fill(r.num(0), &lineRow{name: r.text(1), contact: contact.ID(r.text(2)), kept: true})
		return nil
	})
}

// stale tells whether r was overtaken: the contact gave the line free after it
// was read, and before the contact was locked.
func (b *batch) stale(r *lineRow) bool {
	if !b.s.db.shared() || r.dirty {
		return false
	}
	c, _ := b.contacts.look(r.contact)
	return c != nil && c.line != key(r.name)
}

// line gives who holds a line, and locks that contact.
func (b *batch) line(l contact.Line) (*lineRow, error) {
	if err := b.load(Need{Lines: []contact.Line{l}}); err != nil {
		return nil, err
	}
	r, _ := b.lines.look(lineKey(l))
	if r.name == "" { // given free by a contact that did not say its name
		free := *r
		free.name = lineName(l)
		r = &free
	}
	if r.name != lineName(l) {
		return nil, fault.New(fault.Internal, "store: two lines have the key %d", lineKey(l))
	}
	if b.u != nil && b.held(Need{Lines: []contact.Line{l}}) {
		b.u.need.add(Need{Lines: []contact.Line{l}})
		b.u.again = true
		return nil, errAgain
	}
	return r, nil
}

// ContactOn gives the open chat on a line.
func (t *Tx) ContactOn(l contact.Line) (contact.ID, bool, error) {
	r, err := t.b.line(l)
	if err != nil {
		return "", false, err
	}
	return r.contact, r.contact != "", nil
}

// moveLine lets c hold the line that it is on, and gives free the one that it held.
func (b *batch) moveLine(c *contact.Contact, held int64) (now int64, err error) {
	if c.Open() && c.Channel == contact.Chat && c.Customer.Address != "" {
		r, err := b.line(c.Line())
		if err != nil {
			return 0, err
		}
		if r.contact != "" && r.contact != c.ID {
			return 0, fault.New(fault.Conflict, "contact %s is open on the line of %s", r.contact, c.ID)
		}
		now = lineKey(c.Line())
		if r.contact == "" {
			b.lines.put(now, &lineRow{name: r.name, contact: c.ID, kept: r.kept, dirty: true})
		}
	}
	if held != 0 && held != now {
		// It was the contact's own, and the contact is locked: no need to look.
		r, known := b.lines.look(held)
		if !known {
			r = &lineRow{kept: true}
		}
		if !known || r.contact == c.ID {
			b.lines.put(held, &lineRow{name: r.name, kept: r.kept, dirty: true})
		}
	}
	return now, nil
}
