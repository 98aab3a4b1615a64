package store

import (
	"outdial/contact"
	"outdial/fault"
)

// A lineRow is who holds a line, as it was read or as a unit took it. Who gave
// it free since is seen in the contact's own row.
type lineRow struct {
	k       int64
	contact contact.ID // "" is nobody
}

func lineKey(l contact.Line) int64 { return key(join(l.Instance, l.Subtype, l.Customer, l.System)) }

// lineStmts read the contacts that hold lines, and lock them.
func (b *batch) lineStmts(lines []contact.Line) []stmt {
	var keys []int64
	asked := map[int64]contact.Line{}
	for _, l := range lines {
		if _, known := b.lines.look(l); !known {
			k := lineKey(l)
			b.lines.fill(l, &lineRow{k: k})
			keys = append(keys, k)
			asked[k] = l
		}
	}
	return among("select "+contactColumns+" from contact where line in (%s) and line <> 0"+b.lock(), keys, func(r row) error {
		c := readContact(r)
		b.lines.fill(asked[c.line], &lineRow{k: c.line, contact: c.id})
		if _, known := b.contacts.look(c.id); !known {
			b.contacts.fill(c.id, c)
		}
		return nil
	})
}

// line gives the key of a line and who holds it now, "" is nobody.
func (b *batch) line(l contact.Line) (k int64, holder contact.ID, err error) {
	r, known := b.lines.look(l)
	if !known {
		if err := b.load(Need{Lines: []contact.Line{l}}); err != nil {
			return 0, "", err
		}
		r, _ = b.lines.look(l)
	}
	if r.contact == "" {
		return r.k, "", nil
	}
	c, _ := b.contacts.look(r.contact)
	if c.taken {
		return 0, "", b.again(Need{Lines: []contact.Line{l}})
	}
	if c.line != r.k {
		return r.k, "", nil // it was given free in this batch
	}
	if !c.dirty {
		kept, err := c.decode()
		if err != nil {
			return 0, "", err
		}
		if kept.Line() != l {
			return 0, "", fault.New(fault.Internal, "store: two lines have the key %d", r.k)
		}
	}
	return r.k, r.contact, nil
}

// ContactOn gives the open chat on a line.
func (t *Tx) ContactOn(l contact.Line) (contact.ID, bool, error) {
	_, holder, err := t.b.line(l)
	return holder, holder != "", err
}

// takeLine gives the key of the line that c holds from now on, 0 for none. held
// is that of the line that it held until now.
func (b *batch) takeLine(c *contact.Contact, held int64) (int64, error) {
	if !c.Open() || c.Channel != contact.Chat || c.Customer.Address == "" {
		return 0, nil
	}
	l := c.Line()
	if held != 0 && held == lineKey(l) {
		return held, nil
	}
	k, holder, err := b.line(l)
	if err != nil {
		return 0, err
	}
	if holder != "" && holder != c.ID {
		return 0, fault.New(fault.Conflict, "contact %s is open on the line of %s", holder, c.ID)
	}
	b.lines.put(l, &lineRow{k: k, contact: c.ID})
	return k, nil
}
