package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"outdial/fault"
	"outdial/resource"
)

// A Row is a resource as it is kept.
type Row struct {
	Kind     string
	Instance string // "" for what belongs to the server
	ID       string
	Name     string // unique within kind and instance; "" is not checked
	Doc      json.RawMessage
}

type resourceKey struct{ kind, id string }

type nameKey struct{ kind, instance, name string }

// A cache holds resources of one version of them all: each transaction that
// writes one makes a new version, and begins with an empty cache.
type cache struct {
	mu      sync.RWMutex
	version int64
	rows    map[resourceKey]*Row
	ids     map[nameKey]string
	values  map[valueKey]any
}

type valueKey struct {
	resourceKey
	t reflect.Type
}

func (c *cache) current() int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.version
}

func (c *cache) renew(version int64) {
	if c.current() >= version {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version < version {
		c.version, c.rows, c.ids, c.values = version, nil, nil, nil
	}
}

// cached looks k up for a transaction that sees version.
func cached[K comparable, V any](c *cache, m *map[K]V, version int64, k K) (v V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.version == version {
		v, ok = (*m)[k]
	}
	return v, ok
}

func keepCached[K comparable, V any](c *cache, m *map[K]V, version int64, k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version != version {
		return
	}
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

const resourceColumns = "kind, id, instance, name, doc"

func readResource(r row) *Row {
	return &Row{Kind: r.text(0), ID: r.text(1), Instance: r.text(2), Name: r.text(3), Doc: json.RawMessage(r.text(4))}
}

// resource gives a row, nil where there is none. cached tells whether it is as
// everybody sees it.
func (b *batch) resource(k resourceKey) (r *Row, shared bool, err error) {
	if r, known := b.resources.look(k); known {
		return r, false, nil
	}
	c := &b.s.cache
	if r, ok := cached(c, &c.rows, b.version, k); ok {
		return r, true, nil
	}
	err = b.do(stmt{text: "select " + resourceColumns + " from resource where kind = $1 and id = $2", args: []any{k.kind, k.id},
		each: func(found row) error { r = readResource(found); return nil }})
	if err == nil && r != nil {
		keepCached(c, &c.rows, b.version, k, r)
	}
	return r, true, err
}

// named gives the id of a resource, "" where there is none.
func (b *batch) named(k nameKey) (id string, err error) {
	if id, known := b.names.look(k); known {
		return id, nil
	}
	c := &b.s.cache
	if id, ok := cached(c, &c.ids, b.version, k); ok {
		return id, nil
	}
	err = b.do(stmt{text: "select id from resource where kind = $1 and instance = $2 and name = $3 and name <> ''",
		args: []any{k.kind, k.instance, k.name}, each: func(r row) error { id = r.text(0); return nil }})
	if err == nil && id != "" {
		keepCached(c, &c.ids, b.version, k, id)
	}
	return id, err
}

// Resource gives a resource. fault.NotFound. Its document must not be changed.
func (t *Tx) Resource(kind resource.Kind, id string) (Row, error) {
	r, _, err := t.b.resource(resourceKey{string(kind), id})
	if err != nil {
		return Row{}, err
	}
	if r == nil {
		return Row{}, fault.New(fault.NotFound, "%s %q is not there", kind, id)
	}
	return *r, nil
}

// ResourceNamed gives a resource by its name. fault.NotFound.
func (t *Tx) ResourceNamed(kind resource.Kind, instance, name string) (Row, error) {
	id, err := t.b.named(nameKey{string(kind), instance, name})
	if err != nil {
		return Row{}, err
	}
	if id == "" {
		return Row{}, fault.New(fault.NotFound, "%s named %q is not there", kind, name)
	}
	return t.Resource(kind, id)
}

// Resources gives resources of an instance by id, after a key; at most n (0 is 1,000).
func (t *Tx) Resources(kind resource.Kind, instance, after string, n int) ([]Row, error) {
	b := t.b
	n = cmp.Or(n, 1000)
	var list []Row
	err := b.do(stmt{text: "select " + resourceColumns + " from resource where kind = $1 and instance = $2 and id > $3 order by id limit $4",
		args: []any{string(kind), instance, after, int64(n + len(b.resources.m))}, each: func(r row) error {
			if _, changed := b.resources.look(resourceKey{r.text(0), r.text(1)}); !changed {
				list = append(list, *readResource(r))
			}
			return nil
		}})
	if err != nil {
		return nil, err
	}
	for _, r := range b.resources.m {
		if r != nil && r.Kind == string(kind) && r.Instance == instance && r.ID > after {
			list = append(list, *r)
		}
	}
	slices.SortFunc(list, func(a, b Row) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(n, len(list))], nil
}

// PutResource keeps a resource; a name that another has is a fault.Conflict.
func (t *Tx) PutResource(r Row) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	if r.Kind == "" || r.ID == "" {
		return fault.New(fault.Invalid, "a resource without kind or id cannot be kept")
	}
	if err := clean("resource", r.Kind, r.Instance, r.ID, r.Name, string(r.Doc)); err != nil {
		return err
	}
	k, name := resourceKey{r.Kind, r.ID}, nameKey{r.Kind, r.Instance, r.Name}
	old, _, err := b.resource(k)
	if err != nil {
		return err
	}
	if r.Name != "" {
		id, err := b.named(name)
		if err != nil {
			return err
		}
		if id != "" && id != r.ID {
			return fault.New(fault.Conflict, "%s %q has the name %q", r.Kind, id, r.Name)
		}
	}
	if old != nil && old.Name != "" {
		b.names.put(nameKey{old.Kind, old.Instance, old.Name}, "")
	}
	if r.Name != "" {
		b.names.put(name, r.ID)
	}
	b.resources.put(k, &r)
	return nil
}

// DeleteResource forgets a resource. fault.NotFound.
func (t *Tx) DeleteResource(kind resource.Kind, id string) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	old, err := t.Resource(kind, id)
	if err != nil {
		return err
	}
	if old.Name != "" {
		b.names.put(nameKey{old.Kind, old.Instance, old.Name}, "")
	}
	b.resources.put(resourceKey{string(kind), id}, nil)
	return nil
}

// Load gives a resource, decoded. What it gives is shared: it must not be
// changed. It costs a statement only where the resource was changed, or not
// looked at, since it was loaded last.
func Load[T any](t *Tx, kind resource.Kind, id string) (*T, error) {
	b, k := t.b, resourceKey{string(kind), id}
	c := &b.s.cache
	vk := valueKey{k, reflect.TypeFor[T]()}
	_, own := b.resources.look(k)
	if !own {
		if v, ok := cached(c, &c.values, b.version, vk); ok {
			return v.(*T), nil
		}
	}
	r, err := t.Resource(kind, id)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(r.Doc, v); err != nil {
		return nil, fmt.Errorf("store: %s %s: %w", kind, id, err)
	}
	if !own {
		keepCached(c, &c.values, b.version, vk, any(v))
	}
	return v, nil
}
