package api

import (
	"context"
	"sync"
	"sync/atomic"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A knowledge is what the server remembers of the store's resources, so that
// what starts contacts reads nothing twice. It is good for one version of them.
type knowledge struct{ now atomic.Pointer[picture] }

// A picture is the resources as they stood at one version.
type picture struct {
	version int64
	byID    map[string]*resource.Instance
	quotas  bool // some instance has AWS's quotas

	mu      sync.RWMutex
	entries map[entryKey]entry
}

type entryKey struct {
	kind  resource.Kind
	named string // the instance, where id is a name in it
	id    string
}

// An entry is a resource, or that there is none.
type entry struct {
	instance string
	doc      any
}

// most is how many entries a picture holds: ids that are not there are entries
// too, and callers make them up.
const most = 10000

// instances gives every instance.
func (s *Server) instances(ctx context.Context) (*picture, error) {
	version := s.Store.ResourceVersion()
	if p := s.known.now.Load(); p != nil && p.version == version {
		return p, nil
	}
	p := &picture{version: version, byID: map[string]*resource.Instance{}, entries: map[entryKey]entry{}}
	err := s.Store.View(ctx, func(t *store.Tx) error {
		after := ""
		for {
			rows, err := t.Resources(resource.KindInstance, "", after, 1000)
			if err != nil {
				return err
			}
			for _, r := range rows {
				in, err := store.Load[resource.Instance](t, resource.KindInstance, r.ID)
				if err != nil {
					return err
				}
				p.byID[in.ID] = in
				p.quotas = p.quotas || in.Quotas == "aws"
				after = r.ID
			}
			if len(rows) < 1000 {
				return nil
			}
		}
	})
	if err != nil {
		return nil, err
	}
	s.known.now.Store(p)
	return p, nil
}

// limited tells whether AWS's rates bind the caller.
func (p *picture) limited(c wire.Caller) bool {
	for _, in := range p.byID {
		if in.Quotas == "aws" && in.Account == c.Account && in.Region == c.Region {
			return true
		}
	}
	return false
}

// known gives a resource of an instance without a transaction where it can.
func known[T any](ctx context.Context, s *Server, instance, field string, kind resource.Kind, id string) (*T, error) {
	return recall[T](ctx, s, entryKey{kind: kind, id: id}, instance, field)
}

// knownByName is known by the name that the resource has in its instance.
func knownByName[T any](ctx context.Context, s *Server, instance string, kind resource.Kind, name string) (*T, error) {
	return recall[T](ctx, s, entryKey{kind, instance, name}, instance, "")
}

func recall[T any](ctx context.Context, s *Server, k entryKey, instance, field string) (*T, error) {
	p, err := s.instances(ctx)
	if err != nil {
		return nil, err
	}
	p.mu.RLock()
	e, ok := p.entries[k]
	p.mu.RUnlock()
	if !ok {
		err := s.Store.View(ctx, func(t *store.Tx) error {
			e, err = look[T](t, k)
			return err
		})
		if err != nil {
			return nil, err
		}
		p.put(k, e)
	}
	v, ok := e.doc.(*T)
	if !ok || e.instance != instance {
		return nil, missing(field, k.kind, k.id)
	}
	return v, nil
}

func (p *picture) put(k entryKey, e entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.entries) >= most {
		clear(p.entries)
	}
	p.entries[k] = e
}

// look reads an entry; one that is not there is empty.
func look[T any](t *store.Tx, k entryKey) (entry, error) {
	var row store.Row
	var err error
	if k.named != "" {
		row, err = t.ResourceNamed(k.kind, k.named, k.id)
	} else {
		row, err = t.Resource(k.kind, k.id)
	}
	if fault.Is(err, fault.NotFound) {
		return entry{}, nil
	}
	if err != nil {
		return entry{}, err
	}
	v, err := store.Load[T](t, k.kind, row.ID)
	return entry{row.Instance, v}, err
}
