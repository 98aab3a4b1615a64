package flow

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"outdial/contact"
)

// Checked is one action under the check.
type Checked struct {
	c           *checker
	path        string // Actions[3]
	id, kind    string
	raw         map[string]any
	spec        *Spec // nil when the type is not honoured
	params      map[string]any
	transitions map[string]any
}

// problem adds one at a path below the action.
func (a *Checked) problem(message, hint string, below ...string) {
	a.finding(Problem, message, hint, below...)
}

func (a *Checked) finding(s Severity, message, hint string, below ...string) {
	a.c.add(Finding{Severity: s, Message: message, Action: a.id, Path: a.at(below...), Hint: hint})
}

// at gives the path of something below the action.
func (a *Checked) at(below ...string) string {
	return strings.ReplaceAll(strings.Join(append([]string{a.path}, below...), "."), ".[", "[")
}

// BadValue is a problem with a parameter, for Spec.Check.
func (a *Checked) BadValue(hint string, path ...string) {
	below := append([]string{"Parameters"}, path...)
	a.problem("Invalid Action property value. Path: "+a.at(below...), hint, below...)
}

// Text gives a parameter as it is written, "" when it is absent.
func (a *Checked) Text(path ...string) string {
	switch v := a.value(path...).(type) {
	case map[string]any, []any:
		return ""
	default:
		return textOf(v)
	}
}

// Texts gives the texts of a list.
func (a *Checked) Texts(path ...string) []string {
	list, _ := a.value(path...).([]any)
	var out []string
	for _, v := range list {
		out = append(out, textOf(v))
	}
	return out
}

// value gives a parameter, nil when it is absent.
func (a *Checked) value(path ...string) any {
	var v any = a.params
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// NeedCondition demands a condition on this operand, for Spec.Check.
func (a *Checked) NeedCondition(operand string) {
	for _, cond := range a.conditions() {
		if slices.Contains(cond.operands, operand) {
			return
		}
	}
	a.problem("Action is missing required condition. Condition: "+operand+", Path: "+a.path,
		fmt.Sprintf("add a condition Equals %q", operand), "Transitions", "Conditions")
}

// holds tells whether a condition on the parameters is true.
func (a *Checked) holds(w When) bool {
	if w.Param == "" {
		return true
	}
	v := a.value(strings.Split(w.Param, ".")...)
	got := v != nil
	if w.Is != "" {
		got = strings.EqualFold(textOf(v), w.Is)
	}
	return got != w.Not
}

// check goes through one action.
func (a *Checked) check() {
	for _, k := range sortedKeys(a.raw) {
		switch k {
		case "Identifier", "Type", "Parameters", "Transitions", "Metadata":
		default:
			a.finding(Warning, "Invalid Action property name. Path: "+a.at(k), "it has no meaning in an action", k)
		}
	}
	if a.spec == nil {
		a.problem("Invalid Action type. Type: "+a.kind, "it is not an action type that is honoured"+a.c.nearest(a.kind, typeNames()), "Type")
		a.targets()
		return
	}
	if _, ok := a.raw["Parameters"].(map[string]any); !ok && a.raw["Parameters"] != nil {
		a.problem("Invalid Action property value. Path: "+a.at("Parameters"), "an object", "Parameters")
	}
	if a.c.kind != 0 && !a.spec.Flows.allow(a.c.kind) {
		a.problem(fmt.Sprintf("Invalid Action type for flow type. Type: %s, FlowType: %s", a.kind, a.c.kind),
			"it may stand in "+a.spec.Flows.String(), "Type")
	}
	a.object(a.spec.Params, a.params, []string{"Parameters"})
	for _, g := range a.spec.Groups {
		a.group(g)
	}
	a.branches()
	if a.spec.Check != nil {
		a.spec.Check(a)
	}
	a.onChannel()
}

func typeNames() []string {
	var out []string
	for name := range actions {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Names that no action may bear, and characters that none may hold.
// https://docs.aws.amazon.com/connect/latest/devguide/flow-language-actions.html
var badNames = []string{"__proto__", "constructor", "__defineGetter__", "__defineSetter__", "toString", "hasOwnProperty",
	"isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "valueOf"}

const badCharacters = `%:(\/)=$,;[]{}`

// identifier checks the action's name.
func (a *Checked) identifier() {
	switch {
	case a.id == "":
		a.problem("Action is missing required property. Path: "+a.at("Identifier"), "each action has a name", "Identifier")
	case utf8.RuneCountInString(a.id) > maxIdentifier:
		a.problem("Invalid Action identifier. Identifier: "+a.id, "it has more than 50 characters", "Identifier")
	case strings.ContainsAny(a.id, badCharacters):
		a.problem("Invalid Action identifier. Identifier: "+a.id, "it may hold none of % : ( \\ / ) = $ , ; [ ] { }", "Identifier")
	case slices.Contains(badNames, a.id):
		a.problem("Invalid Action identifier. Identifier: "+a.id, "the name is reserved", "Identifier")
	}
}

// onChannel warns of what the flow's channel never runs, or cannot carry.
func (a *Checked) onChannel() {
	ch := a.c.o.Channel
	if ch == "" {
		return
	}
	if !a.spec.Channels.has(ch) {
		what := "it takes its error branch"
		if a.spec.Else == ElseNext {
			what = "it goes on without effect"
		}
		a.finding(Warning, fmt.Sprintf("%s never runs on %s", a.kind, ch), "there "+what, "Type")
		return
	}
	switch {
	case !a.spec.Speaks:
	case ch == contact.Voice:
		for _, name := range []string{"Text", "SSML"} {
			a.tooLong(name, maxSpoken, utf8.RuneCountInString(a.Text(name)))
		}
	case ch == contact.Chat:
		for _, name := range []string{"SSML", "PromptId", "Media"} {
			if a.value(name) != nil {
				a.finding(Warning, name+" cannot be read on "+string(ch), "it takes its error branch; use Text", "Parameters", name)
			}
		}
		limit, n := textLimit(a.c.o.Subtype, a.Text("Text"))
		a.tooLong("Text", limit, n)
	}
}

// tooLong warns of a prompt that the flow's channel cannot carry.
func (a *Checked) tooLong(name string, limit, n int) {
	if n > limit {
		a.finding(Warning, fmt.Sprintf("%s has %d characters, and the channel carries %d", name, n, limit),
			"it takes its error branch; split it", "Parameters", name)
	}
}

// group checks a rule across members.
func (a *Checked) group(g Group) {
	if !a.holds(g.When) {
		return
	}
	obj, ok := a.value(g.At...).(map[string]any)
	if !ok && len(g.At) > 0 {
		return
	}
	a.groupOf(g, obj, append([]string{"Parameters"}, g.At...))
}

// groupOf checks it on an object that lies below the action.
func (a *Checked) groupOf(g Group, obj map[string]any, below []string) {
	var there []string
	for _, n := range g.Names {
		if obj[n] != nil {
			there = append(there, n)
		}
	}
	names := strings.Join(g.Names, ", ")
	if len(there) > 1 && (g.Rule == One || g.Rule == AtMostOne) {
		a.problem("Only one of these properties may be defined. Properties: ["+strings.Join(there, ", ")+"]", "leave one of them", below...)
	}
	if len(there) == 0 && (g.Rule == One || g.Rule == AtLeastOne) {
		a.problem("At least one of ["+names+"] must be set", "", below...)
	}
	if g.Rule == Together && len(there) > 0 && len(there) < len(g.Names) {
		a.problem("Action is missing required property. Path: "+a.at(below...), "set all of ["+names+"], or none", below...)
	}
}
