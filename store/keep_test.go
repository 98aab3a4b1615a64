package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
)

func TestTokensExpire(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Now().UTC().Truncate(time.Millisecond)
		put := func(id contact.ID, expires time.Time) {
			update(t, s, Need{}, func(tx *Tx) error {
				return tx.PutToken(Token{Key: "k", Contact: id, Expires: expires, Hashes: map[string]string{"a": string(id)}})
			})
		}
		look := func(at time.Time, want contact.ID) {
			t.Helper()
			view(t, s, func(tx *Tx) error {
				k, found, err := tx.Token("k", at)
				if k.Contact != want || found != (want != "") || found && k.Hashes["a"] != string(want) {
					t.Errorf("%+v %v, want %q", k, found, want)
				}
				return err
			})
		}
		look(now, "")
		put("c1", now.Add(time.Hour))
		look(now, "c1")
		look(now.Add(time.Hour), "")
		put("c2", now.Add(2*time.Hour))
		look(now.Add(time.Hour), "c2")
	})
}

func TestMarks(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Now()
		update(t, s, Need{}, func(tx *Tx) error {
			for i := range 5 {
				if err := tx.PutMark(fmt.Sprint("optout/", i), doc(fmt.Sprint(i)), time.Time{}); err != nil {
					return err
				}
			}
			return errors.Join(tx.PutMark("optout/soon", doc("soon"), now.Add(time.Hour)), tx.PutMark("optouu", nil, time.Time{}), tx.DropMark("nothing"))
		})
		list := func(tx *Tx, after string, n int, want ...string) {
			t.Helper()
			keys, docs, err := tx.Marks("optout/", after, n)
			for i, k := range keys {
				keys[i] = strings.TrimPrefix(k, "optout/")
				if string(docs[i]) != `"`+keys[i]+`"` {
					t.Errorf("%s: %s", k, docs[i])
				}
			}
			if err != nil || !slices.Equal(keys, want) {
				t.Errorf("%v %v, want %v", keys, err, want)
			}
		}
		view(t, s, func(tx *Tx) error {
			list(tx, "", 0, "0", "1", "2", "3", "4") // and none that ends by itself
			list(tx, "optout/1", 2, "2", "3")
			for at, want := range map[time.Duration]bool{0: true, time.Hour: false} {
				d, found, err := tx.Mark("optout/soon", now.Add(at))
				if found != want || err != nil || found && string(d) != `"soon"` {
					t.Errorf("%s %v %v", d, found, err)
				}
			}
			d, found, err := tx.Mark("optouu", now.Add(1e6*time.Hour))
			if !found || string(d) != "null" {
				t.Errorf("%s %v", d, found)
			}
			return err
		})
		update(t, s, Need{Marks: []string{"optout/1", "optout/2"}}, func(tx *Tx) error {
			err := errors.Join(tx.DropMark("optout/1"), tx.PutMark("optout/2", doc("2"), now.Add(time.Hour)), tx.PutMark("optout/9", doc("9"), time.Time{}))
			list(tx, "optout/0", 3, "3", "4", "9")
			return err
		})
		view(t, s, func(tx *Tx) error {
			list(tx, "", 0, "0", "3", "4", "9")
			return nil
		})
	})
}

// A carrier that knows a message by our own id needs no reference of its own.
func TestMessageByOurOwnID(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		c := saved(t, s, "+12065550100")
		m := &contact.Message{ID: string(newID()), Contact: c.ID, Account: "sim", Text: "one", Created: time.Now()}
		own := Ref{"sim", m.ID}
		update(t, s, Need{}, func(tx *Tx) error { return errors.Join(tx.PutMessage(m), tx.PutRef(own, m)) })
		update(t, s, Need{Refs: []Ref{own}}, func(tx *Tx) error {
			found, err := tx.MessageOf(own)
			if err != nil || found.Text != "one" {
				t.Errorf("%+v %v", found, err)
			}
			if _, err := tx.MessageOf(Ref{"another", m.ID}); !fault.Is(err, fault.NotFound) {
				t.Errorf("another account's: %v", err)
			}
			return err
		})
		if left := whatIsLeft(t, s); !strings.Contains(left, "ref 0") {
			t.Errorf("rows: %s", left)
		}
	})
}

func TestMessagesAndRefs(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		c := saved(t, s, "+12065550100")
		now := time.Now().UTC().Truncate(time.Millisecond)
		m1 := &contact.Message{ID: "m1", Contact: c.ID, Text: "one", Created: now}
		m0 := &contact.Message{ID: "m0", Contact: c.ID, Text: "two", Created: now.Add(time.Second)}
		update(t, s, Need{}, func(tx *Tx) error {
			return errors.Join(tx.PutMessage(m0), tx.PutMessage(m1), tx.PutRef(Ref{"smsc", "77"}, m1), tx.PutRef(Ref{"smsc", "78"}, m1))
		})
		update(t, s, Need{Refs: []Ref{{"smsc", "77"}, {"other", "77"}}}, func(tx *Tx) error {
			m, err := tx.MessageOf(Ref{"smsc", "77"})
			if err != nil {
				return err
			}
			if _, err := tx.MessageOf(Ref{"other", "77"}); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			m.Status = contact.StatusDelivered
			err = errors.Join(tx.PutMessage(m), tx.PutRef(Ref{"smsc", "78"}, m0)) // the carrier uses it again
			list, err2 := tx.Messages(c.ID)
			if len(list) != 2 || list[0].ID != "m1" || list[0].Status != contact.StatusDelivered || list[1].ID != "m0" {
				t.Errorf("in the unit: %v", list)
			}
			return errors.Join(err, err2)
		})
		view(t, s, func(tx *Tx) error {
			m, err := tx.MessageOf(Ref{"smsc", "77"})
			if err != nil || m.Status != contact.StatusDelivered || m.Text != "one" {
				t.Errorf("%+v %v", m, err)
			}
			if m, err = tx.MessageOf(Ref{"smsc", "78"}); err != nil || m.ID != "m0" {
				t.Errorf("%+v %v", m, err)
			}
			if _, err = tx.Message("m2"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			return nil
		})
	})
}

func TestEventPages(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		put := func(tx *Tx, i, minute int, typ string) (string, error) {
			e := EventRow{Contact: contact.ID(fmt.Sprint("c", i%2)), At: begin.Add(time.Duration(minute) * time.Minute),
				Type: typ, Body: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))}
			e.ID = tx.EventID(e.Contact, e.At)
			return e.ID, tx.PutEvent(e)
		}
		ids := make([]string, 10)
		update(t, s, Need{}, func(tx *Tx) (err error) {
			for i := range ids {
				if ids[i], err = put(tx, i, i, []string{"A", "B", "C"}[i%3]); err != nil {
					return err
				}
			}
			return nil
		})
		check := func(tx *Tx, q EventQuery, want string) {
			t.Helper()
			list, err := tx.Events(q)
			var got []string
			for _, e := range list {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(string(e.Body), `{"n":`), "}"))
			}
			if err != nil || strings.Join(got, "") != want {
				t.Errorf("%+v: %v %v, want %s", q, got, err, want)
			}
		}
		view(t, s, func(tx *Tx) error {
			check(tx, EventQuery{}, "0123456789")
			check(tx, EventQuery{Limit: 3}, "012")
			check(tx, EventQuery{Limit: 3, After: ids[2]}, "345")
			check(tx, EventQuery{Limit: 2, Types: []string{"C"}}, "25")
			check(tx, EventQuery{Contact: "c1"}, "13579")
			check(tx, EventQuery{Types: []string{"A", "C"}}, "0235689")
			check(tx, EventQuery{From: begin.Add(2 * time.Minute), To: begin.Add(5 * time.Minute)}, "234")
			check(tx, EventQuery{Newest: true}, "9876543210")
			check(tx, EventQuery{Newest: true, Limit: 3}, "987")
			check(tx, EventQuery{Newest: true, Limit: 3, After: ids[7]}, "654")
			check(tx, EventQuery{Newest: true, Limit: 2, Types: []string{"C"}, After: ids[8]}, "52")
			check(tx, EventQuery{Newest: true, Contact: "c0", After: ids[0]}, "")
			return nil
		})
		update(t, s, Need{}, func(tx *Tx) error {
			_, err := put(tx, 5, 5, "B")
			check(tx, EventQuery{Contact: "c1", From: begin.Add(5 * time.Minute)}, "5795")
			return err
		})
	})
}

// The events of one moment lie in one row with its record, and their ids are
// those that were told before.
func TestEventsOfATurn(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var ids []string
		update(t, s, Need{}, func(tx *Tx) error {
			ids = nil
			for _, typ := range []string{"A", "B"} {
				ids = append(ids, tx.EventID("c1", at))
				if err := tx.PutEvent(EventRow{ID: ids[len(ids)-1], Contact: "c1", At: at, Type: typ}); err != nil {
					return err
				}
			}
			return tx.Record(Record{Contact: "c1", At: at, Doc: doc("turn")})
		})
		view(t, s, func(tx *Tx) error {
			events, err := tx.Events(EventQuery{Contact: "c1"})
			if err != nil || len(events) != 2 || events[0].ID != ids[0] || events[1].ID != ids[1] || events[1].Type != "B" || !events[1].At.Equal(at) {
				t.Errorf("%+v %v, want %v", events, err, ids)
			}
			if u, err := uuid.Parse(ids[0]); err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 || ids[0] >= ids[1] {
				t.Errorf("ids %v are no sorted UUIDv7: %v", ids, err)
			}
			records, err := tx.Records("c1")
			if err != nil || len(records) != 1 {
				t.Errorf("%+v %v", records, err)
			}
			return nil
		})
		if left := whatIsLeft(t, s); !strings.Contains(left, "record 1") || !strings.Contains(left, "event 0") {
			t.Errorf("rows: %s", left)
		}
		err := s.Update(t.Context(), Need{}, func(tx *Tx) error {
			return tx.PutEvent(EventRow{ID: ids[0], Contact: "c1", At: at, Type: "A"})
		})
		if !fault.Is(err, fault.Internal) {
			t.Errorf("an id of another moment: %v", err)
		}
	})
}

// whatIsLeft counts the rows of every table.
func whatIsLeft(t *testing.T, s *Store) string {
	t.Helper()
	c, err := s.db.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.rollback()
	var left []string
	for _, table := range []string{"contact", "token", "mark", "job", "message", "ref", "record", "event"} {
		err := c.do(t.Context(), stmt{text: "select count(*) from " + table, each: func(r row) error {
			left = append(left, fmt.Sprint(table, " ", r.num(0)))
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(left, ", ")
}

func TestSweepAndErase(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{Handover: func([]Job) {}})
		now := time.Now()
		var units []*startUnit
		for i := range 6 {
			u := newStart(int64(i))
			u.c.Instance = fmt.Sprint("i", i%2)
			u.need.Lines = []contact.Line{u.c.Line()}
			u.c.Initiated = now.Add(-time.Duration(48-i) * time.Hour)
			if i < 5 {
				u.c.Disconnected = now.Add(-time.Duration(30-i) * time.Hour) // 30, 29, 28, 27, 26 hours ago; the last is open
			}
			if i < 3 {
				u.token.Expires = now.Add(-time.Second)
			}
			units = append(units, u)
			update(t, s, u.need, u.run)
			update(t, s, Need{}, func(tx *Tx) error {
				return errors.Join(tx.PutRef(Ref{"a", fmt.Sprint(i)}, u.m), tx.PutMark(fmt.Sprint("m", i), doc("x"), now.Add(time.Duration(i-2)*time.Hour+time.Minute)))
			})
		}
		update(t, s, Need{}, func(tx *Tx) error { return tx.PutMark("for ever", doc("x"), time.Time{}) })
		for _, want := range []struct {
			n    int
			left string
		}{
			{6, "contact 4, token 4, mark 5, job 4, message 4, ref 4, record 4, event 0"},
			{2, "contact 3, token 3, mark 5, job 3, message 3, ref 3, record 3, event 0"},
			{0, "contact 3, token 3, mark 5, job 3, message 3, ref 3, record 3, event 0"},
		} {
			n, err := s.Sweep(t.Context(), now, now.Add(-27*time.Hour-time.Minute), 2)
			if got := whatIsLeft(t, s); n != want.n || err != nil || got != want.left {
				t.Errorf("swept %d %v, left %s, want %d and %s", n, err, got, want.n, want.left)
			}
		}
		if err := s.Erase(t.Context(), []contact.ID{units[4].c.ID, units[5].c.ID, "none"}); err != nil {
			t.Fatal(err)
		}
		if got, want := whatIsLeft(t, s), "contact 1, token 3, mark 5, job 1, message 1, ref 1, record 1, event 0"; got != want {
			t.Errorf("left %s, want %s", got, want)
		}
		// What is done of a contact that is gone does not bring it back.
		update(t, s, Need{}, func(tx *Tx) error {
			return tx.Done(Job{ID: 1, Contact: units[5].c.ID, Lane: LaneCustomer})
		})
		again := newStart(5)
		again.c.Instance = "i1"
		update(t, s, Need{}, again.run)
	})
}

func TestBackup(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		c := saved(t, s, "+12065550100")
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, []byte("an older copy"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := s.Backup(t.Context(), path)
		if s.db.shared() {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "pg_dump") {
				t.Error(err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", i, err)
		}
		copied := serve(t, "file:"+path, Options{})
		view(t, copied, func(tx *Tx) error { _, err := tx.Contact(c.ID); return err })
		if err := s.Backup(t.Context(), filepath.Join(path, "no", "such", "folder")); err == nil {
			t.Error("a backup into no folder gave no error")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Backup(ctx, path+"2"); err == nil {
			t.Error("a backup that was given up gave no error")
		}
		if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("SQLite format 3")) {
			t.Errorf("%.20q %v", b, err)
		}
	})
}

func TestPing(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
