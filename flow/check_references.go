package flow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Namespaces that only actions fill, each with what fills it.
var filled = map[string]string{
	"External": "InvokeLambdaFunction", "LambdaInvocation": "an asynchronous InvokeLambdaFunction",
	"Lex": "ConnectParticipantWithLexBot", "StoredCustomerInput": "GetParticipantInput with StoreInput",
	"Views": "ShowView", "Customer": "GetCustomerProfile", "Case": "GetCase", "Metrics": "GetMetricData",
	"Task": "CreateTask", "Loop": "Loop with a name", "Wisdom": "CreateWisdomSession", "AgenticCX": "ConnectParticipantWithAgenticCX",
	"DataTables": "EvaluateDataTableValues", "DataTableList": "ListDataTableValues",
}

// references warns of references to what nothing in the flow sets, and of roots
// that are no namespaces.
func (c *checker) references() {
	sets := c.sets()
	seen := map[string]bool{}
	for _, a := range c.actions {
		if a.spec == nil {
			continue
		}
		walkTexts(a.params, []string{"Parameters"}, func(s string, path []string) {
			tpl := parseTemplate(s)
			tpl.each(func(r *reference) {
				if hint := c.unset(r, sets); hint != "" && !seen[r.source] {
					seen[r.source] = true
					a.finding(Warning, "Nothing sets "+r.source, hint, path...)
				}
			})
		})
	}
}

// each goes through the references of a text, nested ones too.
func (t *template) each(do func(*reference)) {
	for i := range t.parts {
		r := t.parts[i].ref
		if r == nil {
			continue
		}
		do(r)
		for j := range r.path {
			if n := r.path[j].nested; n != nil {
				n.each(do)
			}
		}
	}
}

// sets gives what the flow fills: namespaces, and "Attributes.name".
func (c *checker) sets() map[string]bool {
	out := map[string]bool{}
	for _, name := range c.o.Attributes {
		out["Attributes."+name] = true
	}
	for _, a := range c.actions {
		if a.spec == nil {
			continue
		}
		for _, root := range a.spec.Sets {
			out[root] = true
		}
		for param, root := range map[string]string{"Attributes": "Attributes.", "FlowAttributes": "FlowAttributes."} {
			m, _ := a.params[param].(map[string]any)
			for name := range m {
				out[root+name] = true
			}
		}
	}
	return out
}

// unset says why a reference may find nothing; "" where it may find something.
func (c *checker) unset(r *reference, sets map[string]bool) string {
	root := r.root()
	if r.path[0].nested != nil {
		return ""
	}
	if !roots[root] {
		return "$." + root + " is no namespace" + c.nearest(root, rootNames())
	}
	if root == "Attributes" || root == "FlowAttributes" {
		if len(r.path) != 2 || r.path[1].nested != nil || sets[root+"."+r.path[1].name] {
			return ""
		}
		if root == "FlowAttributes" {
			return "UpdateFlowAttributes sets it, and nothing in this flow does"
		}
		return "nothing in this flow does; the request or an earlier flow must"
	}
	by, must := filled[root]
	if !must || sets[root] || c.kind == MOD {
		return ""
	}
	return fmt.Sprintf("%s fills it, and this flow has none; an earlier flow must", by)
}

// walkTexts goes through all texts of JSON, with their paths.
func walkTexts(v any, path []string, do func(s string, path []string)) {
	switch v := v.(type) {
	case string:
		do(v, path)
	case map[string]any:
		for _, k := range sortedKeys(v) {
			walkTexts(v[k], append(slices.Clone(path), k), do)
		}
	case []any:
		for i, e := range v {
			walkTexts(e, append(slices.Clone(path), "["+strconv.Itoa(i)+"]"), do)
		}
	}
}

// nearest says which of the names was perhaps meant. It is not worth the time
// once there is no room for another finding.
func (c *checker) nearest(name string, names []string) string {
	if len(c.problems) >= maxFindings || len(c.warnings) >= maxFindings {
		return ""
	}
	return nearest(name, names)
}

// nearest says which of the names was perhaps meant: ", perhaps X".
func nearest(name string, names []string) string {
	best, least := "", 1+len(name)/3
	for _, n := range names {
		if n == "" || n == name {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(n), least); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; perhaps %q", best)
}

// distance is the number of edits from a to b (Levenshtein), or limit and up.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit || len(a) > 100 || len(b) > 100 {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
