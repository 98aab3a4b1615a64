package store

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"outdial/contact"
)

// A Record is one entry of a contact's timeline: usually one turn.
type Record struct {
	Contact contact.ID
	Seq     int64 // sorts by time; zero until kept
	At      time.Time
	Doc     json.RawMessage
}

// A recordRow is an entry of a timeline, and the events of that moment.
type recordRow struct {
	id      int64
	contact contact.ID
	at      int64
	doc     string // "" where there are but events
	events  []toldEvent
	told    string // events as they are kept, without the brackets
}

func (r *recordRow) record() Record {
	return Record{Contact: r.contact, Seq: r.id, At: fromMillis(r.at), Doc: json.RawMessage(r.doc)}
}

// entry gives the row on which the unit under way writes of a contact at a
// moment; each record has one of its own.
func (b *batch) entry(id contact.ID, at time.Time, record bool) *recordRow {
	r, _ := b.records.look(b.u.entry)
	if r != nil && r.contact == id && r.at == millis(at) && !(record && r.doc != "") && len(r.events) < maxEvents {
		next := *r
		return &next
	}
	r = &recordRow{id: b.s.ids.after(0), contact: id, at: millis(at)}
	b.u.entry = r.id
	b.records.put(r.id, r)
	next := *r
	return &next
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
	row := b.entry(r.Contact, r.At, true)
	row.doc = string(r.Doc)
	b.records.put(row.id, row)
	return nil
}

// Records gives a contact's timeline, oldest first.
func (t *Tx) Records(id contact.ID) ([]Record, error) {
	var list []Record
	err := t.b.do(stmt{text: "select id, at, doc from record where contact = $1", args: []any{string(id)},
		each: func(r row) error {
			if r.text(2) == "" {
				return nil
			}
			kept := recordRow{id: r.num(0), contact: id, at: r.num(1), doc: r.text(2)}
			list = append(list, kept.record())
			return nil
		}})
	if err != nil {
		return nil, err
	}
	for _, r := range t.b.records.m {
		if r.contact == id && r.doc != "" {
			list = append(list, r.record())
		}
	}
	slices.SortFunc(list, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return list, nil
}
