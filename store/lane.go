package store

import (
	"slices"

	"outdial/contact"
)

// laneStmts read what waits for contacts or is under way, without the documents:
// after the contacts are locked, for under their lock it stays as it is.
func (b *batch) laneStmts(contacts []string) []stmt {
	if b.readonly {
		return nil
	}
	var keys []string
	for _, id := range contacts {
		if _, known := b.lanes.look(contact.ID(id)); !known {
			b.lanes.fill(contact.ID(id), nil)
			keys = append(keys, id)
		}
	}
	return among("select id, contact, lane, account, node, due, state, holder, tries, held from job where state < 3 and contact in (%s)",
		keys, func(r row) error {
			j := &jobRow{state: r.num(6), outs: r.num(8)}
			j.Job = Job{ID: r.num(0), Contact: contact.ID(r.text(1)), Lane: r.text(2), Account: r.text(3), Node: r.text(4),
				Due: fromMillis(r.num(5)), Holder: r.text(7), Held: r.num(9) != 0}
			list, _ := b.lanes.look(j.Contact)
			b.lanes.fill(j.Contact, append(list, j))
			return nil
		})
}

// lane gives what waits for a contact, in all lanes, and locks the contact: its
// lanes change under its lock only. Nothing is known of no contact.
func (b *batch) lane(id contact.ID) ([]*jobRow, error) {
	if id == "" {
		return nil, nil
	}
	if list, known := b.lanes.look(id); known {
		if c, _ := b.contacts.look(id); c == nil || !c.taken {
			return list, nil
		}
	}
	if err := b.hold(id); err != nil {
		return nil, err
	}
	list, _ := b.lanes.look(id)
	return list, nil
}

// place puts a job that waits into its lane, and settles the lane.
func (b *batch) place(r *jobRow) {
	r.state, r.Holder, r.until = jobBehind, "", 0
	b.swap(r)
	b.settle(r)
}

// swap replaces a job in its contact's list, or adds it.
func (b *batch) swap(r *jobRow) {
	b.jobs.put(r.ID, r)
	if r.Contact == "" {
		return
	}
	list, _ := b.lanes.look(r.Contact)
	i := slices.IndexFunc(list, func(o *jobRow) bool { return o.ID == r.ID })
	list = slices.Clone(list)
	if i >= 0 {
		list[i] = r
	} else {
		list = append(list, r)
	}
	b.lanes.put(r.Contact, list)
}

// drop takes a job out of the table and its lane, and lets the next one go.
func (b *batch) drop(r *jobRow) {
	b.jobs.put(r.ID, nil)
	if r.Contact == "" {
		return
	}
	list, _ := b.lanes.look(r.Contact)
	b.lanes.put(r.Contact, slices.DeleteFunc(slices.Clone(list), func(o *jobRow) bool { return o.ID == r.ID }))
	if r.Lane != "" {
		b.settle(r)
	}
}

// settle sees to it that of r's lane the oldest is ready, unless one is under
// way, and that the others are behind it. Without a lane r is ready by itself.
func (b *batch) settle(r *jobRow) {
	if r.Lane == "" {
		b.ready(r)
		return
	}
	list, _ := b.lanes.look(r.Contact)
	var head *jobRow
	out := false
	for _, o := range list {
		if o.Lane != r.Lane {
			continue
		}
		out = out || o.state == jobLeased
		if head == nil || o.ID < head.ID {
			head = o
		}
	}
	for _, o := range list {
		switch {
		case o.Lane != r.Lane || o.state == jobLeased:
		case o == head && !out:
			if o.state == jobBehind {
				b.ready(o)
			}
		case o.state == jobReady:
			behind := *o
			behind.state = jobBehind
			b.swap(&behind)
		}
	}
}

// ready lets a job go: at once into this node's hands where it is due, or else
// by Lease.
func (b *batch) ready(r *jobRow) {
	o := &b.s.o
	next := *r
	next.state = jobReady
	if o.Handover != nil && !r.Held && !r.Due.After(o.Now()) && (r.Node == "" || r.Node == o.Node) {
		next.state, next.handed = jobLeased, true
		next.Holder = o.Node
		next.until = millis(b.real.Add(o.Lease))
		next.outs++
	}
	b.swap(&next)
}

// complete reads the documents of changed jobs that came without.
func (b *batch) complete() error {
	var ids []int64
	for id, r := range b.jobs.m {
		if r != nil && !r.whole {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	text := "select " + jobColumns + " from job where id in (%s)"
	if b.s.db.shared() && !b.readonly {
		text += " order by id for update"
	}
	return b.do(among(text, ids, func(r row) error {
		kept := readJob(r)
		j := *b.jobs.m[kept.ID]
		if kept.state == jobLeased {
			return errAgain // another node's Lease took it meanwhile
		}
		kept.state, kept.until, kept.outs, kept.handed, kept.Holder = j.state, j.until, j.outs, j.handed, j.Holder
		b.jobs.fill(kept.ID, kept)
		return nil
	})...)
}

// Cancel deletes what waits in a contact's lane and is not under way, and gives
// it; an empty lane name is for timers and functions.
func (t *Tx) Cancel(id contact.ID, lane string) ([]Job, error) {
	b := t.b
	if err := b.writable(); err != nil {
		return nil, err
	}
	list, err := b.lane(id)
	if err != nil {
		return nil, err
	}
	waits := func(r *jobRow) bool { return r.Lane == lane && (r.state != jobLeased || r.handed) }
	if !slices.ContainsFunc(list, waits) {
		return nil, nil
	}
	kept, err := b.waiting(id, lane)
	if err != nil {
		return nil, err
	}
	var rows []*jobRow
	for _, r := range list {
		if !waits(r) {
			continue
		}
		if !r.whole {
			whole, ok := kept[r.ID]
			if !ok {
				continue // another node's Lease took it meanwhile
			}
			r = whole
		}
		rows = append(rows, r)
	}
	for _, r := range rows {
		b.drop(r)
	}
	return jobsOf(byID(rows, len(rows))), nil
}

// waiting reads what waits in a lane, and keeps another node's Lease from it.
func (b *batch) waiting(id contact.ID, lane string) (map[int64]*jobRow, error) {
	text := "select " + jobColumns + " from job where contact = $1 and lane = $2 and state < 2 order by id"
	if b.s.db.shared() {
		text += " for update"
	}
	found := map[int64]*jobRow{}
	err := b.do(stmt{text: text, args: []any{string(id), lane}, each: func(r row) error {
		j := readJob(r)
		found[j.ID] = j
		return nil
	}})
	return found, err
}
