package sms

import (
	"cmp"
	"hash/fnv"
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
}

// Whole tells whether p is a message by itself: a part that cannot be is one.
func (p *Part) Whole() bool {
	return p.Total < 2 || p.Total > MaxParts || p.Seq < 1 || p.Seq > p.Total
}

// A Whole is an inbound message of which all parts are there, or of which no
// more are waited for.
type Whole struct {
	From, To string
	Text     string // a missing part reads "[...]"
	Ref      uint16
	Total    int
	Missing  int // parts that never came
}

// A State is what became of a part.
type State int

const (
	Waiting  State = iota // kept; other parts are missing
	Complete              // the message is whole: hand it on, then Finish the group
	Repeat                // the message was handed on before; drop the part
	Other                 // the part belongs to another message: the sender's references have come round
)

// A Group is the parts of one message, in whatever order they come. It is made
// to be written down as JSON between two parts. Two messages of one sender share
// a group only when their references do.
type Group struct {
	From  string    `json:"from"`
	To    string    `json:"to"`
	Ref   uint16    `json:"ref"`
	Total int       `json:"total"`
	At    time.Time `json:"at"` // of the first part; of the end once Done
	Done  bool      `json:"done,omitempty"`
	// Parts that have come, by Seq. Of a group that is done only their sums are
	// left, by which repeats are known.
	Parts map[int]Kept `json:"parts"`
}

// Kept is what a group keeps of a part.
type Kept struct {
	Coding Coding `json:"coding,omitempty"`
	Tables Tables `json:"tables,omitzero"`
	Data   []byte `json:"data,omitempty"`
	Sum    uint64 `json:"sum"`
}

// NewGroup makes an empty group for the message that p belongs to.
func NewGroup(p Part, now time.Time) *Group {
	return &Group{From: p.From, To: p.To, Ref: p.Ref, Total: p.Total, At: now, Parts: map[int]Kept{}}
}

// Add takes a part, unless it belongs to Other.
func (g *Group) Add(p Part) State {
	h := fnv.New64a()
	_, _ = h.Write(p.Data)
	sum := h.Sum64()
	switch k, have := g.Parts[p.Seq]; {
	case p.Total != g.Total, have && k.Sum != sum, g.Done && !have:
		return Other
	case g.Done:
		return Repeat
	case !have:
		g.Parts[p.Seq] = Kept{p.Coding, p.Tables, p.Data, sum}
	}
	if len(g.Parts) < g.Total {
		return Waiting
	}
	return Complete
}

// Finish says that the message was handed on.
func (g *Group) Finish(now time.Time) {
	g.Done, g.At = true, now
	for seq, k := range g.Parts {
		g.Parts[seq] = Kept{Sum: k.Sum}
	}
}

// gap stands for a part that never came.
const gap = "[...]"

// Whole joins the parts. Neighbours in one coding are joined before they are
// read: there are senders that cut surrogate and escape pairs.
func (g *Group) Whole() Whole {
	var text strings.Builder
	var run []byte
	var last Kept
	flush := func() {
		text.WriteString(Decode(run, last.Coding, last.Tables))
		run = run[:0]
	}
	for seq := 1; seq <= g.Total; seq++ {
		k, have := g.Parts[seq]
		if !have || k.Coding != last.Coding || k.Tables != last.Tables {
			flush()
		}
		if !have {
			text.WriteString(gap)
			continue
		}
		run = append(run, k.Data...)
		last = k
	}
	flush()
	return Whole{From: g.From, To: g.To, Text: text.String(), Ref: g.Ref, Total: g.Total, Missing: g.Total - len(g.Parts)}
}

// Older orders groups by the time of their first part.
func (g *Group) Older(o *Group) int { return cmp.Compare(g.At.UnixNano(), o.At.UnixNano()) }
