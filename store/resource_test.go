package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"outdial/fault"
	"outdial/resource"
)

func TestResourcesAreCached(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		a := serve(t, url, Options{Node: "a"})
		readers := []*Store{a}
		if a.db.shared() {
			readers = append(readers, serve(t, url, Options{Node: "b"}))
		}
		put := func(name string) {
			update(t, a, Need{}, func(tx *Tx) error {
				return tx.PutResource(Row{Kind: "queue", Instance: "i", ID: "q", Name: name, Doc: []byte(`{"id":"q","name":"` + name + `"}`)})
			})
		}
		load := func(s *Store) (name string) {
			fn := func(tx *Tx) error {
				q, err := Load[resource.Queue](tx, resource.KindQueue, "q")
				if err != nil {
					return err
				}
				r, err := tx.ResourceNamed(resource.KindQueue, "i", q.Name)
				if err != nil || r.ID != "q" {
					return fmt.Errorf("by name: %+v %w", r, err)
				}
				name = q.Name
				return nil
			}
			view(t, s, fn)
			update(t, s, Need{}, fn)
			return name
		}
		for _, name := range []string{"one", "two", "three"} {
			put(name)
			for _, s := range readers {
				if got := load(s); got != name {
					t.Errorf("node %s sees %q, want %q", s.o.Node, got, name)
				}
			}
		}
		// Behind its back: who still sees the resource asked nobody.
		c, err := a.db.write(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.commit(t.Context(), stmt{text: "delete from resource"}); err != nil {
			t.Fatal(err)
		}
		for _, s := range readers {
			if got := load(s); got != "three" {
				t.Errorf("node %s sees %q, want what it has", s.o.Node, got)
			}
		}
	})
}

func TestResources(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		row := func(id, name string) Row {
			return Row{Kind: "queue", Instance: "i", ID: id, Name: name, Doc: doc(name)}
		}
		update(t, s, Need{}, func(tx *Tx) error {
			for i := range 5 {
				if err := tx.PutResource(row(fmt.Sprint(i), fmt.Sprint("n", i))); err != nil {
					return err
				}
			}
			return errors.Join(tx.PutResource(row("x", "")), tx.PutResource(row("y", "")))
		})
		err := s.Update(t.Context(), Need{}, func(tx *Tx) error { return tx.PutResource(row("9", "n1")) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a name that another has: %v", err)
		}
		update(t, s, Need{}, func(tx *Tx) error {
			// Names change hands within one unit.
			if err := errors.Join(tx.PutResource(row("1", "spare")), tx.PutResource(row("2", "n1")), tx.PutResource(row("1", "n2"))); err != nil {
				return err
			}
			if err := tx.DeleteResource("queue", "3"); err != nil {
				return err
			}
			if err := tx.DeleteResource("queue", "3"); !fault.Is(err, fault.NotFound) {
				t.Errorf("deleted twice: %v", err)
			}
			list, err := tx.Resources("queue", "i", "0", 3)
			if err != nil || !slices.Equal(rowIDs(list), []string{"1", "2", "4"}) {
				t.Errorf("in the unit: %v %v", rowIDs(list), err)
			}
			return nil
		})
		view(t, s, func(tx *Tx) error {
			list, err := tx.Resources("queue", "i", "", 0)
			if err != nil || !slices.Equal(rowIDs(list), []string{"0", "1", "2", "4", "x", "y"}) {
				t.Errorf("%v %v", rowIDs(list), err)
			}
			list, err = tx.Resources("queue", "i", "1", 2)
			if err != nil || !slices.Equal(rowIDs(list), []string{"2", "4"}) {
				t.Errorf("page: %v %v", rowIDs(list), err)
			}
			r, err := tx.ResourceNamed("queue", "i", "n1")
			if err != nil || r.ID != "2" {
				t.Errorf("%+v %v", r, err)
			}
			if _, err = tx.ResourceNamed("queue", "i", "spare"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			if _, err = tx.ResourceNamed("queue", "j", "n1"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			return nil
		})
	})
}

func rowIDs(list []Row) (ids []string) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}
