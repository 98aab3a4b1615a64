package flow

import "outdial/contact"

// createCase opens a case from a template, and links the contact to it where the
// flow wants that. Its id is $.Case.case_id.
var createCase = Spec{
	Doc:     docs + "createcase.html",
	Kind:    Service,
	Service: cases,
	Params: []Param{
		{Name: "LinkContactToCase", Shape: Bool, Use: S, Required: true},
		{Name: "CaseTemplateId", Use: J, Required: true},
		{Name: "CaseRequestFields", Shape: Map, Members: []Param{{Shape: Any}}},
	},
	Errors: []ErrorRule{{Type: noMatch}, {Type: contactNotLinked, When: linking}},
	Open:   true,
	Waits:  true,
	Sets:   []string{"Case"},
	Run:    runCreateCase,
}

func runCreateCase(t *Turn) Next {
	if t.Input == nil {
		fields := t.caseFields("CaseRequestFields")
		if fields == nil {
			fields = []caseField{}
		}
		t.reach(cases, "CreateCase", map[string]any{"domainId": t.domain(cases), "templateId": t.Text("CaseTemplateId"),
			"fields": fields, "clientToken": t.invocationID()})
		return Wait
	}
	return t.caseAnswered(func(in contact.ServiceReturned) (string, *Next) {
		var a struct {
			ID string `json:"caseId"`
		}
		if why := returned(in, &a); why != "" {
			return "", t.wrong(noMatch, why)
		}
		if a.ID == "" {
			return "", t.wrong(noMatch, "the service named no case")
		}
		t.setCase(a.ID, nil)
		return a.ID, nil
	})
}
