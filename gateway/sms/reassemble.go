package sms

import (
	"container/list"
	"hash/maphash"
	"strings"
	"time"
)

// A Part is one part of an inbound message.
type Part struct {
	From, To string
	Ref      uint16
	Wide     bool // the reference has 16 bits
	Total    int
	Seq      int // from 1
	Coding   Coding
	Tables   Tables
	Data     []byte // without its header
	Tag      string // the caller's own: it comes back in the Whole
}

// A Whole is an inbound message of which all parts are there, or of which no
// more are waited for.
type Whole struct {
	From, To string
	Text     string // a missing part reads "[...]"
	Ref      uint16
	Total    int
	Missing  int      // parts that never came
	Tags     []string // of its parts, those that are not ""
	group    *group
}

// A State is what became of a part.
type State int

const (
	Waiting  State = iota // kept; other parts are missing
	Complete              // the message is whole: hand it on, then Settle it
	Busy                  // the message is whole, and being handed on already
	Repeat                // the message was handed on before; drop the part
)

// groupKey tells messages apart. Two messages of one sender share a key only
// when their references do.
type groupKey struct {
	from, to string
	ref      uint16
	wide     bool
	total    int
}

// A group is the parts of one message, in whatever order they came.
type group struct {
	key   groupKey
	parts []Part   // by Seq-1; Data is dropped once the message was handed on
	sums  []uint64 // of Data, by Seq-1; 0 for a part that has not come
	have  int
	busy  bool
	done  bool
	at    time.Time // of the first part; of Settle once done
	place *list.Element
}

// A Reassembler joins the parts of inbound messages. Its memory is bounded: when
// it is full the oldest message is given up first. It is not safe for concurrent
// use.
type Reassembler struct {
	timeout time.Duration
	room    int
	groups  map[groupKey]*group
	order   list.List // groups, the oldest first
	given   []Whole   // given up before their time
	used    int       // parts kept, and remembered
	seed    maphash.Seed
}

// NewReassembler makes one that waits timeout for missing parts (and remembers
// finished messages as long), and holds at most room parts.
func NewReassembler(timeout time.Duration, room int) *Reassembler {
	return &Reassembler{timeout: timeout, room: max(room, MaxParts), groups: map[groupKey]*group{}, seed: maphash.MakeSeed()}
}

// Add takes a part at now. A Complete message must be given to Settle.
func (r *Reassembler) Add(p Part, now time.Time) (Whole, State) {
	if p.Total < 2 || p.Total > MaxParts || p.Seq < 1 || p.Seq > p.Total {
		return Whole{From: p.From, To: p.To, Text: Decode(p.Data, p.Coding, p.Tables), Ref: p.Ref, Total: 1}, Complete
	}
	key := groupKey{p.From, p.To, p.Ref, p.Wide, p.Total}
	sum := maphash.Bytes(r.seed, p.Data) | 1
	g := r.groups[key]
	if g != nil && g.sums[p.Seq-1] != 0 && g.sums[p.Seq-1] != sum {
		// The sender's references have come round: another message begins.
		r.giveUp(g)
		g = nil
	}
	if g == nil {
		g = &group{key: key, parts: make([]Part, p.Total), sums: make([]uint64, p.Total), at: now}
		g.place = r.order.PushBack(g)
		r.groups[key] = g
		r.used += p.Total
	}
	if g.done {
		return Whole{}, Repeat
	}
	if g.sums[p.Seq-1] == 0 {
		g.sums[p.Seq-1] = sum
		g.parts[p.Seq-1] = p
		g.have++
	}
	r.shrink(g)
	switch {
	case g.have < p.Total:
		return Whole{}, Waiting
	case g.busy:
		return Whole{}, Busy
	}
	g.busy = true
	return g.whole(), Complete
}

// Settle says that w was handed on, or could not be: then the next repeat of
// one of its parts makes it Complete again, and so does its time.
func (r *Reassembler) Settle(w Whole, ok bool, now time.Time) {
	g := w.group
	if g == nil {
		return
	}
	g.busy = false
	if !ok || g.done {
		return
	}
	g.done, g.at = true, now
	clear(g.parts)
	if r.groups[g.key] == g {
		r.order.MoveToBack(g.place)
	}
}

// Expire gives the messages whose parts did not come in time, or that had to
// make room. They need no Settle: they are forgotten.
func (r *Reassembler) Expire(now time.Time) []Whole {
	for e := r.order.Front(); e != nil; {
		g := e.Value.(*group)
		e = e.Next()
		if now.Sub(g.at) < r.timeout {
			break
		}
		if !g.busy {
			r.giveUp(g)
		}
	}
	out := r.given
	r.given = nil
	return out
}

// Len gives the number of messages that wait for parts.
func (r *Reassembler) Len() (n int) {
	for _, g := range r.groups {
		if !g.done {
			n++
		}
	}
	return n
}

// shrink makes room by giving up the oldest messages, but never keep.
func (r *Reassembler) shrink(keep *group) {
	for e := r.order.Front(); e != nil && r.used > r.room; {
		g := e.Value.(*group)
		e = e.Next()
		if g != keep && !g.busy {
			r.giveUp(g)
		}
	}
}

// giveUp forgets g, and keeps what was never handed on for Expire.
func (r *Reassembler) giveUp(g *group) {
	if r.groups[g.key] != g {
		return
	}
	delete(r.groups, g.key)
	r.order.Remove(g.place)
	r.used -= g.key.total
	if !g.done && !g.busy {
		w := g.whole()
		w.group = nil
		r.given = append(r.given, w)
	}
}

// whole joins the parts. Neighbours in one coding are joined before they are
// read: there are senders that cut surrogate and escape pairs.
func (g *group) whole() Whole {
	var text strings.Builder
	var run []byte
	flush := func(p Part) {
		if len(run) > 0 {
			text.WriteString(Decode(run, p.Coding, p.Tables))
			run = run[:0]
		}
	}
	var last Part
	var tags []string
	for i, p := range g.parts {
		if p.Tag != "" {
			tags = append(tags, p.Tag)
		}
		if g.sums[i] == 0 {
			flush(last)
			text.WriteString("[...]")
			continue
		}
		if p.Coding != last.Coding || p.Tables != last.Tables {
			flush(last)
		}
		run = append(run, p.Data...)
		last = p
	}
	flush(last)
	return Whole{
		From: g.key.from, To: g.key.to, Text: text.String(), Ref: g.key.ref,
		Total: g.key.total, Missing: g.key.total - g.have, Tags: tags, group: g,
	}
}
