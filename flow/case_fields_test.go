package flow

import (
	"testing"

	"outdial/contact"
)

func TestCasesWithoutWhatTheyNeed(t *testing.T) {
	for line, why := range map[string]string{
		`GetCase {"LinkContactToCase":"false","CaseRequestFields":{"title":"$.External.none"}}`:                 "no search criterion",
		`UpdateCase {"LinkContactToCase":"false","CaseId":"$.Case.case_id","CaseRequestFields":{"title":"x"}}`:  "no case is named",
		`UpdateCase {"LinkContactToCase":"false","CaseId":"c","CaseRequestFields":{"title":"$.External.none"}}`: "no field has a value",
	} {
		s := serviceStage(t, line)
		s.start()
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(why)
	}
	s := serviceStage(t, `CreateCase {"LinkContactToCase":"false","CaseTemplateId":"t"}`)
	s.start()
	s.service(`{}`)
	s.expectWhy("named no case")
}

// A field of another case does not stay; those of the same one do.
func TestCaseNamespace(t *testing.T) {
	s := serviceStage(t, `UpdateCase {"LinkContactToCase":"false","CaseId":"c","CaseRequestFields":{"title":"new","n":5,"b":true}}`)
	s.c.Vars = map[string]any{"Case": map[string]any{"case_id": "c", "title": "old", "status": "open"}}
	s.start()
	s.service(`{}`)
	s.expectPath("a:next, done:wait")
	s.expectVar("$.Case.case_id $.Case.title $.Case.status $.Case.n $.Case.b", "c new open 5 true")

	s = serviceStage(t, `GetCase {"LinkContactToCase":"false","CaseRequestFields":{"case_id":"d"}}`)
	s.c.Vars = map[string]any{"Case": map[string]any{"case_id": "c", "title": "old"}}
	s.start()
	s.service(`{"cases":[{"caseId":"d","fields":[{"id":"status","value":{"emptyValue":{}}}]}]}`)
	s.expectVar("$.Case.case_id [$.Case.title] [$.Case.status]", "d [] []")
}

// The contact is linked by its ARN, and what is linked is the case that was found.
func TestCaseIsLinked(t *testing.T) {
	s := serviceStage(t, `GetCase {"LinkContactToCase":"true","GetLastUpdatedCase":"true","CaseRequestFields":{"title":"x"}}`)
	s.start()
	s.service(`{"cases":[{"caseId":"new","fields":[]},{"caseId":"old","fields":[]}]}`)
	op, body := s.asked()
	if op != "cases.CreateRelatedItem" || body["caseId"] != "new" || found(body, "content", "contact", "contactArn") !=
		"arn:aws:connect:us-east-1:111122223333:instance/i-1/contact/c-1" {
		t.Errorf("%s %v", op, body)
	}
	s.hear(contact.ServiceReturned{Visit: 1, Code: "ConflictException"})
	// No branch for ContactNotLinked: the general one.
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectVar("$.Case.case_id", "new")
}
