package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"outdial/config"
	"outdial/engine"
	"outdial/resource"
	"outdial/store"
)

// gather collects what a ready file says of the store: the first instance that
// the configuration declares, else the first that was made, and what belongs to it.
func gather(ctx context.Context, st *store.Store, first *resource.Instance) (*ready, error) {
	r := &ready{Flows: map[string]string{}, Queues: map[string]string{}, PhoneNumbers: []readyNumber{}, Templates: []readyTemplate{}}
	err := st.View(ctx, func(t *store.Tx) error {
		var in *resource.Instance
		err := every(t, resource.KindInstance, "", func(x *resource.Instance) {
			switch {
			case first != nil && first.ID != x.ID:
			case in == nil, x.Created.Before(in.Created), x.Created.Equal(in.Created) && x.Name < in.Name:
				in = x
			}
		})
		if err != nil || in == nil {
			return err
		}
		r.Region, r.AccountID, r.InstanceID, r.InstanceARN = in.Region, in.Account, in.ID, in.ARN
		return r.belongings(t, in.ID)
	})
	slices.SortFunc(r.PhoneNumbers, func(a, b readyNumber) int { return strings.Compare(a.Number, b.Number) })
	slices.SortFunc(r.Templates, func(a, b readyTemplate) int { return strings.Compare(a.Name, b.Name) })
	return r, err
}

func (r *ready) belongings(t *store.Tx, instance string) error {
	err := every(t, resource.KindFlow, instance, func(f *resource.Flow) { r.Flows[f.Name] = f.ID })
	if err != nil {
		return err
	}
	if err = every(t, resource.KindQueue, instance, func(q *resource.Queue) { r.Queues[q.Name] = q.ID }); err != nil {
		return err
	}
	err = every(t, resource.KindNumber, instance, func(n *resource.Number) {
		r.PhoneNumbers = append(r.PhoneNumbers, readyNumber{n.ID, n.ARN, n.Number, n.Channels})
	})
	if err != nil {
		return err
	}
	return every(t, resource.KindTemplate, instance, func(m *resource.Template) {
		attributes := m.Attributes
		if attributes == nil {
			attributes = []string{}
		}
		r.Templates = append(r.Templates, readyTemplate{m.Name, m.KnowledgeBase, m.ID, m.Channel, attributes})
	})
}

// every goes through the resources of a kind, decoded.
func every[T any](t *store.Tx, kind resource.Kind, instance string, fn func(*T)) error {
	return each(t, kind, instance, func(r store.Row) error {
		v := new(T)
		if err := json.Unmarshal(r.Doc, v); err != nil {
			return err
		}
		fn(v)
		return nil
	})
}

// seed keeps what d declares, as if it had been made over the API.
func seed(ctx context.Context, st *store.Store, d *config.Declaration) error {
	a := &applier{st: st, d: d, now: time.Now().UTC().Truncate(time.Millisecond)}
	return st.Update(ctx, store.Need{}, func(t *store.Tx) error {
		for _, r := range d.Rows {
			if err := a.put(t, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// markOptedOut puts a customer on the opt-out list of every simulated number.
func markOptedOut(ctx context.Context, st *store.Store, customer string) error {
	doc, err := json.Marshal(listed{At: time.Now().UTC(), By: config.Simulated})
	if err != nil {
		return err
	}
	return st.Update(ctx, store.Need{}, func(t *store.Tx) error {
		var instances, keys []string
		if err := every(t, resource.KindInstance, "", func(in *resource.Instance) { instances = append(instances, in.ID) }); err != nil {
			return err
		}
		for _, in := range instances {
			err := every(t, resource.KindNumber, in, func(n *resource.Number) {
				if n.Account == config.Simulated && !slices.Equal(n.Channels, []string{"VOICE"}) {
					keys = append(keys, engine.OptOutKey(engine.OptOutList(n), customer))
				}
			})
			if err != nil {
				return err
			}
		}
		for _, key := range keys {
			_, out, err := t.Mark(key, time.Now())
			if err == nil && !out {
				err = t.PutMark(key, doc, time.Time{})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
