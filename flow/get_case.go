package flow

import (
	"fmt"

	"outdial/contact"
)

// getCase searches for a case, and keeps the fields that are asked for as $.Case.
var getCase = Spec{
	Doc:     docs + "getcase.html",
	Kind:    Service,
	Service: cases,
	Params: []Param{
		{Name: "LinkContactToCase", Shape: Bool, Use: S, Required: true},
		{Name: "GetLastUpdatedCase", Shape: Bool, Use: S},
		{Name: "CustomerId"},
		{Name: "CaseRequestFields", Shape: Map, Members: []Param{{Shape: Any}}},
		{Name: "CaseResponseFields", Shape: List, Use: S, Max: maxCaseFields, Empty: true, Members: []Param{{Use: S}}},
	},
	Errors: []ErrorRule{
		{Type: noMatch},
		{Type: "MultipleFound"},
		{Type: "NoneFound"},
		{Type: contactNotLinked, When: linking},
	},
	Open:  true,
	Waits: true,
	Sets:  []string{"Case"},
	Run:   runGetCase,
}

func runGetCase(t *Turn) Next {
	if t.Input == nil {
		return t.searchCases()
	}
	return t.caseAnswered(func(in contact.ServiceReturned) (string, *Next) {
		var a struct {
			Cases []struct {
				ID     string      `json:"caseId"`
				Fields []caseField `json:"fields"`
			} `json:"cases"`
		}
		if why := returned(in, &a); why != "" {
			return "", t.wrong(noMatch, why)
		}
		switch {
		case len(a.Cases) == 0:
			return "", t.wrong("NoneFound", "no case was found")
		case len(a.Cases) > 1 && !t.Bool("GetLastUpdatedCase"):
			return "", t.wrong("MultipleFound", fmt.Sprintf("%d cases were found", len(a.Cases)))
		}
		t.setCase(a.Cases[0].ID, a.Cases[0].Fields)
		return a.Cases[0].ID, nil
	})
}

// searchCases asks for the cases that fit.
func (t *Turn) searchCases() Next {
	fields := t.caseFields("CaseRequestFields")
	if id := t.Text("CustomerId"); id != "" {
		fields = append(fields, caseField{"customer_id", map[string]any{"stringValue": id}})
	}
	if len(fields) == 0 {
		return t.Fail(noMatch, "no search criterion has a value")
	}
	filters := make([]map[string]any, len(fields))
	for i, f := range fields {
		filters[i] = f.caseFilter()
	}
	wanted := []map[string]any{}
	for _, id := range t.names("CaseResponseFields") {
		wanted = append(wanted, map[string]any{"id": id})
	}
	body := map[string]any{"domainId": t.domain(cases), "filter": map[string]any{"andAll": filters}, "fields": wanted, "maxResults": 2}
	if t.Bool("GetLastUpdatedCase") {
		body["maxResults"] = 1
		body["sorts"] = []any{map[string]any{"fieldId": "last_updated_datetime", "sortOrder": "Desc"}}
	}
	t.reach(cases, "SearchCases", body)
	return Wait
}
