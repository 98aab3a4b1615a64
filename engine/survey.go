package engine

import (
	"context"
	"encoding/json"
	"time"

	"outdial/resource"
	"outdial/store"
)

// surveys is how often numbers are looked through for changed rates, in real time.
const surveys = time.Minute

// Adopt takes over a changed policy, and what numbers say of rates and routes.
func (e *Engine) Adopt(ctx context.Context, p Policy) error {
	e.policy.Store(&p)
	e.throttle.setAccounts(p.Throttles)
	err := e.survey(ctx)
	e.Nudge()
	return err
}

// survey looks through all numbers: a message may wait for a rate that only its
// number's document tells, or for an account that another could stand in for.
func (e *Engine) survey(ctx context.Context) error {
	for _, r := range e.policy.Load().Routes {
		e.allies(r.Accounts)
	}
	rates := map[string]float64{}
	err := e.Store.View(ctx, func(t *store.Tx) error {
		return eachRow(t, resource.KindInstance, "", func(i store.Row) error {
			return eachRow(t, resource.KindNumber, i.ID, func(r store.Row) error {
				n := new(resource.Number)
				if err := json.Unmarshal(r.Doc, n); err != nil {
					return err
				}
				if n.Throttle > 0 {
					rates[numberThrottleOf(i.ID, n.Number)] = n.Throttle
				}
				e.allies(append([]string{n.Account}, n.Routes...))
				return nil
			})
		})
	})
	if err == nil {
		e.throttle.setNumbers(rates)
	}
	return err
}

// eachRow goes through the resources of a kind and an instance.
func eachRow(t *store.Tx, kind resource.Kind, instance string, fn func(store.Row) error) error {
	const page = 500
	for after := ""; ; {
		rows, err := t.Resources(kind, instance, after, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = r.ID
			if err := fn(r); err != nil {
				return err
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

// joinRates takes this node's part of the rates, once the others have heard of it.
func (e *Engine) joinRates(ctx context.Context) {
	if e.Store.Shared() && e.shareRates(ctx) > 1 {
		e.throttle.join(time.Now().Add(pulse + time.Second))
	}
}

// shareRates divides the rates among the nodes that live, and counts them.
func (e *Engine) shareRates(ctx context.Context) int {
	n, err := e.Store.Nodes(ctx)
	if err != nil {
		if ctx.Err() == nil {
			e.log.Warn("how many nodes share the throttles is not known", "err", err)
		}
		return 1
	}
	e.throttle.share(n)
	return n
}

// rooms is how much each throttle may give now: by the rates, and by circuits
// that are open.
func (e *Engine) rooms(now time.Time) map[string]int {
	room := e.throttle.room(now)
	e.circuits.Range(func(name, v any) bool {
		if n, limited, _ := v.(*circuit).room(); limited {
			if had, ok := room[name.(string)]; ok {
				n = min(n, had)
			}
			room[name.(string)] = n
		}
		return true
	})
	return room
}

// roomLater is when there will be more room for something; 0 is never, unless
// something happens.
func (e *Engine) roomLater() time.Duration {
	d := e.throttle.wait()
	e.circuits.Range(func(_, v any) bool {
		if _, limited, again := v.(*circuit).room(); limited && again > 0 && (d == 0 || again < d) {
			d = again
		}
		return true
	})
	return d
}
