package flow

import "outdial/contact"

// updateCase sets fields of a case, and links the contact to it where the flow
// wants that.
var updateCase = Spec{
	Doc:     docs + "updatecase.html",
	Kind:    Service,
	Service: cases,
	Params: []Param{
		{Name: "LinkContactToCase", Shape: Bool, Use: S, Required: true},
		{Name: "CaseId", Required: true},
		{Name: "CaseRequestFields", Shape: Map, Members: []Param{{Shape: Any}}},
	},
	Errors: []ErrorRule{{Type: noMatch}, {Type: contactNotLinked, When: linking}},
	Open:   true,
	Waits:  true,
	Sets:   []string{"Case"},
	Run:    runUpdateCase,
}

func runUpdateCase(t *Turn) Next {
	id, fields := t.Text("CaseId"), t.caseFields("CaseRequestFields")
	if t.Input == nil {
		switch {
		case id == "":
			return t.Fail(noMatch, "no case is named")
		case len(fields) == 0:
			return t.Fail(noMatch, "no field has a value to set")
		}
		t.reach(cases, "UpdateCase", map[string]any{"domainId": t.domain(cases), "caseId": id, "fields": fields})
		return Wait
	}
	return t.caseAnswered(func(in contact.ServiceReturned) (string, *Next) {
		if why := returned(in, new(struct{})); why != "" {
			return "", t.wrong(noMatch, why)
		}
		t.setCase(id, fields)
		return id, nil
	})
}
