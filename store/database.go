package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// A database is what SQLite and PostgreSQL do differently: opening, locking,
// waking each other. Every other statement is one text for both.
type database interface {
	// write begins a transaction that may write. On SQLite there is one at a time.
	write(ctx context.Context) (conn, error)
	// read begins a transaction that sees one picture and cannot write.
	read(ctx context.Context) (conn, error)
	// migrate begins a transaction that no other process can begin meanwhile.
	migrate(ctx context.Context) (conn, error)
	// script runs many statements without arguments in such a transaction.
	script(ctx context.Context, c conn, text string) error
	// shared tells whether other processes may write at the same time: then
	// contacts are locked, and what others changed must be looked for.
	shared() bool
	// rowsAtOnce is how many rows a statement should write.
	rowsAtOnce() int
	// dialect changes the few words of the schema that the databases spell differently.
	dialect(script string) string
	// tend does what must be done beside the transactions until ctx is done, and
	// calls heard for each notification.
	tend(ctx context.Context, heard func(payload string)) error
	// notify is a statement that wakes others when it is committed: payload says
	// whom, and from whom.
	notify(payload string) stmt
	backup(ctx context.Context, path string) error
	ping(ctx context.Context) error
	close() error
}

// A conn is one transaction. It must end in commit or rollback.
type conn interface {
	// do runs statements in order; where a round trip costs, in one.
	do(ctx context.Context, list ...stmt) error
	// commit runs the last statements and commits. When it fails nothing is kept.
	commit(ctx context.Context, list ...stmt) error
	rollback()
}

// A stmt is one statement, its arguments (string or int64), and who takes its rows.
type stmt struct {
	text string
	args []any
	each func(r row) error
}

// A row is one row of a result. Columns are text or bigint; there is no null.
type row interface {
	text(i int) string
	num(i int) int64
}

// errAgain says that a key is taken, by another node or by chance, and nothing
// was left behind: reading and stepping again will do.
var errAgain = errors.New("store: another was faster")

// params writes n parameters, the first of them $from.
func params(b *strings.Builder, from, n int) {
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
}

// maxKeys is how many keys one statement looks for.
const maxKeys = 256

// among makes statements out of text, whose single %s becomes a list of keys.
// The lists have few lengths, so that the statements stay prepared. What stands
// before the list takes its arguments from before.
func among[K string | int64](text string, keys []K, each func(r row) error, before ...any) []stmt {
	var list []stmt
	for len(keys) > 0 {
		size := maxKeys
		for size/4 >= len(keys) {
			size /= 4
		}
		n := min(size, len(keys))
		args := append(make([]any, 0, len(before)+size), before...)
		for i := range size {
			args = append(args, keys[min(i, n-1)]) // the last one again, to fill the length
		}
		var b strings.Builder
		params(&b, len(before)+1, size)
		list = append(list, stmt{text: strings.Replace(text, "%s", b.String(), 1), args: args, each: each})
		keys = keys[n:]
	}
	return list
}

// A query is a statement that is put together, with ? for its arguments.
type query struct {
	text strings.Builder
	args []any
}

func (q *query) add(text string, args ...any) {
	for _, a := range args {
		before, after, _ := strings.Cut(text, "?")
		q.text.WriteString(before)
		q.args = append(q.args, a)
		params(&q.text, len(q.args), 1)
		text = after
	}
	q.text.WriteString(text)
}

// in adds a list of values.
func (q *query) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	q.text.WriteString(" and " + column + " in (")
	params(&q.text, len(q.args)+1, len(values))
	q.text.WriteString(")")
	for _, v := range values {
		q.args = append(q.args, v)
	}
}

func (q *query) stmt(each func(r row) error) stmt {
	return stmt{text: q.text.String(), args: q.args, each: each}
}
