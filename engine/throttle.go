package engine

import (
	"sync"
	"time"

	"outdial/store"
)

// throttle holds a bucket of segments for each account that has a rate. What
// waits for it waits in the store: it costs nothing there and can be cancelled.
type throttle struct {
	rates map[string]float64 // segments per second

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	level float64
	at    time.Time
}

func (h *throttle) limits(account string) bool {
	r, ok := h.rates[account]
	return ok && r > 0
}

// room tells how many segments each throttled account may take now. A bucket
// holds one second's worth, and at least one segment.
func (h *throttle) room(now time.Time) map[string]int {
	if len(h.rates) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.buckets == nil {
		h.buckets = make(map[string]*bucket)
	}
	room := make(map[string]int, len(h.rates))
	for name, rate := range h.rates {
		if rate <= 0 {
			continue
		}
		b := h.buckets[name]
		if b == nil {
			b = &bucket{level: max(1, rate), at: now}
			h.buckets[name] = b
		}
		b.level = min(max(1, rate), b.level+rate*now.Sub(b.at).Seconds())
		b.at = now
		room[name] = int(max(0, b.level))
	}
	return room
}

// took takes what was leased out of the buckets. A message of more segments than
// a bucket holds leaves it below zero: the next one waits the longer.
func (h *throttle) took(due []store.Job) {
	if len(h.rates) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, j := range due {
		if b := h.buckets[j.Account]; b != nil {
			b.level -= float64(j.Segments)
		}
	}
}

// wait is how long the emptiest bucket needs for its next segment; 0 when all have one.
func (h *throttle) wait() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	var d time.Duration
	for name, b := range h.buckets {
		if b.level < 1 {
			need := time.Duration((1 - b.level) / h.rates[name] * float64(time.Second))
			if d == 0 || need < d {
				d = need
			}
		}
	}
	return d
}
