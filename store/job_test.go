package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// inbox gathers the jobs that are handed over.
type inbox struct {
	mu   sync.Mutex
	jobs []Job
}

func (i *inbox) take(jobs []Job) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.jobs = append(i.jobs, jobs...)
}

// drain gives what was handed over since it was asked last.
func (i *inbox) drain() []Job {
	i.mu.Lock()
	defer i.mu.Unlock()
	jobs := i.jobs
	i.jobs = nil
	return jobs
}

func kinds(jobs []Job) string {
	var list []string
	for _, j := range jobs {
		list = append(list, j.Kind)
	}
	return strings.Join(list, " ")
}

func saved(t *testing.T, s *Store, customer string) *contact.Contact {
	t.Helper()
	c := chat(customer)
	update(t, s, Need{}, func(tx *Tx) error { return tx.Save(c) })
	return c
}

func send(t *testing.T, s *Store, jobs ...Job) {
	t.Helper()
	update(t, s, Need{}, func(tx *Tx) error {
		for _, j := range jobs {
			if err := tx.Send(j); err != nil {
				return err
			}
		}
		return nil
	})
}

// on gives one of the three ways in which a unit can end a job.
func on(t *testing.T, s *Store, fn func(tx *Tx) error) { t.Helper(); update(t, s, Need{}, fn) }

func TestHandover(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		var in inbox
		s := serve(t, url, Options{Handover: in.take, Now: func() time.Time { return now }})
		c := saved(t, s, "+12065550100")
		job := func(kind string) Job { return Job{Contact: c.ID, Kind: kind, Due: now, Doc: doc(kind)} }
		later, held, other, mine, customer2 := job("later"), job("held"), job("other"), job("mine"), job("second")
		later.Due = now.Add(time.Minute)
		held.Held = true
		other.Node = "b"
		mine.Node = "a"
		first := job("first")
		first.Lane, customer2.Lane = LaneCustomer, LaneCustomer
		send(t, s, job("now"), later, held, other, mine, first, customer2)
		got := in.drain()
		if kinds(got) != "now mine first" {
			t.Fatalf("handed over: %s", kinds(got))
		}
		for _, j := range got {
			if j.ID == 0 || j.Tries != 0 || j.Lost || j.Holder != "a" || string(j.Doc) != `"`+j.Kind+`"` || j.First.IsZero() {
				t.Errorf("handed over: %+v", j)
			}
		}
		due, next := leased(t, s, now, 10, nil)
		if kinds(due) != "held" || next.UnixMilli() != later.Due.UnixMilli() {
			t.Errorf("leased %s, next %s", kinds(due), next)
		}
		// The end of the first lets the second of its lane go, at once.
		on(t, s, func(tx *Tx) error { return tx.Done(got[2]) })
		got = in.drain()
		if kinds(got) != "second" || string(got[0].Doc) != `"second"` {
			t.Fatalf("handed over: %+v", got)
		}
		due, next = leased(t, s, later.Due, 10, nil)
		if kinds(due) != "later" || !next.IsZero() {
			t.Errorf("leased %s, next %s", kinds(due), next)
		}
		view(t, s, func(tx *Tx) error {
			jobs, err := tx.Jobs("", 0)
			if kinds(jobs) != "now later held other mine second" {
				t.Errorf("jobs: %s", kinds(jobs))
			}
			return err
		})
	})
}

func TestRetryAndPark(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now().Truncate(time.Millisecond)
		var in inbox
		s := serve(t, url, Options{Handover: in.take, Now: func() time.Time { return now }})
		c := saved(t, s, "+12065550100")
		job := func(kind string) Job {
			return Job{Contact: c.ID, Lane: "sink:x", Account: "x", Kind: kind, Due: now, Doc: doc(kind)}
		}
		send(t, s, job("one"), job("two"), job("three"))
		got := in.drain()
		if kinds(got) != "one" {
			t.Fatalf("handed over: %s", kinds(got))
		}
		one := got[0]
		one.Doc, one.Account = doc("changed"), "y"
		on(t, s, func(tx *Tx) error { return tx.Retry(one, now.Add(time.Second), "busy") })
		if got := in.drain(); len(got) != 0 {
			t.Errorf("handed over although the lane's first waits: %s", kinds(got))
		}
		if due, next := leased(t, s, now, 10, nil); len(due) != 0 || !next.Equal(now.Add(time.Second)) {
			t.Errorf("leased %s, next %s", kinds(due), next)
		}
		now = now.Add(time.Second)
		due, _ := leased(t, s, now, 10, nil)
		if len(due) != 1 || due[0].ID != one.ID || due[0].Tries != 1 || due[0].Why != "busy" || due[0].Lost ||
			string(due[0].Doc) != `"changed"` || due[0].Account != "y" {
			t.Fatalf("leased %+v", due)
		}
		on(t, s, func(tx *Tx) error { return tx.Park(due[0], "gave up") })
		two := in.drain()
		if kinds(two) != "two" {
			t.Fatalf("handed over after the park: %s", kinds(two))
		}
		view(t, s, func(tx *Tx) error {
			for _, account := range []string{"", "y"} {
				parked, err := tx.Parked(account, 0, 0)
				if err != nil || len(parked) != 1 || parked[0].Why != "gave up" || parked[0].Tries != 2 {
					t.Errorf("parked: %+v %v", parked, err)
				}
			}
			parked, err := tx.Parked("x", 0, 0)
			if len(parked) != 0 {
				t.Errorf("parked of another account: %+v", parked)
			}
			jobs, err2 := tx.Jobs(c.ID, 0)
			if kinds(jobs) != "two three" {
				t.Errorf("jobs: %s", kinds(jobs))
			}
			return errors.Join(err, err2)
		})
		// It is the oldest, but one of its lane is under way.
		on(t, s, func(tx *Tx) error {
			if n, err := tx.Unpark("x", now); n != 0 || err != nil {
				t.Errorf("unparked %d %v", n, err)
			}
			n, err := tx.Unpark("", now)
			if n != 1 {
				t.Errorf("unparked %d", n)
			}
			return err
		})
		if due, _ := leased(t, s, now, 10, nil); len(due) != 0 {
			t.Errorf("leased beside one under way: %s", kinds(due))
		}
		on(t, s, func(tx *Tx) error { return tx.Done(two[0]) })
		due, _ = leased(t, s, now, 10, nil)
		if kinds(due) != "one" || time.Since(due[0].First) > time.Minute {
			t.Fatalf("leased %+v", due)
		}
		on(t, s, func(tx *Tx) error { return tx.Done(due[0]) })
		if got := in.drain(); kinds(got) != "three" {
			t.Errorf("handed over at the end: %s", kinds(got))
		}
	})
}

func TestCancel(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		var in inbox
		s := idle(t, url, Options{Handover: in.take, Now: func() time.Time { return now }})
		c, other := chat("+12065550100"), chat("+12065550101")
		errs := together(t, s, &unit{fn: func(tx *Tx) error { return errors.Join(tx.Save(c), tx.Save(other)) }})
		job := func(lane, kind string) Job {
			return Job{Contact: c.ID, Lane: lane, Kind: kind, Due: now, Doc: doc(kind)}
		}
		timer := job("", "timer")
		timer.Due = now.Add(time.Hour)
		elsewhere := job("", "elsewhere")
		elsewhere.Contact, elsewhere.Due = other.ID, timer.Due
		errs = append(errs, together(t, s,
			&unit{fn: func(tx *Tx) error {
				return errors.Join(tx.Send(job(LaneCustomer, "m1")), tx.Send(job(LaneCustomer, "m2")), tx.Send(job("sink:x", "e1")), tx.Send(timer), tx.Send(elsewhere))
			}})...)
		errs = append(errs, together(t, s,
			&unit{fn: func(tx *Tx) error { return tx.Send(job(LaneCustomer, "m3")) }},
			&unit{fn: func(tx *Tx) error {
				gone, err := tx.Cancel(c.ID, LaneCustomer)
				if kinds(gone) != "m2 m3" || string(gone[0].Doc) != `"m2"` {
					t.Errorf("cancelled: %+v", gone)
				}
				return err
			}},
			&unit{fn: func(tx *Tx) error { return errors.New("this unit fails") }},
			&unit{fn: func(tx *Tx) error {
				gone, err := tx.Cancel(c.ID, "")
				if kinds(gone) != "timer" {
					t.Errorf("cancelled: %+v", gone)
				}
				return errors.Join(err, tx.Send(job(LaneCustomer, "m4")))
			}})...)
		for i, err := range errs {
			if (err != nil) != (i == 4) {
				t.Errorf("unit %d: %v", i, err)
			}
		}
		got := in.drain()
		if kinds(got) != "m1 e1" {
			t.Fatalf("handed over: %s", kinds(got))
		}
		view(t, s, func(tx *Tx) error {
			jobs, err := tx.Jobs(c.ID, 0)
			if kinds(jobs) != "m1 e1 m4" {
				t.Errorf("left: %s", kinds(jobs))
			}
			return err
		})
		// A job that a unit of the same batch sent is not under way yet.
		errs = together(t, s,
			&unit{fn: func(tx *Tx) error { return tx.Send(Job{Contact: other.ID, Lane: LaneCustomer, Kind: "n1", Due: now}) }},
			&unit{fn: func(tx *Tx) error {
				gone, err := tx.Cancel(other.ID, LaneCustomer)
				if kinds(gone) != "n1" || gone[0].Tries != 0 {
					t.Errorf("cancelled: %+v", gone)
				}
				return err
			}},
			&unit{fn: func(tx *Tx) error { return tx.Done(got[0]) }})
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
		if got := in.drain(); kinds(got) != "m4" {
			t.Errorf("handed over: %s", kinds(got))
		}
	})
}

// The jobs of no contact have no lane, and can be retried and parked all the same.
func TestJobsOfNoContact(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now().Truncate(time.Millisecond)
		var in inbox
		s := serve(t, url, Options{Handover: in.take, Now: func() time.Time { return now }})
		if err := s.Update(t.Context(), Need{}, func(tx *Tx) error { return tx.Send(Job{Lane: "x", Due: now}) }); !fault.Is(err, fault.Invalid) {
			t.Errorf("a lane without a contact: %v", err)
		}
		send(t, s, Job{Kind: "one", Due: now}, Job{Kind: "two", Due: now})
		got := in.drain()
		if kinds(got) != "one two" {
			t.Fatalf("handed over: %s", kinds(got))
		}
		on(t, s, func(tx *Tx) error { return tx.Retry(got[0], now.Add(time.Second), "busy") })
		on(t, s, func(tx *Tx) error { return tx.Park(got[1], "no") })
		now = now.Add(time.Second)
		due, _ := leased(t, s, now, 10, nil)
		if kinds(due) != "one" || due[0].Tries != 1 || due[0].Why != "busy" {
			t.Fatalf("%+v", due)
		}
		on(t, s, func(tx *Tx) error { return tx.Done(due[0]) })
		on(t, s, func(tx *Tx) error { return tx.Retry(due[0], now, "too late: it is struck off") })
		on(t, s, func(tx *Tx) error { _, err := tx.Unpark("", now); return err })
		due, _ = leased(t, s, now, 10, nil)
		if kinds(due) != "two" {
			t.Errorf("%+v", due)
		}
	})
}

// Workers do jobs from both hands, Handover and Lease, on as many nodes as the
// database allows. Within a lane nothing overtakes, and nothing is done twice at once.
func TestLanesUnderLoad(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		const contacts, lanes, perLane = 8, 2, 12
		type laneKey struct {
			id   contact.ID
			lane string
		}
		var mu sync.Mutex
		done := map[laneKey][]int64{}
		busy := map[laneKey]bool{}
		var left atomic.Int64
		left.Store(contacts * lanes * perLane)
		finished := make(chan struct{})
		work := make(chan func(), 10000)
		do := func(s *Store, j Job) {
			k := laneKey{j.Contact, j.Lane}
			mu.Lock()
			if busy[k] {
				t.Errorf("two of lane %v at once", k)
			}
			busy[k] = true
			retry := j.Tries == 0 && j.ID%3 == 0
			if !retry {
				done[k] = append(done[k], j.ID)
			}
			mu.Unlock()
			need := Need{Contacts: []contact.ID{j.Contact}}
			if j.ID%5 == 0 {
				need = Need{}
			}
			err := s.Update(context.Background(), need, func(tx *Tx) error {
				mu.Lock()
				busy[k] = false
				mu.Unlock()
				if retry {
					return tx.Retry(j, time.Now(), "again")
				}
				return tx.Done(j)
			})
			if err != nil {
				t.Error(err)
			}
			if !retry && left.Add(-1) == 0 {
				close(finished)
			}
		}
		var stores []*Store
		open := func(node string) {
			var s *Store
			ready := make(chan struct{})
			s = serve(t, url, Options{Node: node, Handover: func(jobs []Job) {
				for _, j := range jobs {
					work <- func() { <-ready; do(s, j) }
				}
			}})
			close(ready)
			stores = append(stores, s)
		}
		open("a")
		if stores[0].db.shared() {
			open("b")
		}
		stop, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for {
					select {
					case fn := <-work:
						fn()
					case <-stop.Done():
						return
					}
				}
			})
		}
		for _, s := range stores {
			wg.Go(func() { // who leases: when woken, and now and then
				tick := time.NewTicker(20 * time.Millisecond)
				defer tick.Stop()
				for {
					select {
					case <-s.Woken():
					case <-tick.C:
					case <-stop.Done():
						return
					}
					due, _, err := s.Lease(stop, time.Now(), 5, nil)
					if err != nil && stop.Err() == nil {
						t.Error(err)
					}
					for _, j := range due {
						work <- func() { do(s, j) }
					}
				}
			})
		}
		var senders sync.WaitGroup
		for i := range contacts {
			c := saved(t, stores[0], fmt.Sprint("+1206555010", i))
			for l := range lanes {
				senders.Go(func() {
					for n := range perLane {
						s := stores[n%len(stores)]
						err := s.Update(t.Context(), Need{Contacts: []contact.ID{c.ID}}, func(tx *Tx) error {
							return tx.Send(Job{Contact: c.ID, Lane: fmt.Sprint("sink:", l), Kind: fmt.Sprint(n), Due: time.Now(), Held: n%4 == 0})
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		senders.Wait()
		select {
		case <-finished:
		case <-time.After(30 * time.Second):
			t.Errorf("%d jobs were never done", left.Load())
		}
		cancel()
		wg.Wait()
		for k, ids := range done {
			if !slices.IsSorted(ids) || len(ids) != perLane {
				t.Errorf("lane %v: %v", k, ids)
			}
		}
	})
}
