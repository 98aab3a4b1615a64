package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"outdial/store"
)

// A Shelf keeps small JSON documents for one carrier account: for all nodes,
// and beyond a crash.
type Shelf struct {
	store  *store.Store
	prefix string
}

// NewShelf gives an account's shelf in a store.
func NewShelf(s *store.Store, account string) *Shelf { return &Shelf{s, "shelf/" + account + "/"} }

// Change hands fn the document at key, nil for none, and keeps what fn makes of
// it; nil forgets it. An error of fn is Change's, and then nothing changes. fn
// may be called more than once, by nodes one after the other.
func (s *Shelf) Change(ctx context.Context, key string, fn func(doc []byte) ([]byte, error)) error {
	key = s.prefix + key
	return s.store.Update(ctx, store.Need{Marks: []string{key}}, func(t *store.Tx) error {
		old, _, err := t.Mark(key, time.Time{})
		if err != nil {
			return err
		}
		doc, err := fn(old)
		switch {
		case err != nil || bytes.Equal(doc, old):
			return err
		case doc == nil:
			return t.DropMark(key)
		}
		return t.PutMark(key, json.RawMessage(doc), time.Time{})
	})
}

// List gives at most n documents whose keys come after one, by key.
func (s *Shelf) List(ctx context.Context, after string, n int) (keys []string, docs [][]byte, err error) {
	err = s.store.View(ctx, func(t *store.Tx) error {
		keys, docs = nil, nil
		if after != "" {
			after = s.prefix + strings.TrimPrefix(after, s.prefix)
		}
		names, list, err := t.Marks(s.prefix, after, n)
		for i, name := range names {
			keys, docs = append(keys, strings.TrimPrefix(name, s.prefix)), append(docs, list[i])
		}
		return err
	})
	return keys, docs, err
}
