package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object checks the members of an object against their declarations.
func (a *Checked) object(params []Param, obj map[string]any, below []string) {
	for _, name := range sortedKeys(obj) {
		path := append(slices.Clone(below), name)
		p := member(params, name)
		if obj[name] == nil {
			continue // null is absent
		}
		if p == nil {
			severity := Problem
			if a.spec.Open {
				severity = Warning
			}
			a.finding(severity, "Invalid Action property name. Path: "+a.at(path...),
				fmt.Sprintf("%s has no such parameter%s", a.kind, a.c.nearest(name, paramNames(params))), path...)
			continue
		}
		if !p.Required && !a.holds(p.When) {
			a.problem("Invalid Action property name. Path: "+a.at(path...), "it may only stand where "+p.When.String(), path...)
			continue
		}
		a.param(p, obj[name], path)
	}
	for i := range params {
		if p := &params[i]; p.Required && obj[p.Name] == nil && a.holds(p.When) {
			path := append(slices.Clone(below), p.Name)
			a.problem("Action is missing required property. Path: "+a.at(path...), "", path...)
		}
	}
}

// String says a condition in words.
func (w When) String() string {
	s := w.Param
	switch {
	case w.Is != "" && w.Not:
		s += " is not " + w.Is
	case w.Is != "":
		s += " is " + w.Is
	case w.Not:
		s += " is absent"
	default:
		s += " is there"
	}
	return s
}

func paramNames(params []Param) []string {
	var out []string
	for i := range params {
		out = append(out, params[i].Name)
	}
	return out
}

// param checks one value.
func (a *Checked) param(p *Param, v any, path []string) {
	bad := func(hint string) { a.badValue(hint, path) }
	switch p.Shape {
	case Any:
		return
	case Object:
		m, ok := v.(map[string]any)
		if !ok {
			bad("it is " + jsonKind(v) + ", not an object")
			return
		}
		a.object(p.Members, m, path)
	case Map:
		m, ok := v.(map[string]any)
		if !ok {
			bad("it is " + jsonKind(v) + ", not an object")
			return
		}
		a.entries(p, len(m), path)
		for _, k := range sortedKeys(m) {
			if m[k] != nil && len(p.Members) > 0 {
				a.param(&p.Members[0], m[k], append(slices.Clone(path), k))
			}
		}
	case List:
		list, ok := v.([]any)
		if !ok {
			// One reference may stand for the whole list.
			if s, is := v.(string); is && p.Use != S && parseTemplatePointer(s).single() != nil {
				return
			}
			bad("it is " + jsonKind(v) + ", not a list")
			return
		}
		a.entries(p, len(list), path)
		for i, item := range list {
			if len(p.Members) > 0 {
				a.param(&p.Members[0], item, append(slices.Clone(path), index(i)))
			}
		}
	default:
		a.scalar(p, v, path)
	}
}

// index writes a position in a list as paths have it.
func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

func parseTemplatePointer(s string) *template {
	t := parseTemplate(s)
	return &t
}

func (a *Checked) badValue(hint string, path []string) {
	a.problem("Invalid Action property value. Path: "+a.at(path...), hint, path...)
}

// entries checks how many a list or a map has.
func (a *Checked) entries(p *Param, n int, path []string) {
	switch {
	case n < p.Min:
		a.badValue(fmt.Sprintf("at least %d entries, not %d", p.Min, n), path)
	case p.Max > 0 && n > p.Max:
		if p.Name == "Tags" {
			a.problem(fmt.Sprintf("More than %d tags in %s", p.Max, strings.Join(path, ".")), "", path...)
			return
		}
		a.badValue(fmt.Sprintf("at most %d entries, not %d", p.Max, n), path)
	}
}

// scalar checks a text, a number or a boolean.
func (a *Checked) scalar(p *Param, v any, path []string) {
	switch v.(type) {
	case map[string]any, []any:
		a.badValue("it is "+jsonKind(v)+", not a text", path)
		return
	}
	s := textOf(v)
	if s == "" {
		a.empty(p, path)
		return
	}
	tpl := parseTemplate(s)
	if !a.restricted(p, &tpl, path) || !tpl.static() {
		return
	}
	if placeholder(s) {
		if p.Ref == "" {
			return
		}
		a.finding(a.c.soft(), "Invalid Action property value. Path: "+a.at(path...),
			fmt.Sprintf("%q stands where a resource of your instance goes", s), path...)
		return
	}
	a.static(p, s, v, path)
	if p.Ref != "" && a.c.o.Resources != nil && !a.c.o.Resources(p.Ref, s) {
		a.finding(a.c.soft(), "Invalid Action property value. Path: "+a.at(path...),
			fmt.Sprintf("there is no %s %q; alias it, or name one of this instance", p.Ref, s), path...)
	}
}

// empty is an empty text: older exports have them, the service refuses them now.
func (a *Checked) empty(p *Param, path []string) {
	if p.Empty {
		return
	}
	message := "Invalid Action property value. Path: " + a.at(path...)
	if p.Name == "" && len(path) > 2 {
		message = "Empty value in " + strings.Join(path[:len(path)-1], ".")
	}
	a.finding(a.c.soft(), message, "it is empty", path...)
}

// restricted checks S, J and D.
func (a *Checked) restricted(p *Param, tpl *template, path []string) bool {
	ref := tpl.single()
	switch p.Use {
	case S:
		if tpl.static() || !known(tpl) {
			return true
		}
		a.badValue("it must be static: no references", path)
	case J:
		switch {
		case tpl.static():
			return true
		case ref == nil:
			a.badValue("it is either static, or one single reference", path)
		case !known(tpl):
			a.badValue("$."+ref.root()+" is no namespace"+a.c.nearest(ref.root(), rootNames()), path)
		default:
			return true
		}
	case P:
		switch {
		case ref == nil:
			a.badValue("it must be one single reference, like $.Attributes.name", path)
		case !known(tpl):
			a.badValue("$."+ref.root()+" is no namespace"+a.c.nearest(ref.root(), rootNames()), path)
		case !ref.leaf():
			a.badValue("it must name one value, like "+ref.source+".name", path)
		default:
			return true
		}
	default:
		return true
	}
	return false
}

// known tells whether all roots of a text are namespaces.
func known(tpl *template) bool {
	for _, part := range tpl.parts {
		if part.ref != nil && !roots[part.ref.root()] {
			return false
		}
	}
	return true
}

func rootNames() []string {
	var out []string
	for r := range roots {
		out = append(out, r)
	}
	slices.Sort(out)
	return out
}

// static checks what can be known before the flow runs.
func (a *Checked) static(p *Param, s string, v any, path []string) {
	switch p.Shape {
	case Int:
		n, err := strconv.Atoi(strings.TrimSpace(s))
		switch {
		case err != nil:
			a.badValue(fmt.Sprintf("%q is not a whole number", s), path)
		case n < p.Min, p.Max > 0 && n > p.Max:
			a.badValue(fmt.Sprintf("%d is not within %s", n, bounds(p)), path)
		}
		return
	case Bool:
		if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
			a.badValue(fmt.Sprintf("%q is neither \"True\" nor \"False\"", s), path)
		}
		return
	}
	if len(p.Enum) > 0 && !slices.ContainsFunc(p.Enum, func(e string) bool { return e == s || p.Fold && strings.EqualFold(e, s) }) {
		a.badValue(fmt.Sprintf("%q is none of %s", s, strings.Join(p.Enum, ", ")), path)
	}
	if n := utf8.RuneCountInString(s); n < p.Min || p.Max > 0 && n > p.Max {
		a.badValue(fmt.Sprintf("it has %d characters, not within %s", n, bounds(p)), path)
	}
	if p.Valid != nil && !p.Valid(s) {
		a.badValue(fmt.Sprintf("%q is not %s", s, p.Want), path)
	}
	if _, is := v.(json.Number); is {
		a.finding(Warning, "Invalid Action property value. Path: "+a.at(path...), "write the number as a string", path...)
	}
}

func bounds(p *Param) string {
	if p.Max == 0 {
		return fmt.Sprintf("%d and up", p.Min)
	}
	return fmt.Sprintf("%d to %d", p.Min, p.Max)
}

// placeholder tells whether a deployment is to put something in place of s:
// ${Arn}, {{menu}}, %Name%, %%NAME%%, <<Region>>.
func placeholder(s string) bool {
	for _, q := range [][2]string{{"${", "}"}, {"{{", "}}"}, {"<<", ">>"}, {"%%", "%%"}, {"%", "%"}} {
		i := strings.Index(s, q[0])
		if i < 0 {
			continue
		}
		rest := s[i+len(q[0]):]
		if j := strings.Index(rest, q[1]); j > 0 && !strings.ContainsAny(rest[:j], " \t\n") {
			return true
		}
	}
	return false
}
