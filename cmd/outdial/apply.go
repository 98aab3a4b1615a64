package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"outdial/config"
	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// ownedKinds are the kinds of an instance's resources that a file may declare.
func ownedKinds() []resource.Kind {
	return []resource.Kind{resource.KindHours, resource.KindPrompt, resource.KindFlow, resource.KindModule, resource.KindNumber,
		resource.KindQueue, resource.KindProfile, resource.KindUser, resource.KindTemplate,
		resource.KindSecurity, resource.KindStatus, resource.KindAvailable, resource.KindFunction, resource.KindBot}
}

// An applier brings the store to what a file declares.
type applier struct {
	st  *store.Store
	log *slog.Logger
	d   *config.Declaration
	now time.Time
}

// apply makes what d declares, and takes away what an earlier file declared
// and this one does not: all of it, or nothing.
func apply(ctx context.Context, st *store.Store, log *slog.Logger, d *config.Declaration) error {
	a := &applier{st, log, d, time.Now().UTC().Truncate(time.Millisecond)}
	declared := map[string]bool{}
	for _, r := range d.Rows {
		declared[string(r.Kind)+"/"+r.Meta.ID] = true
	}
	err := st.Update(ctx, store.Need{}, func(t *store.Tx) error {
		if err := a.drop(t, declared); err != nil {
			return err
		}
		if err := a.unname(t); err != nil {
			return err
		}
		for _, r := range d.Rows {
			if err := a.put(t, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.lists(ctx)
}

// each goes through the resources of a kind and an instance.
func each(t *store.Tx, kind resource.Kind, instance string, fn func(store.Row) error) error {
	after := ""
	for {
		rows, err := t.Resources(kind, instance, after, 500)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = r.ID
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(rows) < 500 {
			return nil
		}
	}
}

// drop takes away what is the file's and no longer declared. It comes first, so
// that a name may move from one resource to another.
func (a *applier) drop(t *store.Tx, declared map[string]bool) error {
	gone := func(kind resource.Kind) func(store.Row) error {
		return func(r store.Row) error {
			var m resource.Meta
			if err := json.Unmarshal(r.Doc, &m); err != nil || !m.File || declared[string(kind)+"/"+r.ID] {
				return err
			}
			if kind == resource.KindInstance {
				n, err := openContacts(t, r.ID)
				if err != nil {
					return err
				}
				if n > 0 {
					a.log.Warn("an instance that is no longer in the configuration is kept: it has open contacts", "instance", r.Name, "contacts", n)
					return nil
				}
			}
			a.log.Info("no longer in the configuration: removed", "kind", string(kind), "name", r.Name)
			return t.DeleteResource(kind, r.ID)
		}
	}
	instances := []string{}
	if err := each(t, resource.KindInstance, "", func(r store.Row) error { instances = append(instances, r.ID); return nil }); err != nil {
		return err
	}
	for _, in := range instances {
		for _, kind := range ownedKinds() {
			if err := each(t, kind, in, gone(kind)); err != nil {
				return err
			}
		}
	}
	if err := each(t, resource.KindKey, "", gone(resource.KindKey)); err != nil {
		return err
	}
	return each(t, resource.KindInstance, "", gone(resource.KindInstance))
}

func openContacts(t *store.Tx, instance string) (int, error) {
	sum := 0
	for _, ch := range []contact.Channel{contact.Voice, contact.Chat, contact.Task} {
		n, err := t.OpenContacts(instance, ch)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// unname takes the names off resources that get another, so that two of them may
// change names.
func (a *applier) unname(t *store.Tx) error {
	for _, r := range a.d.Rows {
		old, err := t.Resource(r.Kind, r.Meta.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil && old.Name != r.Meta.Name {
			old.Name = ""
			err = t.PutResource(old)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put writes one resource where it differs from what is kept.
func (a *applier) put(t *store.Tx, r config.Row) error {
	old, err := t.Resource(r.Kind, r.Meta.ID)
	var was resource.Meta
	switch {
	case fault.Is(err, fault.NotFound):
		r.Meta.Created, r.Meta.Modified = a.now, a.now
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(old.Doc, &was); err != nil {
			return err
		}
		r.Meta.Created, r.Meta.Modified = was.Created, was.Modified
	}
	doc, err := json.Marshal(r.Doc)
	if err != nil {
		return err
	}
	if bytes.Equal(doc, old.Doc) && old.Name == r.Meta.Name && old.Instance == r.Instance {
		return nil
	}
	if !r.Meta.Modified.Equal(a.now) {
		r.Meta.Modified = a.now
		if doc, err = json.Marshal(r.Doc); err != nil {
			return err
		}
	}
	err = t.PutResource(store.Row{Kind: string(r.Kind), Instance: r.Instance, ID: r.Meta.ID, Name: r.Meta.Name, Doc: doc})
	if fault.Is(err, fault.Conflict) {
		return fmt.Errorf("%s %q: another of this name was made over the API: rename or delete that one, or this", r.Kind, r.Meta.Name)
	}
	return err
}

// byFile marks what a list of the file has put on an opt-out list.
const byFile = "configuration"

// A listed is the mark of a number on a list of the file.
type listed struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	List string    `json:"list,omitempty"`
}

// lists brings the opt-out and do-not-contact lists to what the file says. Those
// that are as they were the last time are left alone: they may be long, and who
// was taken off since, by START or by the operator, stays off.
func (a *applier) lists(ctx context.Context) error {
	const mark = "configuration/lists"
	was, is, of := map[string]string{}, map[string]string{}, map[string]config.MarkList{}
	for _, l := range a.d.Lists {
		for _, p := range a.prefixes(l) {
			all := of[p]
			all.Name, all.Numbers = l.Name, append(all.Numbers, l.Numbers...)
			of[p] = all
		}
	}
	for p, l := range of {
		slices.Sort(l.Numbers)
		is[p] = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(l.Numbers, ","))))
	}
	err := a.st.View(ctx, func(t *store.Tx) error {
		doc, ok, err := t.Mark(mark, a.now)
		if err == nil && ok {
			err = json.Unmarshal(doc, &was)
		}
		return err
	})
	if err != nil || maps.Equal(was, is) {
		return err
	}
	for p := range was {
		if is[p] == "" {
			is[p] = "gone"
		}
	}
	for p, hash := range is {
		if was[p] != hash {
			if err := a.list(ctx, p, of[p]); err != nil {
				return err
			}
		}
	}
	maps.DeleteFunc(is, func(_, hash string) bool { return hash == "gone" })
	doc, err := json.Marshal(is)
	if err != nil {
		return err
	}
	return a.st.Update(ctx, store.Need{Marks: []string{mark}}, func(t *store.Tx) error { return t.PutMark(mark, doc, time.Time{}) })
}

// list puts the numbers of a list into the store, and takes those away that the
// file had there before and has no longer.
func (a *applier) list(ctx context.Context, prefix string, l config.MarkList) error {
	want := map[string]bool{}
	for _, n := range l.Numbers {
		want[prefix+n] = true
	}
	var change []string
	err := eachMark(ctx, a.st, prefix, func(key string, doc json.RawMessage) error {
		var m listed
		if json.Unmarshal(doc, &m) == nil && m.By == byFile && !want[key] {
			change = append(change, key)
		}
		delete(want, key)
		return nil
	})
	if err != nil {
		return err
	}
	for key := range want {
		change = append(change, key)
	}
	doc, err := json.Marshal(listed{a.now, byFile, l.Name})
	if err != nil {
		return err
	}
	return a.write(ctx, change, want, doc)
}

// prefixes are the places in the store in which a list stands.
func (a *applier) prefixes(l config.MarkList) (out []string) {
	if l.Kind == "optout" {
		return []string{engine.OptOutKey(l.Name, "")}
	}
	for _, r := range a.d.Rows {
		if r.Kind == resource.KindInstance {
			out = append(out, engine.DoNotContactKey(r.Meta.ID, ""))
		}
	}
	return out
}

// write puts marks that are wanted and drops the others, a thousand at a time.
func (a *applier) write(ctx context.Context, keys []string, want map[string]bool, doc json.RawMessage) error {
	for len(keys) > 0 {
		n := min(1000, len(keys))
		part := keys[:n]
		err := a.st.Update(ctx, store.Need{Marks: part}, func(t *store.Tx) error {
			for _, k := range part {
				err := t.DropMark(k)
				if want[k] {
					err = t.PutMark(k, doc, time.Time{})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// eachMark goes through the marks that begin with prefix.
func eachMark(ctx context.Context, st *store.Store, prefix string, fn func(key string, doc json.RawMessage) error) error {
	after := ""
	for {
		var keys []string
		var docs []json.RawMessage
		err := st.View(ctx, func(t *store.Tx) (err error) {
			keys, docs, err = t.Marks(prefix, after, 1000)
			return err
		})
		if err != nil {
			return err
		}
		for i, k := range keys {
			after = k
			if err := fn(k, docs[i]); err != nil {
				return err
			}
		}
		if len(keys) < 1000 {
			return nil
		}
	}
}
