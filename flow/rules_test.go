package flow

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// For every action type there are good lines in testdata/good: together they
// hold every parameter, error and result rule that its table declares. From them
// each rule is broken in turn, and the check must say exactly that.
func TestRules(t *testing.T) {
	for name, spec := range actions {
		t.Run(name, func(t *testing.T) {
			doc, err := os.ReadFile(filepath.Join("testdata", "good", name+".txt"))
			if err != nil {
				t.Fatalf("an action type needs good lines: %v", err)
			}
			w := &walker{t: t, spec: spec, seen: map[string]bool{}}
			for line := range strings.Lines(string(doc)) {
				if line = strings.TrimSpace(line); line != "" {
					w.line(line)
				}
			}
			for _, rule := range declared(spec) {
				if !w.seen[rule] {
					t.Errorf("no good line has %s", rule)
				}
			}
		})
	}
}

// declared lists what the good lines of a type must hold together.
func declared(s *Spec) []string {
	var out []string
	var down func(params []Param, at string)
	down = func(params []Param, at string) {
		for i := range params {
			p := &params[i]
			path := at + "." + p.Name
			out = append(out, "parameter "+path)
			if p.Shape == Object {
				down(p.Members, path)
			} else if p.Shape == Map || p.Shape == List {
				if len(p.Members) > 0 && p.Members[0].Shape == Object {
					down(p.Members[0].Members, path)
				}
			}
		}
	}
	down(s.Params, "")
	for _, e := range s.Errors {
		out = append(out, "error "+e.Type)
		if e.Flows != 0 {
			out = append(out, "error by flow "+e.Type)
		}
	}
	for i := range s.Results {
		out = append(out, "result rule "+strconv.Itoa(i))
	}
	for i := range s.Groups {
		out = append(out, "group "+strconv.Itoa(i))
	}
	return out
}

type walker struct {
	t    *testing.T
	spec *Spec
	good []byte
	a    *Checked // the action as it is in the good line
	kind string   // flow type in which it may stand
	seen map[string]bool
}

func (w *walker) line(line string) {
	w.good = wrong(line)
	w.kind = flowTypes[0]
	for i := range flowTypes {
		if w.spec.Flows&(1<<i) != 0 {
			w.kind = flowTypes[i]
			break
		}
	}
	if p := w.problems(w.good, w.kind); len(p) > 0 {
		w.t.Errorf("a good line is refused: %s\n%s", line, p)
		return
	}
	c := &checker{byID: map[string]*Checked{}}
	d, _ := readDocument(w.good)
	list, _ := d.actions()
	c.read(list)
	w.a = c.actions[0]
	w.object(w.spec.Params, []string{"Parameters"}, "")
	w.groups()
	w.transitions()
	w.channels()
	w.errorsByFlow()
	for i, name := range flowTypes {
		if !w.spec.Flows.allow(1 << i) {
			w.expect(w.good, name, fmt.Sprintf("Invalid Action type for flow type. Type: %s, FlowType: %s", w.a.kind, name))
		}
	}
}

// problems gives what the check says of the first action.
func (w *walker) problems(doc []byte, kind string) []string {
	var out []string
	for _, p := range Check(doc, CheckOptions{Type: kind}).Problems() {
		if p.Action == "a" {
			out = append(out, p.Message)
		}
	}
	return out
}

func (w *walker) expect(doc []byte, kind, message string) {
	w.t.Helper()
	if got := w.problems(doc, kind); !slices.Contains(got, message) {
		w.t.Errorf("the check does not say %q but %q of\n%s", message, got, doc)
	}
}

// broken checks the good line with one change.
func (w *walker) broken(message string, change func(action map[string]any)) {
	w.t.Helper()
	var d map[string]any
	if err := json.Unmarshal(w.good, &d); err != nil {
		w.t.Fatal(err)
	}
	change(d["Actions"].([]any)[0].(map[string]any))
	w.expect([]byte(asJSON(w.t, d)), w.kind, message)
}

// passes fails where the check finds a problem in the good line with one change.
func (w *walker) passes(change func(action map[string]any)) {
	w.t.Helper()
	var d map[string]any
	if err := json.Unmarshal(w.good, &d); err != nil {
		w.t.Fatal(err)
	}
	change(d["Actions"].([]any)[0].(map[string]any))
	if doc := []byte(asJSON(w.t, d)); len(w.problems(doc, w.kind)) > 0 {
		w.t.Errorf("the check says %q of\n%s", w.problems(doc, w.kind), doc)
	}
}

// put sets what is at a path, or takes it away where v is nil.
func put(action map[string]any, path []string, v any) {
	var at any = action
	for i, name := range path {
		last := i == len(path)-1
		switch m := at.(type) {
		case map[string]any:
			switch {
			case last && v == nil:
				delete(m, name)
			case last:
				m[name] = v
			}
			at = m[name]
		case []any:
			n, _ := strconv.Atoi(strings.Trim(name, "[]"))
			if last {
				m[n] = v
			}
			at = m[n]
		}
	}
}

func (w *walker) at(path []string) any {
	var at any = w.a.raw
	for _, name := range path {
		switch m := at.(type) {
		case map[string]any:
			at = m[name]
		case []any:
			n, _ := strconv.Atoi(strings.Trim(name, "[]"))
			at = m[n]
		}
	}
	return at
}

// object breaks the rules of the members of an object.
func (w *walker) object(params []Param, path []string, rule string) {
	zz := append(slices.Clone(path), "Zz")
	if w.spec.Open {
		w.passes(func(a map[string]any) { put(a, zz, "x") })
	} else {
		w.broken("Invalid Action property name. Path: "+w.a.at(zz...), func(a map[string]any) { put(a, zz, "x") })
	}
	obj, _ := w.at(path).(map[string]any)
	for i := range params {
		p := &params[i]
		below := append(slices.Clone(path), p.Name)
		if obj[p.Name] == nil {
			if !p.Required && !w.a.holds(p.When) {
				w.broken("Invalid Action property name. Path: "+w.a.at(below...), func(a map[string]any) { put(a, below, "x") })
			}
			continue
		}
		w.seen["parameter "+rule+"."+p.Name] = true
		if p.Required && w.a.holds(p.When) {
			w.broken("Action is missing required property. Path: "+w.a.at(below...), func(a map[string]any) { put(a, below, nil) })
		}
		w.param(p, below, rule+"."+p.Name)
	}
}

// param breaks the rules of one value.
func (w *walker) param(p *Param, path []string, rule string) {
	bad := func(v any) {
		w.t.Helper()
		w.broken("Invalid Action property value. Path: "+w.a.at(path...), func(a map[string]any) { put(a, path, v) })
	}
	switch p.Shape {
	case Any:
	case Object:
		bad("x")
		w.object(p.Members, path, rule)
	case Map, List:
		bad(5)
		w.entries(p, path, rule)
	default:
		bad(map[string]any{})
		w.scalar(p, bad)
		w.accepts(p, path)
		w.strict(p, path)
	}
}

func (w *walker) entries(p *Param, path []string, rule string) {
	if p.Min > 0 {
		var none any = map[string]any{}
		if p.Shape == List {
			none = []any{}
		}
		w.broken("Invalid Action property value. Path: "+w.a.at(path...), func(a map[string]any) { put(a, path, none) })
	}
	w.tooMany(p, path)
	if len(p.Members) == 0 {
		return
	}
	m := &p.Members[0]
	each := func(name string) {
		below := append(slices.Clone(path), name)
		if m.Shape == Object {
			w.object(m.Members, below, rule)
		} else {
			w.param(m, below, rule)
		}
	}
	switch v := w.at(path).(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			each(k)
		}
	case []any:
		for i := range v {
			each(fmt.Sprintf("[%d]", i))
		}
	}
}

func (w *walker) scalar(p *Param, bad func(any)) {
	w.t.Helper()
	switch p.Use {
	case S:
		bad("$.Attributes.x")
	case J:
		bad("a $.Attributes.x b")
		bad("$.BadValue")
	case P:
		bad("static")
		bad("$.External")
		bad("$.BadValue.x")
		return
	}
	switch {
	case p.Shape == Bool:
		bad("maybe")
	case p.Shape == Int:
		bad("x")
		bad(strconv.Itoa(p.Min - 1))
		if p.Max > 0 {
			bad(strconv.Itoa(p.Max + 1))
		}
	default:
		if p.Max > 0 {
			bad(strings.Repeat("1", p.Max+1))
		}
		if p.Min > 1 {
			bad(strings.Repeat("1", p.Min-1))
		}
	}
	if len(p.Enum) > 0 || p.Valid != nil {
		bad("§")
	}
}

// groups breaks the rules across members.
func (w *walker) groups() {
	for i, g := range w.spec.Groups {
		path := append([]string{"Parameters"}, g.At...)
		obj, ok := w.at(path).(map[string]any)
		if !ok || !w.a.holds(g.When) {
			continue
		}
		w.seen["group "+strconv.Itoa(i)] = true
		names := slices.Clone(g.Names)
		there := slices.DeleteFunc(names, func(n string) bool { return obj[n] == nil })
		if g.Rule == One || g.Rule == AtLeastOne {
			w.broken("At least one of ["+strings.Join(g.Names, ", ")+"] must be set", func(a map[string]any) {
				for _, n := range g.Names {
					put(a, append(slices.Clone(path), n), nil)
				}
			})
		}
		if g.Rule == One || g.Rule == AtMostOne {
			w.broken("Only one of these properties may be defined. Properties: ["+strings.Join(g.Names, ", ")+"]", func(a map[string]any) {
				for _, n := range g.Names {
					put(a, append(slices.Clone(path), n), "x")
				}
			})
		}
		if g.Rule == Together && len(there) > 1 {
			w.broken("Action is missing required property. Path: "+w.a.at(path...), func(a map[string]any) {
				put(a, append(slices.Clone(path), there[0]), nil)
			})
		}
	}
}

// transitions breaks the rules of branches.
func (w *walker) transitions() {
	tr := func(a map[string]any) map[string]any { return a["Transitions"].(map[string]any) }
	list := func(a map[string]any, name string) []any { l, _ := tr(a)[name].([]any); return l }
	if w.spec.Terminal {
		w.broken("Action does not support transitions. Path: Actions[0]", func(a map[string]any) { tr(a)["NextAction"] = "b" })
		return
	}
	if !w.spec.NoNext {
		w.broken("Action is missing required property. Path: Actions[0].Transitions.NextAction",
			func(a map[string]any) { delete(tr(a), "NextAction") })
	}
	w.broken("Invalid Action property value. Path: Actions[0].Transitions.NextAction",
		func(a map[string]any) { tr(a)["NextAction"] = "gone" })
	errs := w.a.errorBranches()
	add := func(name string) {
		w.broken(fmt.Sprintf("Invalid Action error. Error: %s, Path: Actions[0].Transitions.Errors[%d]", name, len(errs)), func(a map[string]any) {
			tr(a)["Errors"] = append(list(a, "Errors"), map[string]any{"ErrorType": name, "NextAction": "b"})
		})
	}
	add("Zz")
	if len(errs) > 0 {
		w.broken(fmt.Sprintf("Duplicate Action error. Error: %s, Path: Actions[0].Transitions.Errors[%d]", errs[0].name, len(errs)), func(a map[string]any) {
			tr(a)["Errors"] = append(list(a, "Errors"), map[string]any{"ErrorType": errs[0].name, "NextAction": "b"})
		})
	}
	allowed := map[string]bool{}
	for _, r := range w.spec.Errors {
		allowed[r.Type] = allowed[r.Type] || w.a.holds(r.When)
	}
	for _, r := range w.spec.Errors {
		if !allowed[r.Type] {
			add(r.Type)
			continue
		}
		if slices.ContainsFunc(errs, func(b branch) bool { return b.name == r.Type }) {
			w.seen["error "+r.Type] = true
		}
		if r.Use == Required && w.a.holds(r.When) {
			w.broken("Action is missing required error. Error: "+r.Type+", Path: Actions[0]", func(a map[string]any) {
				tr(a)["Errors"] = slices.DeleteFunc(list(a, "Errors"), func(e any) bool { return text(e.(map[string]any), "ErrorType") == r.Type })
			})
		}
	}
	w.results(func(a map[string]any, op string, operands ...any) {
		tr(a)["Conditions"] = append(list(a, "Conditions"), map[string]any{"NextAction": "b",
			"Condition": map[string]any{"Operator": op, "Operands": operands}})
	}, func(a map[string]any, operand string) {
		tr(a)["Conditions"] = slices.DeleteFunc(list(a, "Conditions"), func(c any) bool {
			return slices.Contains(c.(map[string]any)["Condition"].(map[string]any)["Operands"].([]any), any(operand))
		})
	})
}

// results breaks the rules of conditions.
func (w *walker) results(add func(a map[string]any, op string, operands ...any), drop func(a map[string]any, operand string)) {
	rule := ResultRule{}
	for i, r := range w.spec.Results {
		if w.a.holds(r.When) {
			rule = r
			w.seen["result rule "+strconv.Itoa(i)] = true
			break
		}
	}
	if len(rule.Ops) == 0 {
		w.broken("Action does not support conditions. Path: Actions[0]", func(a map[string]any) { add(a, "Equals", "x") })
		return
	}
	at := fmt.Sprintf("Actions[0].Transitions.Conditions[%d].Condition.", len(w.a.conditions()))
	const value = "Invalid Action property value. Path: "
	w.broken(value+at+"Operator", func(a map[string]any) { add(a, "And", "x") })
	w.broken(value+at+"Operands", func(a map[string]any) { add(a, rule.Ops[0], "1", "2") })
	w.broken("Invalid branch. Path: "+at+"Operands", func(a map[string]any) { add(a, rule.Ops[0], "") })
	if len(rule.Operands) > 0 || rule.Valid != nil || rule.Numeric {
		w.broken(value+at+"Operands", func(a map[string]any) { add(a, rule.Ops[0], "§") })
	}
	for _, operand := range rule.Require {
		w.broken("Action is missing required condition. Condition: "+operand+", Path: Actions[0]", func(a map[string]any) { drop(a, operand) })
	}
	if rule.Least > 0 {
		w.broken("Action is missing required condition. Path: Actions[0]", func(a map[string]any) {
			for _, c := range w.a.conditions() {
				drop(a, c.operands[0])
			}
		})
	}
}
