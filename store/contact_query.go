package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// A ContactQuery selects contacts of one instance, newest first. What is zero
// selects all.
type ContactQuery struct {
	Instance string
	From, To time.Time // by initiation; From is the first moment, To the first no more
	Channels []string
	Methods  []string
	Customer string // address
	Open     *bool
	After    string // key of the last one seen
	Limit    int    // 0 is 100
}

// pageKey is where a contact lies among the others.
func (r *contactRow) pageKey() string { return fmt.Sprintf("%d.%s", r.initiated, r.id) }

func (q *ContactQuery) after() (initiated int64, id string, err error) {
	if q.After == "" {
		return math.MaxInt64, "", nil
	}
	number, id, ok := strings.Cut(q.After, ".")
	initiated, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, "", fault.New(fault.Invalid, "%q is not the key of a page", q.After)
	}
	return initiated, id, nil
}

// Contacts gives the contacts that q selects, and the key for the next page; "" at the end.
func (t *Tx) Contacts(q ContactQuery) ([]*contact.Contact, string, error) {
	initiated, id, err := q.after()
	if err != nil {
		return nil, "", err
	}
	b, n := t.b, cmp.Or(q.Limit, 100)
	var s query
	s.add("select "+contactColumns+" from contact where instance = ? and (initiated, id) < (?, ?)", q.Instance, initiated, id)
	if !q.From.IsZero() {
		s.add(" and initiated >= ?", millis(q.From))
	}
	if !q.To.IsZero() {
		s.add(" and initiated < ?", millis(q.To))
	}
	if q.Customer != "" {
		s.add(" and customer = ?", q.Customer)
	}
	if q.Open != nil && *q.Open {
		s.add(" and ended = 0")
	} else if q.Open != nil {
		s.add(" and ended <> 0")
	}
	s.in("channel", q.Channels)
	s.in("method", q.Methods)
	s.add(" order by initiated desc, id desc limit ?", int64(n+1+len(b.contacts.m)))
	rows, err := b.contactsBy(s.stmt, func(r *contactRow) bool {
		return q.selects(r) && (r.initiated < initiated || r.initiated == initiated && string(r.id) < id)
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(rows, func(a, b *contactRow) int {
		return cmp.Or(cmp.Compare(b.initiated, a.initiated), cmp.Compare(b.id, a.id))
	})
	next := ""
	if len(rows) > n {
		rows = rows[:n]
		next = rows[n-1].pageKey()
	}
	list, err := decodeAll(rows)
	return list, next, err
}

func (q *ContactQuery) selects(r *contactRow) bool {
	return r.instance == q.Instance &&
		(q.From.IsZero() || r.initiated >= millis(q.From)) && (q.To.IsZero() || r.initiated < millis(q.To)) &&
		(q.Customer == "" || r.customer == q.Customer) &&
		(q.Open == nil || *q.Open == (r.ended == 0)) &&
		(len(q.Channels) == 0 || slices.Contains(q.Channels, r.channel)) &&
		(len(q.Methods) == 0 || slices.Contains(q.Methods, r.method))
}

// contactsBy gives the rows that a statement finds, and in place of those that
// the batch changed the ones among these that fit.
func (b *batch) contactsBy(s func(func(row) error) stmt, fits func(r *contactRow) bool) (rows []*contactRow, err error) {
	err = b.do(s(func(r row) error {
		if changed, _ := b.contacts.look(contact.ID(r.text(0))); changed == nil || !changed.dirty {
			rows = append(rows, readContact(r))
		}
		return nil
	}))
	if err != nil {
		return nil, err
	}
	for _, r := range b.contacts.m {
		if r.dirty && fits(r) {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func decodeAll(rows []*contactRow) ([]*contact.Contact, error) {
	list := make([]*contact.Contact, len(rows))
	for i, r := range rows {
		var err error
		if list[i], err = r.decode(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// CallsOf gives the open contacts whose live call node holds.
func (t *Tx) CallsOf(node string) ([]contact.ID, error) {
	var q query
	q.add("select "+contactColumns+" from contact where node <> '' and node = ?", node)
	rows, err := t.b.contactsBy(q.stmt, func(r *contactRow) bool { return node != "" && r.node == node })
	ids := make([]contact.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	slices.Sort(ids)
	return ids, err
}

// OpenContacts counts the open contacts of an instance on a channel.
func (t *Tx) OpenContacts(instance string, ch contact.Channel) (int, error) {
	b, n := t.b, 0
	list := []stmt{{text: "select count(*) from contact where ended = 0 and instance = $1 and channel = $2",
		args: []any{instance, string(ch)}, each: func(r row) error { n += int(r.num(0)); return nil }}}
	var changed []string
	for id, r := range b.contacts.m {
		if r.dirty {
			changed = append(changed, string(id))
			if r.ended == 0 && r.instance == instance && r.channel == string(ch) {
				n++
			}
		}
	}
	slices.Sort(changed)
	list = append(list, among("select ended, instance, channel from contact where id in (%s)", changed, func(r row) error {
		if r.num(0) == 0 && r.text(1) == instance && r.text(2) == string(ch) {
			n-- // counted as it was before
		}
		return nil
	})...)
	return n, b.do(list...)
}

// Waiting gives the open contacts that wait in a queue, longest first.
func (t *Tx) Waiting(queue string) ([]*contact.Contact, error) {
	var q query
	q.add("select "+contactColumns+" from contact where queue <> '' and queue = ?", queue)
	rows, err := t.b.contactsBy(q.stmt, func(r *contactRow) bool { return queue != "" && r.queue == queue })
	if err != nil {
		return nil, err
	}
	list, err := decodeAll(rows)
	slices.SortFunc(list, func(a, b *contact.Contact) int {
		return cmp.Or(a.Queue.Enqueued.Compare(b.Queue.Enqueued), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}
