package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteDB is one SQLite file: one writer and a few readers. It speaks to the
// driver without database/sql in between, which costs more than the statements.
type sqliteDB struct {
	path    string
	log     *slog.Logger
	file    *os.File // the file itself, to sync it
	lock    *os.File
	mu      sync.Mutex // held while the writer is in a transaction
	writer  *sqliteConn
	written int              // statements since the log was told to be long; under mu
	long    chan struct{}    // the write-ahead log is long
	readers chan *sqliteConn // nil until it is first used
}

// sqliteReaders is how many views there can be at the same time.
const sqliteReaders = 8

func openSQLite(path string, log *slog.Logger) (*sqliteDB, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return nil, fmt.Errorf("store: %q is not the path of a file", path)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	// It holds access keys and what people wrote: for its owner alone. SQLite
	// gives its side files the mode of the file itself. The file stays open: the
	// system drops the locks of a process on a file when it closes it anywhere.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	d := &sqliteDB{path: path, log: log, lock: lock, file: f, readers: make(chan *sqliteConn, sqliteReaders), long: make(chan struct{}, 1)}
	for range sqliteReaders {
		d.readers <- nil
	}
	if d.writer, err = d.connect("wal_autocheckpoint(0)", "cache_size(-32000)"); err != nil {
		f.Close()
		lock.Close()
		return nil, err
	}
	return d, nil
}

// connect opens a connection and sets it up, in the order of the pragmas: the
// driver would sort them.
func (d *sqliteDB) connect(pragmas ...string) (*sqliteConn, error) {
	c, err := new(sqlite.Driver).Open((&url.URL{Scheme: "file", Path: d.path}).String() + "?_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", d.path, err)
	}
	conn := &sqliteConn{db: d, c: c, prepared: map[string]driver.Stmt{}}
	// Of a new file only: larger pages, of which each commit writes fewer.
	// FULL: with NORMAL a power failure may take the last commits back.
	for _, p := range append([]string{"busy_timeout(10000)", "page_size(8192)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}, pragmas...) {
		if _, err := c.(driver.ExecerContext).ExecContext(context.Background(), "pragma "+p, nil); err != nil {
			c.Close()
			return nil, fmt.Errorf("store: %s: %s: %w", d.path, p, err)
		}
	}
	return conn, nil
}

func (d *sqliteDB) write(ctx context.Context) (conn, error) {
	d.mu.Lock()
	if d.writer == nil {
		d.mu.Unlock()
		return nil, errClosed
	}
	if err := d.writer.exec("begin immediate"); err != nil {
		d.mu.Unlock()
		return nil, err
	}
	return &sqliteTx{sqliteConn: d.writer, end: d.mu.Unlock}, nil
}

func (d *sqliteDB) read(ctx context.Context) (conn, error) {
	var c *sqliteConn
	var ok bool
	select {
	case c, ok = <-d.readers:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !ok {
		return nil, errClosed
	}
	if c == nil {
		var err error
		if c, err = d.connect("query_only(1)", "cache_size(-2000)"); err != nil {
			d.readers <- nil
			return nil, err
		}
	}
	if err := c.exec("begin deferred"); err != nil {
		d.readers <- c
		return nil, err
	}
	return &sqliteTx{sqliteConn: c, end: func() { d.readers <- c }}, nil
}

func (d *sqliteDB) migrate(ctx context.Context) (conn, error) { return d.write(ctx) }

func (d *sqliteDB) script(ctx context.Context, c conn, text string) error {
	_, err := c.(*sqliteTx).c.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	return err
}

func (d *sqliteDB) shared() bool { return false }

// rowsAtOnce: with more, SQLite keeps a journal of the statement.
func (d *sqliteDB) rowsAtOnce() int { return 1 }

// dialect: only "integer primary key" is the rowid, which saves an index.
func (d *sqliteDB) dialect(s string) string {
	return strings.ReplaceAll(s, "bigint primary key", "integer primary key")
}

// longLog is after how many statements the log is copied into the file: some 20
// MB. The longer it is the more often a page that changed often is copied once,
// and the longer a processor is busy with it while answers are waited for.
const longLog = 10000

// shortLog is how many pages may be copied while everybody waits.
const shortLog = 500

// tend copies the write-ahead log into the file beside the writer, who would
// otherwise do it between two commits while everybody waits. Only the last of it
// is copied while nobody writes: then the log begins anew.
func (d *sqliteDB) tend(ctx context.Context, _ func(string)) error {
	c, err := d.connect("wal_autocheckpoint(0)")
	if err != nil {
		return err
	}
	defer c.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.long:
		}
		if err := d.copyLog(c); err != nil { // it only grows meanwhile
			d.log.Warn("the write-ahead log could not be copied", "file", d.path, "error", err)
		}
	}
}

func (d *sqliteDB) copyLog(c *sqliteConn) error {
	left, err := c.checkpoint()
	for pass := 0; err == nil && left >= shortLog; pass++ { // what came meanwhile
		before := left
		if left, err = c.checkpoint(); left >= before || pass == 10 {
			return err // a view of long ago keeps the log as it is: another time
		}
	}
	if err == nil {
		err = d.file.Sync() // the last pass would, and everybody would wait for it
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err = c.checkpoint()
	return err
}

// checkpoint copies what no reader keeps it from, and tells how many pages are left.
func (c *sqliteConn) checkpoint() (left int, err error) {
	err = c.run(stmt{text: "pragma wal_checkpoint(passive)", each: func(r row) error {
		left = int(r.num(1) - r.num(2))
		return nil
	}})
	return left, err
}

func (d *sqliteDB) notify(string) stmt { return stmt{text: "select 1"} }

func (d *sqliteDB) ping(ctx context.Context) error {
	c, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	return c.do(ctx, stmt{text: "select k from meta", each: func(row) error { return nil }})
}

// backup writes beside path first: what stands at path is always whole.
func (d *sqliteDB) backup(ctx context.Context, path string) error {
	c, err := d.connect()
	if err != nil {
		return err
	}
	defer c.close()
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	defer f.Close()
	_, err = c.c.(driver.ExecerContext).ExecContext(ctx, "vacuum into ?", c.named([]any{part}))
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("store: backup: %w", err)
	}
	return nil
}

func (d *sqliteDB) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.writer == nil {
		return nil
	}
	var errs []error
	for range sqliteReaders {
		if c := <-d.readers; c != nil { // waits for views that are open
			errs = append(errs, c.close())
		}
	}
	close(d.readers)
	errs = append(errs, d.writer.close(), d.file.Close(), d.lock.Close())
	d.writer = nil
	return errors.Join(errs...)
}

// sqliteConn is a connection and the statements that are prepared on it.
type sqliteConn struct {
	db       *sqliteDB
	c        driver.Conn
	prepared map[string]driver.Stmt
	values   []driver.NamedValue // of the statement under way: the driver keeps none of them
}

// maxPrepared bounds the statements kept: searches make texts of many shapes.
const maxPrepared = 500

func (c *sqliteConn) prepare(text string) (driver.Stmt, error) {
	if s := c.prepared[text]; s != nil {
		return s, nil
	}
	if len(c.prepared) >= maxPrepared {
		c.forget()
	}
	s, err := c.c.Prepare(positional(text))
	if err != nil {
		return nil, fmt.Errorf("store: %w in %q", err, text)
	}
	c.prepared[text] = s
	return s, nil
}

func (c *sqliteConn) forget() {
	for t, s := range c.prepared {
		s.Close()
		delete(c.prepared, t)
	}
}

func (c *sqliteConn) close() error {
	c.forget()
	return c.c.Close()
}

// positional turns $1, $2, $3… into question marks where they stand in order:
// the driver looks up what has a name, for each value of each row.
func positional(text string) string {
	var b strings.Builder
	rest, n := text, 1
	for {
		before, after, found := strings.Cut(rest, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits := strconv.Itoa(n)
		if !strings.HasPrefix(after, digits) || len(after) > len(digits) && after[len(digits)] >= '0' && after[len(digits)] <= '9' {
			return text
		}
		b.WriteByte('?')
		rest = after[len(digits):]
		n++
	}
}

func (c *sqliteConn) named(args []any) []driver.NamedValue {
	c.values = c.values[:0]
	for i, a := range args {
		c.values = append(c.values, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.values
}

func (c *sqliteConn) exec(text string) error { return c.run(stmt{text: text}) }

// run has no context: the driver would start a goroutine for each statement to
// watch it. Statements here are short.
func (c *sqliteConn) run(s stmt) error {
	p, err := c.prepare(s.text)
	if err != nil {
		return err
	}
	if s.each == nil {
		_, err = p.(driver.StmtExecContext).ExecContext(context.Background(), c.named(s.args))
		return sqliteError(err)
	}
	rows, err := p.(driver.StmtQueryContext).QueryContext(context.Background(), c.named(s.args))
	if err != nil {
		return sqliteError(err)
	}
	defer rows.Close()
	r := make(sqliteRow, len(rows.Columns()))
	for {
		switch err := rows.Next(r); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return sqliteError(err)
		}
		if err := s.each(r); err != nil {
			return err
		}
	}
}

func sqliteError(err error) error {
	if err == nil {
		return nil
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT:
			return fmt.Errorf("%w: %w", errAgain, err)
		case sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
			return fmt.Errorf("%w: %w", errPoison, err)
		}
	}
	return fmt.Errorf("store: %w", err)
}

// sqliteTx is a transaction on a connection.
type sqliteTx struct {
	*sqliteConn
	end func()
}

func (t *sqliteTx) do(ctx context.Context, list ...stmt) error {
	for i := range list {
		if err := t.run(list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *sqliteTx) commit(ctx context.Context, list ...stmt) error {
	err := t.do(ctx, list...)
	if err == nil {
		err = t.exec("commit")
	}
	if err != nil {
		t.rollback()
		return err
	}
	if t.db.written += len(list); t.db.written > longLog {
		select {
		case t.db.long <- struct{}{}:
			t.db.written = 0
		default:
		}
	}
	t.finish()
	return nil
}

func (t *sqliteTx) rollback() {
	if t.end == nil {
		return
	}
	// Where the engine has rolled back by itself (disk full), there is nothing
	// left to roll back, and it says so.
	_ = t.exec("rollback")
	t.finish()
}

func (t *sqliteTx) finish() {
	end := t.end
	t.end = nil
	end()
}

type sqliteRow []driver.Value

func (r sqliteRow) text(i int) string { s, _ := r[i].(string); return s }
func (r sqliteRow) num(i int) int64   { n, _ := r[i].(int64); return n }
