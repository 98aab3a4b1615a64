package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// Lanes. Within a lane of a contact an effect is not handed out while an
// earlier one is under way; what has no lane goes when it is due.
const (
	LaneCustomer = "customer"
	LaneSink     = "sink:" // followed by the sink's name
)

// A Job is an effect that waits to be done, or is under way.
type Job struct {
	// ID sorts by the time of its making. Zero until Send gave it one.
	ID      int64
	Contact contact.ID
	Lane    string // "" for what has no lane
	// Account names the gateway that does it: a carrier account, "functions",
	// "timer" for what the engine does itself.
	Account string
	// Node, where set, is the only node that may do it: it holds the live call.
	// When that node is dead, any other may.
	Node string
	// Due is in the engine's time.
	Due time.Time
	// Tries is how many times it was handed out before this one.
	Tries int
	// Lost is true where an earlier try was handed out and never struck off:
	// the node died in the middle, and the outcome is unknown.
	Lost bool
	// Begun is true where the try that was lost had begun, as Begin said. Who
	// calls Begin can tell what was only in hand from what may have happened.
	Begun bool
	// Segments is what it takes out of its throttles; 0 is nothing.
	Segments int
	// Meter names those throttles, as Meter joins them; "" is the account's own.
	Meter string
	// Held keeps it from being handed over in memory after the commit: it
	// waits for Lease, which knows the throttle.
	Held bool
	Kind string
	Doc  json.RawMessage
	// Effect is what Doc says, where the job is handed over by the process that
	// sent it: nobody must change it. Otherwise it is nil.
	Effect contact.Effect
	// First is when it was sent, in real time: sinks give up after three days.
	First time.Time
	// Why is the last try's error.
	Why string
	// Holder is the node that has it in hand; "" while it waits.
	Holder string
}

// Meter joins the names of the throttles that a job takes its segments from. It
// goes when each of them has room.
func Meter(names ...string) string { return join(names...) }

// Throttles gives the names that a meter joins.
func Throttles(meter string) []string { return strings.Split(meter, "\x1f") }

// States of a job's row. They are written in the schema's indexes.
const (
	jobReady  = 0 // waits to be due, or for Lease
	jobBehind = 1 // waits for an earlier one of its lane
	jobLeased = 2 // under way
	jobParked = 3 // set aside
)

// A jobRow is a job as it is kept. What was read with a contact's lanes has no
// document until it is needed.
type jobRow struct {
	Job
	state  int64
	until  int64
	ord    int64 // as it was read
	outs   int64 // times it was handed out
	doc    string
	whole  bool // doc and all other columns are known
	fresh  bool // it is not in the table
	handed bool // leased by this batch, to this node
}

const jobColumns = "id, contact, lane, account, node, due, ord, meter, state, holder, until, tries, lost, segments, held, kind, doc, first, why"

func readJob(r row) *jobRow {
	j := &jobRow{state: r.num(8), until: r.num(10), ord: r.num(6), outs: r.num(11), doc: r.text(16), whole: true}
	j.Job = Job{ID: r.num(0), Contact: contact.ID(r.text(1)), Lane: r.text(2), Account: r.text(3), Node: r.text(4),
		Due: fromMillis(r.num(5)), Meter: r.text(7), Holder: r.text(9), Lost: r.num(12)&lostJob != 0, Begun: r.num(12)&begunJob != 0, Segments: int(r.num(13)), Held: r.num(14) != 0,
		Kind: r.text(15), First: fromMillis(r.num(17)), Why: r.text(18)}
	return j
}

// values are the columns. A job that is due lies where its contact's age puts it,
// so that the oldest contact goes first; one that is not lies at its due time.
func (r *jobRow) values(list []any, now time.Time) []any {
	due := millis(r.Due)
	ord := due
	if !r.Due.After(now) {
		ord = min(due, born(r.Contact, due))
	}
	meter := ""
	if r.Segments > 0 {
		meter = cmp.Or(r.Meter, r.Account)
	}
	return append(list, r.ID, string(r.Contact), r.Lane, r.Account, r.Node, due, ord, meter, r.state, r.Holder, r.until, r.outs,
		r.fate(), int64(r.Segments), number(r.Held), r.Kind, r.doc, millis(r.First), r.Why)
}

// What the column lost says, added up.
const (
	lostJob  = 1
	begunJob = 2
)

func (r *jobRow) fate() int64 { return number(r.Lost)*lostJob + number(r.Begun)*begunJob }

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// born is the time in a UUIDv7 in milliseconds, or otherwise.
func born(id contact.ID, otherwise int64) int64 {
	if len(id) != 36 || id[14] != '7' {
		return otherwise
	}
	var n int64
	for _, c := range []byte(id[:8] + id[9:13]) {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int64(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int64(c-'a'+10)
		default:
			return otherwise
		}
	}
	return n
}

// job gives the job as callers see it: with how often it was handed out before.
func (r *jobRow) job() Job {
	j := r.Job
	j.Tries = int(r.outs)
	if r.state == jobLeased {
		j.Tries--
	}
	j.Doc = json.RawMessage(r.doc)
	return j
}

// Send keeps a job.
func (t *Tx) Send(j Job) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	if j.Contact == "" && j.Lane != "" {
		return fault.New(fault.Invalid, "a job in lane %q needs a contact", j.Lane)
	}
	r := &jobRow{Job: j, outs: int64(j.Tries), doc: string(j.Doc), whole: true, fresh: true}
	if err := r.clean(); err != nil {
		return err
	}
	list, err := b.lane(j.Contact)
	if err != nil {
		return err
	}
	var least int64
	for _, o := range list {
		least = max(least, o.ID) // another node's clock may be ahead
	}
	r.ID = b.s.ids.after(least)
	if r.First.IsZero() {
		r.First = b.real
	}
	b.place(r)
	return nil
}

func (r *jobRow) clean() error {
	return clean("job", string(r.Contact), r.Lane, r.Account, r.Node, r.Kind, r.doc, r.Why)
}

// inHand finds a job that this node may speak of: nil where it is gone, or was
// handed to another because its lease had run out.
func (b *batch) inHand(j Job) (*jobRow, error) {
	if err := b.writable(); err != nil {
		return nil, err
	}
	list, err := b.lane(j.Contact)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.ID == j.ID && (r.state != jobLeased || r.Holder == b.s.o.Node) {
			return r, nil
		}
	}
	if j.Contact != "" {
		return nil, nil
	}
	// The jobs of no contact are in no list.
	var found *jobRow
	err = b.do(stmt{text: "select " + jobColumns + " from job where id = $1", args: []any{j.ID}, each: func(r row) error {
		found = readJob(r)
		return nil
	}})
	if changed, known := b.jobs.look(j.ID); known {
		found = changed
	}
	if found != nil && found.state == jobLeased && found.Holder != b.s.o.Node {
		found = nil
	}
	return found, err
}

// Done strikes a job off, and lets the next of its lane go.
func (t *Tx) Done(j Job) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	list, err := b.lane(j.Contact)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.ID == j.ID {
			b.drop(r)
			return nil
		}
	}
	if j.Contact == "" {
		b.jobs.put(j.ID, nil)
	}
	return nil
}

// Retry gives a job back, as it stands in j, to be done again at due. It keeps
// its place in its lane.
func (t *Tx) Retry(j Job, due time.Time, why string) error {
	r, err := t.b.inHand(j)
	if r == nil || err != nil {
		return err
	}
	j.Due, j.Why = due, why
	r = r.with(j)
	if err := r.clean(); err != nil {
		return err
	}
	t.b.place(r)
	return nil
}

// with gives r with j's members.
func (r *jobRow) with(j Job) *jobRow {
	j.Holder, j.Lane, j.Contact, j.Effect = "", r.Lane, r.Contact, nil
	return &jobRow{Job: j, outs: r.outs, doc: string(j.Doc), whole: true, fresh: r.fresh}
}

// Begin says that a job in this node's hands is about to be done: if it is lost
// from now on, it is Begun.
func (t *Tx) Begin(j Job) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	t.b.begun = append(t.b.begun, j.ID)
	return nil
}

// Park sets a job aside for the operator, and lets the next of its lane go.
func (t *Tx) Park(j Job, why string) error {
	b := t.b
	r, err := b.inHand(j)
	if r == nil || err != nil {
		return err
	}
	j.Why = why
	parked := r.with(j)
	parked.state = jobParked
	if err := parked.clean(); err != nil {
		return err
	}
	b.drop(r)
	b.jobs.put(r.ID, parked)
	return nil
}

// unparkAtOnce is how many jobs Unpark gives back at a time.
const unparkAtOnce = 1000

// Unpark gives parked jobs of an account back; "" is every account. They are
// due now and wait for Lease, and their three days begin anew. It takes the
// oldest 1,000: call it again until it gives 0.
func (t *Tx) Unpark(account string, now time.Time) (int, error) {
	b := t.b
	if err := b.writable(); err != nil {
		return 0, err
	}
	rows, err := b.parked(account, 0, unparkAtOnce)
	if err != nil {
		return 0, err
	}
	var ids []contact.ID
	for _, r := range rows {
		ids = append(ids, r.Contact)
	}
	if err := b.hold(ids...); err != nil {
		return 0, err
	}
	for _, r := range rows {
		back := *r
		back.Due, back.First, back.state = now, b.real, jobBehind
		back.Held = true // so many are not for the memory
		b.place(&back)
	}
	return len(rows), nil
}

// parked gives parked jobs, oldest first.
func (b *batch) parked(account string, after int64, n int) ([]*jobRow, error) {
	var q query
	q.add("select "+jobColumns+" from job where state = 3 and id > ?", after)
	if account != "" {
		q.add(" and account = ?", account)
	}
	q.add(" order by id limit ?", int64(n+len(b.jobs.m)))
	rows, err := b.keptJobs(&q)
	if err != nil {
		return nil, err
	}
	for _, r := range b.jobs.m {
		if r != nil && r.state == jobParked && r.ID > after && (account == "" || r.Account == account) {
			rows = append(rows, r)
		}
	}
	return byID(rows, n), nil
}

// keptJobs gives the rows that q finds, but for those that the batch changed.
func (b *batch) keptJobs(q *query) (rows []*jobRow, err error) {
	err = b.do(q.stmt(func(r row) error {
		j := readJob(r)
		if _, changed := b.jobs.look(j.ID); !changed {
			rows = append(rows, j)
		}
		return nil
	}))
	return rows, err
}

func byID(rows []*jobRow, n int) []*jobRow {
	slices.SortFunc(rows, func(a, b *jobRow) int { return cmp.Compare(a.ID, b.ID) })
	return rows[:min(n, len(rows))]
}

// Parked lists parked jobs of an account, oldest first, after an id; "" is every
// account, at most n (0 is 100).
func (t *Tx) Parked(account string, after int64, n int) ([]Job, error) {
	rows, err := t.b.parked(account, after, cmp.Or(n, 100))
	return jobsOf(rows), err
}

func jobsOf(rows []*jobRow) []Job {
	var list []Job
	for _, r := range rows {
		list = append(list, r.job())
	}
	return list
}

// Jobs gives what waits for a contact or is under way, oldest first, at most n
// (0 is 100); of every contact where id is "". Parked ones are not among them.
func (t *Tx) Jobs(id contact.ID, n int) ([]Job, error) {
	b, n := t.b, cmp.Or(n, 100)
	var q query
	q.add("select " + jobColumns + " from job where state < 3")
	if id != "" {
		q.add(" and contact = ?", string(id))
	}
	q.add(" order by id limit ?", int64(n+len(b.jobs.m)))
	rows, err := b.keptJobs(&q)
	if err != nil {
		return nil, err
	}
	if err := b.complete(); err != nil {
		return nil, err
	}
	for _, r := range b.jobs.m {
		if r != nil && r.state != jobParked && (id == "" || r.Contact == id) {
			rows = append(rows, r)
		}
	}
	return jobsOf(byID(rows, n)), nil
}
