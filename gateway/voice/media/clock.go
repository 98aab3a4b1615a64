package media

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Each wheel turns once in a frame. Streams are spread over its slots, so that
// they do not all send at the same moment.
const (
	slots    = 10
	slotTime = frame / slots
	// A wheel that is late sends what it missed at once, as long as that is
	// little; beyond, it leaves frames out.
	catchUp = 3
)

// A Clock makes streams send when it is time, by an absolute clock: what is late
// once does not make everything after it late.
type Clock struct {
	wheels []*wheel
	mu     sync.Mutex
}

// NewClock gives a clock of n goroutines.
func NewClock(n int) *Clock {
	c := &Clock{}
	for range max(n, 1) {
		c.wheels = append(c.wheels, &wheel{joined: make(chan struct{}, 1)})
	}
	return c
}

// Run turns until ctx is done.
func (c *Clock) Run(ctx context.Context) error {
	var g errgroup.Group
	for _, w := range c.wheels {
		g.Go(func() error { w.run(ctx); return nil })
	}
	return g.Wait()
}

// join puts a stream on the wheel that has the least to do. s.mu is held.
func (c *Clock) join(s *Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	best := c.wheels[0]
	for _, w := range c.wheels[1:] {
		if w.size() < best.size() {
			best = w
		}
	}
	best.join(s)
}

type wheel struct {
	joined chan struct{}

	mu    sync.Mutex
	n     int
	slots [slots][]*Session
}

func (w *wheel) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n
}

func (w *wheel) join(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	best := 0
	for i := range w.slots {
		if len(w.slots[i]) < len(w.slots[best]) {
			best = i
		}
	}
	// The slice may be in use: it is not changed but replaced.
	w.slots[best] = append(w.slots[best][:len(w.slots[best]):len(w.slots[best])], s)
	s.wheel, s.slot = w, best
	if w.n++; w.n == 1 {
		select {
		case w.joined <- struct{}{}:
		default:
		}
	}
}

func (w *wheel) leave(s *Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.slots[s.slot]
	for i, x := range was {
		if x == s {
			w.slots[s.slot] = append(append([]*Session(nil), was[:i]...), was[i+1:]...)
			w.n--
			return
		}
	}
}

func (w *wheel) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if w.size() == 0 {
			select {
			case <-ctx.Done():
				return
			case <-w.joined:
			}
		}
		if !w.turn(ctx, timer) {
			return
		}
	}
}

// turn works until nobody is on the wheel any more. It is false when ctx is done.
func (w *wheel) turn(ctx context.Context, timer *time.Timer) bool {
	next := time.Now()
	var frames int64 // since the beginning, those that were left out among them
	for slot := 0; ; slot = (slot + 1) % slots {
		if slot == 0 {
			frames++
		}
		if behind := time.Since(next); behind > catchUp*frame {
			late := int64(behind/frame) - 1
			frames += late
			next = next.Add(time.Duration(late) * frame)
		}
		for _, s := range w.at(slot) {
			s.tick(frames)
		}
		if slot == slots-1 && w.size() == 0 {
			return ctx.Err() == nil
		}
		next = next.Add(slotTime)
		d := time.Until(next)
		if d <= 0 {
			if ctx.Err() != nil {
				return false
			}
			continue
		}
		timer.Reset(d)
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
		}
	}
}

func (w *wheel) at(slot int) []*Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.slots[slot]
}
