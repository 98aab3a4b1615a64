package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"outdial/contact"
	"outdial/resource"
)

// changed gives the good line with one change.
func (w *walker) changed(change func(action map[string]any)) []byte {
	w.t.Helper()
	var d map[string]any
	if err := json.Unmarshal(w.good, &d); err != nil {
		w.t.Fatal(err)
	}
	change(d["Actions"].([]any)[0].(map[string]any))
	return []byte(asJSON(w.t, d))
}

// finds fails where the check does not find this, of this severity, in doc.
func (w *walker) finds(doc []byte, o CheckOptions, severity Severity, message string) {
	w.t.Helper()
	o.Type = w.kind
	for _, f := range Check(doc, o) {
		if f.Severity == severity && f.Message == message && f.Action == "a" {
			return
		}
	}
	w.t.Errorf("the check finds no %s %q but %v in\n%s", severity, message, Check(doc, o), doc)
}

// channels: on each channel that an action is not for, the check warns.
func (w *walker) channels() {
	for _, ch := range []contact.Channel{contact.Voice, contact.Chat, contact.Task, contact.Email} {
		never := fmt.Sprintf("%s never runs on %s", w.a.kind, ch)
		if !w.spec.Channels.has(ch) {
			w.finds(w.good, CheckOptions{Channel: ch}, Warning, never)
			continue
		}
		for _, f := range Check(w.good, CheckOptions{Channel: ch, Type: w.kind}) {
			if f.Message == never {
				w.t.Errorf("%s runs on %s, and the check says %s", w.a.kind, ch, f)
			}
		}
	}
}

// errorsByFlow: an error that is for some types of flow only is refused in the others.
func (w *walker) errorsByFlow() {
	for _, r := range w.spec.Errors {
		at := slices.IndexFunc(w.a.errorBranches(), func(b branch) bool { return b.name == r.Type })
		if r.Flows == 0 || at < 0 {
			continue
		}
		for i, name := range flowTypes {
			if w.spec.Flows.allow(1<<i) && !r.Flows.allow(1<<i) {
				w.expect(w.good, name, fmt.Sprintf("Invalid Action error. Error: %s, Path: Actions[0].Transitions.Errors[%d]", r.Type, at))
				w.seen["error by flow "+r.Type] = true
			}
		}
	}
}

// tooMany breaks the bound of a list or a map.
func (w *walker) tooMany(p *Param, path []string) {
	if p.Max == 0 {
		return
	}
	message := "Invalid Action property value. Path: " + w.a.at(path...)
	if p.Name == "Tags" {
		message = fmt.Sprintf("More than %d tags in %s", p.Max, strings.Join(path, "."))
	}
	w.broken(message, func(a map[string]any) {
		if p.Shape == List {
			put(a, path, slices.Repeat([]any{"x"}, p.Max+1))
			return
		}
		many := map[string]any{}
		for i := range p.Max + 1 {
			many[fmt.Sprint("k", i)] = "x"
		}
		put(a, path, many)
	})
}

// accepts: what a restriction allows is no problem of this value.
func (w *walker) accepts(p *Param, path []string) {
	var good []string
	switch p.Use {
	case D:
		good = []string{"a $.Attributes.x b", "$.Attributes.x"}
	case J, P:
		good = []string{"$.Attributes.x", "$.Attributes['x']"}
	case S:
		if p.Fold && len(p.Enum) > 0 {
			good = []string{strings.ToUpper(p.Enum[0]), strings.ToLower(p.Enum[0])}
		}
	}
	if p.Shape == Bool && p.Use == S {
		good = []string{"TRUE", "false"}
	}
	message := "Invalid Action property value. Path: " + w.a.at(path...)
	for _, v := range good {
		doc := w.changed(func(a map[string]any) { put(a, path, v) })
		if slices.Contains(w.problems(doc, w.kind), message) {
			w.t.Errorf("%s may be %q, and the check says %q", strings.Join(path, "."), v, message)
		}
	}
}

// strict: an empty text and a resource that is not there are warnings, and
// problems where the check is strict.
func (w *walker) strict(p *Param, path []string) {
	empty := "Invalid Action property value. Path: " + w.a.at(path...)
	if p.Name == "" && len(path) > 2 {
		empty = "Empty value in " + strings.Join(path[:len(path)-1], ".")
	}
	doc := w.changed(func(a map[string]any) { put(a, path, "") })
	if p.Empty {
		if slices.Contains(w.problems(doc, w.kind), empty) {
			w.t.Errorf("%s may be empty, and the check says %q", strings.Join(path, "."), empty)
		}
	} else {
		w.finds(doc, CheckOptions{}, Warning, empty)
		w.finds(doc, CheckOptions{Strict: true}, Problem, empty)
	}
	if p.Ref == "" {
		return
	}
	gone := CheckOptions{Resources: func(k resource.Kind, _ string) bool { return k != p.Ref }}
	doc = w.changed(func(a map[string]any) { put(a, path, "not-here") })
	message := "Invalid Action property value. Path: " + w.a.at(path...)
	if p.Valid != nil && !p.Valid("not-here") {
		return
	}
	w.finds(doc, gone, Warning, message)
	gone.Strict = true
	w.finds(doc, gone, Problem, message)
}

// The walk knows every kind of rule that a table can have: whoever adds one must
// break it in the walk too.
func TestWalkIsWhole(t *testing.T) {
	for kind, fields := range map[reflect.Type]string{
		reflect.TypeFor[Spec]():  "Doc Kind Service Why Params Groups Errors Results Channels Else Flows Terminal NoNext Speaks Waits Bounded Lenient Open Sets Check Run",
		reflect.TypeFor[Param](): "Name Shape Use Required When Enum Fold Min Max Valid Want Empty Ref Members Hidden",
		reflect.TypeFor[Group](): "At Names Rule When", reflect.TypeFor[When](): "Param Is Not",
		reflect.TypeFor[ErrorRule](): "Type Use When Flows", reflect.TypeFor[ResultRule](): "When Ops Operands Require Least Numeric Valid",
	} {
		var got []string
		for i := range kind.NumField() {
			got = append(got, kind.Field(i).Name)
		}
		if strings.Join(got, " ") != fields {
			t.Errorf("%s has %q, and the walk knows %s", kind, got, fields)
		}
	}
}

// A rule that the check does not enforce, or that no good line holds, fails the walk.
func TestWalkFails(t *testing.T) {
	spec := *actions["Wait"]
	spec.Params = append(slices.Clone(spec.Params), Param{Name: "Colour", Enum: []string{"red"}})
	spec.Errors = append(slices.Clone(spec.Errors), ErrorRule{Type: "TooLate"})
	spec.Results = append(slices.Clone(spec.Results), ResultRule{When: When{Param: "Colour"}})
	spec.Groups = append(slices.Clone(spec.Groups), Group{Names: []string{"Colour", "Events"}, When: When{Param: "Colour"}})
	have := declared(actions["Wait"])
	var more []string
	for _, rule := range declared(&spec) {
		if !slices.Contains(have, rule) {
			more = append(more, rule)
		}
	}
	if len(more) != 4 {
		t.Errorf("of four new rules the walk asks for %q", more)
	}
}
