package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// A Record is one entry of a contact's timeline: usually one turn.
type Record struct {
	Contact contact.ID
	Seq     int64 // sorts by time; zero until kept
	At      time.Time
	Doc     json.RawMessage
}

type recordRow struct {
	id      int64
	contact contact.ID
	at      int64
	doc     string
}

func (r *recordRow) record() Record {
	return Record{Contact: r.contact, Seq: r.id, At: fromMillis(r.at), Doc: json.RawMessage(r.doc)}
}

// Record adds to a contact's timeline.
func (t *Tx) Record(r Record) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	row := &recordRow{id: b.s.ids.after(0), contact: r.Contact, at: millis(r.At), doc: string(r.Doc)}
	if err := clean("record", string(row.contact), row.doc); err != nil {
		return err
	}
	b.records.put(row.id, row)
	return nil
}

// Records gives a contact's timeline, oldest first.
func (t *Tx) Records(id contact.ID) ([]Record, error) {
	var list []Record
	err := t.b.do(stmt{text: "select id, at, doc from record where contact = $1", args: []any{string(id)},
		each: func(r row) error {
			kept := recordRow{id: r.num(0), contact: id, at: r.num(1), doc: r.text(2)}
			list = append(list, kept.record())
			return nil
		}})
	if err != nil {
		return nil, err
	}
	for _, r := range t.b.records.m {
		if r.contact == id {
			list = append(list, r.record())
		}
	}
	slices.SortFunc(list, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return list, nil
}

// An EventRow is an event as it was told to the sinks.
type EventRow struct {
	ID      string // UUIDv7
	Contact contact.ID
	At      time.Time
	Type    string // INITIATED…, or CONTACT_RECORD
	Body    json.RawMessage
}

type eventRow struct {
	id      string
	contact contact.ID
	at      int64
	kind    string
	body    string
}

func (r *eventRow) event() EventRow {
	return EventRow{ID: r.id, Contact: r.contact, At: fromMillis(r.at), Type: r.kind, Body: json.RawMessage(r.body)}
}

// PutEvent keeps an event.
func (t *Tx) PutEvent(e EventRow) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	if e.ID == "" {
		return fault.New(fault.Invalid, "an event without an id cannot be kept")
	}
	r := &eventRow{id: e.ID, contact: e.Contact, at: millis(e.At), kind: e.Type, body: string(e.Body)}
	if err := clean("event", r.id, string(r.contact), r.kind, r.body); err != nil {
		return err
	}
	t.b.events.put(r.id, r)
	return nil
}

// An EventQuery selects events, oldest first. What is zero selects all.
type EventQuery struct {
	Contact  contact.ID
	From, To time.Time // From is the first moment, To the first no more
	Types    []string
	After    string // id of the last one seen
	Limit    int    // 0 is 100
}

// Events gives the events that q selects.
func (t *Tx) Events(q EventQuery) ([]EventRow, error) {
	b, n := t.b, cmp.Or(q.Limit, 100)
	var s query
	s.add("select id, contact, at, type, body from event where id > ?", q.After)
	if q.Contact != "" {
		s.add(" and contact = ?", string(q.Contact))
	}
	if !q.From.IsZero() {
		s.add(" and at >= ?", millis(q.From))
	}
	if !q.To.IsZero() {
		s.add(" and at < ?", millis(q.To))
	}
	s.in("type", q.Types)
	s.add(" order by id limit ?", int64(n+len(b.events.m)))
	var list []EventRow
	err := b.do(s.stmt(func(r row) error {
		if _, changed := b.events.look(r.text(0)); !changed {
			kept := eventRow{id: r.text(0), contact: contact.ID(r.text(1)), at: r.num(2), kind: r.text(3), body: r.text(4)}
			list = append(list, kept.event())
		}
		return nil
	}))
	if err != nil {
		return nil, err
	}
	for _, r := range b.events.m {
		if q.selects(r) {
			list = append(list, r.event())
		}
	}
	slices.SortFunc(list, func(a, b EventRow) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(n, len(list))], nil
}

func (q *EventQuery) selects(r *eventRow) bool {
	return r.id > q.After && (q.Contact == "" || r.contact == q.Contact) &&
		(q.From.IsZero() || r.at >= millis(q.From)) && (q.To.IsZero() || r.at < millis(q.To)) &&
		(len(q.Types) == 0 || slices.Contains(q.Types, r.kind))
}
