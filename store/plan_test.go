package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

// Every statement finds its rows by an index, but for a few that are meant to
// look at all of them.
func TestNoStatementReadsWholeTables(t *testing.T) {
	mayScan := []string{
		"from job where state < 3 order by id",      // Jobs of everybody, in order
		"from event where id > ",                    // by id or by contact
		"from record where id > ",                   // likewise
		"update job set lost = lost | 1, state = 0", // at the start
		"update node ", "from node ", "from meta ",  // a handful of rows
		"from i", "from m", // the recursive ones, row by row
	}
	s := idle(t, sqliteURL(t), Options{Handover: func([]Job) {}})
	u := newStart(1)
	now := time.Now()
	open := true
	do := func(fn func(tx *Tx) error, need Need) {
		t.Helper()
		if err := together(t, s, &unit{need: need, fn: fn})[0]; err != nil {
			t.Fatal(err)
		}
	}
	do(u.run, u.need)
	ref := Ref{"a", "1"}
	do(func(tx *Tx) error {
		for _, fn := range []func() error{
			func() error { return tx.PutRef(ref, u.m) },
			func() error { return tx.PutMark("m", doc("x"), now.Add(-time.Hour)) },
			func() error { return tx.PutResource(Row{Kind: "queue", Instance: "i", ID: "q", Name: "n"}) },
			func() error { u.c.Name = "changed"; return tx.Save(u.c) },
			func() error { return tx.PutToken(u.token) },
		} {
			if err := fn(); err != nil {
				return err
			}
		}
		return nil
	}, Need{Contacts: []contact.ID{u.c.ID}, Refs: []Ref{ref}})
	reads := func(tx *Tx) error {
		_, _, err := tx.Contacts(ContactQuery{Instance: "i1", Customer: "+1", Open: &open, From: now, To: now, Channels: []string{"CHAT"}, After: "5.x"})
		_, err1 := tx.Events(EventQuery{Contact: u.c.ID})
		_, err2 := tx.Events(EventQuery{From: now, Types: []string{"A"}})
		_, err3 := tx.Jobs(u.c.ID, 5)
		_, err4 := tx.Jobs("", 5)
		_, err5 := tx.Parked("a", 0, 5)
		_, err6 := tx.Waiting("q")
		_, err7 := tx.CallsOf("a")
		_, err8 := tx.OpenContacts("i1", contact.Chat)
		_, _, err9 := tx.Marks("m", "", 5)
		_, err10 := tx.Messages(u.c.ID)
		_, err11 := tx.Records(u.c.ID)
		_, err12 := tx.Resources("queue", "i", "", 5)
		_, err13 := tx.ResourceNamed("queue", "i", "other")
		_ = err13 // it is not there
		for i, err := range []error{err, err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12} {
			if err != nil {
				t.Errorf("read %d: %v", i, err)
			}
		}
		return nil
	}
	do(reads, Need{})
	do(func(tx *Tx) error {
		jobs, err := tx.Jobs(u.c.ID, 5)
		if err == nil {
			err = tx.Park(jobs[0], "")
		}
		if err == nil {
			_, err = tx.Unpark("loopback", now)
		}
		return err
	}, Need{})
	do(func(tx *Tx) error { _, err := tx.Cancel(u.c.ID, LaneCustomer); return err }, Need{})
	do(func(tx *Tx) error {
		return tx.Send(Job{Contact: u.c.ID, Account: "m", Segments: 1, Held: true, Due: now})
	}, Need{})
	if err := s.View(t.Context(), reads); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Lease(t.Context(), now, 5, map[string]int{"m": 5}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Beat(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(t.Context(), now, now, 5); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), []contact.ID{u.c.ID}); err != nil {
		t.Fatal(err)
	}
	putContent(t, s, "h", now, "x")
	if err := s.PutFile(t.Context(), &File{ID: "f", Hash: "h"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Files(t.Context(), u.c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SweepFiles(t.Context(), now, now, 5, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	db := s.db.(*sqliteDB)
	reader := <-db.readers
	defer func() { db.readers <- reader }()
	seen := 0
	for _, c := range []*sqliteConn{db.writer, reader} {
		if c == nil {
			continue
		}
		var texts []string
		for text := range c.prepared {
			texts = append(texts, text)
		}
		for _, text := range texts {
			seen++
			plan := explain(t, c, text)
			if strings.Contains(text, "order by ord") && strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("what is due is sorted at each lease: %s\n\t%s", text, plan)
			}
			if !strings.Contains(plan, "SCAN") || strings.Contains(plan, "SCAN CONSTANT") && strings.Count(plan, "SCAN") == 1 {
				continue
			}
			allowed := false
			for _, part := range mayScan {
				allowed = allowed || strings.Contains(text, part)
			}
			if !allowed {
				t.Errorf("%s\n\t%s", text, plan)
			}
		}
	}
	if seen < 50 {
		t.Errorf("saw %d statements only", seen)
	}
}

func explain(t *testing.T, c *sqliteConn, text string) string {
	t.Helper()
	var args []any
	for n := 1; strings.Contains(text, fmt.Sprint("$", n)); n++ {
		args = append(args, int64(0))
	}
	var plan []string
	err := c.run(stmt{text: "explain query plan " + text, args: args, each: func(r row) error {
		plan = append(plan, r.text(3))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "; ")
}
