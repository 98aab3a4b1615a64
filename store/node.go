package store

import (
	"context"
	"slices"
	"time"
)

// freeLeases gives back what a node has in hand, and what only it could do: no
// one knows what became of the former.
func freeLeases(node string) stmt {
	return stmt{text: "update job set lost = lost | 1, state = 0, holder = '', until = 0 where state = 2 and holder = $1", args: []any{node}}
}

// Beat says that this node lives, until d from now in real time, and gives the
// nodes whose time is over; their leases are freed, their jobs marked Lost, and
// what only they could do is everybody's. Each is told to one node; it is told
// again to another if that node dies before its next Beat.
func (s *Store) Beat(ctx context.Context, d time.Duration) (dead []string, err error) {
	c, err := s.db.write(ctx)
	if err != nil {
		return nil, err
	}
	defer c.rollback()
	now, me := millis(time.Now()), s.o.Node
	var over []string
	err = c.do(ctx,
		// Its heir has dealt with it: it told us so by beating again.
		stmt{text: "delete from node where heir = $1", args: []any{me}},
		stmt{text: "insert into node (name, until, heir) values ($1, $2, '') on conflict (name) do update set until = excluded.until, heir = ''",
			args: []any{me, now + d.Milliseconds()}},
		stmt{text: "update node set heir = $1 where until < $2 and name <> $3 and (heir = '' or heir in (select name from node where until < $4)) returning name",
			args: []any{me, now, me, now}, each: func(r row) error { over = append(over, r.text(0)); return nil }})
	if err != nil {
		return nil, err
	}
	var list []stmt
	for _, name := range over {
		list = append(list, freeLeases(name),
			stmt{text: "update job set node = '' where state < 2 and node = $1", args: []any{name}})
	}
	if err := c.commit(ctx, list...); err != nil {
		return nil, err
	}
	if len(over) > 0 {
		s.wake()
	}
	slices.Sort(over)
	return over, nil
}

// Nodes counts the nodes that live, this one among them.
func (s *Store) Nodes(ctx context.Context) (n int, err error) {
	c, err := s.db.read(ctx)
	if err != nil {
		return 0, err
	}
	defer c.rollback()
	err = c.do(ctx, stmt{text: "select count(*) from node where until > $1", args: []any{millis(time.Now())},
		each: func(r row) error { n = int(r.num(0)); return nil }})
	return max(1, n), err
}
