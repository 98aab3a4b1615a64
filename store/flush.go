package store

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"outdial/contact"
)

// A table is how rows are written.
type table struct {
	width int
	texts map[int]string // by number of rows
}

// rowsAtOnce are the numbers of rows for which there are statements: few, so
// that they stay prepared.
var rowsAtOnce = [...]int{64, 16, 4, 1}

// upsert makes a table; set are the columns that are written anew where the key
// is there already, or "" where that is an error.
func upsert(name, columns, key, set string) table {
	t := table{width: strings.Count(columns, ",") + 1, texts: map[int]string{}}
	tail := ""
	if set != "" {
		tail = " on conflict (" + key + ") do update set "
		for i, c := range strings.Split(set, ", ") {
			if i > 0 {
				tail += ", "
			}
			tail += c + " = excluded." + c
		}
	}
	for _, n := range rowsAtOnce {
		var b strings.Builder
		b.WriteString("insert into " + name + " (" + columns + ") values ")
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('(')
			params(&b, i*t.width+1, t.width)
			b.WriteByte(')')
		}
		b.WriteString(tail)
		t.texts[n] = b.String()
	}
	return t
}

// space is room for the values of at most n rows.
func (t table) space(n int) []any { return make([]any, 0, n*t.width) }

// tables are what a batch writes.
type tables struct {
	token, mark, resource, contactNew, contactWide, contactDoc, job, message, ref, record table
}

func newTables() (t tables) {
	// Tokens, marks and new contacts are not written over: who loses one, or a
	// contact's line, to another node must read again.
	t.token = upsert("token", "id, k, name, contact, hashes, expires", "", "")
	t.mark = upsert("mark", "id, k, name, doc, expires", "", "")
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
	t.record = upsert("record", "id, contact, at, doc, events", "", "")
	return t
}

// A writer makes the statements of a batch.
type writer struct {
	atOnce int // rows that one statement may write
	list   []stmt
}

// write adds the statements that write rows, whose values lie one after the other.
func (w *writer) write(t table, values []any) {
	for _, n := range rowsAtOnce {
		for n <= w.atOnce && len(values) >= n*t.width {
			w.list = append(w.list, stmt{text: t.texts[n], args: values[:n*t.width]})
			values = values[n*t.width:]
		}
	}
}

func (w *writer) add(list ...stmt) { w.list = append(w.list, list...) }

// sorted goes through a map by its keys: all nodes write in the same order.
func sorted[K cmp.Ordered, V any](m map[K]V, each func(k K, v V)) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		each(k, m[k])
	}
}

// byKey gives those of a map's rows that are dirty, by their 64-bit keys.
func byKey[K comparable, V any](m map[K]V, k func(V) (key int64, dirty bool)) []K {
	type pair struct {
		key int64
		k   K
	}
	var list []pair
	for name, v := range m {
		if key, dirty := k(v); dirty {
			list = append(list, pair{key, name})
		}
	}
	slices.SortFunc(list, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	names := make([]K, len(list))
	for i, p := range list {
		names[i] = p.k
	}
	return names
}

// flush gives the statements that write what the units wrote, and the jobs that
// this node has in hand once they are committed.
func (b *batch) flush() (list []stmt, handed []Job, err error) {
	if err := b.complete(); err != nil {
		return nil, nil, err
	}
	w := &writer{atOnce: b.s.db.rowsAtOnce()}
	t := &b.s.tables
	b.flushTokens(w, t)
	b.flushMarks(w, t)
	b.flushResources(w, t)
	b.flushContacts(w, t)
	handed = b.flushJobs(w, t)
	b.flushMessages(w, t)
	b.claimFiles(w)
	b.flushHistory(w, t)
	if len(w.list) > 0 {
		w.add(b.tellOthers()...)
	}
	return w.list, handed, nil
}

func (b *batch) flushTokens(w *writer, t *tables) {
	var old []int64
	values := t.token.space(len(b.tokens.m))
	for _, name := range byKey(b.tokens.m, func(r *tokenRow) (int64, bool) { return r.k, r.dirty }) {
		r := b.tokens.m[name]
		if r.old != 0 {
			old = append(old, r.old)
		}
		expires := millis(r.Expires)
		values = append(values, b.s.expiryID(expires), r.k, seal(r.Key), string(r.Contact), r.hashes, expires)
	}
	w.add(among("delete from token where id in (%s)", old, nil)...)
	w.write(t.token, values)
}

func (b *batch) flushMarks(w *writer, t *tables) {
	var old []int64
	values := t.mark.space(len(b.marks.m))
	for _, name := range byKey(b.marks.m, func(r *markRow) (int64, bool) { return r.k, r.dirty }) {
		r := b.marks.m[name]
		if r.old != 0 {
			old = append(old, r.old)
		}
		if r.doc != "" {
			values = append(values, b.s.expiryID(r.expires), r.k, r.name, r.doc, r.expires)
		}
	}
	w.add(among("delete from mark where id in (%s)", old, nil)...)
	w.write(t.mark, values)
}

func (b *batch) flushResources(w *writer, t *tables) {
	var values []any
	for k, r := range b.resources.m {
		// Names may change hands within a batch: the old rows go first.
		w.add(stmt{text: "delete from resource where kind = $1 and id = $2", args: []any{k.kind, k.id}})
		if r != nil {
			values = append(values, r.Kind, r.ID, r.Instance, r.Name, string(r.Doc))
		}
	}
	w.write(t.resource, values)
	if len(b.resources.m) > 0 {
		w.add(setMeta("resources", b.version+1))
	}
}

func (b *batch) flushContacts(w *writer, t *tables) {
	fresh := t.contactNew.space(len(b.contacts.m))
	var wide, doc []any
	sorted(b.contacts.m, func(_ contact.ID, r *contactRow) {
		switch {
		case !r.dirty:
		case r.fresh:
			fresh = r.values(fresh)
		case r.wide:
			wide = r.values(wide)
		default:
			doc = r.values(doc)
		}
	})
	w.write(t.contactWide, wide) // first, for they give lines free
	w.write(t.contactNew, fresh)
	w.write(t.contactDoc, doc)
}

func (b *batch) flushJobs(w *writer, t *tables) (handed []Job) {
	now := b.s.o.Now()
	var gone []int64
	values := t.job.space(len(b.jobs.m))
	sorted(b.jobs.m, func(id int64, r *jobRow) {
		if r == nil {
			gone = append(gone, id)
			return
		}
		values = r.values(values, now)
		if r.handed {
			handed = append(handed, r.job())
		}
	})
	w.add(among("delete from job where id in (%s)", gone, nil)...)
	slices.Sort(b.begun)
	w.add(among("update job set lost = lost | 2 where state = 2 and holder = $1 and id in (%s)", slices.Compact(b.begun), nil, b.s.o.Node)...)
	w.write(t.job, values)
	return handed
}

func (b *batch) flushMessages(w *writer, t *tables) {
	values := t.message.space(len(b.messages.m))
	sorted(b.messages.m, func(_ string, r *messageRow) {
		if r.dirty {
			values = append(values, r.id, string(r.contact), r.created, r.doc)
		}
	})
	w.write(t.message, values)
	values = t.ref.space(len(b.refs.m))
	for _, ref := range byKey(b.refs.m, func(r *refRow) (int64, bool) { return r.k, r.dirty }) {
		r := b.refs.m[ref]
		values = append(values, r.k, ref.Account, ref.Ref, r.message, string(r.contact))
	}
	w.write(t.ref, values)
}

// flushHistory writes what is only ever added.
func (b *batch) flushHistory(w *writer, t *tables) {
	values := t.record.space(len(b.records.m))
	sorted(b.records.m, func(_ int64, r *recordRow) {
		events := r.told
		if events != "" {
			events = "[" + events + "]"
		}
		if r.doc != "" || events != "" {
			values = append(values, r.id, string(r.contact), r.at, r.doc, events)
		}
	})
	w.write(t.record, values)
}

// tellOthers wakes the nodes for which work is left that is due.
func (b *batch) tellOthers() (list []stmt) {
	if !b.s.db.shared() {
		return nil
	}
	now := b.s.o.Now()
	told := map[string]bool{b.s.o.Node: true}
	for _, r := range b.jobs.m {
		if r != nil && r.state == jobReady && !r.Due.After(now) && !told[r.Node] {
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
