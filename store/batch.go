package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/fault"
)

// A batch is the units that are committed together, and what they read and
// wrote so far; or one View.
type batch struct {
	s        *Store
	ctx      context.Context
	c        conn
	readonly bool
	alone    bool // without a database: see ahead
	wait     bool // wait for contacts that another node has: in the first load only
	real     time.Time
	version  int64 // of the resources that this transaction sees
	u        *unit // under way
	// err is a statement's failure: what the transaction holds is lost.
	err error

	contacts  layer[contact.ID, *contactRow]
	lines     layer[contact.Line, *lineRow]
	tokens    layer[string, *tokenRow]
	marks     layer[string, *markRow]
	refs      layer[Ref, *refRow]
	messages  layer[string, *messageRow]
	lanes     layer[contact.ID, []*jobRow] // not parked ones, by contact
	jobs      layer[int64, *jobRow]        // changed ones; nil is deleted
	records   layer[int64, *recordRow]
	resources layer[resourceKey, *Row] // nil is none
	names     layer[nameKey, string]   // id, "" is none
	begun     []int64                  // jobs
}

// begin reads what every transaction needs.
func (b *batch) begin() error {
	if !b.s.db.shared() {
		return nil
	}
	v, err := metaNumber(b.ctx, b.c, "resources")
	if err != nil {
		return err
	}
	b.version = v
	b.s.cache.renew(v)
	return nil
}

func (b *batch) keep() {
	for _, l := range b.layers() {
		l.keep()
	}
}

func (b *batch) undo() {
	for _, l := range b.layers() {
		l.undo()
	}
}

type undoable interface {
	adopt(other undoable)
	keep()
	undo()
}

func (b *batch) layers() [11]undoable {
	return [...]undoable{&b.contacts, &b.lines, &b.tokens, &b.marks, &b.refs, &b.messages,
		&b.lanes, &b.jobs, &b.records, &b.resources, &b.names}
}

// do runs statements; one that fails takes the batch with it.
func (b *batch) do(list ...stmt) error {
	if len(list) == 0 {
		return nil
	}
	if b.err != nil {
		return b.err
	}
	if b.alone {
		b.err = errAhead
		return errAhead
	}
	if err := b.open(); err != nil {
		return err
	}
	err := b.c.do(b.ctx, list...)
	if !b.readonly {
		b.err = err
	}
	return err
}

// load reads what need names and is not known yet: two rounds of statements,
// one for each table.
func (b *batch) load(need Need) error {
	// What decides whether something was done before is read last: who finds the
	// line of a contact that another node has just begun finds its token too.
	list := b.lineStmts(need.Lines)
	list = append(list, b.refStmts(need.Refs)...)
	list = append(list, b.markStmts(need.Marks)...)
	list = append(list, b.tokenStmts(need.Tokens)...)
	if err := b.do(list...); err != nil {
		return err
	}
	ids := slices.Clip(need.Contacts)
	var messages, withLanes []string
	for _, ref := range need.Refs {
		if r, _ := b.refs.look(ref); r.message != "" {
			ids = append(ids, r.contact)
			messages = append(messages, r.message)
		}
	}
	for _, l := range need.Lines {
		if r, _ := b.lines.look(l); r.contact != "" {
			withLanes = append(withLanes, string(r.contact))
		}
	}
	for _, id := range need.Lanes {
		withLanes = append(withLanes, string(id))
	}
	fresh := b.newContacts(ids)
	list = b.contactStmts(fresh)
	list = append(list, b.laneStmts(append(withLanes, fresh...))...)
	list = append(list, b.messageStmts(messages)...)
	if err := b.do(list...); err != nil {
		return err
	}
	if !b.s.db.shared() || b.readonly {
		return nil
	}
	return b.missing(need.Lines, fresh)
}

// missing finds out which of the contacts whose rows were not given are there,
// but in another node's hands.
func (b *batch) missing(lines []contact.Line, ids []string) error {
	taken := func(r row) error {
		b.contacts.fill(contact.ID(r.text(0)), &contactRow{id: contact.ID(r.text(0)), taken: true})
		return nil
	}
	var keys []int64
	asked := map[int64]contact.Line{}
	for _, l := range lines {
		if r, _ := b.lines.look(l); r.contact == "" {
			keys = append(keys, r.k)
			asked[r.k] = l
		}
	}
	list := among("select id, line from contact where line in (%s) and line <> 0", keys, func(r row) error {
		b.lines.fill(asked[r.num(1)], &lineRow{k: r.num(1), contact: contact.ID(r.text(0))})
		return taken(r)
	})
	var lost []string
	for _, id := range ids {
		if r, _ := b.contacts.look(contact.ID(id)); r.doc == "" {
			lost = append(lost, id)
		}
	}
	return b.do(append(list, among("select id from contact where id in (%s)", lost, taken)...)...)
}

// held tells whether another node has something that need names.
func (b *batch) held(need Need) bool {
	taken := func(id contact.ID) bool {
		r, _ := b.contacts.look(id)
		return r != nil && r.taken
	}
	if !b.s.db.shared() {
		return false
	}
	if slices.ContainsFunc(need.Contacts, taken) {
		return true
	}
	for _, l := range need.Lines {
		if r, _ := b.lines.look(l); r != nil && taken(r.contact) {
			return true
		}
	}
	for _, ref := range need.Refs {
		if r, _ := b.refs.look(ref); r != nil && taken(r.contact) {
			return true
		}
	}
	return false
}

// hold locks contacts of which a unit writes something, where it did not say
// before that it would.
func (b *batch) hold(ids ...contact.ID) error {
	need := Need{Contacts: ids}
	if err := b.load(need); err != nil {
		return err
	}
	if b.held(need) {
		return b.again(need)
	}
	return nil
}

// again puts the unit off to the next batch, in which it needs need too: another
// node has something of it.
func (b *batch) again(need Need) error {
	b.u.again = true
	b.u.need.add(need)
	return errAgain
}

func (b *batch) writable() error {
	if b.readonly {
		return fault.New(fault.Internal, "store: a view cannot write")
	}
	return nil
}

// clean refuses texts that not every database can keep.
func clean(field string, texts ...string) error {
	for _, s := range texts {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return fault.New(fault.Invalid, "%s: %q is not text that can be kept", field, s)
		}
	}
	return nil
}
