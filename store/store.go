package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options are what a store must be told.
type Options struct {
	Node string // this process's name, unique among those that share the database
	Log  *slog.Logger
	// Handover takes the jobs that this node must do now: they are leased to it
	// already. It is called after the commit, and must not block. Where it is
	// nil all jobs wait for Lease.
	Handover func([]Job)
	// Lease is how long a job that was handed out belongs to its node, in real
	// time; 0 is 60 s.
	Lease time.Duration
	// Now is the engine's time; nil is real time. A job that is due by it is
	// handed over.
	Now func() time.Time
	// Committed, where set, is told of each batch that was committed: how many units
	// of work it had, and how long it took.
	Committed func(units int, took time.Duration)
}

var (
	errClosed  = errors.New("store: closed")
	errStopped = errors.New("store: the committer has ended")
)

// A Store is the memory of the house.
type Store struct {
	o       Options
	db      database
	queue   chan *unit
	stopped chan struct{} // closed when Run has ended
	woken   chan struct{}
	cache   cache
	tables  tables
	ids     ids
	// next is when Lease said that the next job becomes due: what becomes due
	// before that must wake the engine.
	next atomic.Int64
}

// Open opens url, "file:PATH" or "postgres://…", and brings its schema up to
// date. What an earlier process of the same node had in hand is given back and
// marked Lost.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	o.Lease = cmp.Or(o.Lease, time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{o: o, queue: make(chan *unit, maxBatch), stopped: make(chan struct{}), woken: make(chan struct{}, 1), tables: newTables()}
	s.next.Store(math.MaxInt64)
	var err error
	if path, ok := strings.CutPrefix(url, "file:"); ok {
		s.db, err = openSQLite(path, o.Log)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		s.db, err = openPostgres(ctx, url, o.Log)
	} else {
		return nil, fmt.Errorf("store: %q begins neither with file: nor with postgres://", url)
	}
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.db.close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := migrate(ctx, s.db, schema); err != nil {
		return err
	}
	c, err := s.db.write(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	s.ids.tag = rand.Int64N(1 << tagBits)
	last := func(r row) error { s.ids.last = max(s.ids.last, r.num(0)); return nil }
	err = c.do(ctx,
		stmt{text: "select coalesce(max(id), 0) from job", each: last},
		stmt{text: "select coalesce(max(id), 0) from record", each: last})
	if err != nil {
		return err
	}
	if s.cache.version, err = metaNumber(ctx, c, "resources"); err != nil {
		return err
	}
	return c.commit(ctx, s.leftovers()...)
}

// leftovers give back what an earlier process had in hand: of this name or,
// where there can be only one process, of any.
func (s *Store) leftovers() []stmt {
	if s.db.shared() {
		return []stmt{freeLeases(s.o.Node)}
	}
	return []stmt{
		{text: "update job set lost = lost | 1, state = 0, holder = '', until = 0 where state = 2"},
		// The next Beat gives the others for dead.
		{text: "update node set until = 0 where name <> $1", args: []any{s.o.Node}},
	}
}

// Run commits until ctx is done: without it Update waits for ever. It starts
// the only goroutines of the room.
func (s *Store) Run(ctx context.Context) error {
	defer close(s.stopped)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { s.commitAll(ctx); return nil })
	g.Go(func() error { return s.db.tend(ctx, s.heard) })
	return g.Wait()
}

// Close closes the database. Run must have ended.
func (s *Store) Close() error { return s.db.close() }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.ping(ctx) }

// Backup writes a consistent copy to path while serving (SQLite), or says how to (PostgreSQL).
func (s *Store) Backup(ctx context.Context, path string) error { return s.db.backup(ctx, path) }

// Woken gives a channel on which something arrives when another node has left
// work for this one, when the clock was moved, or when a job that was not
// handed over becomes due before the time that Lease gave last.
func (s *Store) Woken() <-chan struct{} { return s.woken }

func (s *Store) wake() {
	select {
	case s.woken <- struct{}{}:
	default: // it is awake already
	}
}

// tell makes the statement that wakes a node; "" is every other.
func (s *Store) tell(node string) []stmt {
	if !s.db.shared() {
		return nil
	}
	return []stmt{s.db.notify(join(s.o.Node, node))}
}

// heard takes what another node told.
func (s *Store) heard(payload string) {
	from, to, _ := strings.Cut(payload, "\x1f")
	if from != s.o.Node && (to == "" || to == s.o.Node) {
		s.wake()
	}
}

// Update runs one unit of work: all of it is kept, or nothing. fn may be called
// more than once and must do nothing but read and write t. Update returns after
// the commit; a unit whose ctx is done before its batch begins is dropped.
func (s *Store) Update(ctx context.Context, need Need, fn func(t *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.db.shared() { // another node may have them
		need.Contacts, need.Lanes = append(slices.Clip(need.Contacts), need.Lanes...), nil
	}
	u := &unit{need: need, fn: fn, done: make(chan error, 1)}
	if need.New {
		u.ahead = s.ahead(ctx, need, fn)
	}
	select {
	case s.queue <- u:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return errStopped
	}
	select {
	case err := <-u.done:
		return err
	case <-ctx.Done():
		if u.state.CompareAndSwap(unitWaits, unitDropped) {
			return ctx.Err()
		}
		return <-u.done // its batch has begun: the answer comes soon
	case <-s.stopped:
		// The committer answers what it finds in the queue before it ends; what
		// came into the queue after that is answered by nobody.
		if u.state.CompareAndSwap(unitWaits, unitDropped) {
			return errStopped
		}
		return <-u.done
	}
}

// View gives fn one consistent picture. Its writes fail.
func (s *Store) View(ctx context.Context, fn func(t *Tx) error) error {
	b := &batch{s: s, ctx: ctx, readonly: true, version: s.cache.current()}
	defer func() {
		if b.c != nil {
			b.c.rollback()
		}
	}()
	if s.db.shared() {
		if err := b.open(); err != nil {
			return err
		}
		if err := b.begin(); err != nil {
			return err
		}
	}
	return fn(&Tx{b: b})
}

// open begins the transaction of a View. Much of what is asked lies in the
// cache: alone on its database, a View begins with its first statement.
func (b *batch) open() (err error) {
	if b.c == nil {
		b.c, err = b.s.db.read(b.ctx)
	}
	return err
}

// ids makes numbers that sort by the time of their making: microseconds since
// 2025, and the node's tag so that two nodes do not make the same.
type ids struct {
	mu        sync.Mutex
	last, tag int64
}

const (
	tagBits = 12
	epoch   = 1735689600_000000 // 2025-01-01 in microseconds
)

// after gives a number that is greater than every one before, and than least.
func (i *ids) after(least int64) int64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	tick := max(time.Now().UnixMicro()-epoch, i.last>>tagBits+1, least>>tagBits+1)
	i.last = tick<<tagBits | i.tag
	return i.last
}

// millis is a time as it is kept; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
