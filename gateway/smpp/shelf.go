package smpp

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// A Shelf keeps what has to outlive the process, and what several processes that
// serve one account share: small JSON documents, by key.
type Shelf interface {
	// Change hands fn the document at key, nil for none, and keeps what fn makes
	// of it before it returns; nil forgets it. An error of fn is Change's, and
	// then nothing changes. fn may be called more than once.
	Change(ctx context.Context, key string, fn func(doc []byte) ([]byte, error)) error
	// List gives at most n documents whose keys come after one, by key.
	List(ctx context.Context, after string, n int) (keys []string, docs [][]byte, err error)
}

// memory is a Shelf that a crash empties: for an account that is tried out.
type memory struct {
	mu   sync.Mutex
	docs map[string][]byte
}

func newMemory() *memory { return &memory{docs: map[string][]byte{}} }

func (m *memory) Change(_ context.Context, key string, fn func([]byte) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	doc, err := fn(m.docs[key])
	switch {
	case err != nil:
	case doc == nil:
		delete(m.docs, key)
	default:
		m.docs[key] = doc
	}
	return err
}

func (m *memory) List(_ context.Context, after string, n int) (keys []string, docs [][]byte, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range slices.Sorted(maps.Keys(m.docs)) {
		if k > after && len(keys) < n {
			keys, docs = append(keys, k), append(docs, m.docs[k])
		}
	}
	return keys, docs, nil
}
