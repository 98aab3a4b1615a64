package store

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"outdial/contact"
)

// A table is how rows are written: head, a list of values for each row, tail.
type table struct {
	head  string
	width int
	tail  string
}

func upsert(name, columns, key, set string) table {
	t := table{head: "insert into " + name + " (" + columns + ") values ", width: strings.Count(columns, ",") + 1}
	if key == "" {
		return t
	}
	t.tail = " on conflict (" + key + ") do update set "
	for i, c := range strings.Split(set, ", ") {
		if i > 0 {
			t.tail += ", "
		}
		t.tail += c + " = excluded." + c
	}
	return t
}

// The tables, in the order in which they are written. Lines, tokens and marks
// come first and without "on conflict": who loses them to another node must
// read again, and nothing else was written yet.
func tables() (t struct {
	token, mark, line, resource, contactNew, contactWide, contactDoc, job, message, ref, record, event table
}) {
	t.token = upsert("token", "id, k, name, contact, hashes, expires", "", "")
	t.mark = upsert("mark", "id, k, name, doc, expires", "", "")
	t.line = upsert("line", "k, name, contact", "", "")
	t.resource = upsert("resource", resourceColumns, "", "")
	t.contactNew = upsert("contact", contactColumns, "", "")
	_, columns, _ := strings.Cut(contactColumns, ", ")
	t.contactWide = upsert("contact", contactColumns, "id", columns)
	// What does not change must not be set: SQLite would write its indexes anew.
	t.contactDoc = upsert("contact", contactColumns, "id", "doc")
	_, columns, _ = strings.Cut(jobColumns, ", ")
	t.job = upsert("job", jobColumns, "id", columns)
	t.message = upsert("message", messageColumns, "id", "doc")
	t.ref = upsert("ref", "k, account, name, message, contact", "k", "account, name, message, contact")
	t.record = upsert("record", "id, contact, at, doc", "", "")
	t.event = upsert("event", "id, contact, at, type, body", "id", "body")
	return t
}

// rows makes the statements that write rows, some at a time: few numbers of
// rows, so that the statements stay prepared.
func (t table) rows(rows [][]any) []stmt {
	var list []stmt
	for size := 1; size > 0; size /= 4 {
		for len(rows) >= size {
			list = append(list, t.stmt(rows[:size]))
			rows = rows[size:]
		}
	}
	return list
}

func (t table) stmt(rows [][]any) stmt {
	var b strings.Builder
	b.WriteString(t.head)
	args := make([]any, 0, len(rows)*t.width)
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		params(&b, len(args)+1, t.width)
		b.WriteByte(')')
		args = append(args, r...)
	}
	b.WriteString(t.tail)
	return stmt{text: b.String(), args: args}
}

// sorted goes through a map by its keys: all nodes write in the same order.
func sorted[K cmp.Ordered, V any](m map[K]V, each func(k K, v V)) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		each(k, m[k])
	}
}

// flush gives the statements that write what the units wrote, and the jobs that
// this node has in hand once they are committed.
func (b *batch) flush() (list []stmt, handed []Job, err error) {
	if err := b.complete(); err != nil {
		return nil, nil, err
	}
	t := tables()
	list = append(list, b.flushTokens(t.token)...)
	list = append(list, b.flushMarks(t.mark)...)
	list = append(list, b.flushLines(t.line)...)
	list = append(list, b.flushResources(t.resource)...)
	list = append(list, b.flushContacts(t.contactNew, t.contactWide, t.contactDoc)...)
	jobs, handed := b.flushJobs(t.job)
	list = append(list, jobs...)
	list = append(list, b.flushRest(t.message, t.ref, t.record, t.event)...)
	if len(list) > 0 {
		list = append(list, b.tellOthers()...)
	}
	return list, handed, nil
}

func (b *batch) flushTokens(t table) []stmt {
	var old []int64
	var rows [][]any
	sorted(b.tokens.m, func(k int64, r *tokenRow) {
		if !r.dirty {
			return
		}
		if r.old != 0 {
			old = append(old, r.old)
		}
		expires := millis(r.Expires)
		rows = append(rows, []any{b.s.expiryID(expires), k, r.Key, string(r.Contact), r.hashes, expires})
	})
	return append(among("delete from token where id in (%s)", old, nil), t.rows(rows)...)
}

func (b *batch) flushMarks(t table) []stmt {
	var old []int64
	var rows [][]any
	sorted(b.marks.m, func(k int64, r *markRow) {
		if !r.dirty {
			return
		}
		if r.old != 0 {
			old = append(old, r.old)
		}
		if r.doc != "" {
			rows = append(rows, []any{b.s.expiryID(r.expires), k, r.name, r.doc, r.expires})
		}
	})
	return append(among("delete from mark where id in (%s)", old, nil), t.rows(rows)...)
}

func (b *batch) flushLines(t table) []stmt {
	var old []int64
	var rows [][]any
	sorted(b.lines.m, func(k int64, r *lineRow) {
		if !r.dirty {
			return
		}
		if r.kept {
			old = append(old, k)
		}
		if r.contact != "" {
			rows = append(rows, []any{k, r.name, string(r.contact)})
		}
	})
	return append(among("delete from line where k in (%s)", old, nil), t.rows(rows)...)
}

func (b *batch) flushResources(t table) (list []stmt) {
	var rows [][]any
	for k, r := range b.resources.m {
		list = append(list, stmt{text: "delete from resource where kind = $1 and id = $2", args: []any{k.kind, k.id}})
		if r != nil {
			rows = append(rows, []any{r.Kind, r.ID, r.Instance, r.Name, string(r.Doc)})
		}
	}
	if len(list) == 0 {
		return nil
	}
	// The new version stands last: whoever sees it sees the resources.
	list = append(list, t.rows(rows)...)
	return append(list, setMeta("resources", b.version+1))
}

func (b *batch) flushContacts(fresh, wide, doc table) (list []stmt) {
	var news, wides, docs [][]any
	sorted(b.contacts.m, func(_ contact.ID, r *contactRow) {
		switch {
		case !r.dirty:
		case r.fresh:
			news = append(news, r.args())
		case r.wide:
			wides = append(wides, r.args())
		default:
			docs = append(docs, r.args())
		}
	})
	list = append(list, fresh.rows(news)...)
	list = append(list, wide.rows(wides)...)
	return append(list, doc.rows(docs)...)
}

func (b *batch) flushJobs(t table) (list []stmt, handed []Job) {
	var gone []int64
	var rows [][]any
	sorted(b.jobs.m, func(id int64, r *jobRow) {
		if r == nil {
			gone = append(gone, id)
			return
		}
		rows = append(rows, r.args(b.now))
		if r.handed {
			handed = append(handed, r.job())
		}
	})
	return append(among("delete from job where id in (%s)", gone, nil), t.rows(rows)...), handed
}

func (b *batch) flushRest(message, ref, record, event table) (list []stmt) {
	var rows [][]any
	sorted(b.messages.m, func(_ string, r *messageRow) {
		if r.dirty {
			rows = append(rows, []any{r.id, string(r.contact), r.created, r.doc})
		}
	})
	list = append(list, message.rows(rows)...)
	rows = nil
	sorted(b.refs.m, func(k int64, r *refRow) {
		if r.dirty {
			rows = append(rows, []any{k, r.Account, r.Ref.Ref, r.message, string(r.contact)})
		}
	})
	list = append(list, ref.rows(rows)...)
	rows = nil
	sorted(b.records.m, func(_ int64, r *Record) {
		rows = append(rows, []any{r.Seq, string(r.Contact), millis(r.At), string(r.Doc)})
	})
	list = append(list, record.rows(rows)...)
	rows = nil
	sorted(b.events.m, func(_ string, e *EventRow) {
		rows = append(rows, []any{e.ID, string(e.Contact), millis(e.At), e.Type, string(e.Body)})
	})
	return append(list, event.rows(rows)...)
}

// tellOthers wakes the nodes for which work is left that is due.
func (b *batch) tellOthers() (list []stmt) {
	if !b.s.db.shared() {
		return nil
	}
	told := map[string]bool{b.s.o.Node: true}
	for _, r := range b.jobs.m {
		if r != nil && r.state == jobReady && !r.Due.After(b.now) && !told[r.Node] {
			told[r.Node] = true
			list = append(list, b.s.tell(r.Node)...)
		}
	}
	if len(b.resources.m) > 0 && !told[""] {
		list = append(list, b.s.tell("")...)
	}
	return list
}

// committed tells the cache and the engine what they must know.
func (b *batch) committed(handed []Job) {
	s := b.s
	if len(b.resources.m) > 0 {
		s.cache.renew(b.version + 1)
	}
	if len(handed) > 0 {
		s.o.Handover(handed)
	}
	soonest := int64(math.MaxInt64)
	for _, r := range b.jobs.m {
		if r != nil && r.state == jobReady && (r.Node == "" || r.Node == s.o.Node) {
			soonest = min(soonest, millis(r.Due))
		}
	}
	if soonest < s.next.Load() {
		s.next.Store(soonest)
		s.wake()
	}
}
