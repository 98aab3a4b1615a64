package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"outdial/contact"
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
			if from > 0 {
				keepOld(t, d, id, from)
			}
			if err := d.close(); err != nil {
				t.Fatal(err)
			}
			s := serve(t, url, Options{})
			if from > 0 {
				readOld(t, s, id, from)
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
					events, err := tx.Events(EventQuery{Contact: id, Types: []string{"INITIATED", "COMPLETED"}})
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

// keepOld writes rows as they were before they left out what their columns say.
func keepOld(t *testing.T, d database, id contact.ID, from int) {
	t.Helper()
	err := execOn(t, d, `insert into message (id, contact, created, doc) values ('m`+string(id)+`', '`+string(id)+`', 7,
		'{"id":"m`+string(id)+`","contact":"`+string(id)+`","direction":"OUTBOUND","from":"a","to":"b","text":"said","status":"SENT","account":"c","ref":"m`+string(id)+`","created":"2026-01-05T10:00:00Z"}')`)
	if err != nil {
		t.Fatal(err)
	}
	err = execOn(t, d, fmt.Sprintf(`insert into token (id, k, name, contact, hashes, expires) values (77, %d, 'chat/i1/old', '%s', '{"Attributes":"d1"}', %d)`,
		key("chat/i1/old"), id, millis(time.Now().Add(time.Hour))))
	if err != nil {
		t.Fatal(err)
	}
	if from < 4 {
		return
	}
	err = execOn(t, d, `insert into record (id, contact, at, doc, events) values (5, '`+string(id)+`', 9, '', '[{"type":"CONNECTED_TO_SYSTEM"},{"type":"QUEUED","body":{"a":1}}]')`)
	if err != nil {
		t.Fatal(err)
	}
}

// readOld reads what keepOld wrote, writes it anew, and reads it again.
func readOld(t *testing.T, s *Store, id contact.ID, from int) {
	t.Helper()
	for range 2 {
		update(t, s, Need{Contacts: []contact.ID{id}}, func(tx *Tx) error {
			m, err := tx.MessageOf(Ref{"c", "m" + string(id)})
			if err != nil || m.ID != "m"+string(id) || m.Contact != id || m.Text != "said" || m.Ref != m.ID {
				t.Errorf("message %+v %v", m, err)
				return err
			}
			if err := tx.PutMessage(m); err != nil {
				return err
			}
			k, found, err := tx.Token("chat/i1/old", time.Now())
			if err != nil || !found || k.Contact != id || k.Hashes["Attributes"] != "d1" {
				t.Errorf("token %+v %v %v", k, found, err)
				return err
			}
			if err := tx.PutToken(k); err != nil || from < 4 {
				return err
			}
			events, err := tx.Events(EventQuery{Contact: id, Types: []string{"CONNECTED_TO_SYSTEM", "QUEUED"}})
			if err != nil || len(events) != 2 || len(events[0].Body) != 0 || string(events[1].Body) != `{"a":1}` {
				t.Errorf("events %+v %v", events, err)
			}
			return err
		})
	}
}

// What is kept says nothing twice, and reads as it was written.
func TestRowsAreShort(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		c, now := &contact.Contact{ID: newID(), Instance: "i1", Channel: contact.Chat, Method: "API", Name: "N"}, time.Now()
		m := &contact.Message{ID: string(newID()), Contact: c.ID, Direction: "OUTBOUND", Text: "t", Ref: "other"}
		own := &contact.Message{ID: string(newID()), Contact: c.ID, Direction: "OUTBOUND", Text: "t"}
		own.Ref = own.ID
		odd := &contact.Message{ID: `a"<b`, Contact: c.ID, Direction: "OUTBOUND"}
		token := Token{Key: "chat/i1/a long token", Contact: c.ID, Hashes: map[string]string{"a": "b"}, Expires: now.Add(time.Hour)}
		update(t, s, Need{}, func(tx *Tx) error {
			return errors.Join(tx.Save(c), tx.PutMessage(m), tx.PutMessage(own), tx.PutMessage(odd), tx.PutToken(token),
				tx.PutEvent(EventRow{Contact: c.ID, At: now, Type: "INITIATED"}), tx.PutEvent(EventRow{Contact: c.ID, At: now, Type: "QUEUED", Body: []byte(`{}`)}))
		})
		view(t, s, func(tx *Tx) error {
			for _, q := range []struct{ text, want, not string }{
				{"select doc from contact", `{"channel"`, string(c.ID)},
				{"select doc from message where id = '" + m.ID + "'", `"ref":"other"`, string(c.ID)},
				{"select doc from message where id = '" + own.ID + "'", `"own":true`, own.ID},
				{"select name from token", "", "chat"},
				{"select events from record", `["INITIATED",{"type":"QUEUED","body":{}}]`, `{"type":"INITIATED"`},
			} {
				if err := tx.b.do(stmt{text: q.text, each: func(r row) error {
					if !strings.Contains(r.text(0), q.want) || strings.Contains(r.text(0), q.not) {
						t.Errorf("%s: %s", q.text, r.text(0))
					}
					return nil
				}}); err != nil {
					return err
				}
			}
			d, err := tx.Contact(c.ID)
			if err != nil || d.ID != c.ID || d.Instance != "i1" || d.Name != "N" {
				t.Errorf("%+v %v", d, err)
			}
			for _, want := range []*contact.Message{m, own, odd} {
				if got, err := tx.Message(want.ID); err != nil || got.ID != want.ID || got.Contact != want.Contact || got.Ref != want.Ref {
					t.Errorf("%+v %v, not %+v", got, err, want)
				}
			}
			return err
		})
	})
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
