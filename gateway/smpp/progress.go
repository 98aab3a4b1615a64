package smpp

import (
	"sync"
	"time"
)

// A journey is what the carrier has of one message whose sending was broken
// off: when the engine asks again, only the rest is sent.
type journey struct {
	ref  uint16         // of the concatenation
	text string         // what was cut into parts
	ids  map[int]string // references of the parts that the carrier took, by number from 0
	at   time.Time
}

// Bounds of what is remembered of broken-off messages.
const (
	journeys     = 10000
	journeyTime  = 15 * time.Minute // longer than the engine ever pauses
	recentRefs   = 10 * time.Second
	maxRecentRef = 200000
)

// progress remembers messages whose sending was broken off. It is a help, not a
// promise: a crash forgets it, and then the whole message is sent again.
type progress struct {
	mu   sync.Mutex
	byID map[string]*journey
}

func newProgress() *progress { return &progress{byID: map[string]*journey{}} }

// resume gives the parts of a message that the carrier has, and the reference
// that they were sent with.
func (p *progress) resume(id, text string) (ids map[int]string, ref uint16, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.byID[id]
	if j == nil || id == "" || j.text != text {
		return nil, 0, false
	}
	ids = make(map[int]string, len(j.ids))
	for i, v := range j.ids {
		ids[i] = v
	}
	return ids, j.ref, true
}

// took notes that the carrier has a part of a message.
func (p *progress) took(id, text string, ref uint16, part int, answer string, now time.Time) {
	if id == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	j := p.byID[id]
	if j == nil || j.text != text {
		if len(p.byID) >= journeys {
			p.sweepLocked(now.Add(journeyTime)) // all of them: a repeated message is better than no memory
		}
		j = &journey{text: text, ref: ref, ids: map[int]string{}}
		p.byID[id] = j
	}
	j.ids[part], j.at = answer, now
}

// holds tells whether a reference is of a message that is not finished.
func (p *progress) holds(ref string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.byID {
		for _, id := range j.ids {
			if id == ref {
				return true
			}
		}
	}
	return false
}

// forget drops a message that was sent.
func (p *progress) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.byID, id)
}

// sweep forgets messages that nobody asked for again.
func (p *progress) sweep(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweepLocked(now)
}

func (p *progress) sweepLocked(now time.Time) {
	for id, j := range p.byID {
		if now.Sub(j.at) >= journeyTime {
			delete(p.byID, id)
		}
	}
}

// flights knows which submissions have no answer yet, and which references the
// carrier gave a moment ago: a receipt for a reference that the house does not
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

// begin notes a submission.
func (f *flights) begin() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.open[f.next] = struct{}{}
	return f.next
}

// end notes its end, and the reference that it brought; "" for none. Both at
// once: a receipt that comes in between would be nobody's.
func (f *flights) end(n uint64, ref string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, n)
	if ref != "" {
		f.landedLocked(ref, now)
	}
}

// landed notes a reference that the house will know in a moment.
func (f *flights) landed(ref string, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.landedLocked(ref, now)
}

func (f *flights) landedLocked(ref string, now time.Time) {
	f.turnLocked(now)
	if len(f.cur) < maxRecentRef {
		f.cur[ref] = struct{}{}
	}
}

func (f *flights) turnLocked(now time.Time) {
	if now.Sub(f.turned) >= recentRefs {
		f.cur, f.old, f.turned = map[string]struct{}{}, f.cur, now
	}
}

// last numbers the latest submission.
func (f *flights) last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.next
}

// awaited tells whether ref may yet become known: it was given a moment ago, or
// a submission up to number n has no answer yet.
func (f *flights) awaited(ref string, n uint64, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.turnLocked(now)
	if _, ok := f.cur[ref]; ok {
		return true
	}
	if _, ok := f.old[ref]; ok {
		return true
	}
	for i := range f.open {
		if i <= n {
			return true
		}
	}
	return false
}
