package smpp

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// There is no moment in which a reference that was just given is neither in
// flight nor landed: a receipt that comes right then would be thrown away.
func TestALandingHasNoGap(t *testing.T) {
	const rounds = 100_000
	f := newFlights()
	now := time.Now()
	var round atomic.Int64 // the reference in flight
	var group sync.WaitGroup
	n := f.begin()
	group.Go(func() {
		for i := range rounds {
			next := f.begin()
			round.Store(int64(i))
			f.end(n, strconv.Itoa(i), now)
			n = next
		}
		round.Store(rounds)
	})
	missed := 0
	for i := round.Load(); i < rounds; i = round.Load() {
		if !f.awaited(strconv.FormatInt(i, 10), uint64(i)+1, now) { // submissions are numbered from 1
			missed++
		}
	}
	group.Wait()
	if missed > 0 {
		t.Errorf("a reference was not awaited %d times while it landed", missed)
	}
}
