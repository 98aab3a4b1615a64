package play

import (
	"slices"
	"strings"

	"outdial/flow"
)

// worse lets a move that took a new branch happen once more in worse worlds:
// with nothing there, or no queue or flow; with queues that take nobody; with no
// room left. asked is how often the move looked for a queue, and for a flow.
func (x *explorer) worse(s *Stage, m move, asked [2]int) {
	in := func(change func(v *variant)) {
		x.once(s, func(s *Stage) { change(&s.world.wild.v); m(s) }, 0)
	}
	has := func(types ...string) bool {
		return slices.ContainsFunc(types, func(t string) bool { return x.wants.types[t] })
	}
	in(func(v *variant) { v.missing = true })
	for i := range min(asked[0], 6) {
		in(func(v *variant) { v.queueless, v.after = true, i })
	}
	for i := range min(asked[1], 6) {
		in(func(v *variant) { v.flowless, v.after = true, i })
	}
	if has("TransferContactToQueue", "DequeueContactAndTransferToQueue", "CreateCallbackContact") {
		in(func(v *variant) { v.full = true })
		in(func(v *variant) { v.off = true })
	}
	x.once(s, func(s *Stage) { s.attributes(brimful); m(s) }, 0)
}

// around lets a move happen once more in the last round of the loops in which a
// contact is, where one of them has never come to its end.
func (x *explorer) around(s *Stage, m move) {
	for _, a := range s.cast {
		for id := range a.c.Position.Loops {
			key := [2]string{a.c.Position.Flow, id}
			if x.rounds[key] < 20 && x.got.Coverage.taken[Branch{key[0], id, "Loop", "condition Equals DoneLooping"}] == 0 {
				x.rounds[key]++
				x.once(s, func(s *Stage) { s.lastRounds(); m(s) }, 0)
				return
			}
		}
	}
}

// maxRounds is the highest LoopCount.
// https://docs.aws.amazon.com/connect/latest/devguide/flow-control-actions-loop.html
const maxRounds = 100

// lastRounds puts every loop into its last round: where going round for long
// enough would bring it.
func (s *Stage) lastRounds() {
	for _, a := range s.cast {
		for id := range a.c.Position.Loops {
			a.c.Position.Loops[id] = maxRounds
		}
	}
}

// attributes changes those of all contacts that are, and of those to come.
func (s *Stage) attributes(change func(map[string]string) map[string]string) {
	h := *s.head
	h.Attributes = change(merged(h.Attributes, nil))
	s.head = &h
	for _, a := range s.cast {
		if a.c.Open() {
			a.c.Attributes = change(merged(a.c.Attributes, nil))
		}
	}
}

// mostRoom is the most room, in bytes, that is left for attributes on purpose.
const mostRoom = 8192

// overflow lets a move happen again for each update of attributes in it that has
// never failed, with just so much room that the ones before it still fit.
func (x *explorer) overflow(s *Stage, m move, updates []flow.Passed) {
	for j, p := range updates {
		key := [2]string{p.Flow, p.Action}
		b := Branch{p.Flow, p.Action, p.Type, "error NoMatchingError"}
		if x.got.Coverage.taken[b] > 0 || x.squeezed[key] >= 2 || !x.declared(b) {
			continue
		}
		x.squeezed[key]++
		for low, high := 0, mostRoom; low <= high && x.got.Coverage.taken[b] == 0; {
			room := (low + high) / 2
			x.once(s, func(s *Stage) { s.attributes(x.fill(room, x.squeezed[key] > 1)); m(s) }, 0)
			if n := failing(x.updates); n >= 0 && n < j {
				low = room + 1
			} else {
				high = room - 1
			}
		}
	}
}

// failing is which of the updates failed first; -1 is none.
func failing(updates []flow.Passed) int {
	for i, p := range updates {
		if strings.HasPrefix(p.Branch, "error") {
			return i
		}
	}
	return -1
}

// declared tells whether a flow has a branch.
func (x *explorer) declared(b Branch) bool {
	for _, l := range x.loaded {
		if l.flow.ID != b.Flow {
			continue
		}
		for i := range l.outline.Actions {
			if a := &l.outline.Actions[i]; a.Identifier == b.Action {
				for _, e := range a.Transitions.Errors {
					if "error "+e.ErrorType == b.Label {
						return true
					}
				}
			}
		}
	}
	return false
}

// fill leaves so much room in the attributes; those that the flow sets (and
// nothing compares, or all of them) are taken out, so that setting them takes room.
func (x *explorer) fill(room int, all bool) func(map[string]string) map[string]string {
	return func(m map[string]string) map[string]string {
		delete(m, "full")
		size := len("full")
		for k, v := range m {
			if x.wants.sets[k] && (all || len(x.wants.values["Attributes."+k]) == 0) {
				delete(m, k)
				continue
			}
			size += len(k) + len(v)
		}
		if n := maxAttributes - size - room; n > 0 {
			m["full"] = strings.Repeat("x", n)
		}
		return m
	}
}

// maxAttributes is how many bytes they may have. API_UpdateContactAttributes
const maxAttributes = 32768

// promising tells whether a contact stands where a branch is still to be taken.
func (x *explorer) promising(s *Stage) bool {
	for _, a := range s.cast {
		p := a.c.Position
		if !a.c.Open() || p.Action == "" {
			continue
		}
		for _, l := range s.world.flows {
			if l.flow.ID != p.Flow || strings.HasPrefix(p.Flow, synthetic) {
				continue
			}
			for _, b := range l.ways(p.Action) {
				if x.got.Coverage.taken[b] == 0 {
					return true
				}
			}
		}
	}
	return false
}

// ways are the branches of one action.
func (l *loaded) ways(action string) []Branch {
	if l.byAction == nil {
		l.byAction = map[string][]Branch{}
		for _, b := range l.branches() {
			l.byAction[b.Action] = append(l.byAction[b.Action], b)
		}
	}
	return l.byAction[action]
}
