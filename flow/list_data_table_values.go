package flow

import (
	"fmt"
	"slices"

	"outdial/contact"
)

// listDataTableValues reads whole records by groups of primary values, one call
// for each; without a group the whole table, as the group "default". They are
// $.DataTableList.ResultData.primaryKeyGroups.
var listDataTableValues = Spec{
	Doc:     "https://docs.aws.amazon.com/connect/latest/adminguide/data-table-block.html",
	Kind:    Service,
	Service: tables,
	Params: []Param{
		{Name: "DataTableId", Required: true},
		{Name: "PrimaryKeyGroups", Shape: List, Empty: true, Max: maxQueries, Members: []Param{{Shape: Object, Members: []Param{
			{Name: "PrimaryKeyGroupName", Required: true},
			keyParam,
		}}}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Open:   true,
	Waits:  true,
	Sets:   []string{"DataTableList"},
	Check:  func(a *Checked) { uniqueNames(a, "PrimaryKeyGroups", "PrimaryKeyGroupName") },
	Run:    runListDataTableValues,
}

// A tableList is what the action remembers between its calls.
type tableList struct {
	At     int            `json:"at"` // the group that is asked for
	Lock   string         `json:"lock,omitempty"`
	More   bool           `json:"more,omitempty"`
	Groups map[string]any `json:"groups"`
}

func runListDataTableValues(t *Turn) Next {
	if t.Input == nil {
		return t.listRecords(tableList{Groups: map[string]any{}})
	}
	in, ok := t.fromService()
	var k tableList
	if !ok || !t.Kept(&k) {
		return Ignore
	}
	if why := t.addRecords(&k, in); why != "" {
		return t.Fail(noMatch, why)
	}
	if k.At++; k.At < len(t.items("PrimaryKeyGroups")) {
		return t.listRecords(k)
	}
	result := map[string]any{"dataTableId": t.Text("DataTableId"), "lockVersion": map[string]any{"dataTable": k.Lock},
		"primaryKeyGroups": k.Groups}
	if n := size(result); n > maxAnswer {
		return t.Fail(noMatch, fmt.Sprintf("the records have %d bytes, over %d", n, maxAnswer))
	}
	t.Set("DataTableList", map[string]any{"ResultData": result})
	if k.More {
		return t.NextSaying("the table has more than the first page that was read")
	}
	return t.Next()
}

// group gives the name and the keys of the group that is asked for.
func (t *Turn) group(at int) (string, []tableKey) {
	if groups := t.items("PrimaryKeyGroups"); at < len(groups) {
		return t.member(&groups[at], "PrimaryKeyGroupName"), t.tableKeys(&groups[at])
	}
	return "default", nil
}

func (t *Turn) listRecords(k tableList) Next {
	body, why := t.tableBody()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	_, keys := t.group(k.At)
	filters := []map[string]any{}
	for _, key := range keys {
		filters = append(filters, map[string]any{"AttributeName": key.Name, "Values": []string{key.Value}})
	}
	if len(filters) > 0 {
		body["PrimaryAttributeValues"] = filters
	}
	t.Keep(k)
	t.reach(tables, "ListDataTableValues", body)
	return Wait
}

// addRecords makes records of the values that came: values of one record bear
// its id, or the same keys.
func (t *Turn) addRecords(k *tableList, in contact.ServiceReturned) string {
	var a struct {
		Values []struct {
			RecordId, AttributeName, Value string
			PrimaryValues                  []tableKey
			LockVersion                    struct{ DataTable string }
		}
		NextToken string
	}
	if why := returned(in, &a); why != "" {
		return why
	}
	type record struct {
		id         string
		keys       []tableKey
		attributes []any
	}
	var records []*record
	for _, v := range a.Values {
		k.Lock = orElse(v.LockVersion.DataTable, k.Lock)
		i := slices.IndexFunc(records, func(r *record) bool {
			return v.RecordId != "" && r.id == v.RecordId || v.RecordId == "" && sameKeys(r.keys, v.PrimaryValues)
		})
		if i < 0 {
			i = len(records)
			records = append(records, &record{id: v.RecordId, keys: v.PrimaryValues})
		}
		records[i].attributes = append(records[i].attributes, pairOf(v.AttributeName, v.Value))
	}
	rows := []any{}
	for _, r := range records {
		keys := []any{}
		for _, key := range r.keys {
			keys = append(keys, pairOf(key.Name, key.Value))
		}
		rows = append(rows, map[string]any{"primaryKeys": keys, "attributes": r.attributes})
	}
	name, _ := t.group(k.At)
	k.Groups[name] = rows
	k.More = k.More || a.NextToken != ""
	return ""
}

func pairOf(name, value string) map[string]any {
	return map[string]any{"attributeName": name, "attributeValue": value}
}
