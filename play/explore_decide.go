package play

import (
	"strings"

	"outdial/contact"
	"outdial/flow"
)

// decide lets a move happen again for each comparison in it that has a branch
// which was never taken: with the value that leads there.
func (x *explorer) decide(s *Stage, m move, compares []flow.Passed) {
	for _, p := range compares {
		a := x.outlined(p.Flow, p.Action)
		if a == nil {
			continue
		}
		ref, _ := a.Parameters["ComparisonValue"].(string)
		found := reference.FindStringSubmatch(ref)
		if found == nil {
			continue
		}
		aim := func(label, value string) {
			b := Branch{p.Flow, p.Action, p.Type, label}
			if x.got.Coverage.taken[b] > 0 || x.decided[b] >= 3 {
				return
			}
			x.decided[b]++
			key := dots(found[1])
			x.wants.force = map[string]string{key: value}
			x.once(s, func(s *Stage) { s.put(key, value); m(s) }, 0)
			x.wants.force = nil
		}
		for _, c := range a.Transitions.Conditions {
			if len(c.Condition.Operands) == 1 {
				v := scalar(c.Condition.Operands[0])
				aim("condition "+c.Condition.Operator+" "+v, satisfying(c.Condition.Operator, v))
			}
		}
		aim("error NoMatchingCondition", other)
	}
}

// outlined finds an action of a flow that is known.
func (x *explorer) outlined(id, action string) *outlined {
	for _, l := range x.loaded {
		for i := range l.outline.Actions {
			if l.flow.ID == id && l.outline.Actions[i].Identifier == action {
				return &l.outline.Actions[i]
			}
		}
	}
	return nil
}

// put gives a reference a value, for all contacts that are and are to come.
func (s *Stage) put(key, value string) {
	root, rest, _ := strings.Cut(key, ".")
	if root == "Attributes" {
		s.attributes(func(m map[string]string) map[string]string {
			m = merged(m, nil)
			m[rest] = value
			return m
		})
		return
	}
	for _, a := range s.cast {
		if !a.c.Open() {
			continue
		}
		switch root {
		case "FlowAttributes":
			a.c.Position.Attrs = merged(map[string]string{rest: value}, a.c.Position.Attrs)
		case "SegmentAttributes":
			a.c.Segment = merged(map[string]contact.SegmentValue{rest: {String: &value}}, a.c.Segment)
		case "External", "LambdaInvocation", "Lex", "Views", "Customer", "Case", "Modules", "DataTables", "StoredCustomerInput", "Metrics":
			a.c.Vars, _ = within(a.c.Vars, strings.Split(key, "."), value).(map[string]any)
		}
	}
}

// within gives a copy of a tree with a value at a path.
func within(tree any, path []string, value string) any {
	if len(path) == 0 {
		return value
	}
	out := map[string]any{}
	if m, ok := tree.(map[string]any); ok {
		for k, v := range m {
			out[k] = v
		}
	}
	out[path[0]] = within(out[path[0]], path[1:], value)
	return out
}
