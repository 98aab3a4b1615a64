package store

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"outdial/fault"
)

// steps gives the first n steps of the schema, and then more.
func steps(t *testing.T, n int, more ...string) fs.FS {
	t.Helper()
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, name := range names[:min(n, len(names))] {
		b, err := fs.ReadFile(schema, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: b}
	}
	for i, text := range more {
		files["schema/9999_"+string(rune('a'+i))+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func stepCount(t *testing.T) int {
	t.Helper()
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return len(names)
}

// bare opens a database without a schema.
func bare(t *testing.T, url string) database {
	t.Helper()
	var d database
	var err error
	if path, ok := strings.CutPrefix(url, "file:"); ok {
		d, err = openSQLite(path, slog.Default())
	} else {
		d, err = openPostgres(t.Context(), url, slog.Default())
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func execOn(t *testing.T, d database, text string) error {
	t.Helper()
	c, err := d.write(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.rollback()
	return c.commit(t.Context(), stmt{text: text})
}

func TestMigrateFromEveryVersion(t *testing.T) {
	for from := range stepCount(t) + 1 {
		databases(t, func(t *testing.T, url string) {
			d := bare(t, url)
			if err := migrate(t.Context(), d, steps(t, from)); err != nil {
				t.Fatal(err)
			}
			id := newID()
			if from > 0 {
				err := execOn(t, d, `insert into contact (id, instance, initiated, channel, method, customer, ended, queue, node, line, doc)
					values ('`+string(id)+`', 'i1', 5, 'CHAT', 'API', '+12065550100', 0, '', '', 0, '{"id":"`+string(id)+`","name":"kept"}')`)
				if err != nil {
					t.Fatal(err)
				}
				err = execOn(t, d, "insert into event (id, contact, at, type, body) values ('01900000-0000-7000-8000-000000000000', '"+string(id)+"', 5, 'INITIATED', '')")
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := d.close(); err != nil {
				t.Fatal(err)
			}
			s := serve(t, url, Options{})
			if from > 0 {
				update(t, s, Need{}, func(tx *Tx) error {
					c, err := tx.Contact(id)
					if err != nil || c.Name != "kept" {
						t.Errorf("%+v %v", c, err)
						return err
					}
					c.Name = "changed"
					return errors.Join(tx.Save(c), tx.PutEvent(EventRow{Contact: id, At: time.Now(), Type: "COMPLETED"}))
				})
				view(t, s, func(tx *Tx) error {
					events, err := tx.Events(EventQuery{Contact: id})
					if err != nil || len(events) != 2 || events[0].Type != "INITIATED" || events[1].Type != "COMPLETED" {
						t.Errorf("events %+v %v", events, err)
					}
					return nil
				})
			}
			u := newStart(1)
			update(t, s, u.need, u.run)
		})
	}
}

func TestNewerStoreIsRefused(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		d := bare(t, url)
		if err := migrate(t.Context(), d, steps(t, stepCount(t), "create table later (id text primary key)")); err != nil {
			t.Fatal(err)
		}
		if err := d.close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), url, Options{Node: "a"})
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "newer release") {
			t.Errorf("%v", err)
		}
	})
}

func TestStepThatFailsLeavesNothing(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		d := bare(t, url)
		defer d.close()
		if err := migrate(t.Context(), d, steps(t, 99)); err != nil {
			t.Fatal(err)
		}
		err := migrate(t.Context(), d, steps(t, 99, "create table later (id text primary key)", "create table half (id text primary key); create table contact (x text not null)"))
		if err == nil || !strings.Contains(err.Error(), "9999_b") {
			t.Fatalf("%v", err)
		}
		for _, table := range []string{"later", "half"} {
			if err := execOn(t, d, "insert into "+table+" (id) values ('x')"); err == nil {
				t.Errorf("table %s is there", table)
			}
		}
		if err := migrate(t.Context(), d, steps(t, 99, "create table later (id text primary key)")); err != nil {
			t.Error(err)
		}
	})
}

func TestManyMigrateAtOnce(t *testing.T) {
	nodes(t, Options{}, func(t *testing.T, a, b *Store) {
		url := postgresURL(t)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				s, err := Open(context.Background(), url, Options{Node: newNode()})
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func newNode() string { return string(newID()) }
