package store

import (
	"context"
	"errors"
	"time"
)

// errAhead says that a unit cannot be run ahead of its batch: it asks for more
// than it said.
var errAhead = errors.New("store: not ahead of the batch")

// ahead runs a unit as if nothing of what it needs were there, without a word to
// the database. It gives what the unit wrote, or nil where the unit asked for
// something else, or failed: then its batch runs it.
func (s *Store) ahead(ctx context.Context, need Need, fn func(*Tx) error) *batch {
	b := &batch{s: s, ctx: ctx, alone: true, real: time.Now(), version: s.cache.current(), u: &unit{}}
	for _, l := range need.Lines {
		b.lines.fill(l, &lineRow{k: lineKey(l)})
	}
	for _, name := range need.Tokens {
		b.tokens.fill(name, &tokenRow{k: key(name)})
	}
	for _, name := range need.Marks {
		b.marks.fill(name, &markRow{name: name, k: key(name)})
	}
	if err := b.call(fn); err != nil || b.err != nil || b.u.again || len(b.resources.m) > 0 {
		return nil
	}
	return b
}

// adopt takes what the unit under way wrote ahead of the batch, if all is as it
// was expected: nothing there of what it needs, and the same resources.
func (b *batch) adopt(u *unit) bool {
	a := u.ahead
	if a == nil || a.version != b.version || len(b.resources.m) > 0 {
		return false
	}
	for _, l := range u.need.Lines {
		if _, holder, err := b.line(l); err != nil || holder != "" {
			return false
		}
	}
	for _, name := range u.need.Tokens {
		if r, _ := b.tokens.look(name); r == nil || r.id != 0 || r.dirty {
			return false
		}
	}
	for _, name := range u.need.Marks {
		if r, _ := b.marks.look(name); r == nil || r.id != 0 || r.dirty {
			return false
		}
	}
	layers := b.layers()
	for i, l := range a.layers() {
		layers[i].adopt(l)
	}
	u.after = a.u.after
	return true
}

// After has fn called when the unit is kept, before any of its jobs is handed
// over: for what must not be counted twice, or never was. It must not block.
func (t *Tx) After(fn func()) { t.b.u.after = append(t.b.u.after, fn) }
