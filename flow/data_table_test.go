package flow

import (
	"fmt"
	"strings"
	"testing"
)

func TestTableLists(t *testing.T) {
	const record = `{"RecordId":"r%d","PrimaryValues":[{"AttributeName":"k","Value":"v"}],"AttributeName":"a","Value":"%s"}`
	// Without a group, the whole table.
	s := serviceStage(t, `ListDataTableValues {"DataTableId":"t"}`)
	s.start()
	if op, body := s.asked(); op != "datatables.ListDataTableValues" || body["PrimaryAttributeValues"] != nil || body["InstanceId"] != "i-1" {
		t.Errorf("%s %v", op, body)
	}
	s.service(`{"Values":[` + fmt.Sprintf(record, 1, "x") + `,` + fmt.Sprintf(record, 2, "y") + `],"NextToken":"n"}`)
	if op, body := s.asked(); op != "datatables.ListDataTableValues" || body["NextToken"] != "n" || body["DataTableId"] != "t" {
		t.Errorf("the next page: %s %v", op, body)
	}
	s.service(`{"Values":[` + strings.Replace(fmt.Sprintf(record, 2, "z"), `"a"`, `"b"`, 1) + `,` + fmt.Sprintf(record, 3, "w") + `]}`)
	s.expectVar("$.DataTableList.ResultData.primaryKeyGroups.default[1].attributes[0].attributeValue", "y")
	s.expectVar("$.DataTableList.ResultData.primaryKeyGroups.default[1].attributes[1].attributeValue", "z")
	s.expectVar("$.DataTableList.ResultData.primaryKeyGroups.default[2].attributes[0].attributeValue", "w")
	s.expectVar("$.DataTableList.ResultData.primaryKeyGroups.default[0].primaryKeys[0].attributeValue", "v")

	// A service that goes on and on is not listened to for ever.
	s = serviceStage(t, `ListDataTableValues {"DataTableId":"t"}`)
	s.start()
	s.service(`{"Values":[],"NextToken":"n"}`)
	s.expectWhy("an empty page")
	s = serviceStage(t, `ListDataTableValues {"DataTableId":"t"}`)
	s.start()
	for range 100 {
		if !s.c.Open() || s.c.Position.Action != "a" {
			break
		}
		s.service(`{"Values":[` + fmt.Sprintf(record, 1, strings.Repeat("x", 2000)) + `],"NextToken":"n"}`)
	}
	s.expectWhy("over 32768")

	s = serviceStage(t, `ListDataTableValues {"DataTableId":"t"}`)
	s.start()
	s.service(`{"Values":[` + fmt.Sprintf(record, 1, strings.Repeat("x", 32768)) + `]}`)
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectWhy("over 32768")
}

// Queries are read to their last page.
func TestTableQueriesHavePages(t *testing.T) {
	const value = `{"PrimaryValues":[{"AttributeName":"k","Value":"v"}],"AttributeName":"%s","ValueType":"TEXT","Found":true,"EvaluatedValue":"%s"}`
	s := serviceStage(t, serviceLines[10])
	s.start()
	s.service(`{"Values":[` + fmt.Sprintf(value, "a", "1") + `],"NextToken":"n"}`)
	if op, body := s.asked(); op != "datatables.EvaluateDataTableValues" || body["NextToken"] != "n" || body["Values"] == nil {
		t.Errorf("%s %v", op, body)
	}
	s.service(`{"Values":[` + fmt.Sprintf(value, "b", "2") + `]}`)
	s.expectVar("$.DataTables", `{"q":{"a":"1","b":"2"}}`)

	s = serviceStage(t, serviceLines[10])
	s.start()
	s.service(`{"Values":[],"NextToken":"n"}`)
	s.expectPath("a:error NoMatchingError, oops:end")
}

// Values of other records, errors and lists are not taken for the query's.
func TestTableQueries(t *testing.T) {
	s := serviceStage(t, serviceLines[10])
	s.c.Vars = map[string]any{"DataTables": map[string]any{"before": map[string]any{"a": "1"}}}
	s.start()
	const value = `{"PrimaryValues":[{"AttributeName":"k","Value":"%s"}],"AttributeName":"%s","ValueType":"%s","Found":%t,"Error":%t,"EvaluatedValue":"%s"}`
	s.service(`{"Values":[` + strings.Join([]string{
		fmt.Sprintf(value, "v", "a", "TEXT", true, false, "right"),
		fmt.Sprintf(value, "w", "a", "TEXT", true, false, "other record"),
		fmt.Sprintf(value, "v", "b", "TEXT", true, true, "error"),
		fmt.Sprintf(value, "v", "c", "TEXT", false, false, "not found"),
		fmt.Sprintf(value, "v", "d", "TEXT_LIST", true, false, "[]")}, ",") + `]}`)
	s.expectVar("$.DataTables", `{"q":{"a":"right"}}`)
	s.expectWhy("lists in data tables are not supported: d")
}

func TestTableWrites(t *testing.T) {
	s := serviceStage(t, `UpsertDataTableValues {"DataTableId":"t","LockVersion":"7","DataTableUpsertAttributes":[{"PrimaryKeyGroupName":"g","PrimaryValues":[{"Name":"k","Value":"v"}]},{"PrimaryKeyGroupName":"h","PrimaryValues":[{"Name":"k","Value":"w"}],"Attributes":[{"Name":"a","Value":"1"},{"Name":"b","UseDefaultValue":true}]}]}`)
	s.start()
	_, body := s.asked()
	if got := textOf(body["Values"]); got != `[{"AttributeName":"k","LockVersion":{"Value":"7"},"PrimaryValues":[{"AttributeName":"k","Value":"v"}],"Value":"v"},`+
		`{"AttributeName":"a","LockVersion":{"Value":"7"},"PrimaryValues":[{"AttributeName":"k","Value":"w"}],"Value":"1"}]` {
		t.Error(got)
	}
	s.service(`{"Failed":[{"AttributeName":"z","PrimaryValues":[],"Message":"locked"}]}`)
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectWhy("z: locked")

	values := strings.TrimSuffix(strings.Repeat(`{"Name":"a","Value":"1"},`, 26), ",")
	s = serviceStage(t, `UpsertDataTableValues {"DataTableId":"t","DataTableUpsertAttributes":[{"PrimaryKeyGroupName":"g","Attributes":[`+values+`]}]}`)
	s.start()
	s.expectWhy("26 values to write")
	s = serviceStage(t, `UpsertDataTableValues {"DataTableId":"$.External.none","DataTableUpsertAttributes":[]}`)
	s.start()
	s.expectWhy("no data table is named")
}
