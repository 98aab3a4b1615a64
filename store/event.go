package store

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
)

// An EventRow is an event as it was told to the sinks.
type EventRow struct {
	ID      string // as EventID gave it: a UUIDv7
	Contact contact.ID
	At      time.Time
	Type    string // INITIATED…, or CONTACT_RECORD
	Body    json.RawMessage
}

// A toldEvent is an event as it lies in the timeline: its row tells the rest.
type toldEvent struct {
	Type string          `json:"type"`
	Body json.RawMessage `json:"body,omitempty"`
}

// MarshalJSON writes the type alone where there is no body.
func (e toldEvent) MarshalJSON() ([]byte, error) {
	if len(e.Body) == 0 {
		return json.Marshal(e.Type)
	}
	type whole toldEvent
	return json.Marshal(whole(e))
}

// UnmarshalJSON reads both forms.
func (e *toldEvent) UnmarshalJSON(doc []byte) error {
	if len(doc) > 0 && doc[0] == '"' {
		return json.Unmarshal(doc, &e.Type)
	}
	type whole toldEvent
	return json.Unmarshal(doc, (*whole)(e))
}

// EventID gives the id of the event of a contact that is put next.
func (t *Tx) EventID(id contact.ID, at time.Time) string {
	if t.b.readonly {
		return ""
	}
	r := t.b.entry(id, at, false)
	return eventID(r.id, len(r.events), id)
}

// maxEvents is how many events one row has at most: their place has 10 bits of
// their id.
const maxEvents = 1 << 10

// eventID makes an id out of what an event's place is known by, so that ids sort
// as the timeline does: the moment and the node's tag of the row, the place in it,
// and 40 bits of the contact's id, which is unique in the world.
func eventID(row int64, n int, id contact.ID) string {
	micros := row>>tagBits + epoch
	var u uuid.UUID // RFC 9562 §5.7
	binary.BigEndian.PutUint64(u[:], uint64(micros/1000)<<16|7<<12|uint64(micros%1000)<<2)
	binary.BigEndian.PutUint64(u[8:], 2<<62|uint64(row&(1<<tagBits-1))<<50|uint64(n)<<40|uint64(key(string(id)))&(1<<40-1))
	return u.String()
}

// rowBefore gives a row that is not behind the one of the event id.
func rowBefore(id string) int64 {
	u, err := uuid.Parse(id)
	if err != nil {
		return 0
	}
	millis := int64(binary.BigEndian.Uint64(u[:]) >> 16)
	return max(0, millis*1000-epoch) << tagBits
}

// PutEvent keeps an event. Its id is the one that EventID gave for it; "" is too.
func (t *Tx) PutEvent(e EventRow) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	if err := clean("event", string(e.Contact), e.Type, string(e.Body)); err != nil {
		return err
	}
	r := b.entry(e.Contact, e.At, false)
	if id := eventID(r.id, len(r.events), e.Contact); e.ID != "" && e.ID != id {
		return fault.New(fault.Internal, "the event %q was to be %q", e.ID, id)
	}
	doc, err := json.Marshal(toldEvent{e.Type, e.Body})
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "an event's body is no JSON")
	}
	r.events = append(slices.Clip(r.events), toldEvent{e.Type, e.Body})
	if r.told != "" {
		r.told += ","
	}
	r.told += string(doc)
	b.records.put(r.id, r)
	return nil
}

// An EventQuery selects events, oldest first or newest first. What is zero selects all.
type EventQuery struct {
	Contact  contact.ID
	From, To time.Time // From is the first moment, To the first no more
	Types    []string
	After    string // id of the last one seen
	Newest   bool   // newest first
	Limit    int    // 0 is 100
}

// Events gives the events that q selects.
func (t *Tx) Events(q EventQuery) ([]EventRow, error) {
	b, n := t.b, cmp.Or(q.Limit, 100)
	list, err := b.oldEvents(q, n)
	if err != nil {
		return nil, err
	}
	for after, found := q.start(), 0; found < n; {
		rows, err := b.toldRows(q, after, n)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			after = r.id
			some := q.of(r)
			found += len(some)
			list = append(list, some...)
		}
		if len(rows) < n {
			break
		}
	}
	for _, r := range b.records.m {
		list = append(list, q.of(r)...)
	}
	slices.SortFunc(list, func(a, b EventRow) int {
		if q.Newest {
			a, b = b, a
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return list[:min(n, len(list))], nil
}

// start is the row behind which those lie that q has not seen: in its own order.
func (q *EventQuery) start() int64 {
	switch {
	case !q.Newest:
		return rowBefore(q.After) - 1
	case q.After == "":
		return math.MaxInt64
	}
	return rowBefore(q.After) + 1000<<tagBits // ids tell the time by the millisecond
}

// behind is how the store finds what comes behind a key in q's order.
func (q *EventQuery) behind() (than, order string) {
	if q.Newest {
		return "<", "desc"
	}
	return ">", "asc"
}

// toldRows reads rows with events, oldest first.
func (b *batch) toldRows(q EventQuery, after int64, n int) (rows []*recordRow, err error) {
	var s query
	than, order := q.behind()
	s.add("select id, contact, at, events from record where id "+than+" ? and events <> ''", after)
	q.narrow(&s)
	s.add(" order by id "+order+" limit ?", int64(n))
	err = b.do(s.stmt(func(r row) error {
		k := &recordRow{id: r.num(0), contact: contact.ID(r.text(1)), at: r.num(2)}
		rows = append(rows, k)
		if err := json.Unmarshal([]byte(r.text(3)), &k.events); err != nil {
			return fmt.Errorf("store: events of contact %s: %w", k.contact, err)
		}
		return nil
	}))
	return rows, err
}

// oldEvents reads what an earlier version kept, each in a row of its own.
func (b *batch) oldEvents(q EventQuery, n int) (list []EventRow, err error) {
	var s query
	than, order := q.behind()
	after := q.After
	if q.Newest && after == "" {
		after = "zzz" // behind every id: they are hexadecimal
	}
	s.add("select id, contact, at, type, body from event where id "+than+" ?", after)
	q.narrow(&s)
	s.in("type", q.Types)
	s.add(" order by id "+order+" limit ?", int64(n))
	err = b.do(s.stmt(func(r row) error {
		list = append(list, EventRow{ID: r.text(0), Contact: contact.ID(r.text(1)), At: fromMillis(r.num(2)), Type: r.text(3), Body: json.RawMessage(r.text(4))})
		return nil
	}))
	return list, err
}

func (q *EventQuery) narrow(s *query) {
	if q.Contact != "" {
		s.add(" and contact = ?", string(q.Contact))
	}
	if !q.From.IsZero() {
		s.add(" and at >= ?", millis(q.From))
	}
	if !q.To.IsZero() {
		s.add(" and at < ?", millis(q.To))
	}
}

// of gives those events of a row that q selects.
func (q *EventQuery) of(r *recordRow) (list []EventRow) {
	if q.Contact != "" && r.contact != q.Contact || !q.From.IsZero() && r.at < millis(q.From) || !q.To.IsZero() && r.at >= millis(q.To) {
		return nil
	}
	for i, e := range r.events {
		id := eventID(r.id, i, r.contact)
		seen := id <= q.After
		if q.Newest {
			seen = q.After != "" && id >= q.After
		}
		if !seen && (len(q.Types) == 0 || slices.Contains(q.Types, e.Type)) {
			list = append(list, EventRow{ID: id, Contact: r.contact, At: fromMillis(r.at), Type: e.Type, Body: e.Body})
		}
	}
	return list
}
