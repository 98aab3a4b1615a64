package flow

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// However a search is written, the service is asked in its own way.
func TestProfileSearch(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, c := range []struct{ data, want, why string }{
		{`"ProfileRequestData":{"EmailAddress":"a@example.com"}`, `_email=a@example.com `, ""},
		{`"ProfileRequestData":{"AccountNumber":"1","_custom":"2"}`, `_account=1 _custom=2 AND`, ""},
		{`"ProfileRequestData":{"IdentifierName":"ProfileId","IdentifierValue":"p"}`, `_profileId=p `, ""},
		{`"ProfileRequestData":{"IdentifierName":"_phone","IdentiferValue":"+1"}`, `_phone=+1 `, ""},
		{`"ProfileRequestData":{"SearchCriteria":[{"IdentifierName":"_a","IdentifierValue":"1"},{"IdentifierName":"_b","IdentifierValue":"2"}],"LogicalOperator":"OR"}`, `_a=1 _b=2 OR`, ""},
		{`"ProfileRequestData":{"x":""},"SearchCriteria":[{"IdentifierName":"_a","IdentifierValue":"1"}]`, `_a=1 `, ""},
		{`"ProfileRequestData":{"PhoneNumber":"$.External.none"}`, "", "no search identifier"},
		{`"ProfileRequestData":{"a":"1","b":"1","c":"1","d":"1","e":"1","f":"1"}`, "", "6 search identifiers"},
		{`"ProfileRequestData":{"a":"` + long + `"}`, "", "256 characters"},
	} {
		s := serviceStage(t, `GetCustomerProfile {`+c.data+`}`)
		s.start()
		if c.why != "" {
			s.expectWhy(c.why)
			continue
		}
		_, body := s.asked()
		got := fmt.Sprintf("%v=%v ", body["KeyName"], body["Values"].([]any)[0])
		more, _ := body["AdditionalSearchKeys"].([]any)
		for _, k := range more {
			m := k.(map[string]any)
			got += fmt.Sprintf("%v=%v ", m["KeyName"], m["Values"].([]any)[0])
		}
		if o := body["LogicalOperator"]; o != nil {
			got += o.(string)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.data, got, c.want)
		}
	}
}

func TestCustomerNamespace(t *testing.T) {
	s := serviceStage(t, `GetCustomerProfile {"ProfileRequestData":{"PhoneNumber":"+1"},"ProfileResponseData":["FirstName","LastName","City"]}`)
	s.c.Vars = map[string]any{"Customer": map[string]any{"ProfileId": "old", "Gender": "FEMALE"}}
	s.start()
	s.service(`{"Items":[{"ProfileId":"p","FirstName":"Ann","Address":{"City":"Rome"}}]}`)
	s.expectVar("$.Customer.ProfileId [$.Customer.Gender] $.Customer.FirstName [$.Customer.LastName] $.Customer.City", "p [] Ann [] Rome")
	s.expectVar("$.Customer.ProfileARN", "arn:aws:profile:us-east-1::domains/amazon-connect-/profiles/p")

	// All that is kept of a customer has its limit.
	s = serviceStage(t, `GetCustomerProfile {"ProfileRequestData":{"PhoneNumber":"+1"},"ProfileResponseData":["AdditionalInformation"]}`)
	s.start()
	s.service(`{"Items":[{"ProfileId":"p","AdditionalInformation":"` + strings.Repeat("ä", 14000) + `"}]}`)
	s.expectPath("a:error NoMatchingError, oops:end")
	s.expectWhy("over 14000")
	s.expectVar("$.Customer.ProfileId", "")
}

func TestProfileWritten(t *testing.T) {
	s := serviceStage(t, `CreateCustomerProfile {"ProfileRequestData":{"FirstName":"Ann","State":"WA","ShippingAddress1":"1 Main St","Attributes.x":"1","LastName":"$.External.none"}}`)
	s.start()
	_, body := s.asked()
	want := map[string]any{"DomainName": "amazon-connect-", "FirstName": "Ann", "Address": map[string]any{"State": "WA"},
		"ShippingAddress": map[string]any{"Address1": "1 Main St"}, "Attributes": map[string]any{"x": "1"}}
	if !reflect.DeepEqual(body, want) {
		t.Errorf("%v", body)
	}
	s.service(`{}`)
	s.expectWhy("named no profile")
	for line, why := range map[string]string{
		`CreateCustomerProfile {"ProfileRequestData":{"FirstName":"` + strings.Repeat("x", 256) + `"}}`:                                                   "256 characters",
		`UpdateCustomerProfile {"ProfileRequestData":{"FirstName":"x"}}`:                                                                                  "no profile was made",
		`UpdateCustomerProfile {"ProfileRequestData":{"ProfileId":"p","FirstName":"$.External.none"}}`:                                                    "no field has a value",
		`GetCustomerProfileObject {"ProfileRequestData":{"ProfileId":"$.Customer.ProfileId","ObjectType":"Asset","UseLatest":"true"}}`:                    "is not named",
		`GetCustomerProfileObject {"ProfileRequestData":{"ProfileId":"p","ObjectType":"Asset","IdentifierName":"n","IdentifierValue":"$.External.none"}}`: "has no value",
		`GetCalculatedAttributesForCustomerProfile {"ProfileRequestData":{"ProfileId":"$.External.none"}}`:                                                "no profile is named",
		`AssociateContactToCustomerProfile {"ProfileRequestData":{"ProfileId":"p","ContactId":"$.External.none"}}`:                                        "is not named",
		`CheckSegmentMembership {"SegmentDefinitionName":"s"}`:                                                                                            "is not named",
	} {
		s := serviceStage(t, line)
		s.start()
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(why)
	}
}

// A segment is looked for under every name that one may have, its profile where
// a campaign or an earlier action left it, and results as the conditions name them.
func TestSegmentNames(t *testing.T) {
	for _, c := range []struct{ params, conditions, answer, path string }{
		{`{"SegmentArn":"arn:x/s1"}`, "?Equals:True done", "PRESENT", "a:condition Equals True, done:wait"},
		{`{"ProfileRequestData":{"SegmentName":"s1","ProfileId":"camp"}}`, "?Equals:In_segment done ?Equals:Not_in_segment oops", "ABSENT", "a:condition Equals Not in segment, oops:end"},
		{`{"SegmentDefinitionName":"s1"}`, "?Equals:InSegment done", "ABSENT", "a:next, done:wait"},
	} {
		s := serviceStage(t, "CheckSegmentMembership "+c.params+" "+c.conditions)
		s.c.Attributes = map[string]string{"connect_customer-profile_profile-id": "camp"}
		s.start()
		if _, body := s.asked(); body["SegmentDefinitionName"] != "s1" || body["ProfileIds"].([]any)[0] != "camp" {
			t.Errorf("%s: %v", c.params, body)
		}
		s.service(`{"Profiles":[{"ProfileId":"camp","QueryResult":"` + c.answer + `"}]}`)
		s.expectPath(c.path)
	}
}
