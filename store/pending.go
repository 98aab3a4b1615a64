package store

import (
	"time"
)

// Pending gives at most n jobs that are due by now, handed out or not, but for
// what goes to sinks, is parked, or waits behind another of its lane; next is
// when the first one after now will be, zero where there is none. It is for a
// View: what a unit has written but not committed is not in it.
func (t *Tx) Pending(now time.Time, n int) (due []Job, next time.Time, err error) {
	const open = " from job where state in (0, 2) and account not like 'sink:%'"
	var q query
	q.add("select "+jobColumns+open+" and due <= ? order by id limit ?", millis(now), int64(n))
	rows, err := t.b.keptJobs(&q)
	if err != nil {
		return nil, next, err
	}
	text := "select coalesce(min(due), 0)" + open + " and due > $1"
	err = t.b.do(stmt{text: text, args: []any{millis(now)}, each: func(r row) error {
		if ms := r.num(0); ms > 0 {
			next = fromMillis(ms)
		}
		return nil
	}})
	return jobsOf(rows), next, err
}

// Shared tells whether other processes may work on this store: on PostgreSQL.
func (s *Store) Shared() bool { return s.db.shared() }

// Backlog counts what waits or is under way, by account.
func (t *Tx) Backlog() (map[string]int, error) {
	n := map[string]int{}
	err := t.b.do(stmt{text: "select account, count(*) from job where state < 3 group by account", each: func(r row) error {
		n[r.text(0)] = int(r.num(1))
		return nil
	}})
	return n, err
}
