// Package progress remembers, for the gateways of carriers, what has just been
// handed over: which parts of a message that was broken off the carrier has, and
// which references may become known in a moment.
//
// It is a help, not a promise: it lies in memory, is bounded, and a crash forgets
// it. What must not be forgotten is the store's.
package progress

import (
	"maps"
	"sync"
	"time"
)

// Bounds of what is remembered of messages that were broken off.
const (
	maxJourneys = 10000
	journeyTime = time.Hour // longer than the engine ever pauses
)

// Journeys are messages of several parts whose sending was broken off, and what
// the carrier answered to each part that it took: when the engine asks again,
// only the rest is sent.
type Journeys[T any] struct {
	mu   sync.Mutex
	byID map[string]*journey[T]
}

type journey[T any] struct {
	text string    // what was cut into parts
	took map[int]T // by number of the part
	at   time.Time
}

// Resume gives what the carrier took of a message; nil where it is another, or
// says something else now.
func (j *Journeys[T]) Resume(id, text string) map[int]T {
	j.mu.Lock()
	defer j.mu.Unlock()
	v := j.byID[id]
	if v == nil || v.text != text {
		return nil
	}
	return maps.Clone(v.took)
}

// Took notes what the carrier answered to part n of a message. A message without
// an id is not remembered.
func (j *Journeys[T]) Took(id, text string, n int, answer T) {
	if id == "" {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	v := j.byID[id]
	if v == nil || v.text != text {
		if j.byID == nil || len(j.byID) >= maxJourneys {
			j.byID = map[string]*journey[T]{} // a repeated message is better than no memory
		}
		v = &journey[T]{text: text, took: map[int]T{}}
		j.byID[id] = v
	}
	v.took[n], v.at = answer, time.Now()
}

// Any tells whether some part of a message that is not finished was answered so.
func (j *Journeys[T]) Any(so func(T) bool) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, v := range j.byID {
		for _, t := range v.took {
			if so(t) {
				return true
			}
		}
	}
	return false
}

// Forget drops a message that was sent.
func (j *Journeys[T]) Forget(id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.byID, id)
}

// Sweep forgets messages that nobody asked for again.
func (j *Journeys[T]) Sweep(now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	maps.DeleteFunc(j.byID, func(_ string, v *journey[T]) bool { return now.Sub(v.at) >= journeyTime })
}
