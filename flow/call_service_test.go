package flow

import (
	"encoding/json"
	"strings"
	"testing"

	"outdial/contact"
)

// A service action in one line, with every error branch that it has.
func serviceStage(t testing.TB, line string) *stage {
	t.Helper()
	s := stageOf(t, "SMS", "a "+line+" !NoMatchingError oops > done\noops DisconnectParticipant\ndone Wait {\"TimeLimitSeconds\":\"60\"} ?Equals:WaitCompleted done > done")
	s.w.serves = map[string]bool{profiles: true, cases: true, tables: true}
	return s
}

// asked gives the operation that the last input asked a service for, with its request.
func (s *stage) asked() (string, map[string]any) {
	s.t.Helper()
	for _, e := range s.out.Effects {
		if c, ok := e.(contact.CallService); ok {
			var body map[string]any
			if err := json.Unmarshal(c.Payload, &body); err != nil {
				s.t.Fatal(err)
			}
			return c.Service + "." + c.Operation, body
		}
	}
	return "", nil
}

func (s *stage) service(payload string) *Out {
	s.t.Helper()
	return s.hear(contact.ServiceReturned{Visit: s.c.Position.Visit, Payload: []byte(payload)})
}

// expectWhy fails unless the timeline of the last input says so.
func (s *stage) expectWhy(words string) {
	s.t.Helper()
	if !strings.Contains(strings.Join(s.whys(), "\n"), words) {
		s.t.Errorf("the timeline says %q, nothing of %q", s.whys(), words)
	}
}

// Every action that reaches a service, each in one line.
var serviceLines = []string{
	`CreateCase {"LinkContactToCase":"true","CaseTemplateId":"t","CaseRequestFields":{"title":"x"}}`,
	`UpdateCase {"LinkContactToCase":"true","CaseId":"c","CaseRequestFields":{"title":"x"}}`,
	`GetCase {"LinkContactToCase":"true","CaseRequestFields":{"title":"x"},"CaseResponseFields":["title"]}`,
	`GetCustomerProfile {"ProfileRequestData":{"PhoneNumber":"+1"},"ProfileResponseData":["FirstName","City","Attributes.x"]}`,
	`CreateCustomerProfile {"ProfileRequestData":{"FirstName":"x"},"ProfileResponseData":["FirstName"]}`,
	`UpdateCustomerProfile {"ProfileRequestData":{"ProfileId":"p","FirstName":"x"},"ProfileResponseData":["FirstName"]}`,
	`GetCustomerProfileObject {"ProfileRequestData":{"ProfileId":"p","ObjectType":"Asset","UseLatest":"true"},"ProfileResponseData":["AssetPrice","x"]}`,
	`GetCalculatedAttributesForCustomerProfile {"ProfileRequestData":{"ProfileId":"p"},"ProfileResponseData":["CalculatedAttributes.x"]}`,
	`AssociateContactToCustomerProfile {"ProfileRequestData":{"ProfileId":"p","ContactId":"$.ContactId"}}`,
	`CheckSegmentMembership {"ProfileId":"p","SegmentDefinitionName":"s"}`,
	`EvaluateDataTableValues {"DataTableId":"t","Queries":[{"QueryName":"q","Attributes":["a"],"PrimaryValues":[{"AttributeName":"k","Value":"v"}]}]}`,
	`ListDataTableValues {"DataTableId":"t","PrimaryKeyGroups":[{"PrimaryKeyGroupName":"g","PrimaryValues":[{"Name":"k","Value":"v"}]}]}`,
	`UpsertDataTableValues {"DataTableId":"t","DataTableUpsertAttributes":[{"PrimaryKeyGroupName":"g","PrimaryValues":[{"Name":"k","Value":"v"}],"Attributes":[{"Name":"a","Value":"1"}]}]}`,
}

// Without an endpoint, with a service that fails, and with an answer that is
// none, every action takes its error branch, and the timeline says why.
func TestServicesThatFail(t *testing.T) {
	for _, line := range serviceLines {
		kind, _, _ := strings.Cut(line, " ")
		t.Run(kind, func(t *testing.T) {
			s := serviceStage(t, line)
			s.w.serves = nil
			s.start()
			s.expectPath("a:error NoMatchingError, oops:end")
			s.expectWhy("no endpoint is set for the service " + actions[kind].Service)

			s = serviceStage(t, line)
			s.start()
			s.expectOpen("a")
			if op, _ := s.asked(); !strings.HasPrefix(op, actions[kind].Service+".") {
				t.Errorf("asked for %q", op)
			}
			s.hear(contact.TimerFired{Name: "x", Visit: s.c.Position.Visit})
			s.expectOpen("a")
			s.hear(contact.ServiceReturned{Visit: 1, Code: "ThrottlingException", Error: "slow down"})
			s.expectPath("a:error NoMatchingError, oops:end")
			s.expectWhy("the service failed: ThrottlingException; slow down")
			s.hear(contact.ServiceReturned{Visit: 1, Payload: []byte(`{}`)})
			s.expectStale()

			s = serviceStage(t, line)
			s.start()
			s.service(`[]`)
			s.expectPath("a:error NoMatchingError, oops:end")
			s.expectWhy("not readable")
		})
	}
}

// Whatever a service answers: no panic, and the same after the contact was kept.
func FuzzService(f *testing.F) {
	for _, doc := range []string{`{}`, `null`, `{"Items":[{"ProfileId":"p","Address":5}]}`, `{"Items":[{"Object":"{\"AssetId\":1}"}]}`,
		`{"cases":[{"caseId":"c","fields":[{"id":"title","value":{"emptyValue":{}}},{"id":"n","value":null}]}]}`, `{"caseId":"c"}`,
		`{"Values":[{"RecordId":"r","PrimaryValues":[{"AttributeName":"k","Value":"v"}],"AttributeName":"a","Found":true,"EvaluatedValue":"1"}],"NextToken":"n"}`,
		`{"Failed":[{"AttributeName":"a","PrimaryValues":[{"AttributeName":"k","Value":"v"}],"Message":"m"}]}`,
		`{"Profiles":[{"ProfileId":"p","QueryResult":"PRESENT"}],"ProfileId":"p"}`} {
		for i := range serviceLines {
			f.Add(byte(i), doc, `{}`)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, first, second string) {
		s := serviceStage(t, serviceLines[int(which)%len(serviceLines)])
		s.start()
		s.service(first)
		if s.c.Open() {
			s.service(second)
		}
	})
}
