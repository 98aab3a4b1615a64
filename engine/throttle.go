package engine

import (
	"sync"
	"time"

	"outdial/contact"
	"outdial/store"
)

// throttle holds a bucket of segments for each account and each number that has
// a rate. What waits for it waits in the store: it costs nothing there and can be
// cancelled.
type throttle struct {
	mu       sync.Mutex
	accounts map[string]float64 // segments per second, all nodes together
	numbers  map[string]float64
	nodes    int       // that share the rates
	from     time.Time // before it nothing is given: others still think they are alone
	buckets  map[string]*bucket
}

// gather is how long segments gather at least between two leases: a fast account
// is given several at a time.
const gather = 100 * time.Millisecond

type bucket struct {
	level float64
	at    time.Time
}

// numberThrottle names the throttle of the number that c is on.
func numberThrottle(c *contact.Contact) string { return numberThrottleOf(c.Instance, c.System.Address) }

func numberThrottleOf(instance, number string) string { return "number/" + instance + "/" + number }

// setAccounts and setNumbers take over new rates; a bucket keeps its level.
func (h *throttle) setAccounts(rates map[string]float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.accounts = rates
}

func (h *throttle) setNumbers(rates map[string]float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.numbers = rates
}

// share divides the rates among so many nodes: each leases its part.
func (h *throttle) share(nodes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nodes = nodes
}

// join lets a node that has come to others wait until they have heard of it.
func (h *throttle) join(from time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.from = from
}

// rate gives the segments per second of this node; 0 is no limit. h.mu is held.
func (h *throttle) rate(name string) float64 {
	return max(0, h.accounts[name], h.numbers[name]) / float64(max(1, h.nodes))
}

// limits tells whether any of the throttles has a rate.
func (h *throttle) limits(names ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range names {
		if h.rate(name) > 0 {
			return true
		}
	}
	return false
}

// meter names the throttles of a message of c that goes by an account.
func (h *throttle) meter(account string, c *contact.Contact) string {
	number := numberThrottle(c)
	if h.limits(number) {
		return store.Meter(account, number)
	}
	return store.Meter(account)
}

// room tells how many segments each throttle may give now. A bucket holds one
// second's worth, and at least one segment.
func (h *throttle) room(now time.Time) map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	room := make(map[string]int, len(h.accounts)+len(h.numbers))
	for _, rates := range []map[string]float64{h.accounts, h.numbers} {
		for name := range rates {
			rate := h.rate(name)
			if rate <= 0 {
				continue
			}
			if h.buckets == nil {
				h.buckets = make(map[string]*bucket)
			}
			b := h.buckets[name]
			if b == nil {
				b = &bucket{level: max(1, rate), at: now}
				h.buckets[name] = b
			}
			b.level = min(max(1, rate), b.level+rate*now.Sub(b.at).Seconds())
			b.at = now
			if now.Before(h.from) {
				b.level = 0
			}
			room[name] = int(max(0, b.level))
		}
	}
	return room
}

// took takes what was leased out of the buckets. A message of more segments than
// a bucket holds leaves it below zero: the next one waits the longer.
func (h *throttle) took(due []store.Job) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, j := range due {
		if j.Segments == 0 {
			continue
		}
		for _, name := range store.Throttles(j.Meter) {
			if b := h.buckets[name]; b != nil {
				b.level -= float64(j.Segments)
			}
		}
	}
}

// wait is how long the emptiest bucket needs for its next segment; 0 when all have one.
func (h *throttle) wait() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	var d time.Duration
	for name, b := range h.buckets {
		rate := h.rate(name)
		if b.level >= 1 || rate <= 0 {
			continue
		}
		need := max(gather, time.Duration((1-b.level)/rate*float64(time.Second)))
		if d == 0 || need < d {
			d = need
		}
	}
	return d
}
