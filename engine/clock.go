package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"outdial/fault"
	"outdial/store"
)

// Offset tells how far the engine's time is ahead of real time.
func (e *Engine) Offset() time.Duration { return time.Duration(e.offset.Load()) }

// Advance moves the engine's time by d, fires what comes due in order, and
// returns at rest: no timer, simulated or function effect is due. Sinks are not
// waited for. After wait it gives fault.Busy naming what is under way.
func (e *Engine) Advance(ctx context.Context, d, wait time.Duration) error {
	if d < 0 {
		return fault.New(fault.Invalid, "advance: time only moves forward, not by %v", d)
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	target := e.Now().Add(d)
	if err := e.atRest(ctx); err != nil {
		return err
	}
	for {
		// Step to each timer in turn, so that one which sets another sees its
		// own minute and not the end of the journey.
		_, next, err := e.underWay(ctx)
		if err != nil {
			return err
		}
		to := target
		if !next.IsZero() && next.Before(target) {
			to = next
		}
		if step := to.Sub(e.Now()); step > 0 {
			off, err := e.Store.Advance(ctx, step)
			if err != nil {
				return err
			}
			e.offset.Store(int64(off))
		}
		e.Nudge()
		if err := e.atRest(ctx); err != nil {
			return err
		}
		if !to.Before(target) {
			return nil
		}
	}
}

// Nudge lets the schedule look for due work now.
func (e *Engine) Nudge() {
	select {
	case e.nudge <- struct{}{}:
	default:
	}
}

// atRest waits until nothing is due but sinks.
func (e *Engine) atRest(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last []string
	for {
		due, _, err := e.underWay(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err == nil && len(due) == 0 {
			return nil
		}
		if err == nil {
			last = due
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Busy, "not at rest: %s under way", strings.Join(last, ", "))
		case <-e.rest:
		case <-tick.C:
		}
	}
}

// underWay names what is due now, and tells when the next will be.
func (e *Engine) underWay(ctx context.Context) (names []string, next time.Time, err error) {
	now := e.Now()
	err = e.Store.View(ctx, func(t *store.Tx) error {
		due, n, err := t.Pending(now, 5)
		if err != nil {
			return err
		}
		next = n
		for _, j := range due {
			names = append(names, fmt.Sprintf("%s of %s", j.Kind, j.Contact))
		}
		return nil
	})
	return names, next, err
}
