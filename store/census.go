package store

import (
	"context"
	"time"
)

// A Census counts what is under way, for those who watch.
type Census struct {
	Open []OpenCount
	// Due are jobs that could be done now and are not, Oldest is for how long the
	// first of them has waited, and Parked are those that only a word from outside
	// sets going again.
	Due, Parked int
	Oldest      time.Duration
}

// An OpenCount is how many contacts of a channel are open, and wait in a queue or not.
type OpenCount struct {
	Channel string
	Queued  bool
	N       int
}

// Census counts. It reads what is open and what is to be done: it is not for every
// request.
func (s *Store) Census(ctx context.Context, now time.Time) (n Census, err error) {
	c, err := s.db.read(ctx)
	if err != nil {
		return n, err
	}
	defer c.rollback()
	err = c.do(ctx,
		stmt{text: "select channel, case when queue <> '' then 'queued' else '' end, count(*) from contact where ended = 0 group by 1, 2", each: func(r row) error {
			n.Open = append(n.Open, OpenCount{r.text(0), r.text(1) != "", int(r.num(2))})
			return nil
		}},
		stmt{text: "select count(*), coalesce(min(due), 0) from job where state = 0 and due <= $1", args: []any{millis(now)}, each: func(r row) error {
			if n.Due = int(r.num(0)); n.Due > 0 {
				n.Oldest = now.Sub(fromMillis(r.num(1)))
			}
			return nil
		}},
		stmt{text: "select count(*) from job where state = 3", each: func(r row) error { n.Parked = int(r.num(0)); return nil }})
	return n, err
}
