package store

import (
	"context"
	"strconv"
	"time"

	"outdial/fault"
)

// Offset tells how far the engine's time is ahead of real time.
func (s *Store) Offset(ctx context.Context) (time.Duration, error) {
	c, err := s.db.read(ctx)
	if err != nil {
		return 0, err
	}
	defer c.rollback()
	n, err := metaNumber(ctx, c, "offset")
	return time.Duration(n) * time.Millisecond, err
}

// Advance moves the engine's time forward for every node, and gives the new
// offset. It never goes back; parts of a millisecond are dropped.
func (s *Store) Advance(ctx context.Context, d time.Duration) (time.Duration, error) {
	if d < 0 {
		return 0, fault.New(fault.Invalid, "the clock cannot go back by %s", -d)
	}
	c, err := s.db.write(ctx)
	if err != nil {
		return 0, err
	}
	defer c.rollback()
	n := int64(0)
	err = c.do(ctx, stmt{text: "insert into meta (k, v) values ('offset', '0') on conflict (k) do update set v = meta.v returning v",
		each: func(r row) (err error) { n, err = strconv.ParseInt(r.text(0), 10, 64); return err }})
	if err != nil {
		return 0, err
	}
	n += d.Milliseconds()
	if err := c.commit(ctx, append([]stmt{setMeta("offset", n)}, s.tell("")...)...); err != nil {
		return 0, err
	}
	s.wake()
	return time.Duration(n) * time.Millisecond, nil
}
