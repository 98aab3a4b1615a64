package flow

import "strings"

// evaluateDataTableValues looks up values of records, and keeps them as
// $.DataTables.QUERY.ATTRIBUTE in place of what was there before.
var evaluateDataTableValues = Spec{
	Doc:     "https://docs.aws.amazon.com/connect/latest/adminguide/data-table-block.html",
	Kind:    Service,
	Service: tables,
	Params: []Param{
		{Name: "DataTableId", Required: true},
		{Name: "Queries", Shape: List, Required: true, Min: 1, Max: maxQueries, Members: []Param{{Shape: Object, Members: []Param{
			{Name: "QueryName", Required: true},
			{Name: "Attributes", Shape: List, Required: true, Min: 1, Members: []Param{{}}},
			keyParam,
		}}}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Open:   true,
	Waits:  true,
	Sets:   []string{"DataTables"},
	Check:  func(a *Checked) { uniqueNames(a, "Queries", "QueryName") },
	Run:    runEvaluateDataTableValues,
}

// An evaluated is one value that the service evaluated.
type evaluated struct {
	PrimaryValues                            []tableKey
	AttributeName, ValueType, EvaluatedValue string
	Found, Error                             bool
}

// A tableAnswer is a page of them; what came so far is remembered in the same form.
type tableAnswer struct {
	Values    []evaluated
	NextToken string
}

func runEvaluateDataTableValues(t *Turn) Next {
	if t.Input == nil {
		return t.evaluate(tableAnswer{})
	}
	in, ok := t.fromService()
	if !ok {
		return Ignore
	}
	var all, page tableAnswer
	t.Kept(&all) // nothing, after the first page
	if why := returned(in, &page); why != "" {
		return t.Fail(noMatch, why)
	}
	all.Values, all.NextToken = append(all.Values, page.Values...), page.NextToken
	if page.NextToken != "" {
		if n := size(all); n > 4*maxAnswer || len(page.Values) == 0 {
			return t.Fail(noMatch, "the service goes on and on: there are always more pages")
		}
		return t.evaluate(all)
	}
	out, lost := map[string]any{}, ""
	for i := range t.items("Queries") {
		q := &t.items("Queries")[i]
		keys, got := t.tableKeys(q), map[string]any{}
		for _, v := range all.Values {
			switch {
			case !sameKeys(keys, v.PrimaryValues) || !v.Found || v.Error:
			case strings.HasSuffix(v.ValueType, "_LIST"):
				lost = "lists in data tables are not supported: " + v.AttributeName
			default:
				got[v.AttributeName] = v.EvaluatedValue
			}
		}
		out[t.member(q, "QueryName")] = got
	}
	t.Set("DataTables", out)
	return t.NextSaying(lost)
}

// evaluate asks for the next page of the queries' values.
func (t *Turn) evaluate(so tableAnswer) Next {
	body, why := t.tableBody()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	values := []map[string]any{}
	for i := range t.items("Queries") {
		q := &t.items("Queries")[i]
		values = append(values, map[string]any{"PrimaryValues": t.tableKeys(q), "AttributeNames": t.texts(q.at("Attributes"))})
	}
	body["Values"] = values
	if so.NextToken != "" {
		body["NextToken"] = so.NextToken
		t.Keep(so)
	}
	t.reach(tables, "EvaluateDataTableValues", body)
	return Wait
}

// texts gives the texts of a list, or of a single text.
func (t *Turn) texts(v *value) []string {
	out := []string{}
	if v == nil {
		return out
	}
	if v.shape != 'l' {
		return append(out, t.textOf(v))
	}
	for i := range v.items {
		out = append(out, t.textOf(&v.items[i]))
	}
	return out
}

// uniqueNames refuses two entries of a list that bear the same name.
func uniqueNames(a *Checked, list, name string) {
	entries, _ := a.value(list).([]any)
	seen := map[string]bool{}
	for i, e := range entries {
		m, _ := e.(map[string]any)
		s := textOf(m[name])
		if s != "" && seen[s] {
			a.BadValue("\""+s+"\" is there twice", list, index(i), name)
		}
		seen[s] = true
	}
}
