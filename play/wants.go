package play

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// wants are the values by which a flow branches: what its conditions compare
// the references with.
type wants struct {
	// values by reference path: "External.kind" → gold, silver.
	values map[string][]string
	// results that modules are expected to give, by the module's reference.
	results map[string][]string
	// figures that CheckMetricData compares with.
	figures []int
	types   map[string]bool   // action types that occur
	sets    map[string]bool   // contact attributes that UpdateContactAttributes sets
	most    int               // values of the reference that has the most
	force   map[string]string // what references are to have in the present move, whatever else they might
}

var reference = regexp.MustCompile(`\$((?:\.?\['[^'\x60]+'\]|\.[A-Za-z0-9_-]+)+)`)

// dots writes a reference's steps with dots between.
func dots(ref string) string {
	ref = strings.NewReplacer("['", ".", "']", "", "..", ".").Replace(ref)
	return strings.TrimPrefix(strings.ReplaceAll(ref, "..", "."), ".")
}

// seek collects what flows want.
func seek(list []*loaded) *wants {
	w := &wants{values: map[string][]string{}, results: map[string][]string{}, types: map[string]bool{}, sets: map[string]bool{}}
	for _, l := range list {
		for i := range l.outline.Actions {
			a := &l.outline.Actions[i]
			w.types[a.Type] = true
			w.mentions(a.Parameters, 0)
			if set, ok := a.Parameters["Attributes"].(map[string]any); ok && a.Type == "UpdateContactAttributes" {
				for k := range set {
					w.sets[k] = true
				}
			}
			key := ""
			switch a.Type {
			case "Compare":
				ref, _ := a.Parameters["ComparisonValue"].(string)
				if m := reference.FindStringSubmatch(ref); m != nil {
					key = dots(m[1])
				}
			case "InvokeFlowModule":
				key = w.module(a.Parameters["FlowModuleId"])
			}
			for _, c := range a.Transitions.Conditions {
				if len(c.Condition.Operands) != 1 {
					continue
				}
				v := satisfying(c.Condition.Operator, scalar(c.Condition.Operands[0]))
				switch {
				case a.Type == "Compare" && key != "":
					w.add(key, v)
				case a.Type == "InvokeFlowModule":
					w.results[key] = append(w.results[key], v)
					w.most = max(w.most, len(w.results[key]))
				case a.Type == "CheckMetricData":
					if n, err := strconv.Atoi(v); err == nil {
						w.figures = append(w.figures, n)
						w.most = max(w.most, len(w.figures))
					}
				}
			}
		}
	}
	return w
}

// module notes that a module is called, and gives the key of its results: its
// reference, or "" for all that are named by what is not known beforehand.
func (w *wants) module(ref any) string {
	key, _ := ref.(string)
	if strings.HasPrefix(key, "$") {
		key = ""
	}
	if w.results[key] == nil {
		w.results[key] = []string{}
	}
	return key
}

func (w *wants) add(key, value string) {
	for _, v := range w.values[key] {
		if v == value {
			return
		}
	}
	w.values[key] = append(w.values[key], value)
	w.most = max(w.most, len(w.values[key]))
}

// mentions notes every reference in the parameters, so that it gets some value.
func (w *wants) mentions(v any, depth int) {
	if depth > 12 {
		return
	}
	switch v := v.(type) {
	case string:
		for _, m := range reference.FindAllStringSubmatch(v, -1) {
			if key := dots(m[1]); w.values[key] == nil {
				w.values[key] = []string{}
			}
		}
	case []any:
		for _, e := range v {
			w.mentions(e, depth+1)
		}
	case map[string]any:
		for k, e := range v {
			w.mentions(k, depth+1)
			w.mentions(e, depth+1)
		}
	}
}

// satisfying gives a value of which a condition holds.
func satisfying(op, operand string) string {
	n, err := strconv.ParseFloat(operand, 64)
	write := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case op == "NumberGreaterThan" && err == nil:
		return write(n + 1)
	case op == "NumberLessThan" && err == nil:
		return write(n - 1)
	case op == "KeyExists":
		return `{"` + operand + `":"1"}`
	}
	return operand
}

// other is a value that no condition asks for.
const other = "outdial"

// pick gives a value for a reference: its k-th, or one that is none of them.
func (w *wants) pick(key string, k int) string {
	if v, ok := w.force[key]; ok {
		return v
	}
	v := w.values[key]
	if k < 0 || len(v) == 0 {
		return other
	}
	return v[k%len(v)]
}

// under gives the values of all references below a root, as a tree.
func (w *wants) under(root string, k int, deep bool) map[string]any {
	out := map[string]any{}
	keys := sortedNames(w.values)
	sort.Slice(keys, func(i, j int) bool { return strings.Count(keys[i], ".") < strings.Count(keys[j], ".") })
	for _, key := range keys {
		rest, ok := strings.CutPrefix(key, root+".")
		if !ok {
			continue
		}
		steps := strings.Split(rest, ".")
		if len(steps) > 1 && !deep {
			continue
		}
		at := out
		for i, s := range steps {
			if i == len(steps)-1 {
				at[s] = w.pick(key, k)
				break
			}
			next, ok := at[s].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[s] = next
			}
			at = next
		}
	}
	return out
}

// deep tells whether any reference below a root has more than one step.
func (w *wants) deep(root string) bool {
	for key := range w.values {
		if rest, ok := strings.CutPrefix(key, root+"."); ok && strings.Contains(rest, ".") {
			return true
		}
	}
	return false
}

// flat is under with texts only.
func (w *wants) flat(root string, k int) map[string]string {
	out := map[string]string{}
	for key, v := range w.under(root, k, false) {
		if s, ok := v.(string); ok {
			out[key] = s
		}
	}
	return out
}

// long is flat with texts that are too long for any channel.
func (w *wants) long(root string) map[string]string {
	out := w.flat(root, -1)
	for k := range out {
		out[k] = strings.Repeat("x", 17_000)
	}
	return out
}
