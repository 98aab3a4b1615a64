package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"

	"outdial/fault"
)

// The steps of the schema, in the order of their names. A step that is released
// is never changed. Each leaves the previous release able to work: it adds, and
// what it stops using is dropped one release later.
//
//go:embed schema/*.sql
var schema embed.FS

// migrate brings the schema up to date, one step after the other, all or none.
func migrate(ctx context.Context, d database, steps fs.FS) error {
	names, err := fs.Glob(steps, "schema/*.sql")
	if err != nil {
		return err
	}
	c, err := d.migrate(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	if err := d.script(ctx, c, d.dialect("create table if not exists meta (k text primary key, v text not null)")); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	have, err := metaNumber(ctx, c, "schema")
	if err != nil {
		return err
	}
	if have > int64(len(names)) {
		return fault.New(fault.Conflict, "the store has schema %d and this program knows %d: a newer release wrote it, use that one", have, len(names))
	}
	if have == int64(len(names)) {
		return nil
	}
	for _, name := range names[have:] {
		text, err := fs.ReadFile(steps, name)
		if err != nil {
			return err
		}
		if err := d.script(ctx, c, d.dialect(string(text))); err != nil {
			return fmt.Errorf("store: %s: %w", name, err)
		}
	}
	return c.commit(ctx, setMeta("schema", int64(len(names))))
}

// metaNumber reads a number out of meta; what is not there is 0.
func metaNumber(ctx context.Context, c conn, k string) (n int64, err error) {
	err = c.do(ctx, stmt{text: "select v from meta where k = $1", args: []any{k}, each: func(r row) (err error) {
		n, err = strconv.ParseInt(r.text(0), 10, 64)
		return err
	}})
	return n, err
}

func setMeta(k string, n int64) stmt {
	return stmt{text: "insert into meta (k, v) values ($1, $2) on conflict (k) do update set v = excluded.v",
		args: []any{k, strconv.FormatInt(n, 10)}}
}
