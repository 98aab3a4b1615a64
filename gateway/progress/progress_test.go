package progress

import (
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestJourneys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j Journeys[string]
		if got := j.Resume("m", "text"); got != nil {
			t.Errorf("of nothing: %v", got)
		}
		j.Took("m", "text", 0, "a")
		j.Took("m", "text", 2, "c")
		j.Took("", "text", 0, "nobody's")
		got := j.Resume("m", "text")
		if want := map[int]string{0: "a", 2: "c"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		got[1] = "changed" // what was given away is the caller's own
		if len(j.Resume("m", "text")) != 2 || j.Resume("m", "other text") != nil || j.Resume("", "text") != nil {
			t.Error("what it gives belongs to another")
		}
		is := func(want string) func(string) bool { return func(s string) bool { return s == want } }
		if !j.Any(is("c")) || j.Any(is("b")) {
			t.Error("answers are not found")
		}
		j.Took("m", "other text", 0, "d")
		if j.Any(is("c")) || !j.Any(is("d")) {
			t.Error("another text is the same message")
		}
		j.Forget("m")
		if j.Any(is("d")) {
			t.Error("what was sent is remembered")
		}
		j.Took("old", "text", 0, "a")
		time.Sleep(journeyTime - time.Second)
		j.Took("new", "text", 0, "b")
		time.Sleep(time.Second)
		j.Sweep(time.Now())
		if j.Any(is("a")) || !j.Any(is("b")) {
			t.Error("the wrong one was swept")
		}
		for i := range 2 * maxJourneys {
			j.Took(fmt.Sprint(i), "text", 0, "x")
		}
		if n := len(j.byID); n > maxJourneys || j.Resume(fmt.Sprint(2*maxJourneys-1), "text") == nil {
			t.Errorf("%d messages are remembered", n)
		}
	})
}

func TestFlights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f Flights
		if f.Awaited(f.Last(), "r") {
			t.Error("nothing was sent")
		}
		first := f.Begin()
		at := f.Last()
		second := f.Begin()
		if !f.Awaited(at, "r") {
			t.Error("the first may bring it")
		}
		f.End(first, "r", "", "s")
		if f.Awaited(at, "t") || !f.Awaited(at, "t", "s") || !f.Awaited(f.Last(), "t") {
			t.Error("what the first brought, and what the second may")
		}
		f.End(second)
		f.Landed("u")
		if !f.Awaited(at, "u") || f.Awaited(at, "") {
			t.Error("what landed")
		}
		time.Sleep(recentRefs)
		if !f.Awaited(at, "u") {
			t.Error("it is forgotten too soon")
		}
		time.Sleep(recentRefs)
		if f.Awaited(at, "u") {
			t.Error("it is never forgotten")
		}
	})
}

// There is no moment in which a reference that was just given is neither in
// flight nor landed: a receipt that comes right then would be thrown away.
func TestALandingHasNoGap(t *testing.T) {
	const rounds = 100_000
	var f Flights
	var round atomic.Int64 // the reference in flight
	var group sync.WaitGroup
	n := f.Begin()
	group.Go(func() {
		for i := range rounds {
			next := f.Begin()
			round.Store(int64(i))
			f.End(n, strconv.Itoa(i))
			n = next
		}
		round.Store(rounds)
	})
	missed := 0
	for i := round.Load(); i < rounds; i = round.Load() {
		if !f.Awaited(uint64(i)+1, strconv.FormatInt(i, 10)) { // sends are numbered from 1
			missed++
		}
	}
	group.Wait()
	if missed > 0 {
		t.Errorf("a reference was not awaited %d times while it landed", missed)
	}
}
