package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"outdial/contact"
	"outdial/fault"
)

func leased(t *testing.T, s *Store, now time.Time, n int, room map[string]int) ([]Job, time.Time) {
	t.Helper()
	due, next, err := s.Lease(t.Context(), now, n, room)
	if err != nil {
		t.Fatal(err)
	}
	return due, next
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

// What had begun when its process died is told from what was only in hand.
func TestLeasesThatHadBegun(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		var in inbox
		s, err := Open(t.Context(), url, Options{Node: "a", Handover: in.take})
		if err != nil {
			t.Fatal(err)
		}
		c := chat("+12065550100")
		if err := together(t, s, &unit{fn: func(tx *Tx) error {
			return errors.Join(tx.Save(c), tx.Send(Job{Contact: c.ID, Kind: "begun", Due: now}), tx.Send(Job{Contact: c.ID, Kind: "waits", Due: now}))
		}})[0]; err != nil {
			t.Fatal(err)
		}
		handed := in.drain()
		if err := together(t, s, &unit{fn: func(tx *Tx) error { return tx.Begin(handed[0]) }})[0]; err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = serve(t, url, Options{Node: "a"})
		due, _ := leased(t, s, now, 10, nil)
		if kinds(due) != "begun waits" || !due[0].Lost || !due[0].Begun || !due[1].Lost || due[1].Begun {
			t.Fatalf("%+v", due)
		}
		// Its outcome is known now: it is tried again as if for the first time.
		due[0].Lost, due[0].Begun = false, false
		on(t, s, func(tx *Tx) error { return tx.Retry(due[0], now, "busy") })
		if due, _ := leased(t, s, now, 10, nil); kinds(due) != "begun" || due[0].Lost || due[0].Begun {
			t.Errorf("%+v", due)
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

// One process per SQLite file: what another name had in hand is nobody's now.
func TestLeasesOfAnotherName(t *testing.T) {
	url := sqliteURL(t)
	s, err := Open(t.Context(), url, Options{Node: "pid-1", Handover: func([]Job) {}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Beat(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := together(t, s, &unit{fn: func(tx *Tx) error { return tx.Send(Job{Kind: "out", Due: time.Now()}) }})[0]; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = serve(t, url, Options{Node: "pid-2"})
	if due, _ := leased(t, s, time.Now(), 10, nil); kinds(due) != "out" || !due[0].Lost {
		t.Errorf("%+v", due)
	}
	if dead, err := s.Beat(t.Context(), time.Hour); err != nil || !slices.Equal(dead, []string{"pid-1"}) {
		t.Errorf("%v %v", dead, err)
	}
}

func TestThrottle(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		s := serve(t, url, Options{Now: func() time.Time { return now }})
		var contacts []*contact.Contact
		for i := range 4 {
			c := chat(fmt.Sprint("+1206555010", i))
			c.ID = bornAt(now.Add(time.Duration(i-10) * time.Minute))
			on(t, s, func(tx *Tx) error { return tx.Save(c) })
			contacts = append(contacts, c)
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
		got := round(map[string]int{"sms": 4}, 10, "0.0 1.0")
		rest = append(rest, round(map[string]int{"sms": 4}, 1, "2.0")...)
		round(map[string]int{"sms": 100}, 10, "3.0") // one of each contact
		on(t, s, func(tx *Tx) error { return errors.Join(tx.Done(got[0]), tx.Done(got[1])) })
		round(map[string]int{"sms": 1}, 10, "0.1") // larger than the room, and goes all the same
		round(nil, 10, "1.1")                      // nobody throttles
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

// bornAt gives the id of a contact of a time: one UUIDv7.
func bornAt(at time.Time) contact.ID {
	ms := at.UnixMilli()
	return contact.ID(fmt.Sprintf("%08x-%04x-7%s", ms>>16, ms&0xffff, newID()[15:]))
}

// Many jobs can fall due in one millisecond: they go in the order in which they
// were sent, and none is read or sorted before its turn.
func TestManyAreDueAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now().Truncate(time.Millisecond)
		s := serve(t, url, Options{Now: func() time.Time { return now }})
		const n, atOnce = 6000, 500
		for range n / atOnce {
			on(t, s, func(tx *Tx) error {
				for range atOnce {
					if err := tx.Send(Job{Kind: "out", Due: now.Add(time.Hour)}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		now = now.Add(time.Hour)
		var last int64
		for range n / atOnce {
			due, _ := leased(t, s, now, atOnce, nil)
			if len(due) != atOnce {
				t.Fatalf("%d jobs, want %d", len(due), atOnce)
			}
			for _, j := range due {
				if j.ID <= last {
					t.Fatalf("%d after %d", j.ID, last)
				}
				last = j.ID
			}
		}
		if due, next := leased(t, s, now, atOnce, nil); len(due) != 0 || !next.IsZero() {
			t.Errorf("%d are left, the next at %v", len(due), next)
		}
		if db, ok := s.db.(*postgresDB); ok { // SQLite's plans are looked at with all the others
			rows, err := db.pool.Query(t.Context(), "explain "+strings.NewReplacer("$1", "''", "$2", "1", "$3", "''", "$4", "5").Replace(leaseText))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if text := strings.Join(plan, "\n"); err != nil || strings.Contains(text, "Sort") {
				t.Errorf("%v\n%s", err, text)
			}
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

func TestAJobTakesFromAllItsThrottles(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		now := time.Now()
		s := serve(t, url, Options{Now: func() time.Time { return now }})
		for i := range 6 {
			c := saved(t, s, fmt.Sprint("+1206555010", i))
			number := []string{"n1", "n2"}[i%2]
			send(t, s, Job{Contact: c.ID, Lane: LaneCustomer, Account: "sms", Meter: Meter("sms", number), Segments: 1, Due: now, Held: true,
				Kind: fmt.Sprint(i)})
		}
		round := func(room map[string]int, want string) []Job {
			t.Helper()
			due, _ := leased(t, s, now, 10, room)
			if kinds(due) != want {
				t.Errorf("room %v: %q, want %q", room, kinds(due), want)
			}
			return due
		}
		round(map[string]int{"sms": 0}, "")
		round(map[string]int{"n1": 0, "n2": 0}, "")
		// The oldest goes first, whichever number it is of; a number without room
		// holds up only its own.
		got := round(map[string]int{"sms": 2, "n1": 9}, "0 1")
		if !slices.Equal(Throttles(got[1].Meter), []string{"sms", "n2"}) {
			t.Errorf("meter %q", got[1].Meter)
		}
		round(map[string]int{"sms": 9, "n1": 0, "n2": 1}, "3")
		on(t, s, func(tx *Tx) error { // another route
			j := got[0]
			j.Account, j.Meter = "other", Meter("other")
			return tx.Retry(j, now, "")
		})
		round(map[string]int{"sms": 0, "other": 1}, "0")
		round(map[string]int{"sms": 9, "n1": 1, "n2": 1}, "2 5")
	})
}
