package store

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"outdial/contact"
	"outdial/resource"
)

var errTodo = errors.New("store: to be written")

// Options are what a store must be told.
type Options struct {
	Node string // this process's name, unique among those that share the database
	Log  *slog.Logger
	// Handover takes the jobs that this node must do now: they are leased to it
	// already. It is called after the commit, and must not block.
	Handover func([]Job)
	// Lease is how long a job that was handed out belongs to its node, in real
	// time; 0 is 60 s.
	Lease time.Duration
}

// A Store is the memory of the house.
type Store struct{}

// Open opens url, "file:PATH" or "postgres://…", and brings its schema up to date.
func Open(ctx context.Context, url string, o Options) (*Store, error) { return nil, errTodo }

// Run commits until ctx is done: without it Update waits for ever.
func (s *Store) Run(ctx context.Context) error { return errTodo }

// Close closes the database.
func (s *Store) Close() error { return errTodo }

// Update runs one unit of work: all of it is kept, or nothing. fn may be called
// more than once and must do nothing but read and write t.
func (s *Store) Update(ctx context.Context, need Need, fn func(t *Tx) error) error { return errTodo }

// View gives fn one consistent picture. Its writes fail.
func (s *Store) View(ctx context.Context, fn func(t *Tx) error) error { return errTodo }

// Lease hands out jobs that are due for node, and tells when the next will be.
// room says how many segments each throttled account may still take; an account
// that is not in it is not throttled.
func (s *Store) Lease(ctx context.Context, now time.Time, n int, room map[string]int) (due []Job, next time.Time, err error) {
	return nil, time.Time{}, errTodo
}

// Beat says that this node lives, until d from now in real time, and gives the
// nodes whose time is over; their leases are freed, their jobs marked Lost.
func (s *Store) Beat(ctx context.Context, d time.Duration) (dead []string, err error) {
	return nil, errTodo
}

// Woken gives a channel on which something arrives when another node has left
// work for this one, or the clock was moved.
func (s *Store) Woken() <-chan struct{} { return nil }

// Offset tells how far the engine's time is ahead of real time.
func (s *Store) Offset(ctx context.Context) (time.Duration, error) { return 0, errTodo }

// Advance moves the engine's time forward for every node, and gives the new offset.
func (s *Store) Advance(ctx context.Context, d time.Duration) (time.Duration, error) {
	return 0, errTodo
}

// Sweep deletes at most n each of expired tokens and marks, and of contacts that
// ended before old; it tells how much it deleted.
func (s *Store) Sweep(ctx context.Context, now, old time.Time, n int) (int, error) {
	return 0, errTodo
}

// Erase deletes contacts and all that is kept of them.
func (s *Store) Erase(ctx context.Context, ids []contact.ID) error { return errTodo }

// Backup writes a consistent copy to path while serving (SQLite), or says how to (PostgreSQL).
func (s *Store) Backup(ctx context.Context, path string) error { return errTodo }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return errTodo }

// A Tx is one unit of work.
type Tx struct{}

// Contact gives a copy that the caller may change. fault.NotFound.
func (t *Tx) Contact(id contact.ID) (*contact.Contact, error) { return nil, errTodo }

// ContactOn gives the open chat on a line.
func (t *Tx) ContactOn(l contact.Line) (contact.ID, bool, error) { return "", false, errTodo }

// Save keeps c. An open chat with a customer address holds its line, an ended
// one gives it free; a line that another holds is a fault.Conflict.
func (t *Tx) Save(c *contact.Contact) error { return errTodo }

// Token gives what is kept under key, unless it has expired by now (real time).
func (t *Tx) Token(key string, now time.Time) (Token, bool, error) { return Token{}, false, errTodo }

// PutToken keeps a token, over an older one of the same key.
func (t *Tx) PutToken(k Token) error { return errTodo }

// Mark gives a small document by key: an opt-out, a seen arrival, a window.
// One that has expired by now is not there.
func (t *Tx) Mark(key string, now time.Time) (json.RawMessage, bool, error) {
	return nil, false, errTodo
}

// PutMark keeps a mark until expires; zero is for ever.
func (t *Tx) PutMark(key string, doc json.RawMessage, expires time.Time) error { return errTodo }

// DropMark forgets a mark.
func (t *Tx) DropMark(key string) error { return errTodo }

// Marks lists marks whose key begins with prefix, by key.
func (t *Tx) Marks(prefix, after string, n int) (keys []string, docs []json.RawMessage, err error) {
	return nil, nil, errTodo
}

// Send keeps a job.
func (t *Tx) Send(j Job) error { return errTodo }

// Done strikes a job off, and lets the next of its lane go.
func (t *Tx) Done(j Job) error { return errTodo }

// Retry gives a job back, to be done again at due.
func (t *Tx) Retry(j Job, due time.Time, why string) error { return errTodo }

// Park sets a job aside for the operator, and lets the next of its lane go.
func (t *Tx) Park(j Job, why string) error { return errTodo }

// Unpark gives parked jobs of an account back; "" is every account.
func (t *Tx) Unpark(account string, now time.Time) (int, error) { return 0, errTodo }

// Cancel deletes what waits in a contact's lane and is not under way, and gives
// it; an empty lane name is for timers and functions.
func (t *Tx) Cancel(id contact.ID, lane string) ([]Job, error) { return nil, errTodo }

// Jobs gives what waits for a contact; of every contact where id is "".
func (t *Tx) Jobs(id contact.ID, n int) ([]Job, error) { return nil, errTodo }

// PutMessage keeps a message as it stands now.
func (t *Tx) PutMessage(m *contact.Message) error { return errTodo }

// Message gives a message by our id. fault.NotFound.
func (t *Tx) Message(id string) (*contact.Message, error) { return nil, errTodo }

// PutRef lets a message be found by a carrier's reference.
func (t *Tx) PutRef(r Ref, m *contact.Message) error { return errTodo }

// MessageOf gives the message that a carrier knows by a reference. fault.NotFound.
func (t *Tx) MessageOf(r Ref) (*contact.Message, error) { return nil, errTodo }

// Messages gives a contact's messages, oldest first.
func (t *Tx) Messages(id contact.ID) ([]*contact.Message, error) { return nil, errTodo }

// Record adds to a contact's timeline.
func (t *Tx) Record(r Record) error { return errTodo }

// Records gives a contact's timeline.
func (t *Tx) Records(id contact.ID) ([]Record, error) { return nil, errTodo }

// PutEvent keeps an event.
func (t *Tx) PutEvent(e EventRow) error { return errTodo }

// Events gives the events that q selects.
func (t *Tx) Events(q EventQuery) ([]EventRow, error) { return nil, errTodo }

// Contacts gives the contacts that q selects, and the key for the next page; "" at the end.
func (t *Tx) Contacts(q ContactQuery) ([]*contact.Contact, string, error) { return nil, "", errTodo }

// CallsOf gives the open contacts whose live call node holds.
func (t *Tx) CallsOf(node string) ([]contact.ID, error) { return nil, errTodo }

// OpenContacts counts the open contacts of an instance on a channel.
func (t *Tx) OpenContacts(instance string, ch contact.Channel) (int, error) { return 0, errTodo }

// Waiting gives the open contacts that wait in a queue.
func (t *Tx) Waiting(queue string) ([]*contact.Contact, error) { return nil, errTodo }

// Resource gives a resource. fault.NotFound.
func (t *Tx) Resource(kind resource.Kind, id string) (Row, error) { return Row{}, errTodo }

// ResourceNamed gives a resource by its name. fault.NotFound.
func (t *Tx) ResourceNamed(kind resource.Kind, instance, name string) (Row, error) {
	return Row{}, errTodo
}

// Resources gives resources of an instance by id, after a key.
func (t *Tx) Resources(kind resource.Kind, instance, after string, n int) ([]Row, error) {
	return nil, errTodo
}

// PutResource keeps a resource; a name that another has is a fault.Conflict.
func (t *Tx) PutResource(r Row) error { return errTodo }

// DeleteResource forgets a resource. fault.NotFound.
func (t *Tx) DeleteResource(kind resource.Kind, id string) error { return errTodo }

// Load gives a resource, decoded. What it gives is shared: it must not be changed.
func Load[T any](t *Tx, kind resource.Kind, id string) (*T, error) { return nil, errTodo }

// Pending gives at most n jobs that are due by now, handed out or not, but for
// sinks' and parked ones; next is when the first one after now will be.
func (t *Tx) Pending(now time.Time, n int) (due []Job, next time.Time, err error) {
	return nil, time.Time{}, errTodo
}
