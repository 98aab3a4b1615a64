package flow

import (
	"slices"
	"strings"

	"outdial/contact"
)

// checkSegmentMembership asks whether a profile belongs to a segment. How it lies
// in JSON is not documented: the profile and the segment are looked for under the
// names that the service and the designer have for them, and its two results are
// named as the flow's conditions name them.
var checkSegmentMembership = Spec{
	Doc:     "https://docs.aws.amazon.com/connect/latest/adminguide/journey-flow-block-customer-profiles.html",
	Kind:    Service,
	Service: profiles,
	Params: []Param{
		{Name: "ProfileRequestData", Shape: Any},
		{Name: "ProfileId"},
		{Name: "SegmentDefinitionName"},
	},
	Errors:  []ErrorRule{{Type: noMatch}, {Type: noCondition}},
	Results: []ResultRule{{Ops: equals}},
	Open:    true,
	Waits:   true,
	Run:     runCheckSegmentMembership,
}

var (
	segmentNames = []string{"SegmentDefinitionName", "SegmentName", "SegmentId", "SegmentArn", "Segment"}
	inSegment    = []string{"True", "InSegment", "In segment", "PRESENT"}
	notInSegment = []string{"False", "NotInSegment", "Not in segment", "ABSENT"}
)

func runCheckSegmentMembership(t *Turn) Next {
	profile := orElse(t.Text("ProfileId"), textOf(found(t.JSON("ProfileRequestData"), "ProfileId")))
	if profile == "" { // the profile of the campaign's contact, or the one that was found before
		profile = orElse(textOf(found(t.Contact.Vars["Customer"], "ProfileId")), t.Contact.Attributes["connect_customer-profile_profile-id"])
	}
	if t.Input == nil {
		segment := ""
		for _, name := range segmentNames {
			segment = orElse(segment, orElse(t.Text(name), textOf(found(t.JSON("ProfileRequestData"), name))))
		}
		segment = segment[strings.LastIndexByte(segment, '/')+1:]
		if profile == "" || segment == "" {
			return t.Fail(noMatch, "the profile or the segment is not named")
		}
		t.reach(profiles, "GetSegmentMembership", map[string]any{"DomainName": t.domain(profiles), "SegmentDefinitionName": segment,
			"ProfileIds": []string{profile}})
		return Wait
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var a struct {
		Profiles []struct{ ProfileId, QueryResult string }
		Failures []struct{ ProfileId, Message string }
	}
	if why := returned(in, &a); why != "" {
		return t.Fail(noMatch, why)
	}
	for _, p := range a.Profiles {
		if p.ProfileId == profile {
			if p.QueryResult == "PRESENT" {
				return t.Match(t.named(inSegment))
			}
			return t.Match(t.named(notInSegment))
		}
	}
	why := "the service says nothing of the profile"
	if len(a.Failures) > 0 {
		why = join(why, a.Failures[0].Message)
	}
	return t.Fail(noMatch, why)
}

// named gives the first of the names of a result that a condition has.
func (t *Turn) named(names []string) string {
	for _, n := range names {
		if slices.Contains(t.operands(), n) {
			return n
		}
	}
	return names[0]
}
