// Package wiretest examines a table of operations by AWS's own model: it says
// wherever our structs and the model differ. It serves tests only; nothing of
// the model is kept in the program.
package wiretest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"outdial/wire"
)

// A Report is what the examiner found.
type Report struct {
	Differences []string // failures: "StopContact: input ContactId: len 1..100, the model says 1..256"
	NotHonoured []string // members that the model has and we have not: "StopContact: input DisconnectReason"
}

// Examine compares ops, and the catalogue of exceptions, with the model at path
// (AWS's service-2.json form). Of inputs it compares all that a tag can say, of
// outputs names, types and forms. accepted lists differences that are meant, by
// their exact text; one that does not occur any more is itself a difference.
func Examine(path string, ops []wire.Operation, accepted ...string) (*Report, error) {
	m, err := readModel(path)
	if err != nil {
		return nil, err
	}
	e := &examiner{model: m}
	for i := range ops {
		e.operation(&ops[i])
	}
	e.exceptions()
	for _, a := range accepted {
		if i := slices.Index(e.Differences, a); i >= 0 {
			e.Differences = slices.Delete(e.Differences, i, i+1)
		} else {
			e.Differences = append(e.Differences, "accepted, but not there: "+a)
		}
	}
	return &e.Report, nil
}

// Routes compares a table of operations, and the lines of wire.Config.Unserved,
// with the model at path: each of the model's operations must stand in one of
// the two with its method and path, and nothing else may.
func Routes(path string, ops []wire.Operation, unserved string) (differences []string, err error) {
	m, err := readModel(path)
	if err != nil {
		return nil, err
	}
	have := map[string]string{}
	for _, o := range ops {
		have[o.Name] = o.Method + " " + o.Path
	}
	for line := range strings.Lines(unserved) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			differences = append(differences, fmt.Sprintf("not of the form \"PUT /path Name\": %q", strings.TrimSpace(line)))
			continue
		}
		have[f[2]] = f[0] + " " + f[1]
	}
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		want := m.Operations[name].HTTP.Method + " " + m.Operations[name].HTTP.RequestURI
		switch got, ok := have[name]; {
		case !ok:
			differences = append(differences, fmt.Sprintf("%s: neither served nor listed (%s)", name, want))
		case got != want:
			differences = append(differences, fmt.Sprintf("%s: %s, the model says %s", name, got, want))
		}
		delete(have, name)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		differences = append(differences, name+": the model has no such operation")
	}
	return differences, nil
}

// An examiner goes through operations, and notes what it finds.
type examiner struct {
	Report
	model *model
	at    string        // "StopContact: input "
	input bool          // constraints count
	been  map[been]bool // pairs compared, in this operation
}

// been is a pair of shapes that was compared: shapes may hold themselves.
type been struct {
	ours   *wire.Shape
	theirs string
}

func (e *examiner) differ(path, format string, args ...any) {
	text := e.at + path
	if path != "" {
		text += ": "
	}
	e.Differences = append(e.Differences, text+fmt.Sprintf(format, args...))
}

func (e *examiner) operation(o *wire.Operation) {
	e.at, e.been = o.Name+": ", map[been]bool{}
	their, ok := e.model.Operations[o.Name]
	if !ok {
		e.differ("", "the model has no such operation")
		return
	}
	if got, want := o.Method+" "+o.Path, their.HTTP.Method+" "+their.HTTP.RequestURI; got != want {
		e.differ("", "%s, the model says %s", got, want)
	}
	declared := their.errors()
	for _, name := range slices.Sorted(slices.Values(o.Errors)) {
		if !slices.Contains(declared, name) {
			e.differ("", "%s is not one of its exceptions", name)
		}
	}
	for _, name := range declared {
		if !slices.Contains(o.Errors, name) {
			e.differ("", "%s is missing of its exceptions", name)
		}
	}
	e.whole("input ", o.In, their.Input)
	e.whole("output ", o.Out, their.Output)
}

// whole compares an operation's input or output.
func (e *examiner) whole(what string, ours *wire.Shape, theirs *reference) {
	at := e.at
	defer func() { e.at = at }()
	e.at += what
	e.input = what == "input "
	if theirs != nil {
		e.structure("", ours, theirs.Shape)
		return
	}
	for _, m := range ours.Members {
		e.differ(m.Name, "the model has none")
	}
}

func (e *examiner) structure(prefix string, ours *wire.Shape, name string) {
	if pair := (been{ours, name}); e.been[pair] {
		return
	} else {
		e.been[pair] = true
	}
	theirs := e.model.Shapes[name]
	left := maps.Clone(theirs.Members)
	for i := range ours.Members {
		m := &ours.Members[i]
		path := prefix + m.Name
		key := memberKey(theirs.Members, m.Name)
		their, ok := theirs.Members[key]
		if !ok {
			e.differ(path, "the model has none")
			continue
		}
		delete(left, key)
		e.member(path, m, their, slices.Contains(theirs.Required, key))
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		path := prefix + key
		e.NotHonoured = append(e.NotHonoured, e.at+path)
		if e.input && slices.Contains(theirs.Required, key) {
			e.differ(path, "required by the model, and we have none")
		}
	}
	if e.input && ours.Union != theirs.Union {
		e.differ(strings.TrimSuffix(prefix, "."), "union %v, the model says %v", ours.Union, theirs.Union)
	}
}

// memberKey finds a member by its name on the wire.
func memberKey(members map[string]reference, name string) string {
	if _, ok := members[name]; ok {
		return name
	}
	for key, r := range members {
		if r.Location == "" && r.LocationName == name {
			return key
		}
	}
	return name
}

func (e *examiner) member(path string, m *wire.Member, their reference, required bool) {
	in := wire.Location(their.Location)
	if in == "" {
		in = wire.Body
	}
	switch {
	case m.In != in:
		e.differ(path, "travels in the %s, the model says %s", m.In, in)
	case in != wire.Body && m.As != their.wireName(m.Name):
		e.differ(path, "is called %s there, the model says %s", m.As, their.wireName(m.Name))
	case in == wire.Body && m.Name != their.wireName(m.Name):
		e.differ(path, "the model calls it %s on the wire", their.wireName(m.Name))
	}
	if e.input && m.Required != required {
		e.differ(path, "required %v, the model says %v", m.Required, required)
	}
	if s := e.model.sensitive(their.Shape); e.input && m.Sensitive != s {
		e.differ(path, "sensitive %v, the model says %v", m.Sensitive, s)
	}
	e.shape(path, m.Shape, their.Shape)
}

func (e *examiner) shape(path string, ours *wire.Shape, name string) {
	theirs := e.model.Shapes[name]
	kind := wire.Type(theirs.Type)
	if kind == "float" {
		kind = wire.Double
	}
	if ours.Type != kind {
		e.differ(path, "a %s, the model says %s", ours.Type, theirs.Type)
		return
	}
	if iso := theirs.TimestampFormat == "iso8601"; kind == wire.Timestamp && ours.ISO != iso {
		e.differ(path, "iso %v, the model says %v", ours.ISO, iso)
	}
	if e.input {
		e.constraints(path, ours, theirs)
	}
	switch kind {
	case wire.Structure:
		e.structure(path+".", ours, name)
	case wire.List:
		e.shape(path+"[]", ours.Item, theirs.Member.Shape)
	case wire.Map:
		e.shape(path+"{key}", ours.Key, theirs.Key.Shape)
		e.shape(path+"{}", ours.Item, theirs.Value.Shape)
	}
}

func (e *examiner) constraints(path string, ours *wire.Shape, theirs modelShape) {
	var want wire.Bounds
	if theirs.Min != nil {
		want.Min, want.HasMin = *theirs.Min, true
	}
	if theirs.Max != nil {
		want.Max, want.HasMax = *theirs.Max, true
	}
	got, rule := ours.Range, "range"
	switch ours.Type {
	case wire.String:
		got, rule = countable(ours.Len), "len"
		want = countable(want)
	case wire.List, wire.Map:
		got, rule = countable(ours.Items), "items"
		want = countable(want)
	}
	if got != want {
		e.differ(path, "%s %s, the model says %s", rule, bounds(got), bounds(want))
	}
	if !samePattern(ours.Pattern, theirs.Pattern) {
		e.differ(path, "pattern %q, the model says %q", ours.Pattern, theirs.Pattern)
	}
	mine, their := slices.Sorted(slices.Values(ours.Enum)), slices.Sorted(slices.Values(theirs.Enum))
	if !slices.Equal(mine, their) {
		e.differ(path, "enum %s, the model says %s", strings.Join(mine, "|"), strings.Join(their, "|"))
	}
}

// countable leaves out a lower bound of 0, which binds no length and no number of entries.
func countable(b wire.Bounds) wire.Bounds {
	if b.Min == 0 {
		b.HasMin = false
	}
	return b
}

func bounds(b wire.Bounds) string {
	if s := b.String(); s != "" {
		return s
	}
	return "none"
}

// exceptions compares the catalogue with the model's exceptions.
func (e *examiner) exceptions() {
	e.at = ""
	for _, name := range slices.Sorted(maps.Keys(e.model.Shapes)) {
		s := e.model.Shapes[name]
		if !s.Exception {
			continue
		}
		status, members := wire.Exceptions(name)
		if status != s.Error.HTTPStatusCode {
			e.differ(name, "status %d, the model says %d", status, s.Error.HTTPStatusCode)
			continue
		}
		var want []string
		for m := range s.Members {
			if !strings.EqualFold(m, "message") {
				want = append(want, m)
			}
		}
		slices.Sort(want)
		slices.Sort(members)
		if !slices.Equal(members, want) {
			e.differ(name, "members %q, the model says %q", members, want)
		}
	}
}
