package store

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"outdial/fault"
)

type markRow struct {
	name    string
	k       int64
	doc     string // "" is none
	expires int64
	id      int64 // 0 where it is not in the table
	old     int64 // the row that it replaces
	dirty   bool
	foreign bool // another mark has its key
}

func (b *batch) markStmts(names []string) []stmt {
	var keys []int64
	asked := map[int64]string{}
	for _, name := range names {
		if _, known := b.marks.look(name); !known {
			k := key(name)
			b.marks.fill(name, &markRow{name: name, k: k})
			keys = append(keys, k)
			asked[k] = name
		}
	}
	return among("select k, id, name, doc, expires from mark where k in (%s)", keys, func(r row) error {
		name := asked[r.num(0)]
		b.marks.fill(name, &markRow{name: name, k: r.num(0), id: r.num(1), doc: r.text(3), expires: r.num(4), foreign: r.text(2) != name})
		return nil
	})
}

func (b *batch) mark(name string) (*markRow, error) {
	r, known := b.marks.look(name)
	if !known {
		if err := b.do(b.markStmts([]string{name})...); err != nil {
			return nil, err
		}
		r, _ = b.marks.look(name)
	}
	if r.foreign {
		return nil, fault.New(fault.Internal, "store: two marks have the key of %q", name)
	}
	return r, nil
}

func (r *markRow) there(now time.Time) bool {
	return r.doc != "" && (r.expires == 0 || r.expires > millis(now))
}

// Mark gives a small document by key: an opt-out, a seen arrival, a window.
// One that has expired by now is not there.
func (t *Tx) Mark(key string, now time.Time) (json.RawMessage, bool, error) {
	r, err := t.b.mark(key)
	if err != nil || !r.there(now) {
		return nil, false, err
	}
	return json.RawMessage(r.doc), true, nil
}

// PutMark keeps a mark until expires; zero is for ever. No document is null.
func (t *Tx) PutMark(key string, doc json.RawMessage, expires time.Time) error {
	if len(doc) == 0 {
		doc = json.RawMessage("null")
	}
	return t.setMark(key, string(doc), millis(expires))
}

// DropMark forgets a mark.
func (t *Tx) DropMark(key string) error { return t.setMark(key, "", 0) }

func (t *Tx) setMark(name, doc string, expires int64) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	if err := clean("mark", name, doc); err != nil {
		return err
	}
	r, err := t.b.mark(name)
	if err != nil {
		return err
	}
	t.b.marks.put(name, &markRow{name: name, k: r.k, doc: doc, expires: expires, old: max(r.id, r.old), dirty: true})
	return nil
}

// Marks lists marks that are kept for ever whose key begins with prefix, by key,
// and after a key; at most n (0 is 1,000).
func (t *Tx) Marks(prefix, after string, n int) (keys []string, docs []json.RawMessage, err error) {
	if n <= 0 {
		n = 1000
	}
	from, till := max(prefix, after), prefix+"\U0010FFFF"
	found := map[string]string{}
	err = t.b.do(stmt{text: "select name, doc from mark where expires = 0 and name >= $1 and name < $2 and name <> $3 order by name limit $4",
		args: []any{from, till, after, int64(n + len(t.b.marks.m))}, each: func(r row) error { found[r.text(0)] = r.text(1); return nil }})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range t.b.marks.m {
		if !r.dirty {
			continue
		}
		delete(found, r.name)
		if r.doc != "" && r.expires == 0 && strings.HasPrefix(r.name, prefix) && r.name > after {
			found[r.name] = r.doc
		}
	}
	for k := range found {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	keys = keys[:min(n, len(keys))]
	for _, k := range keys {
		docs = append(docs, json.RawMessage(found[k]))
	}
	return keys, docs, nil
}
