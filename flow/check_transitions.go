package flow

import (
	"fmt"
	"slices"
	"strings"
)

// A checkedCondition is one entry of Conditions as it is written.
type checkedCondition struct {
	operator string
	operands []string
	next     string
	texts    bool // all operands are texts
}

// conditions gives the entries that can be read.
func (a *Checked) conditions() []checkedCondition {
	list, _ := a.transitions["Conditions"].([]any)
	var out []checkedCondition
	for _, v := range list {
		m, _ := v.(map[string]any)
		cond, _ := m["Condition"].(map[string]any)
		c := checkedCondition{operator: text(cond, "Operator"), next: text(m, "NextAction"), texts: true}
		operands, _ := cond["Operands"].([]any)
		for _, o := range operands {
			s, ok := o.(string)
			if !ok {
				s = textOf(o)
				_, isObject := o.(map[string]any)
				c.texts = c.texts && !isObject
			}
			c.operands = append(c.operands, s)
		}
		out = append(out, c)
	}
	return out
}

// errorBranches gives the error types with where they lead.
func (a *Checked) errorBranches() []branch {
	list, _ := a.transitions["Errors"].([]any)
	var out []branch
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, branch{name: text(m, "ErrorType"), next: text(m, "NextAction")})
	}
	return out
}

// branches checks Transitions.
func (a *Checked) branches() {
	if raw := a.raw["Transitions"]; raw != nil {
		if _, ok := raw.(map[string]any); !ok {
			a.problem("Invalid Action property value. Path: "+a.at("Transitions"), "an object", "Transitions")
			return
		}
	}
	for _, k := range []string{"Errors", "Conditions"} {
		if _, ok := a.transitions[k].([]any); !ok && a.transitions[k] != nil {
			a.problem("Invalid Action property value. Path: "+a.at("Transitions", k), "a list, not "+jsonKind(a.transitions[k]), "Transitions", k)
		}
	}
	errs, conds := a.errorBranches(), a.conditions()
	if a.spec.Terminal {
		if a.transitions["NextAction"] != nil || len(errs)+len(conds) > 0 {
			a.problem("Action does not support transitions. Path: "+a.path, "it ends the flow: Transitions is {}", "Transitions")
		}
		return
	}
	for _, k := range sortedKeys(a.transitions) {
		if k != "NextAction" && k != "Errors" && k != "Conditions" {
			a.problem("Invalid Action property name. Path: "+a.at("Transitions", k), "", "Transitions", k)
		}
	}
	if _, ok := a.transitions["NextAction"].(string); !ok && !a.spec.NoNext {
		a.problem("Action is missing required property. Path: "+a.at("Transitions", "NextAction"),
			"it is needed even where every outcome has a branch", "Transitions", "NextAction")
	}
	a.targets()
	a.errors(errs)
	a.results(conds)
}

// targets checks that every branch leads somewhere.
func (a *Checked) targets() {
	dangling := func(to string, below ...string) {
		if to == "" {
			a.problem("Action is missing required property. Path: "+a.at(below...), "the action that it leads to", below...)
			return
		}
		a.problem("Invalid Action property value. Path: "+a.at(below...),
			fmt.Sprintf("there is no action %q%s", to, a.c.nearest(to, a.c.names())), below...)
	}
	if next, ok := a.transitions["NextAction"].(string); ok && a.c.byID[next] == nil {
		dangling(next, "Transitions", "NextAction")
	}
	for i, e := range a.errorBranches() {
		if a.c.byID[e.next] == nil {
			dangling(e.next, "Transitions", fmt.Sprintf("Errors[%d]", i), "NextAction")
		}
	}
	for i, c := range a.conditions() {
		if a.c.byID[c.next] == nil {
			dangling(c.next, "Transitions", fmt.Sprintf("Conditions[%d]", i), "NextAction")
		}
	}
}

// errors checks which error types are declared.
func (a *Checked) errors(errs []branch) {
	allowed := map[string]bool{}
	for _, r := range a.spec.Errors {
		if !a.holds(r.When) || a.c.kind != 0 && !r.Flows.allow(a.c.kind) {
			continue
		}
		allowed[r.Type] = true
		if r.Use == Required && !slices.ContainsFunc(errs, func(b branch) bool { return b.name == r.Type }) {
			a.problem("Action is missing required error. Error: "+r.Type+", Path: "+a.path, "add a branch for it", "Transitions", "Errors")
		}
	}
	seen := map[string]bool{}
	for i, e := range errs {
		below := []string{"Transitions", fmt.Sprintf("Errors[%d]", i)}
		switch {
		case e.name == "":
			a.problem("Action is missing required property. Path: "+a.at(append(below, "ErrorType")...), "", below...)
		case !allowed[e.name]:
			hint := a.kind + " has no such error"
			if len(allowed) > 0 {
				hint += "; it has " + strings.Join(keys(allowed), ", ")
			}
			a.problem("Invalid Action error. Error: "+e.name+", Path: "+a.at(below...), hint, below...)
		case seen[e.name]:
			a.problem("Duplicate Action error. Error: "+e.name+", Path: "+a.at(below...), "one branch for each error", below...)
		}
		seen[e.name] = true
	}
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// results checks the conditions.
func (a *Checked) results(conds []checkedCondition) {
	rule := ResultRule{}
	for _, r := range a.spec.Results {
		if a.holds(r.When) {
			rule = r
			break
		}
	}
	if len(rule.Ops) == 0 {
		if len(conds) > 0 {
			a.problem("Action does not support conditions. Path: "+a.path, "take the conditions out", "Transitions", "Conditions")
		}
		return
	}
	for i, c := range conds {
		a.condition(&rule, c, []string{"Transitions", fmt.Sprintf("Conditions[%d]", i), "Condition"})
	}
	for _, operand := range rule.Require {
		a.NeedCondition(operand)
	}
	if len(conds) < rule.Least {
		a.problem("Action is missing required condition. Path: "+a.path, fmt.Sprintf("at least %d", rule.Least), "Transitions", "Conditions")
	}
}

// condition checks one condition against the action's rule.
func (a *Checked) condition(rule *ResultRule, c checkedCondition, below []string) {
	at := func(name string) []string { return append(slices.Clone(below), name) }
	if !slices.Contains(rule.Ops, c.operator) {
		a.badValue(fmt.Sprintf("%q is none of %s", c.operator, strings.Join(rule.Ops, ", ")), at("Operator"))
	}
	if len(c.operands) != 1 || !c.texts {
		a.badValue("one operand, a text", at("Operands"))
		return
	}
	s := c.operands[0]
	switch {
	case s == "":
		a.problem("Invalid branch. Path: "+a.at(at("Operands")...), "an operand may not be empty", at("Operands")...)
	case placeholder(s), !parseTemplatePointer(s).static():
	case len(rule.Operands) > 0 && !slices.Contains(rule.Operands, s):
		a.badValue(fmt.Sprintf("%q is none of %s", s, strings.Join(rule.Operands, ", ")), at("Operands"))
	case rule.Valid != nil && !rule.Valid(s):
		a.badValue(fmt.Sprintf("%q cannot be a result of %s", s, a.kind), at("Operands"))
	case rule.Numeric || strings.HasPrefix(c.operator, "Number"):
		if _, ok := number(s); !ok {
			a.badValue(fmt.Sprintf("%q is not a number", s), at("Operands"))
		}
	}
}
