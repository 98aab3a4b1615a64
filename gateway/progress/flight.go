package progress

import (
	"sync"
	"time"
)

// Bounds of what is remembered of references.
const (
	recentRefs   = 10 * time.Second
	maxRecentRef = 200000
)

// Flights knows which sends have no answer yet, and which references the carrier
// gave a moment ago: a receipt for a reference that the house does not know may
// be for one of them.
type Flights struct {
	mu       sync.Mutex
	next     uint64
	open     map[uint64]struct{}
	cur, old map[string]struct{} // references of the last one or two times recentRefs
	turned   time.Time
}

// Begin notes a send, and numbers it.
func (f *Flights) Begin() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[uint64]struct{}{}
	}
	f.next++
	f.open[f.next] = struct{}{}
	return f.next
}

// End notes its end, and the references that it brought. Both at once: a receipt
// that comes in between would be nobody's.
func (f *Flights) End(n uint64, refs ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, n)
	f.landed(refs)
}

// Landed notes references that the house will know in a moment.
func (f *Flights) Landed(refs ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.landed(refs)
}

func (f *Flights) landed(refs []string) {
	f.turn()
	for _, ref := range refs {
		if ref != "" && len(f.cur) < maxRecentRef {
			f.cur[ref] = struct{}{}
		}
	}
}

// turn lets the older references go now and then. f.mu is held.
func (f *Flights) turn() {
	if now := time.Now(); f.cur == nil || now.Sub(f.turned) >= recentRefs {
		f.cur, f.old, f.turned = map[string]struct{}{}, f.cur, now
	}
}

// Last numbers the latest send.
func (f *Flights) Last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

// Awaited tells whether one of refs may yet become known: it was given a moment
// ago, or a send up to number n is not over.
func (f *Flights) Awaited(n uint64, refs ...string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn()
	for _, ref := range refs {
		if _, ok := f.cur[ref]; ok {
			return true
		}
		if _, ok := f.old[ref]; ok {
			return true
		}
	}
	for i := range f.open {
		if i <= n {
			return true
		}
	}
	return false
}
