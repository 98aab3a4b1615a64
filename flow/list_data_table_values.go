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

// A tableList is what the action remembers between its calls: one for each page
// of each group.
type tableList struct {
	At      int            `json:"at"`             // the group that is asked for
	Page    string         `json:"page,omitempty"` // the token of its next page
	Lock    string         `json:"lock,omitempty"`
	Records []tableRecord  `json:"records,omitempty"` // of the group, so far
	Groups  map[string]any `json:"groups"`
}

// A tableRecord is one record: a page may end in the midst of it.
type tableRecord struct {
	ID         string     `json:"id,omitempty"`
	Keys       []tableKey `json:"keys,omitempty"`
	Attributes []any      `json:"attributes,omitempty"`
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
	if n := size(k.Groups) + size(k.Records); n > 2*maxAnswer { // it never gets smaller
		return t.Fail(noMatch, fmt.Sprintf("the records have %d bytes, over %d", n, maxAnswer))
	}
	if k.Page != "" {
		return t.listRecords(k)
	}
	k.endGroup(t)
	if k.At++; k.At < len(t.items("PrimaryKeyGroups")) {
		return t.listRecords(k)
	}
	result := map[string]any{"dataTableId": t.Text("DataTableId"), "lockVersion": map[string]any{"dataTable": k.Lock},
		"primaryKeyGroups": k.Groups}
	if n := size(result); n > maxAnswer {
		return t.Fail(noMatch, fmt.Sprintf("the records have %d bytes, over %d", n, maxAnswer))
	}
	t.Set("DataTableList", map[string]any{"ResultData": result})
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
	if k.Page != "" {
		body["NextToken"] = k.Page
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
	for _, v := range a.Values {
		k.Lock = orElse(v.LockVersion.DataTable, k.Lock)
		i := slices.IndexFunc(k.Records, func(r tableRecord) bool {
			return v.RecordId != "" && r.ID == v.RecordId || v.RecordId == "" && sameKeys(r.Keys, v.PrimaryValues)
		})
		if i < 0 {
			i = len(k.Records)
			k.Records = append(k.Records, tableRecord{ID: v.RecordId, Keys: v.PrimaryValues})
		}
		k.Records[i].Attributes = append(k.Records[i].Attributes, pairOf(v.AttributeName, v.Value))
	}
	if k.Page = a.NextToken; k.Page != "" && len(a.Values) == 0 {
		return "the service gives an empty page, and says that there are more"
	}
	return ""
}

// endGroup makes rows of the records of a group that has been read.
func (k *tableList) endGroup(t *Turn) {
	rows := []any{}
	for _, r := range k.Records {
		keys := []any{}
		for _, key := range r.Keys {
			keys = append(keys, pairOf(key.Name, key.Value))
		}
		rows = append(rows, map[string]any{"primaryKeys": keys, "attributes": r.Attributes})
	}
	name, _ := t.group(k.At)
	k.Groups[name] = rows
	k.Records = nil
}

func pairOf(name, value string) map[string]any {
	return map[string]any{"attributeName": name, "attributeValue": value}
}
