package flow

import (
	"encoding/json"
	"fmt"

	"outdial/contact"
)

// tables is the service of data tables: operations of Amazon Connect's own API.
const tables = "datatables"

// Limits. Admin guide, "Data Table"
const (
	maxQueries = 5
	maxWrites  = 25
)

// A tableKey is one primary attribute with its value.
type tableKey struct {
	Name  string `json:"AttributeName"`
	Value string `json:"Value"`
}

// keyParam declares primary values. The two pages that have them call the name of
// one AttributeName and Name.
var keyParam = Param{Name: "PrimaryValues", Shape: List, Members: []Param{{Shape: Object, Members: []Param{
	{Name: "AttributeName"}, {Name: "Name"}, {Name: "Value"}}}}}

// tableKeys reads primary values.
func (t *Turn) tableKeys(v *value) []tableKey {
	out := []tableKey{}
	list := v.at("PrimaryValues")
	if list == nil {
		return out
	}
	for i := range list.items {
		e := &list.items[i]
		if name := orElse(t.member(e, "AttributeName"), t.member(e, "Name")); name != "" {
			out = append(out, tableKey{name, t.member(e, "Value")})
		}
	}
	return out
}

// member gives a text below a value; "" where there is none.
func (t *Turn) member(v *value, name string) string {
	if m := v.at(name); m != nil {
		return t.textOf(m)
	}
	return ""
}

// items gives the entries of a list parameter.
func (t *Turn) items(path ...string) []value {
	v := t.node.params.at(path...)
	if v == nil || v.shape != 'l' {
		return nil
	}
	return v.items
}

// tableBody begins the request of an operation on the table that is named.
func (t *Turn) tableBody() (map[string]any, string) {
	id := t.Text("DataTableId")
	if id == "" {
		return nil, "no data table is named"
	}
	return map[string]any{"InstanceId": t.instance().ID, "DataTableId": id}, ""
}

// sameKeys tells whether two records are one, whatever the order of their keys.
func sameKeys(a, b []tableKey) bool {
	if len(a) != len(b) {
		return false
	}
	values := map[string]string{}
	for _, k := range a {
		values[k.Name] = k.Value
	}
	for _, k := range b {
		if v, ok := values[k.Name]; !ok || v != k.Value {
			return false
		}
	}
	return true
}

// A tableFailure is a value that the service did not write.
type tableFailure struct {
	PrimaryValues          []tableKey
	AttributeName, Message string
}

func (f *tableFailure) String() string { return fmt.Sprintf("%s: %s", f.AttributeName, f.Message) }

// fromService gives the answer of a service, when it is that what was heard.
func (t *Turn) fromService() (contact.ServiceReturned, bool) {
	in, ok := t.Input.(contact.ServiceReturned)
	return in, ok
}

// size is how many bytes v has as JSON.
func size(v any) int {
	doc, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(doc)
}
