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

// Record adds to a contact's timeline.
func (t *Tx) Record(r Record) error {
	b := t.b
	if err := b.writable(); err != nil {
		return err
	}
	if err := clean("record", string(r.Contact), string(r.Doc)); err != nil {
		return err
	}
	r.Seq = b.s.ids.after(0)
	b.records.put(r.Seq, &r)
	return nil
}

// Records gives a contact's timeline, oldest first.
func (t *Tx) Records(id contact.ID) ([]Record, error) {
	var list []Record
	err := t.b.do(stmt{text: "select id, at, doc from record where contact = $1", args: []any{string(id)},
		each: func(r row) error {
			list = append(list, Record{Contact: id, Seq: r.num(0), At: fromMillis(r.num(1)), Doc: json.RawMessage(r.text(2))})
			return nil
		}})
	if err != nil {
		return nil, err
	}
	for _, r := range t.b.records.m {
		if r.Contact == id {
			list = append(list, *r)
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

// PutEvent keeps an event.
func (t *Tx) PutEvent(e EventRow) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	if e.ID == "" {
		return fault.New(fault.Invalid, "an event without an id cannot be kept")
	}
	if err := clean("event", e.ID, string(e.Contact), e.Type, string(e.Body)); err != nil {
		return err
	}
	t.b.events.put(e.ID, &e)
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
			list = append(list, EventRow{ID: r.text(0), Contact: contact.ID(r.text(1)), At: fromMillis(r.num(2)), Type: r.text(3), Body: json.RawMessage(r.text(4))})
		}
		return nil
	}))
	if err != nil {
		return nil, err
	}
	for _, e := range b.events.m {
		if q.selects(e) {
			list = append(list, *e)
		}
	}
	slices.SortFunc(list, func(a, b EventRow) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(n, len(list))], nil
}

func (q *EventQuery) selects(e *EventRow) bool {
	return e.ID > q.After && (q.Contact == "" || e.Contact == q.Contact) &&
		(q.From.IsZero() || !e.At.Before(q.From)) && (q.To.IsZero() || e.At.Before(q.To)) &&
		(len(q.Types) == 0 || slices.Contains(q.Types, e.Type))
}
