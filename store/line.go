package store

import (
	"outdial/contact"
	"outdial/fault"
)

// A lineRow is an open chat's hold on its line.
type lineRow struct {
	k       int64
	contact contact.ID // "" is free
	kept    bool       // it is in the table
	dirty   bool
	foreign bool // another line has its key
}

func lineName(l contact.Line) string { return join(l.Instance, l.Subtype, l.Customer, l.System) }

func (b *batch) lineStmts(lines []contact.Line) []stmt {
	var keys []int64
	asked := map[int64]contact.Line{}
	for _, l := range lines {
		if _, known := b.lines.look(l); !known {
			k := key(lineName(l))
			b.lines.fill(l, &lineRow{k: k})
			keys = append(keys, k)
			asked[k] = l
		}
	}
	return among("select k, name, contact from line where k in (%s)", keys, func(r row) error {
		l := asked[r.num(0)]
		b.lines.fill(l, &lineRow{k: r.num(0), contact: contact.ID(r.text(2)), kept: true, foreign: r.text(1) != lineName(l)})
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
	return c != nil && c.line != r.k
}

// line gives who holds a line, and locks that contact.
func (b *batch) line(l contact.Line) (*lineRow, error) {
	r, known := b.lines.look(l)
	if !known {
		if err := b.load(Need{Lines: []contact.Line{l}}); err != nil {
			return nil, err
		}
		r, _ = b.lines.look(l)
	}
	if r.foreign {
		return nil, fault.New(fault.Internal, "store: two lines have the key %d", r.k)
	}
	if b.u != nil && r.contact != "" && b.held(Need{Lines: []contact.Line{l}}) {
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

// moveLine lets c hold the line that it is on, and gives free the one that it
// held: that is old's.
func (b *batch) moveLine(c *contact.Contact, old *contactRow) (now int64, err error) {
	if c.Open() && c.Channel == contact.Chat && c.Customer.Address != "" {
		r, err := b.line(c.Line())
		if err != nil {
			return 0, err
		}
		if r.contact != "" && r.contact != c.ID {
			return 0, fault.New(fault.Conflict, "contact %s is open on the line of %s", r.contact, c.ID)
		}
		now = r.k
		if r.contact == "" {
			b.lines.put(c.Line(), &lineRow{k: r.k, contact: c.ID, kept: r.kept, dirty: true})
		}
	}
	if old.line == 0 || old.line == now {
		return now, nil
	}
	before, err := old.decode()
	if err != nil {
		return 0, err
	}
	r, err := b.line(before.Line())
	if err == nil && r.contact == c.ID {
		b.lines.put(before.Line(), &lineRow{k: r.k, kept: r.kept, dirty: true})
	}
	return now, err
}
