package chart

import (
	"cmp"
	"maps"
	"slices"
)

// Measures, in pixels.
const (
	width    = 230.0 // of a block
	head     = 42.0  // its type and what it is about
	row      = 16.0  // one branch
	gapX     = 90.0  // between columns of our own layout
	gapY     = 24.0
	margin   = 40.0
	stretch  = 1.3 // the console's blocks are smaller than ours
	entryGap = 60.0
	canvas   = 1e6 // no author's block lies further out
)

func (b *block) height() float64 { return head + row*float64(max(1, len(b.ways))) + 6 }

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// place gives every block its place: where its author put it; all of them anew
// where most have none or anew is set; and one that has none beside the rest.
func (p *picture) place(anew bool) {
	known := 0
	for _, b := range p.blocks {
		if b.placed {
			known++
		}
	}
	p.reach()
	if anew || known*2 < len(p.blocks) {
		p.layers()
	} else {
		p.own()
	}
	p.settle()
	p.shift()
}

// reach marks what can be reached from the start.
func (p *picture) reach() {
	next := []string{p.start}
	for len(next) > 0 {
		b := p.byID[next[0]]
		next = next[1:]
		if b == nil || b.reached {
			continue
		}
		b.reached = true
		for _, w := range b.ways {
			next = append(next, w.to)
		}
	}
}

// own takes the author's places. A block without one goes below all others.
func (p *picture) own() {
	low := 0.0
	for _, b := range p.blocks {
		if b.placed {
			b.at = point{within(b.at.X) * stretch, within(b.at.Y) * stretch}
			low = max(low, b.at.Y+b.height())
		}
	}
	x := 0.0
	for _, b := range p.blocks {
		if !b.placed {
			b.at = point{x, low + gapY}
			x += width + gapX
		}
	}
}

// within keeps a coordinate where adding to it still moves it.
func within(x float64) float64 { return max(-canvas, min(canvas, x)) }

// layers lays the flow out from left to right: each block after those that lead
// to it, and in its column near to where it is led from. What
// nothing leads to comes last, in a column of its own.
func (p *picture) layers() {
	column := p.columns()
	rows := map[int][]*block{}
	last := 0
	for _, b := range p.blocks {
		c := column[b.id]
		rows[c] = append(rows[c], b)
		last = max(last, c)
	}
	for range 4 { // a few sweeps settle it: Sugiyama's method, by barycentres
		for c := 0; c <= last; c++ {
			p.sweep(rows[c], column, c)
		}
	}
	for c := 0; c <= last; c++ {
		y := 0.0
		for _, b := range rows[c] {
			b.at = point{float64(c) * (width + gapX), y}
			y += b.height() + gapY
		}
	}
}

// columns gives each block the column after the last that leads to it, so that
// an end comes at the end. A branch that leads back to where the conversation
// has been counts for nothing.
func (p *picture) columns() map[string]int {
	var order []*block // each after all that it leads to
	state := map[*block]int{}
	back := map[*block]map[string]bool{}
	const open, done = 1, 2
	var walk func(b *block)
	walk = func(b *block) {
		state[b] = open
		for _, w := range b.ways {
			to := p.byID[w.to]
			switch {
			case to == nil:
			case state[to] == open:
				if back[b] == nil {
					back[b] = map[string]bool{}
				}
				back[b][w.to] = true
			case state[to] == 0:
				walk(to)
			}
		}
		state[b] = done
		order = append(order, b)
	}
	if first := p.byID[p.start]; first != nil {
		walk(first)
	}
	column, last := map[string]int{}, -1
	for _, b := range slices.Backward(order) {
		last = max(last, column[b.id])
		for _, w := range b.ways {
			if p.byID[w.to] != nil && !back[b][w.to] {
				column[w.to] = max(column[w.to], column[b.id]+1)
			}
		}
	}
	for _, b := range p.blocks {
		if !b.reached {
			column[b.id] = last + 1
		}
	}
	return column
}

// sweep orders a column by the middle of what leads to each of its blocks.
func (p *picture) sweep(list []*block, column map[string]int, c int) {
	middle := map[*block]float64{}
	for i, b := range list {
		sum, n := 0.0, 0
		for _, from := range p.blocks {
			if column[from.id] != c-1 {
				continue
			}
			for j, w := range from.ways {
				if w.to == b.id {
					sum += from.at.Y + float64(j)*row
					n++
				}
			}
		}
		middle[b] = float64(i)
		if n > 0 {
			middle[b] = sum / float64(n)
		}
	}
	slices.SortStableFunc(list, func(a, b *block) int { return cmp.Compare(middle[a], middle[b]) })
	y := 0.0
	for _, b := range list {
		b.at.Y = y
		y += b.height() + gapY
	}
}

// settle moves blocks down until none lies upon another.
func (p *picture) settle() {
	order := slices.Clone(p.blocks)
	slices.SortStableFunc(order, func(a, b *block) int {
		return cmp.Or(cmp.Compare(a.at.Y, b.at.Y), cmp.Compare(a.at.X, b.at.X))
	})
	for i, b := range order {
		for moved := true; moved; {
			moved = false
			for _, o := range order[:i] {
				if b.at.X < o.at.X+width+8 && o.at.X < b.at.X+width+8 && b.at.Y < o.at.Y+o.height()+8 && o.at.Y < b.at.Y+b.height()+8 {
					b.at.Y = o.at.Y + o.height() + gapY
					moved = true
				}
			}
		}
	}
}

// shift moves everything so that it begins at the margin, the entry to the left
// of the first block.
func (p *picture) shift() {
	left, top := p.blocks[0].at.X, p.blocks[0].at.Y
	for _, b := range p.blocks {
		left, top = min(left, b.at.X), min(top, b.at.Y)
	}
	for _, b := range p.blocks {
		b.at.X += margin + entryGap - left
		b.at.Y += margin + 20 - top
	}
	if first := p.byID[p.start]; first != nil {
		p.entry = point{first.at.X - entryGap/2 - 10, first.at.Y + head/2}
	}
}
