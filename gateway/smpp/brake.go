package smpp

import (
	"sync"
	"time"
)

// Bounds of the pause that a throttling answer brings.
const (
	brakeMin = 250 * time.Millisecond
	brakeMax = 30 * time.Second
)

// A brake holds submissions back while the carrier throttles. The pause doubles
// with each throttling answer to something that was submitted after the last
// pause; answers to what was on the way before say nothing new.
type brake struct {
	mu    sync.Mutex
	pause time.Duration
	end   time.Time // of the present pause
}

func newBrake() *brake { return new(brake) }

// throttled takes a throttling answer to a submission that began at began.
func (b *brake) throttled(began, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if began.Before(b.end) {
		return
	}
	b.pause = min(max(2*b.pause, brakeMin), brakeMax)
	b.end = now.Add(b.pause)
}

// accepted takes a good answer: the pause shrinks.
func (b *brake) accepted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pause > 0 {
		b.pause = b.pause * 7 / 8
		if b.pause < brakeMin/2 {
			b.pause = 0
		}
	}
}

// wait tells how long to hold back at now.
func (b *brake) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end.Sub(now)
}

// until gives the end of the present pause; zero where there is none.
func (b *brake) until() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.end.After(time.Now()) {
		return time.Time{}
	}
	return b.end
}
