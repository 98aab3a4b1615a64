package store

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"outdial/contact"
)

// Lease hands out jobs that are due for this node, and tells when the next will
// be. room says how many segments each throttle may still give; one that is not
// in it is not throttled. The oldest contact goes first, and of each contact one
// throttled job at a time. A job goes where there is any room at all: one that
// is larger than a throttle ever holds must go some time, and leaves it below
// zero. next is zero where nothing waits for its time; what waits for room is
// not in it.
func (s *Store) Lease(ctx context.Context, now time.Time, n int, room map[string]int) (due []Job, next time.Time, err error) {
	l := &lease{s: s, ctx: ctx, now: millis(now), n: n, room: room, real: millis(time.Now())}
	// What is committed from here on wakes the engine again.
	s.next.Store(math.MaxInt64)
	// First a look that locks nothing: mostly there is nothing to do.
	c, err := s.db.read(ctx)
	if err != nil {
		return nil, next, err
	}
	some, soonest, err := l.look(c)
	c.rollback()
	if err != nil {
		return nil, next, err
	}
	if some {
		if c, err = s.db.write(ctx); err != nil {
			return nil, next, err
		}
		defer c.rollback()
		if due, soonest, err = l.take(c); err != nil {
			return nil, next, err
		}
	}
	s.next.Store(soonest)
	if soonest < math.MaxInt64 {
		next = fromMillis(soonest)
	}
	return due, next, nil
}

type lease struct {
	s    *Store
	ctx  context.Context
	now  int64
	real int64
	n    int
	room map[string]int
}

// meters gives the meters that jobs wait on, and "" where there are others.
func (l *lease) meters(c conn) (list []string, err error) {
	err = c.do(l.ctx, stmt{text: `with recursive m (meter) as (
		select min(meter) from job where state = 0
		union all
		select (select min(meter) from job where state = 0 and meter > m.meter) from m where m.meter is not null
	) select meter from m where meter is not null`, each: func(r row) error {
		list = append(list, r.text(0))
		return nil
	}})
	return list, err
}

// look tells whether there is anything to take, and when the next job is due.
func (l *lease) look(c conn) (some bool, next int64, err error) {
	next = math.MaxInt64
	meters, err := l.meters(c)
	if err != nil {
		return false, 0, err
	}
	list := []stmt{{text: "select id from job where state = 2 and until <= $1 limit 1", args: []any{l.real},
		each: func(row) error { some = true; return nil }}}
	for _, m := range meters {
		if l.takes(m) > 0 {
			list = append(list, stmt{text: "select id from job where state = 0 and meter = $1 and ord <= $2 and node in ('', $3) limit 1",
				args: []any{m, l.now, l.s.o.Node}, each: func(row) error { some = true; return nil }})
		}
		list = append(list, l.nextOn(m, &next))
	}
	err = c.do(l.ctx, list...)
	return some, next, err
}

func (l *lease) nextOn(meter string, next *int64) stmt {
	return stmt{text: "select ord from job where state = 0 and meter = $1 and ord > $2 and node in ('', $3) order by ord limit 1",
		args: []any{meter, l.now, l.s.o.Node}, each: func(r row) error { *next = min(*next, r.num(0)); return nil }}
}

// leaseText reads what is due on a meter, in the order of its index.
const leaseText = "select " + jobColumns + " from job where state = 0 and meter = $1 and ord <= $2 and node in ('', $3) order by ord, id limit $4"

// take leases what is due.
func (l *lease) take(c conn) (due []Job, next int64, err error) {
	skip := ""
	if l.s.db.shared() {
		skip = " for update skip locked"
	}
	err = c.do(l.ctx, stmt{text: "update job set state = 0, holder = '', until = 0, lost = lost | 1 where id in (select id from job where state = 2 and until <= $1" + skip + ")",
		args: []any{l.real}})
	if err != nil {
		return nil, 0, err
	}
	meters, err := l.meters(c)
	if err != nil {
		return nil, 0, err
	}
	next = math.MaxInt64
	var rows []*jobRow
	for _, m := range meters {
		if n := l.takes(m); n > 0 {
			before := len(rows)
			err := c.do(l.ctx, stmt{text: leaseText + skip,
				args: []any{m, l.now, l.s.o.Node, int64(n)}, each: func(r row) error { rows = append(rows, readJob(r)); return nil }})
			if err != nil {
				return nil, 0, err
			}
			if len(rows)-before == l.n {
				next = l.now // there may be more
			}
		}
		if err := c.do(l.ctx, l.nextOn(m, &next)); err != nil {
			return nil, 0, err
		}
	}
	chosen, more := l.choose(rows, len(meters) > 1)
	if more {
		next = l.now
	}
	for _, r := range chosen {
		r.state, r.Holder, r.until = jobLeased, l.s.o.Node, l.until()
		r.outs++
		due = append(due, r.job())
	}
	ids := make([]int64, len(due))
	for i, j := range due {
		ids[i] = j.ID
	}
	return due, next, c.commit(l.ctx, among("update job set state = 2, holder = $1, until = $2, tries = tries + 1 where id in (%s)",
		ids, nil, l.s.o.Node, l.until())...)
}

func (l *lease) until() int64 { return l.real + l.s.o.Lease.Milliseconds() }

// takes is how many jobs of a meter are worth looking at: each takes at least a
// segment.
func (l *lease) takes(meter string) int {
	n := l.n
	for _, name := range Throttles(meter) {
		if room, throttled := l.room[name]; throttled {
			n = min(n, room)
		}
	}
	return n
}

// choose gives those of the rows for which there is room, the oldest contact
// first whatever its meter, and tells whether others only wait for the next
// round.
func (l *lease) choose(rows []*jobRow, mixed bool) (list []*jobRow, more bool) {
	if mixed {
		slices.SortFunc(rows, func(a, b *jobRow) int {
			return cmp.Or(cmp.Compare(a.ord, b.ord), cmp.Compare(a.ID, b.ID))
		})
	}
	left := maps.Clone(l.room)
	seen := map[contact.ID]bool{}
	for _, r := range rows {
		if len(list) == l.n {
			return list, true
		}
		throttled, full := false, false
		for _, name := range Throttles(r.Meter) {
			room, has := left[name]
			throttled, full = throttled || has, full || has && room <= 0
		}
		if !throttled {
			list = append(list, r)
			continue
		}
		if full {
			continue
		}
		if seen[r.Contact] && r.Contact != "" {
			more = true
			continue
		}
		seen[r.Contact] = true
		for _, name := range Throttles(r.Meter) {
			if _, has := left[name]; has {
				left[name] -= r.Segments
			}
		}
		list = append(list, r)
	}
	return list, more
}
