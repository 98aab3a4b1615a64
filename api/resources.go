package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A document is a resource that can be written down: a pointer to a T.
type document[T any] interface {
	*T
	Head() *resource.Meta
}

// newID makes the id of a new resource.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// derivedID makes the id of what every instance has by itself.
func derivedID(parts ...string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("connect:"+strings.Join(parts, "/"))).String()
}

// limits are how many resources of a kind an instance with AWS's quotas may have.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
var limits = map[resource.Kind]int{
	resource.KindFlow:     100,
	resource.KindModule:   200,
	resource.KindPrompt:   500,
	resource.KindQueue:    100,
	resource.KindHours:    100,
	resource.KindProfile:  500,
	resource.KindUser:     500,
	resource.KindFunction: 50,
	resource.KindBot:      100,

	resource.KindQuickConnect: 700,
	resource.KindSecurity:     100,
	resource.KindGroup:        500,
	resource.KindStatus:       50,
	resource.KindAttribute:    100,
}

// create keeps a new resource of an instance, and gives it its id, ARN and times.
// A name that another has is a DuplicateResourceException.
func create[T any, P document[T]](ctx context.Context, s *Server, at place, kind resource.Kind, v P, also func(*store.Tx) error) error {
	m := v.Head()
	m.ID = newID()
	m.ARN = at.InstanceARN(string(kind), m.ID)
	m.Created = s.Engine.Now()
	m.Modified = m.Created
	return s.update(ctx, func(t *store.Tx) error {
		if err := within[T, P](t, at, kind); err != nil {
			return err
		}
		if also != nil {
			if err := also(t); err != nil {
				return err
			}
		}
		return put[T, P](t, at, kind, v)
	})
}

// within refuses one more resource than the quota.
func within[T any, P document[T]](t *store.Tx, at place, kind resource.Kind) error {
	if at.in.Quotas != "aws" {
		return nil
	}
	n := 0
	err := each[T, P](t, at.Instance, kind, "", func(P) bool { n++; return n < limits[kind] })
	if err == nil && n >= limits[kind] {
		err = fault.New(fault.Exceeded, "an instance may have %d of %s", limits[kind], kind)
	}
	return err
}

// put writes a resource.
func put[T any, P document[T]](t *store.Tx, at place, kind resource.Kind, v P) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	m := v.Head()
	err = t.PutResource(store.Row{Kind: string(kind), Instance: at.Instance, ID: m.ID, Name: m.Name, Doc: doc})
	if fault.Is(err, fault.Conflict) {
		return wire.Errorf("DuplicateResource", "Name: another %s of this instance is called %s", kind, quote(m.Name))
	}
	return err
}

// edit changes a resource that the API made: fn gets a copy of its own.
func edit[T any, P document[T]](ctx context.Context, s *Server, at place, field, ref string, kind resource.Kind, fn func(*store.Tx, P) error) error {
	id, err := at.ID(field, ref, string(kind))
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *store.Tx) error {
		v, err := own[T, P](t, at, field, id, kind)
		if err != nil {
			return err
		}
		if err := fn(t, v); err != nil {
			return err
		}
		v.Head().Modified = s.Engine.Now()
		return put[T, P](t, at, kind, v)
	})
}

// remove deletes a resource that the API made, unless used says what needs it.
func remove[T any, P document[T]](ctx context.Context, s *Server, at place, field, ref string, kind resource.Kind, used func(*store.Tx, P) error) error {
	id, err := at.ID(field, ref, string(kind))
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *store.Tx) error {
		v, err := own[T, P](t, at, field, id, kind)
		if err != nil {
			return err
		}
		if used != nil {
			if err := used(t, v); err != nil {
				return err
			}
		}
		return t.DeleteResource(kind, id)
	})
}

// own gives a copy of a resource that may be changed. What the configuration
// declares belongs to the configuration.
func own[T any, P document[T]](t *store.Tx, at place, field, id string, kind resource.Kind) (P, error) {
	row, err := t.Resource(kind, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Instance != at.Instance {
		return nil, missing(field, kind, id)
	}
	if err != nil {
		return nil, err
	}
	v := P(new(T))
	if err := json.Unmarshal(row.Doc, v); err != nil {
		return nil, fmt.Errorf("resource %s %s: %w", kind, id, err)
	}
	if m := v.Head(); m.File {
		return nil, wire.Invalid(field, "the %s %s is declared in the server's configuration and can be changed only there", kind, quote(m.Name))
	}
	return v, nil
}

// update runs one unit of work on resources.
func (s *Server) update(ctx context.Context, fn func(*store.Tx) error) error {
	return s.Store.Update(ctx, store.Need{}, fn)
}

// A listing is one page of a list of resources.
type listing struct {
	operation string
	token     string
	max       *int
	usual     int // entries of a page where the caller does not say
	filters   []string
}

// list hands the resources of a kind that keep accepts to tell, one page of
// them, and returns the next token.
func list[T any, P document[T]](ctx context.Context, s *Server, at place, kind resource.Kind, l listing, keep func(P) bool, tell func(P)) (string, error) {
	scope := append([]string{at.Instance}, l.filters...)
	after, err := s.Tokens.Open(l.token, l.operation, scope...)
	if err != nil {
		return "", err
	}
	limit := l.usual
	if l.max != nil {
		limit = *l.max
	}
	last, more := after, false
	err = s.Store.View(ctx, func(t *store.Tx) error {
		n := 0
		return each[T, P](t, at.Instance, kind, after, func(v P) bool {
			if keep != nil && !keep(v) {
				return true
			}
			if n == limit {
				more = true
				return false
			}
			n++
			last = v.Head().ID
			tell(v)
			return true
		})
	})
	if err != nil || !more {
		return "", err
	}
	return s.Tokens.Seal(last, l.operation, scope...), nil
}

// each gives the resources of an instance by id, behind a key, until fn has enough.
func each[T any, P document[T]](t *store.Tx, instance string, kind resource.Kind, after string, fn func(P) bool) error {
	const page = 200
	for {
		rows, err := t.Resources(kind, instance, after, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			v, err := store.Load[T](t, kind, r.ID)
			if err != nil {
				return err
			}
			if !fn(P(v)) {
				return nil
			}
			after = r.ID
		}
		if len(rows) < page {
			return nil
		}
	}
}

// fingerprint is a short hash of a request's filters, for next tokens.
func fingerprint(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	w := begin()
	w.text(string(b))
	return w.end()
}

// inUse says which resource still needs one. Not every kind of resource has a
// word among AWS's types.
func inUse(m *resource.Meta, kind resource.Kind) error {
	e := wire.Errorf("ResourceInUse", "the %s %s needs it", kind, quote(m.Name))
	e.Members = map[string]any{"ResourceId": m.ARN}
	if kind == resource.KindUser {
		e.Members["ResourceType"] = "USER"
	}
	return e
}

// part hands one page of a sorted list that is at hand to tell, and returns the
// next token.
func part[V any](s *Server, l listing, all []V, key func(V) string, tell func(V)) (string, error) {
	after, err := s.Tokens.Open(l.token, l.operation, l.filters...)
	if err != nil {
		return "", err
	}
	limit := l.usual
	if l.max != nil {
		limit = *l.max
	}
	n, last := 0, ""
	for _, v := range all {
		if key(v) <= after {
			continue
		}
		if n == limit {
			return s.Tokens.Seal(last, l.operation, l.filters...), nil
		}
		n++
		last = key(v)
		tell(v)
	}
	return "", nil
}
