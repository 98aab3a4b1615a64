package flow

import (
	"encoding/json"
	"strconv"
	"strings"
)

// A value is one parameter of one action, as parsed: its references compiled,
// and its declaration at hand.
type value struct {
	rule  *Param // nil where the declaration does not know it
	text  template
	raw   any      // number, boolean or null as it lies; nil for texts
	shape byte     // 't' text, 's' other scalar, 'l' list, 'o' object
	names []string // of an object, sorted
	keys  []template
	items []value // of a list, or of an object in the order of names
}

// compile makes a value of JSON.
func compile(v any, rule *Param) value {
	out := value{rule: rule}
	switch v := v.(type) {
	case string:
		out.shape = 't'
		out.text = template{literal: v}
		if rule == nil || rule.Use != S {
			out.text = parseTemplate(v)
		}
	case map[string]any:
		out.shape = 'o'
		out.names = sortedKeys(v)
		for _, name := range out.names {
			out.keys = append(out.keys, parseTemplate(name))
			out.items = append(out.items, compile(v[name], ruleOf(rule, name)))
		}
	case []any:
		out.shape = 'l'
		for _, item := range v {
			out.items = append(out.items, compile(item, ruleOf(rule, "")))
		}
	default:
		out.shape = 's'
		out.raw = v
		out.text = template{literal: textOf(v)}
	}
	return out
}

// ruleOf gives the declaration of a member or an item under rule.
func ruleOf(rule *Param, name string) *Param {
	if rule == nil {
		return nil
	}
	switch rule.Shape {
	case Object:
		return member(rule.Members, name)
	case Map, List:
		if len(rule.Members) > 0 {
			return &rule.Members[0]
		}
	}
	return nil
}

// at finds a member, at any depth; nil where it is not there.
func (v *value) at(path ...string) *value {
	for _, name := range path {
		if v == nil || v.shape != 'o' {
			return nil
		}
		var next *value
		for i := range v.names {
			if v.names[i] == name {
				next = &v.items[i]
				break
			}
		}
		v = next
	}
	if v != nil && v.shape == 's' && v.raw == nil {
		return nil // null is absent
	}
	return v
}

// textOf writes a value as Connect shows it in a text: strings as they are,
// numbers without an exponent, objects and lists as JSON, what is missing as "".
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return numberText(v)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// numberText keeps the digits of a number as they were written, but for exponents.
func numberText(n json.Number) string {
	s := n.String()
	if !strings.ContainsAny(s, "eE") || len(s) > 32 {
		return s
	}
	f, err := n.Float64()
	if err != nil {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
