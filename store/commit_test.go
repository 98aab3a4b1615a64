package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
)

// together commits units in one batch and gives their answers.
func together(t *testing.T, s *Store, units ...*unit) []error {
	t.Helper()
	for _, u := range units {
		u.done = make(chan error, 1)
	}
	for left := units; len(left) > 0; {
		left = s.commit(t.Context(), left)
	}
	errs := make([]error, len(units))
	for i, u := range units {
		errs[i] = <-u.done
	}
	return errs
}

// idle opens a store whose committer does not run: the test commits.
func idle(t testing.TB, url string, o Options) *Store {
	t.Helper()
	if o.Node == "" {
		o.Node = "a"
	}
	s, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestUnitIsWhole(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{Handover: func([]Job) {}})
		u := newStart(1)
		update(t, s, u.need, u.run)
		view(t, s, func(tx *Tx) error {
			c, err := tx.Contact(u.c.ID)
			if err != nil {
				return err
			}
			if c.Customer != u.c.Customer || c.Attributes["name"] != "Ann Example" || *c.Segment["connect:Subtype"].String != contact.SMS {
				t.Errorf("contact came back as %+v", c)
			}
			id, found, err := tx.ContactOn(u.c.Line())
			if err != nil || !found || id != u.c.ID {
				t.Errorf("line: %v %v %v", id, found, err)
			}
			k, found, err := tx.Token(u.token.Key, time.Now())
			if err != nil || !found || k.Contact != u.c.ID || k.Hashes["Attributes"] != "d1b2c3d4" {
				t.Errorf("token: %+v %v %v", k, found, err)
			}
			messages, err := tx.Messages(u.c.ID)
			if err != nil || len(messages) != 1 || messages[0].Text != u.m.Text {
				t.Errorf("messages: %v %v", messages, err)
			}
			records, err := tx.Records(u.c.ID)
			if err != nil || len(records) != 1 || string(records[0].Doc) != string(u.record.Doc) || !records[0].At.Equal(u.record.At) {
				t.Errorf("records: %v %v", records, err)
			}
			events, err := tx.Events(EventQuery{Contact: u.c.ID})
			if err != nil || len(events) != 2 || events[0].ID >= events[1].ID || events[1].Type != contact.Initiated {
				t.Errorf("events: %v %v", events, err)
			}
			jobs, err := tx.Jobs(u.c.ID, 0)
			if err != nil || len(jobs) != 1 || jobs[0].Holder != "a" || string(jobs[0].Doc) != string(u.job.Doc) {
				t.Errorf("jobs: %+v %v", jobs, err)
			}
			return nil
		})
	})
}

func TestFailingUnitsLeaveNothing(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := idle(t, url, Options{Handover: func([]Job) {}})
		before, good, bad, loud, after := newStart(1), newStart(2), newStart(3), newStart(4), newStart(5)
		other := chat("+12060000099")
		errBad := errors.New("no")
		errs := together(t, s,
			&unit{need: before.need, fn: before.run},
			&unit{need: bad.need, fn: func(tx *Tx) error {
				if err := bad.run(tx); err != nil {
					return err
				}
				// What a unit before it wrote is changed, and must be as it was.
				if _, err := tx.Contact(before.c.ID); err != nil {
					return err
				}
				c := *before.c
				c.Name = "changed by a unit that failed"
				if err := tx.Save(&c); err != nil {
					return err
				}
				if err := tx.PutMark("bad", doc("x"), time.Time{}); err != nil {
					return err
				}
				if err := tx.PutResource(Row{Kind: "queue", ID: "q", Name: "bad"}); err != nil {
					return err
				}
				return errBad
			}},
			&unit{need: good.need, fn: good.run},
			&unit{need: loud.need, fn: func(tx *Tx) error {
				if err := loud.run(tx); err != nil {
					return err
				}
				panic("loud")
			}},
			// The lines and names of those that failed are free.
			&unit{need: Need{Lines: []contact.Line{bad.c.Line()}}, fn: func(tx *Tx) error {
				other.Customer = bad.c.Customer
				if err := tx.PutResource(Row{Kind: "queue", ID: "r", Name: "bad"}); err != nil {
					return err
				}
				return tx.Save(other)
			}},
			&unit{need: after.need, fn: after.run})
		for i, want := range []string{"", "no", "", "loud", "", ""} {
			if got := fmt.Sprint(errs[i]); want == "" && errs[i] != nil || !strings.Contains(got, want) {
				t.Errorf("unit %d: %v, want %q", i, got, want)
			}
		}
		view(t, s, func(tx *Tx) error {
			for _, u := range []*startUnit{before, good, after} {
				c, err := tx.Contact(u.c.ID)
				if err != nil || c.Name != "" {
					t.Errorf("a good unit: %+v %v", c, err)
				}
			}
			for _, u := range []*startUnit{bad, loud} {
				if _, err := tx.Contact(u.c.ID); !fault.Is(err, fault.NotFound) {
					t.Errorf("contact of a unit that failed: %v", err)
				}
				if _, found, err := tx.Token(u.token.Key, time.Now()); found || err != nil {
					t.Errorf("token of a unit that failed: %v %v", found, err)
				}
				jobs, err := tx.Jobs(u.c.ID, 0)
				events, err2 := tx.Events(EventQuery{Contact: u.c.ID})
				if len(jobs)+len(events) > 0 || err != nil || err2 != nil {
					t.Errorf("left by a unit that failed: %v %v", jobs, events)
				}
			}
			if _, found, err := tx.Mark("bad", time.Now()); found || err != nil {
				t.Errorf("mark of a unit that failed: %v %v", found, err)
			}
			id, found, err := tx.ContactOn(bad.c.Line())
			if id != other.ID || !found || err != nil {
				t.Errorf("line: %v %v %v", id, found, err)
			}
			_, err = tx.Resource(resource.KindQueue, "q")
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("resource of a unit that failed: %v", err)
			}
			return nil
		})
	})
}

func TestLaterUnitsSeeEarlierOnes(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		var handed []Job
		s := idle(t, url, Options{Handover: func(j []Job) { handed = append(handed, j...) }})
		u := newStart(1)
		look := func(tx *Tx) error {
			k, found, err := tx.Token(u.token.Key, time.Now())
			if err != nil || !found || k.Contact != u.c.ID || len(k.Hashes) != 4 {
				return fmt.Errorf("token: %+v %v %v", k, found, err)
			}
			if id, found, err := tx.ContactOn(u.c.Line()); err != nil || !found || id != u.c.ID {
				return fmt.Errorf("line: %v %v %v", id, found, err)
			}
			messages, err := tx.Messages(u.c.ID)
			if err != nil || len(messages) != 1 {
				return fmt.Errorf("messages: %v %v", messages, err)
			}
			records, err := tx.Records(u.c.ID)
			if err != nil || len(records) != 1 {
				return fmt.Errorf("records: %v %v", records, err)
			}
			events, err := tx.Events(EventQuery{Contact: u.c.ID, Types: []string{contact.Initiated}})
			if err != nil || len(events) != 2 {
				return fmt.Errorf("events: %v %v", events, err)
			}
			jobs, err := tx.Jobs(u.c.ID, 0)
			if err != nil || len(jobs) != 1 || jobs[0].Tries != 0 {
				return fmt.Errorf("jobs: %v %v", jobs, err)
			}
			list, next, err := tx.Contacts(ContactQuery{Instance: "i1", Channels: []string{"CHAT"}, Customer: u.c.Customer.Address})
			if err != nil || len(list) != 1 || next != "" || list[0].ID != u.c.ID {
				return fmt.Errorf("contacts: %v %v", list, err)
			}
			n, err := tx.OpenContacts("i1", contact.Chat)
			if err != nil || n != 1 {
				return fmt.Errorf("open: %v %v", n, err)
			}
			return nil
		}
		twin := *u
		errs := together(t, s,
			&unit{need: u.need, fn: u.run},
			&unit{need: u.need, fn: look},
			&unit{need: u.need, fn: twin.run}, // finds the token
			&unit{fn: look})                   // without having said what it needs
		for i, err := range errs {
			if (err != nil) != (i == 2) {
				t.Errorf("unit %d: %v", i, err)
			}
		}
		// And after the commit, from the tables.
		for i, err := range together(t, s, &unit{need: u.need, fn: look}, &unit{fn: look}) {
			if err != nil {
				t.Errorf("after the commit, unit %d: %v", i, err)
			}
		}
		view(t, s, look)
		if len(handed) != 1 {
			t.Errorf("handed over %v", handed)
		}
	})
}

func TestPoisonFailsAlone(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := idle(t, url, Options{})
		good, bad, good2 := newStart(1), newStart(2), newStart(3)
		update := func(c *contact.Contact) *unit { return &unit{fn: func(tx *Tx) error { return tx.Save(c) }} }
		if errs := together(t, s, update(bad.c)); errs[0] != nil {
			t.Fatal(errs)
		}
		// Not read and not needed, it is taken for a new one: its key is taken.
		errs := together(t, s, update(good.c), update(bad.c), update(good2.c))
		if errs[0] != nil || errs[1] == nil || errs[2] != nil {
			t.Errorf("%v", errs)
		}
		for _, text := range []string{"a\x00b", "\xff"} {
			c := chat(text)
			if err := together(t, s, update(c))[0]; !fault.Is(err, fault.Invalid) {
				t.Errorf("customer %q: %v", text, err)
			}
			err := together(t, s, &unit{fn: func(tx *Tx) error { return tx.PutMark(text, doc("x"), time.Time{}) }})[0]
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("mark %q: %v", text, err)
			}
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := idle(t, url, Options{})
		u := newStart(1)
		for name, fn := range map[string]func(tx *Tx) error{
			"Save":           func(tx *Tx) error { return tx.Save(u.c) },
			"PutToken":       func(tx *Tx) error { return tx.PutToken(u.token) },
			"PutMark":        func(tx *Tx) error { return tx.PutMark("k", doc("v"), time.Time{}) },
			"DropMark":       func(tx *Tx) error { return tx.DropMark("k") },
			"Send":           func(tx *Tx) error { return tx.Send(u.job) },
			"Done":           func(tx *Tx) error { return tx.Done(u.job) },
			"Retry":          func(tx *Tx) error { return tx.Retry(u.job, time.Now(), "") },
			"Park":           func(tx *Tx) error { return tx.Park(u.job, "") },
			"Unpark":         func(tx *Tx) error { _, err := tx.Unpark("", time.Now()); return err },
			"Cancel":         func(tx *Tx) error { _, err := tx.Cancel(u.c.ID, ""); return err },
			"PutMessage":     func(tx *Tx) error { return tx.PutMessage(u.m) },
			"PutRef":         func(tx *Tx) error { return tx.PutRef(Ref{"a", "r"}, u.m) },
			"Record":         func(tx *Tx) error { return tx.Record(u.record) },
			"PutEvent":       func(tx *Tx) error { return tx.PutEvent(u.events[0]) },
			"PutResource":    func(tx *Tx) error { return tx.PutResource(Row{Kind: "queue", ID: "q"}) },
			"DeleteResource": func(tx *Tx) error { return tx.DeleteResource("queue", "q") },
		} {
			if err := s.View(t.Context(), fn); err == nil {
				t.Errorf("%s in a view gave no error", name)
			}
		}
	})
}

func TestUpdateThatIsGivenUp(t *testing.T) {
	s := idle(t, sqliteURL(t), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error)
	go func() {
		errs <- s.Update(ctx, Need{}, func(*Tx) error { t.Error("a unit ran that was given up"); return nil })
	}()
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	run, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(run) }()
	update(t, s, Need{}, func(*Tx) error { return nil })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := s.Update(t.Context(), Need{}, func(*Tx) error { return nil }); !errors.Is(err, errStopped) {
		t.Errorf("after Run has ended: %v", err)
	}
}

func TestFailedCommitFailsAll(t *testing.T) {
	s := idle(t, sqliteURL(t), Options{})
	db := s.db.(*sqliteDB)
	if err := db.writer.exec("create trigger broken before insert on record begin select raise(abort, 'the disk is broken'); end"); err != nil {
		t.Fatal(err)
	}
	if err := db.writer.exec("pragma query_only = 1"); err != nil {
		t.Fatal(err)
	}
	a, b := newStart(1), newStart(2)
	for i, err := range together(t, s, &unit{need: a.need, fn: a.run}, &unit{need: b.need, fn: b.run}) {
		if err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("unit %d: %v", i, err)
		}
	}
}

// counters are contacts whose Priority is counted up.
func counters(t *testing.T, s *Store, n int) []contact.ID {
	t.Helper()
	var ids []contact.ID
	for i := range n {
		c := chat(fmt.Sprintf("+120655501%02d", i))
		ids = append(ids, c.ID)
		update(t, s, Need{}, func(tx *Tx) error { return tx.Save(c) })
	}
	return ids
}

func count(tx *Tx, id contact.ID, n int) error {
	c, err := tx.Contact(id)
	if err != nil {
		return err
	}
	c.Priority += n
	return tx.Save(c)
}

func TestConcurrentUnitsLoseNothing(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		stores := []*Store{serve(t, url, Options{Node: "a"})}
		if stores[0].db.shared() {
			stores = append(stores, serve(t, url, Options{Node: "b"}), serve(t, url, Options{Node: "c"}))
		}
		ids := counters(t, stores[0], 5)
		const each, workers = 40, 6
		var wg sync.WaitGroup
		for _, s := range stores {
			for w := range workers {
				wg.Go(func() {
					random := rand.New(rand.NewPCG(1, uint64(w)))
					for range each {
						a, b := ids[random.IntN(len(ids))], ids[random.IntN(len(ids))]
						need := Need{Contacts: []contact.ID{a, b}}
						if w%3 == 0 {
							need = Need{} // it turns out later what it needs
						}
						err := s.Update(t.Context(), need, func(tx *Tx) error {
							return errors.Join(count(tx, a, 1), count(tx, b, 1))
						})
						if err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
		}
		wg.Wait()
		total := 0
		view(t, stores[0], func(tx *Tx) error {
			for _, id := range ids {
				c, err := tx.Contact(id)
				if err != nil {
					return err
				}
				total += c.Priority
			}
			return nil
		})
		if want := 2 * each * workers * len(stores); total != want {
			t.Errorf("counted %d, want %d", total, want)
		}
	})
}

// A contact that is said to be fresh is not looked for.
func TestFresh(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		var in inbox
		s := idle(t, url, Options{Handover: in.take})
		bad, good := newStart(1), newStart(2)
		run := func(u *startUnit, end error) *unit {
			return &unit{need: u.need, fn: func(tx *Tx) error {
				tx.Fresh(u.c.ID)
				if _, known := tx.b.lanes.look(u.c.ID); !known {
					t.Error("the lanes of a fresh contact are not known")
				}
				if _, err := tx.Contact(u.c.ID); !fault.Is(err, fault.NotFound) {
					t.Errorf("before it is saved: %v", err)
				}
				return errors.Join(tx.Send(u.job), u.run(tx), end)
			}}
		}
		errs := together(t, s, run(bad, errors.New("no")), run(good, nil), run(bad, nil))
		if errs[0] == nil || errs[1] != nil || errs[2] != nil {
			t.Fatal(errs)
		}
		if got := in.drain(); len(got) != 2 {
			t.Errorf("handed over %d jobs, want the first of each lane", len(got))
		}
		view(t, s, func(tx *Tx) error {
			jobs, err := tx.Jobs(bad.c.ID, 0)
			if len(jobs) != 2 {
				t.Errorf("jobs: %+v", jobs)
			}
			return err
		})
	})
}
