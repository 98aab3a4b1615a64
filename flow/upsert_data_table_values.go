package flow

import (
	"fmt"

	"outdial/contact"
)

// upsertDataTableValues writes values of records. The service has no operation
// that does both: what it cannot change because it is not there is created.
var upsertDataTableValues = Spec{
	Doc:     "https://docs.aws.amazon.com/connect/latest/adminguide/data-table-block.html",
	Kind:    Service,
	Service: tables,
	Params: []Param{
		{Name: "DataTableId", Required: true},
		{Name: "LockVersion"},
		{Name: "DataTableUpsertAttributes", Shape: List, Required: true, Min: 1, Members: []Param{{Shape: Object, Members: []Param{
			{Name: "PrimaryKeyGroupName", Required: true},
			keyParam,
			{Name: "Attributes", Shape: List, Empty: true, Members: []Param{{Shape: Object, Members: []Param{
				{Name: "Name", Required: true}, {Name: "Value", Empty: true}, {Name: "UseDefaultValue", Shape: Bool}}}}},
		}}}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Open:   true,
	Waits:  true,
	Check:  checkUpsertDataTableValues,
	Run:    runUpsertDataTableValues,
}

// latest is the lock version of those who write whatever was written meanwhile.
const latest = "LATEST"

// A tableValue is one value to write.
type tableValue struct {
	PrimaryValues []tableKey `json:"PrimaryValues"`
	AttributeName string     `json:"AttributeName"`
	Value         string     `json:"Value"`
	LockVersion   any        `json:"LockVersion,omitempty"`
}

func runUpsertDataTableValues(t *Turn) Next {
	body, why := t.tableBody()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	values := t.tableValues()
	if t.Input == nil {
		if len(values) == 0 || len(values) > maxWrites {
			return t.Fail(noMatch, fmt.Sprintf("%d values to write, not 1 to %d", len(values), maxWrites))
		}
		body["Values"] = values
		t.reach(tables, "BatchUpdateDataTableValue", body)
		return Wait
	}
	in, ok := t.fromService()
	if !ok {
		return Ignore
	}
	failures, why := failuresOf(in)
	if why != "" {
		return t.Fail(noMatch, why)
	}
	var creating bool
	switch again := t.Kept(&creating); {
	case len(failures) == 0:
		return t.Next()
	case again:
		return t.Fail(noMatch, "the service did not write "+failures[0].String())
	}
	var missing []tableValue
	for _, v := range values {
		for i := range failures {
			if failures[i].AttributeName == v.AttributeName && sameKeys(failures[i].PrimaryValues, v.PrimaryValues) {
				missing = append(missing, v)
				break
			}
		}
	}
	if len(missing) == 0 {
		return t.Fail(noMatch, "the service did not write "+failures[0].String())
	}
	t.Keep(true)
	body["Values"] = missing
	t.reach(tables, "BatchCreateDataTableValue", body)
	return Wait
}

func failuresOf(in contact.ServiceReturned) ([]tableFailure, string) {
	var a struct{ Failed []tableFailure }
	why := returned(in, &a)
	return a.Failed, why
}

// tableValues gives what is to be written. A record without attributes is made of
// its keys alone; an attribute that takes its default is left to the table.
func (t *Turn) tableValues() []tableValue {
	var lock any
	if v := t.Text("LockVersion"); v != "" && v != latest {
		lock = map[string]any{"Value": v}
	}
	var out []tableValue
	for i := range t.items("DataTableUpsertAttributes") {
		g := &t.items("DataTableUpsertAttributes")[i]
		keys := t.tableKeys(g)
		attributes := g.at("Attributes")
		if attributes == nil || len(attributes.items) == 0 {
			for _, k := range keys {
				out = append(out, tableValue{keys, k.Name, k.Value, lock})
			}
			continue
		}
		for j := range attributes.items {
			a := &attributes.items[j]
			if m := a.at("UseDefaultValue"); m == nil || t.textOf(m) != "true" && t.textOf(m) != "True" {
				out = append(out, tableValue{keys, t.member(a, "Name"), t.member(a, "Value"), lock})
			}
		}
	}
	return out
}

// checkUpsertDataTableValues counts what is written.
func checkUpsertDataTableValues(a *Checked) {
	uniqueNames(a, "DataTableUpsertAttributes", "PrimaryKeyGroupName")
	groups, _ := a.value("DataTableUpsertAttributes").([]any)
	n := 0
	for _, g := range groups {
		m, _ := g.(map[string]any)
		attributes, _ := m["Attributes"].([]any)
		keys, _ := m["PrimaryValues"].([]any)
		if n += len(attributes); len(attributes) == 0 {
			n += len(keys)
		}
	}
	if n > maxWrites {
		a.BadValue(fmt.Sprintf("it writes %d values, over %d", n, maxWrites), "DataTableUpsertAttributes")
	}
}
