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

func leased(t *testing.T, s *Store, now time.Time, n int, room map[string]int) ([]Job, time.Time) {
	t.Helper()
	due, next, err := s.Lease(t.Context(), now, n, room)
	if err != nil {
		t.Fatal(err)
	}
	return due, next
}

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

func TestLostLeases(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		var in inbox
		// Leases that are over as soon as they are given.
		s := serve(t, url, Options{Handover: in.take, Now: func() time.Time { return now }, Lease: 1})
		c := saved(t, s, "+12065550100")
		send(t, s, Job{Contact: c.ID, Lane: LaneCustomer, Kind: "call", Due: now}, Job{Contact: c.ID, Lane: LaneCustomer, Kind: "behind", Due: now})
		handed := in.drain()
		for try := 1; try < 4; try++ {
			due, _ := leased(t, s, now, 10, nil)
			if kinds(due) != "call" || !due[0].Lost || due[0].Tries != try {
				t.Fatalf("try %d: %+v", try, due)
			}
		}
		// The first to have it says at last that it is done.
		on(t, s, func(tx *Tx) error { return tx.Done(handed[0]) })
		if got := in.drain(); kinds(got) != "behind" || got[0].Lost {
			t.Errorf("%+v", got)
		}
	})
}

func TestLeasesOfAnEarlierProcess(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		c := chat("+12065550100")
		var in inbox
		s, err := Open(t.Context(), url, Options{Node: "a", Handover: in.take})
		if err != nil {
			t.Fatal(err)
		}
		if err := together(t, s, &unit{fn: func(tx *Tx) error {
			return errors.Join(tx.Save(c), tx.Send(Job{Contact: c.ID, Kind: "out", Due: now}), tx.Send(Job{Contact: c.ID, Kind: "held", Due: now, Held: true}))
		}})[0]; err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = serve(t, url, Options{Node: "a"})
		due, _ := leased(t, s, now, 10, nil)
		if kinds(due) != "out held" || !due[0].Lost || due[1].Lost || due[0].Tries != 1 {
			t.Errorf("%+v", due)
		}
	})
}

func TestThrottle(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		s := serve(t, url, Options{Now: func() time.Time { return now }})
		var contacts []*contact.Contact
		for i := range 4 {
			contacts = append(contacts, saved(t, s, fmt.Sprint("+1206555010", i)))
		}
		// The younger contacts send first.
		for _, c := range slices.Backward(contacts) {
			for m := range 3 {
				send(t, s, Job{Contact: c.ID, Lane: LaneCustomer, Account: "sms", Segments: 2, Due: now.Add(-time.Minute), Held: true,
					Kind: fmt.Sprint(c.Customer.Address[len(c.Customer.Address)-1:], ".", m)})
			}
		}
		send(t, s, Job{Contact: contacts[0].ID, Account: "sms", Kind: "free", Due: now}, Job{Contact: contacts[0].ID, Account: "other", Segments: 9, Kind: "other", Due: now})
		round := func(room map[string]int, n int, want string) []Job {
			t.Helper()
			due, _ := leased(t, s, now, n, room)
			if kinds(due) != want {
				t.Errorf("room %v: %q, want %q", room, kinds(due), want)
			}
			return due
		}
		rest := round(map[string]int{"sms": 0}, 10, "free other")
		rest = append(rest, round(map[string]int{"sms": 1}, 10, "")...)
		got := round(map[string]int{"sms": 5}, 10, "0.0 1.0")
		rest = append(rest, round(map[string]int{"sms": 4}, 1, "2.0")...)
		round(map[string]int{"sms": 100}, 10, "3.0") // one of each contact
		on(t, s, func(tx *Tx) error { return errors.Join(tx.Done(got[0]), tx.Done(got[1])) })
		round(map[string]int{"sms": 3}, 10, "0.1")
		round(nil, 10, "1.1") // nobody throttles
		on(t, s, func(tx *Tx) error {
			for _, j := range rest {
				if err := tx.Done(j); err != nil {
					return err
				}
			}
			return nil
		})
		round(map[string]int{"sms": 2}, 10, "2.1")
		// Without lanes a contact still has one in a round.
		c := contacts[3]
		send(t, s, Job{Contact: c.ID, Account: "x", Segments: 1, Kind: "x1", Due: now}, Job{Contact: c.ID, Account: "x", Segments: 1, Kind: "x2", Due: now})
		due, next := leased(t, s, now, 10, map[string]int{"x": 9, "sms": 0})
		if kinds(due) != "x1" || next.After(now) {
			t.Errorf("%s, next %s", kinds(due), next)
		}
	})
}

func TestLeaseTakesNoMoreThanAsked(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now().Truncate(time.Millisecond)
		s := serve(t, url, Options{Now: func() time.Time { return now }})
		c := saved(t, s, "+12065550100")
		for i := range 5 {
			send(t, s, Job{Contact: c.ID, Kind: fmt.Sprint(i), Due: now.Add(time.Duration(i) * time.Second)})
		}
		now = now.Add(3 * time.Second)
		due, next := leased(t, s, now, 2, nil)
		if kinds(due) != "0 1" || next.After(now) || next.IsZero() {
			t.Errorf("%s, next %s", kinds(due), next)
		}
		due, next = leased(t, s, now, 5, nil)
		if kinds(due) != "2 3" || !next.Equal(now.Add(time.Second)) {
			t.Errorf("%s, next %s", kinds(due), next)
		}
	})
}

func woken(s *Store) bool {
	select {
	case <-s.Woken():
		return true
	default:
		return false
	}
}

func TestWoken(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		s := serve(t, url, Options{Handover: func([]Job) {}, Now: func() time.Time { return now }})
		c := saved(t, s, "+12065550100")
		if s.db.shared() {
			<-s.Woken() // says that it listens
		}
		leased(t, s, now, 1, nil)
		step := func(j Job, want bool) {
			t.Helper()
			j.Contact = c.ID
			send(t, s, j)
			if got := woken(s); got != want {
				t.Errorf("%s woke: %v", j.Kind, got)
			}
		}
		step(Job{Kind: "handed", Due: now}, false)
		step(Job{Kind: "in an hour", Due: now.Add(time.Hour)}, true)
		step(Job{Kind: "in two hours", Due: now.Add(2 * time.Hour)}, false)
		step(Job{Kind: "soon", Due: now.Add(time.Minute)}, true)
		leased(t, s, now, 1, nil)
		step(Job{Kind: "later than soon", Due: now.Add(time.Hour)}, false)
		step(Job{Kind: "held", Due: now, Held: true}, true)
		if _, err := s.Advance(t.Context(), time.Hour); err != nil || !woken(s) {
			t.Errorf("the clock woke nobody: %v", err)
		}
	})
}

func TestClock(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		if d, err := s.Offset(t.Context()); d != 0 || err != nil {
			t.Error(d, err)
		}
		for i := range 2 {
			if d, err := s.Advance(t.Context(), 25*time.Hour); d != time.Duration(i+1)*25*time.Hour || err != nil {
				t.Error(d, err)
			}
		}
		if _, err := s.Advance(t.Context(), -1); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if d, err := s.Offset(t.Context()); d != 50*time.Hour || err != nil {
			t.Error(d, err)
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
