package engine

import (
	"context"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// A node that has not been heard of for life is gone, and its calls with it.
// Both are real time.
const (
	life  = 15 * time.Second
	pulse = 5 * time.Second
)

// beats says that this node lives until ctx is done, and buries the dead.
func (e *Engine) beats(ctx context.Context) error {
	if !e.Store.Shared() {
		return nil // nobody else is there to hear it
	}
	t := time.NewTicker(pulse)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if err := e.beat(ctx); err != nil && ctx.Err() == nil {
				e.log.Error("this node could not say that it lives", "err", err)
			}
			e.shareRates(ctx)
		}
	}
}

func (e *Engine) beat(ctx context.Context) error {
	dead, err := e.Store.Beat(ctx, life)
	if err != nil {
		return err
	}
	for _, node := range dead {
		e.bury(ctx, node)
	}
	if len(dead) > 0 {
		e.Nudge()
	}
	return nil
}

// bury ends the calls that a dead node held: nobody hears them any more.
func (e *Engine) bury(ctx context.Context, node string) {
	var calls []contact.ID
	err := e.Store.View(ctx, func(t *store.Tx) (err error) {
		calls, err = t.CallsOf(node)
		return err
	})
	if ctx.Err() != nil {
		return // the next start does it
	}
	if err != nil {
		e.log.Error("the calls of a dead node are not known", "node", node, "err", err)
		return
	}
	for _, id := range calls {
		if node == e.Node && e.undialled(ctx, id) {
			continue
		}
		err := e.Tell(ctx, id, contact.CallEnded{By: contact.ByLostNode, Phrase: "the node that held the call is gone"})
		if err != nil && !fault.Is(err, fault.NotFound) {
			e.log.Error("a lost call was not ended", "contact", id, "err", err)
		}
	}
	if len(calls) > 0 {
		e.log.Warn("calls of a dead node were ended", "node", node, "calls", len(calls))
	}
}

// undialled tells whether a call's PlaceCall still waits: it was never begun and
// will be dialled, or it was cut off and will be ended as such.
func (e *Engine) undialled(ctx context.Context, id contact.ID) (waits bool) {
	err := e.Store.View(ctx, func(t *store.Tx) error {
		jobs, err := t.Jobs(id, 100)
		for _, j := range jobs {
			waits = waits || j.Kind == "PlaceCall"
		}
		return err
	})
	if err != nil {
		e.log.Error("the jobs of a call are not known", "contact", id, "err", err)
	}
	return waits
}

// Sweep deletes what is old, in small batches, until nothing is left or ctx is
// done: tokens and marks that have expired, contacts that ended before keep ago.
func (e *Engine) Sweep(ctx context.Context, keep time.Duration) (int, error) {
	total, now := 0, e.Now()
	for ctx.Err() == nil {
		n, err := e.Store.Sweep(ctx, now, now.Add(-keep), 500)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
	return total, ctx.Err()
}
