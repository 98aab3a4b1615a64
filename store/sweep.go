package store

import (
	"context"
	"slices"
	"time"

	"outdial/contact"
)

// Sweep deletes at most n each of expired tokens and marks, and of contacts that
// ended before old; it tells how much it deleted.
func (s *Store) Sweep(ctx context.Context, now, old time.Time, n int) (int, error) {
	total, limit := 0, int64(n)
	count := func(row) error { total++; return nil }
	c, err := s.db.write(ctx)
	if err != nil {
		return 0, err
	}
	defer c.rollback()
	var list []stmt
	for _, text := range []string{
		"delete from token where id in (select id from token where id <= $1 and expires <= $2 order by id limit $3) returning id",
		"delete from mark where id in (select id from mark where id <= $1 and expires <= $2 order by id limit $3) returning id",
	} {
		list = append(list, stmt{text: text, args: []any{expired(millis(now)), millis(now), limit}, each: count})
	}
	if err := c.do(ctx, list...); err != nil {
		return 0, err
	}
	if err := c.commit(ctx); err != nil {
		return 0, err
	}
	ids, err := s.endedBefore(ctx, old, n)
	if err != nil {
		return total, err
	}
	return total + len(ids), s.Erase(ctx, ids)
}

// endedBefore finds contacts that ended before old, by when they began: those
// that began before it and are not over are few.
func (s *Store) endedBefore(ctx context.Context, old time.Time, n int) (ids []contact.ID, err error) {
	c, err := s.db.read(ctx)
	if err != nil {
		return nil, err
	}
	defer c.rollback()
	var instances []string
	err = c.do(ctx, stmt{text: `with recursive i (instance) as (
		select min(instance) from contact
		union all
		select (select min(instance) from contact where instance > i.instance) from i where i.instance is not null
	) select instance from i where instance is not null`, each: func(r row) error {
		instances = append(instances, r.text(0))
		return nil
	}})
	if err != nil {
		return nil, err
	}
	for _, instance := range instances {
		if len(ids) >= n {
			break
		}
		err = c.do(ctx, stmt{text: "select id from contact where instance = $1 and initiated < $2 and ended <> 0 and ended < $3 order by initiated limit $4",
			args: []any{instance, millis(old), millis(old), int64(n - len(ids))}, each: func(r row) error {
				ids = append(ids, contact.ID(r.text(0)))
				return nil
			}})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// eraseAtOnce is how many contacts are deleted in one transaction.
const eraseAtOnce = 100

// Erase deletes contacts and all that is kept of them: messages, files,
// timelines, events, jobs. Tokens stay until they expire, so that a repeated request does
// not begin the contact anew; they hold nothing of the customer.
func (s *Store) Erase(ctx context.Context, ids []contact.ID) error {
	for some := range slices.Chunk(ids, eraseAtOnce) {
		if err := s.erase(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) erase(ctx context.Context, ids []contact.ID) error {
	c, err := s.db.write(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = string(id)
	}
	slices.Sort(keys)
	var list []stmt
	if s.db.shared() {
		list = among("select id from contact where id in (%s) order by id for update", keys, func(row) error { return nil })
	}
	for _, table := range []string{"job", "message", "ref", "record", "event", "file"} {
		list = append(list, among("delete from "+table+" where contact in (%s)", keys, nil)...)
	}
	return c.commit(ctx, append(list, among("delete from contact where id in (%s)", keys, nil)...)...)
}
