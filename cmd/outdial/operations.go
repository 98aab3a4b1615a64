package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"outdial/api"
	"outdial/flow"
	"outdial/wire"
)

const operationsAbout = `
Lists what is honoured of Amazon Connect's API, member by member. What stands
here works; every other operation answers UnknownOperationException by its name,
and members that do not stand here are ignored. Where a member is refused, or
changes nothing, that is said.

  outdial operations                             the operations
  outdial operations StartOutboundChatContact    their members, with their bounds
  outdial operations -all                        those that are not served, too
  outdial operations -flows                      the action types of the flow language`

// runOperations lists operations, their members, or the flow language's action types.
func runOperations(_ context.Context, e env, args []string) error {
	fs := flags(e, "operations", "[NAME…]", operationsAbout)
	flows := fs.Bool("flows", false, "list action types of the flow language and how far each is done")
	all := fs.Bool("all", false, "list the operations that are not served, too")
	output := fs.String("o", "text", "`FORMAT`: text or json")
	names, err := parse(fs, args)
	if err != nil {
		return err
	}
	asJSON := *output == "json"
	if *flows {
		return listActions(e.stdout, asJSON)
	}
	ops := api.New(api.Config{}).Operations()
	slices.SortFunc(ops, func(a, b wire.Operation) int { return strings.Compare(a.Name, b.Name) })
	if len(names) == 0 {
		return listOperations(e.stdout, ops, *all, asJSON)
	}
	for _, name := range names {
		i := slices.IndexFunc(ops, func(o wire.Operation) bool { return strings.EqualFold(o.Name, name) })
		if i < 0 {
			return notServed(name)
		}
		if err := describeOperation(e.stdout, ops[i], asJSON); err != nil {
			return err
		}
	}
	return nil
}

// notServed says why there is nothing to tell of an operation.
func notServed(name string) error {
	for _, line := range api.Catalogue() {
		if f := strings.Fields(line); strings.EqualFold(f[len(f)-1], name) {
			return fmt.Errorf("%s is Amazon Connect's, and not honoured here", f[len(f)-1])
		}
	}
	return fmt.Errorf("there is no operation %s in Amazon Connect", name)
}

type operationLine struct {
	Name     string   `json:"name"`
	Route    string   `json:"route"`
	Honoured bool     `json:"honoured"`
	Errors   []string `json:"errors,omitempty"`
}

func listOperations(w io.Writer, ops []wire.Operation, all, asJSON bool) error {
	var list []operationLine
	served := map[string]bool{}
	for _, o := range ops {
		served[o.Name] = true
		list = append(list, operationLine{o.Name, o.Method + " " + o.Path, true, o.Errors})
	}
	catalogue := api.Catalogue()
	if all {
		for _, line := range catalogue {
			if f := strings.Fields(line); len(f) == 3 && !served[f[2]] {
				list = append(list, operationLine{Name: f[2], Route: f[0] + " " + f[1]})
			}
		}
	}
	if asJSON {
		return json.NewEncoder(w).Encode(list)
	}
	for _, o := range list {
		mark := " "
		if !o.Honoured {
			mark = "-"
		}
		fmt.Fprintf(w, "%s %-44s %s\n", mark, o.Name, o.Route)
	}
	fmt.Fprintf(w, "\n%d of Amazon Connect's %d operations are honoured, and sts GetCallerIdentity.\n", len(ops), len(catalogue))
	return nil
}

type memberLine struct {
	Path     string `json:"path"`
	Type     string `json:"type"`
	In       string `json:"in,omitempty"`
	Required bool   `json:"required,omitempty"`
	Bounds   string `json:"bounds,omitempty"`
	Refused  bool   `json:"refused,omitempty"` // a request that has it is refused
	Ignored  bool   `json:"ignored,omitempty"` // it is checked, and changes nothing
}

func describeOperation(w io.Writer, o wire.Operation, asJSON bool) error {
	in, out := members("", o.In, nil), members("", o.Out, nil)
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"name": o.Name, "route": o.Method + " " + o.Path, "errors": o.Errors, "input": in, "output": out})
	}
	fmt.Fprintf(w, "%s   %s %s\n  errors: %s\n  input:\n", o.Name, o.Method, o.Path, strings.Join(o.Errors, ", "))
	printMembers(w, in)
	fmt.Fprint(w, "  output:\n")
	printMembers(w, out)
	return nil
}

func printMembers(w io.Writer, list []memberLine) {
	for _, m := range list {
		notes := []string{m.Type}
		if m.Required {
			notes = append(notes, "required")
		}
		if m.Refused {
			notes = append(notes, "refused")
		}
		if m.Ignored {
			notes = append(notes, "checked, and changes nothing")
		}
		if m.In != "" {
			notes = append(notes, "in the "+m.In)
		}
		if m.Bounds != "" {
			notes = append(notes, m.Bounds)
		}
		fmt.Fprintf(w, "    %-60s %s\n", m.Path, strings.Join(notes, ", "))
	}
}

// members lists the members of a structure, those within them among them. A
// shape that holds itself (within names those around it) is listed once.
func members(path string, s *wire.Shape, within []*wire.Shape) (out []memberLine) {
	if s == nil || slices.Contains(within, s) {
		return nil
	}
	within = append(slices.Clip(within), s)
	for i := range s.Members {
		m := &s.Members[i]
		line := memberLine{Path: strings.TrimPrefix(path+"."+m.Name, "."), Required: m.Required, Refused: m.Refused, Ignored: m.Ignored}
		if m.In != wire.Body {
			line.In = string(m.In)
		}
		at, shape := line.Path, m.Shape
		line.Type, line.Bounds = string(shape.Type), bounds(shape)
		for shape.Type == wire.List || shape.Type == wire.Map {
			mark := "[]"
			if shape.Type == wire.Map {
				mark = "{}"
			}
			at, shape = at+mark, shape.Item
			line.Type += " of " + string(shape.Type)
		}
		out = append(out, line)
		if shape.Type == wire.Structure {
			out = append(out, members(at, shape, within)...)
		}
	}
	return out
}

// bounds says what a value may be.
func bounds(s *wire.Shape) string {
	var out []string
	for _, b := range []struct {
		name string
		b    wire.Bounds
	}{{"length", s.Len}, {"range", s.Range}, {"entries", s.Items}} {
		if b.b.HasMin || b.b.HasMax {
			out = append(out, b.name+" "+edge(b.b.Min, b.b.HasMin)+".."+edge(b.b.Max, b.b.HasMax))
		}
	}
	if len(s.Enum) > 0 {
		out = append(out, strings.Join(s.Enum, " | "))
	}
	if s.Pattern != "" {
		out = append(out, "pattern "+s.Pattern)
	}
	return strings.Join(out, ", ")
}

func edge(n float64, there bool) string {
	if !there {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

type actionLine struct {
	Type string `json:"type"`
	Kind string `json:"kind"`
	Why  string `json:"why,omitempty"`
	Doc  string `json:"documentation"`
}

// listActions lists the action types of the flow language.
func listActions(w io.Writer, asJSON bool) error {
	types := flow.ActionTypes()
	var list []actionLine
	for _, name := range slices.Sorted(maps.Keys(types)) {
		s := types[name]
		list = append(list, actionLine{name, s.Kind.String(), s.Why, s.Doc})
	}
	if asJSON {
		return json.NewEncoder(w).Encode(list)
	}
	for _, a := range list {
		fmt.Fprintf(w, "%-48s %s\n", a.Type, strings.TrimSpace(a.Kind+" "+a.Why))
	}
	fmt.Fprintf(w, "\n%d action types. run: done for real; service: by the service's own API, at the endpoint that is set;\nunavailable: its error branch, and the timeline says why. Other types are refused.\n", len(list))
	return nil
}
