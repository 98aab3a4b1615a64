package flow

import (
	"strings"

	"outdial/contact"
)

// cases is the service of Amazon Connect Cases.
// https://docs.aws.amazon.com/cases/latest/APIReference/
const cases = "cases"

const contactNotLinked = "ContactNotLinked"

// maxCaseFields is how many fields may be asked for. Admin guide, "Cases"
const maxCaseFields = 10

var linking = When{Param: "LinkContactToCase", Is: "true"}

// A caseWork is what a case action remembers between its calls.
type caseWork struct {
	Case string `json:"case,omitempty"` // the one that is being linked
}

// A caseField is a field with its value, as the service has them.
type caseField struct {
	ID    string         `json:"id"`
	Value map[string]any `json:"value"`
}

// caseFields reads a map of fields. One whose value is not there is left out.
func (t *Turn) caseFields(path ...string) []caseField {
	m, _ := t.JSON(path...).(map[string]any)
	var out []caseField
	for _, id := range sortedKeys(m) {
		switch v := m[id].(type) {
		case bool:
			out = append(out, caseField{id, map[string]any{"booleanValue": v}})
		case float64:
			out = append(out, caseField{id, map[string]any{"doubleValue": v}})
		default:
			if s := textOf(v); s != "" {
				out = append(out, caseField{id, map[string]any{"stringValue": s}})
			}
		}
	}
	return out
}

// caseFilter is how a search looks for a field: dates from the value on, texts
// that hold it, everything else by equality. Admin guide, "Cases: Get case"
func (f caseField) caseFilter() map[string]any {
	how := "contains"
	switch f.ID {
	case "case_id", "customer_id", "status", "case_reason", "created_by", "assigned_queue", "assigned_user":
		how = "equalTo"
	}
	if _, text := f.Value["stringValue"]; !text {
		how = "equalTo"
	}
	if strings.HasSuffix(f.ID, "_datetime") {
		how = "greaterThanOrEqualTo"
	}
	return map[string]any{"field": map[string]any{how: f}}
}

// value gives the field's value as references show it.
func (f caseField) plain() any {
	for _, v := range f.Value {
		if m, empty := v.(map[string]any); empty && len(m) == 0 {
			return ""
		}
		return v
	}
	return ""
}

// setCase adds to $.Case; another case than the one there begins anew.
func (t *Turn) setCase(id string, fields []caseField) {
	c, _ := t.Contact.Vars["Case"].(map[string]any)
	if c["case_id"] != id {
		c = nil
	}
	c = placed(c, id, "case_id")
	for _, f := range fields {
		c = placed(c, f.plain(), f.ID)
	}
	t.Set("Case", c)
}

// linkCase puts the contact into the case's feed where the flow wants that;
// otherwise the action is done.
func (t *Turn) linkCase(id string) Next {
	if !t.Bool("LinkContactToCase") {
		return t.NextSaying("case " + id)
	}
	t.Keep(caseWork{Case: id})
	t.reach(cases, "CreateRelatedItem", map[string]any{"domainId": t.domain(cases), "caseId": id, "type": "Contact",
		"content": map[string]any{"contact": map[string]any{"contactArn": t.contactARN()}}})
	return Wait
}

// linked is the answer to linkCase.
func (t *Turn) linked(in contact.ServiceReturned, k caseWork) Next {
	if why := returned(in, new(struct{})); why != "" {
		return t.Fail(contactNotLinked, why)
	}
	return t.NextSaying("case " + k.Case)
}

// caseAnswered takes the answers of an action that does something to a case and
// may link it: done reads the first one, and gives the case or what went wrong.
func (t *Turn) caseAnswered(done func(in contact.ServiceReturned) (id string, wrong *Next)) Next {
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var k caseWork
	if t.Kept(&k) && k.Case != "" {
		return t.linked(in, k)
	}
	id, wrong := done(in)
	if wrong != nil {
		return *wrong
	}
	return t.linkCase(id)
}

// wrong is Fail, for those who hand it on.
func (t *Turn) wrong(errorType, why string) *Next {
	n := t.Fail(errorType, why)
	return &n
}
