package flow

import (
	"hash/fnv"
	"strconv"
)

// distributeByPercentage branches by a number from 1 to 100, drawn from the
// contact and the visit, so that a turn that is run again goes the same way.
var distributeByPercentage = Spec{
	Doc:     docs + "flow-control-actions-distributebypercentage.html",
	Errors:  []ErrorRule{{Type: noCondition, Use: Required}},
	Results: []ResultRule{{Ops: []string{"NumberLessThan"}, Least: 1, Numeric: true}},
	Flows:   I | Q | OW | TA | TQ | MOD,
	Run: func(t *Turn) Next {
		n := strconv.Itoa(1 + t.draw(100))
		next := t.Match(n)
		next.why = "drew " + n
		return next
	},
}

// draw gives a number below n that looks random and is always the same for this
// contact on this visit.
func (t *Turn) draw(n int) int {
	h := fnv.New64a()
	h.Write([]byte(t.Contact.ID))
	h.Write([]byte(strconv.Itoa(t.Visit())))
	x := h.Sum64()
	// FNV leaves the low bits uneven for short inputs that differ at their end.
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int(x % uint64(n))
}
