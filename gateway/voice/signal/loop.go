package signal

import (
	"log/slog"
	"runtime/debug"
	"sync"
)

// A Loop runs functions one after the other: everything that happens to one call
// happens in its loop, so that a call needs no locks.
type Loop struct {
	Log *slog.Logger

	mu     sync.Mutex
	queue  []func()
	closed bool
	wake   chan struct{}
}

// NewLoop gives a loop that takes functions, and runs them once Run is called.
func NewLoop(log *slog.Logger) *Loop { return &Loop{Log: log, wake: make(chan struct{}, 1)} }

// Post lets f run after those that were posted before it. It never blocks, and is
// false once the loop is closed.
func (l *Loop) Post(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.queue = append(l.queue, f)
	if len(l.queue) == 1 {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// Close ends the loop after what has been posted already.
func (l *Loop) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.wake)
	}
}

// Run runs functions until the loop is closed.
func (l *Loop) Run() {
	for {
		_, open := <-l.wake
		for {
			l.mu.Lock()
			batch := l.queue
			l.queue = nil
			l.mu.Unlock()
			if len(batch) == 0 {
				break
			}
			for _, f := range batch {
				l.safely(f)
			}
		}
		if !open {
			return
		}
	}
}

// safely runs f; a panic in it costs one event of one call.
func (l *Loop) safely(f func()) {
	defer func() {
		if p := recover(); p != nil && l.Log != nil {
			l.Log.Error("panic in a call", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
}
