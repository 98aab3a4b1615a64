package store

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// nodes runs fn with two stores on one PostgreSQL.
func nodes(t *testing.T, o Options, fn func(t *testing.T, a, b *Store)) {
	if os.Getenv("PGURL") == "" {
		return // one process per SQLite file
	}
	t.Run("postgres", func(t *testing.T) {
		url := postgresURL(t)
		oa, ob := o, o
		oa.Node, ob.Node = "a", "b"
		fn(t, serve(t, url, oa), serve(t, url, ob))
	})
}

func TestNodesRaceForKeys(t *testing.T) {
	nodes(t, Options{}, func(t *testing.T, a, b *Store) {
		const rounds, each = 20, 4
		for round := range rounds {
			first := newStart(int64(round))
			ids := make(chan contact.ID, 2*each)
			names := make(chan error, 2*each)
			var wg sync.WaitGroup
			for i := range each {
				for _, s := range []*Store{a, b} {
					mine := newStart(int64(round))
					wg.Go(func() {
						var id contact.ID
						err := s.Update(t.Context(), Need{Tokens: []string{first.token.Key}, Lines: mine.need.Lines}, func(tx *Tx) error {
							if k, found, err := tx.Token(first.token.Key, time.Now()); err != nil || found {
								id = k.Contact
								return err
							}
							id = mine.c.ID
							k := first.token
							k.Contact = id
							return errors.Join(tx.PutToken(k), tx.Save(mine.c))
						})
						if err != nil {
							t.Error(err)
						}
						ids <- id
						names <- s.Update(t.Context(), Need{}, func(tx *Tx) error {
							return tx.PutResource(Row{Kind: "queue", Instance: "i", ID: fmt.Sprint(s.o.Node, i, round), Name: fmt.Sprint("q", round)})
						})
					})
				}
			}
			wg.Wait()
			close(ids)
			close(names)
			one := <-ids
			for id := range ids {
				if id != one {
					t.Errorf("round %d: one token, two contacts: %s and %s", round, one, id)
				}
			}
			good := 0
			for err := range names {
				if err == nil {
					good++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
			if good != 1 {
				t.Errorf("round %d: %d resources of one name", round, good)
			}
		}
	})
}

// A line that was read before its contact is locked may be another's by then.
func TestNodesAgreeOnLines(t *testing.T) {
	nodes(t, Options{}, func(t *testing.T, a, b *Store) {
		line := chat("+12065550100").Line()
		open := map[contact.ID]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, s := range []*Store{a, b} {
			for range 4 {
				wg.Go(func() {
					for range 25 {
						var begun, ended contact.ID
						err := s.Update(t.Context(), Need{Lines: []contact.Line{line}}, func(tx *Tx) error {
							begun, ended = "", ""
							id, found, err := tx.ContactOn(line)
							if err != nil {
								return err
							}
							if !found {
								c := chat(line.Customer)
								begun = c.ID
								return tx.Save(c)
							}
							c, err := tx.Contact(id)
							if err != nil {
								return err
							}
							if !c.Open() {
								return fmt.Errorf("%s is on the line and has ended", id)
							}
							c.Disconnected = time.Now()
							ended = id
							return tx.Save(c)
						})
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						open[begun]++
						open[ended]--
						mu.Unlock()
					}
				})
			}
		}
		wg.Wait()
		delete(open, "")
		left := 0
		for id, n := range open {
			if n != 0 && n != 1 {
				t.Errorf("%s began or ended twice: %d", id, n)
			}
			left += n
		}
		if left != 0 { // 200 turns: as many beginnings as ends
			t.Errorf("%d contacts are open at the end", left)
		}
	})
}

// Another node has it by now: what the first one says of it does not count.
func TestRetryOfAnothersJob(t *testing.T) {
	nodes(t, Options{Lease: 1}, func(t *testing.T, a, b *Store) {
		c := saved(t, a, "+12065550100")
		send(t, a, Job{Contact: c.ID, Kind: "x", Due: time.Now()})
		first, _ := leased(t, a, time.Now(), 1, nil)
		second, _ := leased(t, b, time.Now(), 1, nil)
		if len(first) != 1 || len(second) != 1 || !second[0].Lost {
			t.Fatalf("%+v %+v", first, second)
		}
		on(t, a, func(tx *Tx) error { return tx.Retry(first[0], time.Now().Add(time.Hour), "") })
		on(t, a, func(tx *Tx) error { return tx.Park(first[0], "") })
		view(t, a, func(tx *Tx) error {
			jobs, err := tx.Jobs(c.ID, 0)
			if err != nil || len(jobs) != 1 || jobs[0].Holder != "b" {
				t.Errorf("%+v %v", jobs, err)
			}
			return nil
		})
		on(t, a, func(tx *Tx) error { return tx.Done(first[0]) }) // but this does
		on(t, b, func(tx *Tx) error { return tx.Retry(second[0], time.Now(), "") })
		view(t, a, func(tx *Tx) error {
			jobs, err := tx.Jobs(c.ID, 0)
			if err != nil || len(jobs) != 0 {
				t.Errorf("%+v %v", jobs, err)
			}
			return nil
		})
	})
}

func TestDeadNode(t *testing.T) {
	nodes(t, Options{Handover: func([]Job) {}}, func(t *testing.T, a, b *Store) {
		now := time.Now()
		c := saved(t, a, "+12065550100")
		for woken(b) {
		}
		send(t, a, Job{Contact: c.ID, Kind: "under way at a", Due: now}, Job{Contact: c.ID, Kind: "only a", Node: "a", Due: now.Add(-time.Second), Held: true})
		beat := func(s *Store, d time.Duration, want ...string) {
			t.Helper()
			dead, err := s.Beat(t.Context(), d)
			if err != nil || !slices.Equal(dead, want) {
				t.Errorf("%s saw die %v %v, want %v", s.o.Node, dead, err, want)
			}
		}
		beat(a, time.Hour)
		beat(b, time.Hour)
		if due, _ := leased(t, b, now, 10, nil); len(due) != 0 {
			t.Errorf("leased of a living node: %s", kinds(due))
		}
		beat(a, -time.Second) // its last
		c3 := serve(t, postgresAgain(t, b), Options{Node: "c"})
		beat(c3, time.Hour, "a")
		beat(b, time.Hour) // told to one only
		due, _ := leased(t, b, now, 10, nil)
		if kinds(due) != "only a under way at a" || due[0].Lost || !due[1].Lost {
			t.Errorf("leased of the dead: %+v", due)
		}
		// Who was told dies before its next beat: another is told of both.
		beat(a, -time.Second)
		beat(c3, -time.Second, "a")
		beat(b, time.Hour, "a", "c")
		beat(b, time.Hour)
		beat(a, time.Hour) // it was only slow
		beat(b, time.Hour)
	})
}

// postgresAgain is the URL of s's database.
func postgresAgain(t *testing.T, s *Store) string {
	t.Helper()
	return s.db.(*postgresDB).pool.Config().ConnString()
}

func TestNodesWakeEachOther(t *testing.T) {
	nodes(t, Options{Handover: func([]Job) {}}, func(t *testing.T, a, b *Store) {
		c := saved(t, a, "+12065550100")
		heard := func(what string) {
			t.Helper()
			select {
			case <-b.Woken():
			case <-time.After(10 * time.Second):
				t.Errorf("%s woke nobody", what)
			}
		}
		heard("the connection")
		send(t, a, Job{Contact: c.ID, Kind: "for b", Node: "b", Due: time.Now()})
		heard("a job for b")
		if due, _ := leased(t, b, time.Now(), 10, nil); kinds(due) != "for b" {
			t.Errorf("leased %s", kinds(due))
		}
		if _, err := a.Advance(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
		heard("the clock")
		if d, err := b.Offset(t.Context()); d != time.Hour || err != nil {
			t.Error(d, err)
		}
		update(t, a, Need{}, func(tx *Tx) error { return tx.PutResource(Row{Kind: "queue", ID: "q"}) })
		heard("a resource")
	})
}
