package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"outdial/fault"
)

// postgresDB is a PostgreSQL database, or one schema of it, that several
// processes share.
type postgresDB struct {
	pool    *pgxpool.Pool
	log     *slog.Logger
	channel string // of notifications
}

// postgresConns is how many connections a process opens at most, where the URL
// does not say pool_max_conns. One of them commits, the others are for views.
const postgresConns = 16

func openPostgres(ctx context.Context, url string, log *slog.Logger) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err) // pgx hides the password
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = postgresConns
	}
	for k, v := range map[string]string{
		// Plans are made once. They must not be those of an empty table, which
		// would be read from end to end when it is large.
		"plan_cache_mode": "force_generic_plan",
		"enable_seqscan":  "off",
		// A node that hangs must not hold the others' contacts for ever.
		"idle_in_transaction_session_timeout": "30000",
		"lock_timeout":                        "20000",
		// An answer means that it is on disk, whatever the server's default is.
		"synchronous_commit": "on",
	} {
		if _, set := cfg.ConnConfig.RuntimeParams[k]; !set {
			cfg.ConnConfig.RuntimeParams[k] = v
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	d := &postgresDB{pool: pool, log: log}
	var schema string
	if err := pool.QueryRow(ctx, "select coalesce(current_schema(), '')").Scan(&schema); err != nil {
		pool.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	d.channel = fmt.Sprintf("store_%x", uint64(key(schema)))
	return d, nil
}

func (d *postgresDB) write(ctx context.Context) (conn, error) {
	return d.begin(ctx, "begin")
}

func (d *postgresDB) read(ctx context.Context) (conn, error) {
	return d.begin(ctx, "begin isolation level repeatable read read only")
}

func (d *postgresDB) begin(ctx context.Context, text string) (conn, error) {
	c, err := d.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return &postgresTx{c: c, begin: text}, nil
}

// migrate takes a lock that ends with the transaction. Its number only has to
// be the same in every release.
func (d *postgresDB) migrate(ctx context.Context) (conn, error) {
	c, err := d.write(ctx)
	if err != nil {
		return nil, err
	}
	err = c.do(ctx, stmt{text: "select pg_advisory_xact_lock($1)", args: []any{key("schema of the contact store")}})
	if err != nil {
		c.rollback()
		return nil, err
	}
	return c, nil
}

func (d *postgresDB) script(ctx context.Context, c conn, text string) error {
	_, err := c.(*postgresTx).c.Conn().PgConn().Exec(ctx, text).ReadAll()
	return err
}

func (d *postgresDB) shared() bool { return true }

func (d *postgresDB) rowsAtOnce() int { return 64 }

// dialect: texts compare by bytes, as everywhere else, and not by a language.
func (d *postgresDB) dialect(s string) string {
	return strings.ReplaceAll(s, " text ", ` text collate "C" `)
}

func (d *postgresDB) notify(payload string) stmt {
	return stmt{text: "select pg_notify($1, $2)", args: []any{d.channel, payload}}
}

// tend listens. It connects again when it is cut off; what was told meanwhile it cannot
// know, so it says that something was.
func (d *postgresDB) tend(ctx context.Context, heard func(payload string)) error {
	for {
		err := d.listenOnce(ctx, heard)
		if ctx.Err() != nil {
			return nil
		}
		d.log.Warn("notifications are cut off", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

func (d *postgresDB) listenOnce(ctx context.Context, heard func(payload string)) error {
	c, err := pgx.ConnectConfig(ctx, d.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		c.Close(ctx)
	}()
	if _, err := c.Exec(ctx, "listen "+d.channel); err != nil {
		return err
	}
	heard("")
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		heard(n.Payload)
	}
}

func (d *postgresDB) backup(context.Context, string) error {
	return fault.New(fault.Invalid, "a PostgreSQL store is copied by its own tools while it serves: pg_dump --format=custom --file=FILE URL")
}

func (d *postgresDB) ping(ctx context.Context) error {
	if err := d.pool.Ping(ctx); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (d *postgresDB) close() error {
	d.pool.Close()
	return nil
}

// postgresTx is a transaction. It begins with its first statements, in one
// round trip, and ends with its last.
type postgresTx struct {
	c     *pgxpool.Conn // nil after the end
	begin string        // "" once it has begun
}

// serverPatience is how long the server may take for statements before the connection
// is given up: what is kept is unknown then.
const serverPatience = time.Minute

func (t *postgresTx) do(ctx context.Context, list ...stmt) error {
	ctx, cancel := context.WithTimeout(ctx, serverPatience)
	defer cancel()
	var batch pgx.Batch
	if t.begin != "" {
		batch.Queue(t.begin)
	}
	for i := range list {
		batch.Queue(list[i].text, list[i].args...)
	}
	results := t.c.SendBatch(ctx, &batch)
	err := t.results(results, list)
	if e := results.Close(); err == nil {
		err = e
	}
	t.begin = ""
	return postgresError(err)
}

func (t *postgresTx) results(results pgx.BatchResults, list []stmt) error {
	if t.begin != "" {
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for i := range list {
		if list[i].each == nil {
			if _, err := results.Exec(); err != nil {
				return err
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		for err == nil && rows.Next() {
			err = list[i].each(postgresRow(rows.RawValues()))
		}
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *postgresTx) commit(ctx context.Context, list ...stmt) error {
	if t.begin != "" && len(list) == 0 {
		t.release()
		return nil
	}
	// In one round trip: where a statement fails, the commit after it is not run.
	err := t.do(ctx, append(list[:len(list):len(list)], stmt{text: "commit"})...)
	if err != nil {
		t.rollback()
		return err
	}
	t.release()
	return nil
}

func (t *postgresTx) rollback() {
	if t.c == nil {
		return
	}
	if t.begin == "" && !t.c.Conn().IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		// A connection that cannot roll back is not used again.
		_, _ = t.c.Exec(ctx, "rollback")
	}
	t.release()
}

func (t *postgresTx) release() {
	t.c.Release()
	t.c = nil
}

// postgresError sorts errors by what can be done about them.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresError(err error) error {
	if err == nil || errors.Is(err, errAgain) {
		return err
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch {
		case e.Code == "23505", e.Code == "40001", e.Code == "40P01": // unique, serialization, deadlock
			return fmt.Errorf("%w: %w", errAgain, err)
		case e.Code == "55P03": // lock not available
			return fault.Wrap(fault.Busy, err, "another node holds the contact")
		case strings.HasPrefix(e.Code, "22"), strings.HasPrefix(e.Code, "23"), e.Code == "54000":
			return fmt.Errorf("%w: %w", errPoison, err)
		}
	}
	return fmt.Errorf("store: %w", err)
}

// postgresRow is a row as it came: text as it is, bigint in binary.
type postgresRow [][]byte

func (r postgresRow) text(i int) string { return string(r[i]) }

func (r postgresRow) num(i int) int64 {
	if len(r[i]) == 8 {
		return int64(binary.BigEndian.Uint64(r[i]))
	}
	n, _ := strconv.ParseInt(string(r[i]), 10, 64)
	return n
}
