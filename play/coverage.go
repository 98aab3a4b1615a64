package play

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"outdial/flow"
)

// A Branch is one way out of one action of a flow.
type Branch struct {
	Flow   string `json:"flow"`   // its id: the file without its ending
	Action string `json:"action"` // identifier
	Type   string `json:"type"`
	Label  string `json:"branch"` // "next", "condition Equals 1", "error NoMatchingError", "end"
}

// String names the branch on one line.
func (b Branch) String() string {
	return fmt.Sprintf("%s: %s (%s): %s", b.Flow, b.Action, b.Type, b.Label)
}

// Coverage is which branches of which flows were taken.
type Coverage struct {
	all   map[Branch]bool
	taken map[Branch]int
	order map[Branch]int // as the branches stand in their flow
	seen  map[string]bool
}

// NewCoverage is one of nothing.
func NewCoverage() *Coverage {
	return &Coverage{all: map[Branch]bool{}, taken: map[Branch]int{}, order: map[Branch]int{}, seen: map[string]bool{}}
}

// take counts one branch that was taken. Waiting is no branch.
func (c *Coverage) take(p flow.Passed) {
	switch p.Branch {
	case "wait", "call", "":
		return
	}
	c.taken[Branch{p.Flow, p.Action, p.Type, p.Branch}]++
}

// flows adds the branches that flows have.
func (c *Coverage) flows(list []*loaded) {
	for _, l := range list {
		if c.seen[l.flow.ID] {
			continue
		}
		c.seen[l.flow.ID] = true
		for _, b := range l.branches() {
			if !c.all[b] {
				c.all[b] = true
				c.order[b] = len(c.order)
			}
		}
	}
}

// Add counts in what another play covered.
func (c *Coverage) Add(o *Coverage) {
	for b, n := range o.taken {
		c.taken[b] += n
	}
	rest := make([]Branch, 0, len(o.all))
	for b := range o.all {
		rest = append(rest, b)
	}
	sort.Slice(rest, func(i, j int) bool { return o.order[rest[i]] < o.order[rest[j]] })
	for _, b := range rest {
		if !c.all[b] {
			c.all[b] = true
			c.order[b] = len(c.order)
		}
	}
	for f := range o.seen {
		c.seen[f] = true
	}
}

// Count tells how many branches were taken of how many.
func (c *Coverage) Count() (taken, of int) {
	for b := range c.all {
		if c.taken[b] > 0 {
			taken++
		}
	}
	return taken, len(c.all)
}

// Flows are the ids of the flows, in order.
func (c *Coverage) Flows() []string { return sortedNames(c.seen) }

// Of tells the same of one flow.
func (c *Coverage) Of(flow string) (taken, of int) {
	for b := range c.all {
		if b.Flow != flow {
			continue
		}
		of++
		if c.taken[b] > 0 {
			taken++
		}
	}
	return taken, of
}

// Missing are the branches that nobody took, flow by flow as they stand there.
func (c *Coverage) Missing() []Branch {
	var out []Branch
	for b := range c.all {
		if c.taken[b] == 0 {
			out = append(out, b)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Flow != out[j].Flow {
			return out[i].Flow < out[j].Flow
		}
		return c.order[out[i]] < c.order[out[j]]
	})
	return out
}

// Times tells how often a branch was taken.
func (c *Coverage) Times(b Branch) int { return c.taken[b] }

// Taken are all branches that there are, and how often each was taken.
func (c *Coverage) Taken() map[Branch]int {
	out := maps.Clone(c.taken)
	for b := range c.all {
		out[b] += 0
	}
	return out
}

// branches lists the ways out of each action. NextAction is none where a
// condition or an error is always taken before it.
func (l *loaded) branches() []Branch {
	var out []Branch
	specs := flow.ActionTypes()
	for i := range l.outline.Actions {
		a := &l.outline.Actions[i]
		add := func(label string) {
			if b := (Branch{l.flow.ID, a.Identifier, a.Type, label}); !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
		tr := &a.Transitions
		spec := specs[a.Type]
		decided := false // by a condition, or by NoMatchingCondition
		for _, c := range tr.Conditions {
			label := "condition " + c.Condition.Operator
			if len(c.Condition.Operands) == 1 {
				label += " " + scalar(c.Condition.Operands[0])
			}
			add(label)
			decided = decided || spec != nil && requires(spec)
		}
		for _, e := range tr.Errors {
			add("error " + e.ErrorType)
			decided = decided || e.ErrorType == "NoMatchingCondition"
		}
		switch {
		case spec != nil && spec.Terminal:
			add("end")
		case tr.NextAction != "" && !decided:
			add("next")
		}
	}
	return out
}

// requires tells whether an action's result is always one that it must have a
// condition for.
func requires(s *flow.Spec) bool {
	for _, r := range s.Results {
		if len(r.Require) > 0 {
			return true
		}
	}
	return false
}
