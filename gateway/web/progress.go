package web

import (
	"maps"
	"sync"
	"time"
)

// Bounds of what is remembered.
const (
	journeys     = 10000
	journeyTime  = time.Hour
	recentRefs   = 10 * time.Second
	maxRecentRef = 200000
)

// A journey is what the carrier has of one message whose sending was broken
// off: when the engine asks again, only the rest is sent.
type journey struct {
	text string
	took map[int]Taken // by number of the request
	at   time.Time
}

// progress remembers messages of several requests whose sending was broken off.
// It is a help, not a promise: a crash forgets it.
type progress struct {
	mu   sync.Mutex
	byID map[string]*journey
}

func newProgress() *progress { return &progress{byID: map[string]*journey{}} }

// resume gives what the carrier has of a message.
func (p *progress) resume(id, text string) map[int]Taken {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.byID[id]
	if j == nil || id == "" || j.text != text {
		return map[int]Taken{}
	}
	return maps.Clone(j.took)
}

// note notes that the carrier took a request of a message.
func (p *progress) note(id, text string, n int, t Taken) {
	if id == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.byID[id]
	if j == nil || j.text != text {
		if len(p.byID) >= journeys { // a repeated message is better than no memory
			clear(p.byID)
		}
		j = &journey{text: text, took: map[int]Taken{}}
		p.byID[id] = j
	}
	j.took[n], j.at = t, time.Now()
}

func (p *progress) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.byID, id)
}

func (p *progress) sweep(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.byID, func(_ string, j *journey) bool { return now.Sub(j.at) >= journeyTime })
}

// flights knows which sends have no answer yet, and which references the
// carrier gave a moment ago: a status for a reference that the house does not
// know may be for one of them.
type flights struct {
	mu       sync.Mutex
	next     uint64
	open     map[uint64]struct{}
	cur, old map[string]struct{} // references of the last one or two times recentRefs
	turned   time.Time
}

func newFlights() *flights {
	return &flights{open: map[uint64]struct{}{}, cur: map[string]struct{}{}, old: map[string]struct{}{}}
}

// begin notes that a message is being sent.
func (f *flights) begin() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.open[f.next] = struct{}{}
	return f.next
}

// end notes that Do is over.
func (f *flights) end(n uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, n)
}

// gave notes references that the carrier gave.
func (f *flights) gave(refs ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn()
	for _, r := range refs {
		if r != "" && len(f.cur) < maxRecentRef {
			f.cur[r] = struct{}{}
		}
	}
}

func (f *flights) turn() {
	if now := time.Now(); now.Sub(f.turned) >= recentRefs {
		f.cur, f.old, f.turned = map[string]struct{}{}, f.cur, now
	}
}

// last numbers the latest send.
func (f *flights) last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

// awaited tells whether one of refs may yet become known: it was given a moment
// ago, or a send up to number n is not over yet.
func (f *flights) awaited(refs []string, n uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turn()
	for _, r := range refs {
		if _, ok := f.cur[r]; ok {
			return true
		}
		if _, ok := f.old[r]; ok {
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
