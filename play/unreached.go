package play

import (
	"fmt"
	"sort"
	"strings"

	"outdial/flow"
)

// Missing lists the branches that were not taken, each with the reason.
func (e *Exploration) Missing() []string {
	var out []string
	for _, b := range e.Coverage.Missing() {
		out = append(out, b.String()+": "+e.why(b))
	}
	return out
}

// why says why a branch was not taken, as far as that is known.
func (e *Exploration) why(b Branch) string {
	spec := e.types[b.Type]
	switch {
	case spec == nil:
		return "the action type is not honoured"
	case !e.entered[[2]string{b.Flow, b.Action}]:
		return e.wayTo(b.Flow, b.Action)
	case spec.Kind == flow.Unavailable:
		return "cannot be had: " + spec.Why
	case b.Type == "ShowView":
		if s := e.ofView(b); s != "" {
			return s
		}
	}
	for _, other := range e.siblings(b) {
		if w := []rune(e.whys[other]); len(w) > 0 && strings.HasPrefix(other.Label, "error") {
			if len(w) > 160 {
				w = append(w[:160], '…')
			}
			return "it went to " + other.Label + ": " + string(w)
		}
	}
	if !strings.HasPrefix(b.Label, "error") {
		return "nothing that was tried gives this result"
	}
	if a := e.action(b.Flow, b.Action); a != nil && !dynamic(a.Parameters, 0) {
		return "all that it is given stands in the flow, and is right: it does not fail"
	}
	return "nothing that was tried makes it fail so"
}

// ofView says why a view's branch is not taken: by what it offers.
func (e *Exploration) ofView(b Branch) string {
	offered := e.offers[[2]string{b.Flow, b.Action}]
	if offered == nil {
		return ""
	}
	switch want, ok := strings.CutPrefix(b.Label, "condition Equals "); {
	case ok && !offered[want]:
		return "the view's data offers no such action"
	case b.Label == "error NoMatchingCondition":
		return "each action that the view offers has a branch"
	case b.Label == "error NoMatchingError":
		return "it can be shown wherever a way leads to it"
	}
	return ""
}

// wayTo says what keeps contacts from an action that was never entered: the
// nearest branch before it that was not taken.
func (e *Exploration) wayTo(id, action string) string {
	seen := map[string]bool{action: true}
	queue := []string{action}
	ways := 0
	for len(queue) > 0 {
		to := queue[0]
		queue = queue[1:]
		for _, b := range e.into(id, to) {
			ways++
			if e.entered[[2]string{id, b.Action}] {
				return fmt.Sprintf("the way to it is by %s (%s), %s: %s", b.Action, b.Type, b.Label, e.why(b))
			}
			if !seen[b.Action] {
				seen[b.Action] = true
				queue = append(queue, b.Action)
			}
		}
	}
	if ways == 0 {
		return "no branch leads to the action"
	}
	return "only actions to which no way leads go to it"
}

// into are the branches that lead to an action.
func (e *Exploration) into(id, action string) []Branch {
	var out []Branch
	for _, l := range e.loaded {
		if l.flow.ID != id {
			continue
		}
		for i := range l.outline.Actions {
			a := &l.outline.Actions[i]
			add := func(label, next string) {
				if next == action {
					out = append(out, Branch{id, a.Identifier, a.Type, label})
				}
			}
			for _, c := range a.Transitions.Conditions {
				label := "condition " + c.Condition.Operator
				if len(c.Condition.Operands) == 1 {
					label += " " + scalar(c.Condition.Operands[0])
				}
				add(label, c.NextAction)
			}
			for _, f := range a.Transitions.Errors {
				add("error "+f.ErrorType, f.NextAction)
			}
			add("next", a.Transitions.NextAction)
		}
	}
	return out
}

// action finds an action of a flow that was met.
func (e *Exploration) action(id, action string) *outlined {
	for _, l := range e.loaded {
		for i := range l.outline.Actions {
			if l.flow.ID == id && l.outline.Actions[i].Identifier == action {
				return &l.outline.Actions[i]
			}
		}
	}
	return nil
}

// dynamic tells whether any text in v holds a reference.
func dynamic(v any, depth int) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "$.") || strings.Contains(v, "$[")
	case []any:
		for _, x := range v {
			if depth < 12 && dynamic(x, depth+1) {
				return true
			}
		}
	case map[string]any:
		for k, x := range v {
			if depth < 12 && (dynamic(k, depth+1) || dynamic(x, depth+1)) {
				return true
			}
		}
	}
	return false
}

// siblings are the branches of the same action that were taken.
func (e *Exploration) siblings(b Branch) []Branch {
	var out []Branch
	for o := range e.Coverage.taken {
		if o.Flow == b.Flow && o.Action == b.Action {
			out = append(out, o)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Label < out[j].Label })
	return out
}
