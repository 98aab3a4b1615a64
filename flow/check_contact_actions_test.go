package flow

import (
	"slices"
	"strings"
	"testing"
)

// What no table of an action says.
func TestCheckContactActions(t *testing.T) {
	const third = `TransferParticipantToThirdParty {"ThirdPartyPhoneNumber":"%s","ThirdPartyConnectionTimeLimitSeconds":"20","ContinueFlowExecution":"%c"}`
	party := func(number, goesOn, errors string) string {
		return strings.Replace(strings.Replace(third, "%s", number, 1), "%c", goesOn, 1) + errors
	}
	const goOn = ` !NoMatchingError b !CallFailed b !ConnectionTimeLimitExceeded b > b`
	const value = "Invalid Action property value. Path: Actions[0].Parameters."
	const query = `{"QueryName":"q","Attributes":["a"]}`
	for _, c := range []struct{ kind, line, message string }{
		{"", `TagContact {"Tags":{"a":"1","b":"1","c":"1","d":"1","e":"1","f":"1","g":"1"}} !NoMatchingError b > b`, "More than 6 tags in Parameters.Tags"},
		{"", `TagContact {"Tags":{"aws:x":"1"}} !NoMatchingError b > b`, value + "Tags.aws:x"},
		{"", `UntagContact {"TagKeys":["a","AWS:x"]} !NoMatchingError b > b`, value + "TagKeys[1]"},
		{"", `UnTagContact {"TagKeys":["a"]} !NoMatchingError b > b`, "Invalid Action type. Type: UnTagContact"},
		{"", `UpdateContactData {"References":{"URL":"x"},"Name":"x"} > b`, "Invalid Action property name. Path: Actions[0].Parameters.References"},
		{"", `UpdateContactData {"TargetContact":"Current"} > b`, "At least one of [Name, Description, LanguageCode, CustomerId, IsVoiceIdStreamingEnabled, WisdomSessionArn] must be set"},
		{"strict", `UpdateContactData {"IsVoiceIdStreamingEnabled":"FALSE","IsVoiceAuthenticationEnabled":"FALSE","IsFraudDetectionEnabled":"FALSE","FraudDetectionThreshold":"5"} > b`,
			"Invalid Action property name. Path: Actions[0].Parameters.FraudDetectionThreshold"},
		{"", party("555", "True", goOn), value + "ThirdPartyPhoneNumber"},
		{"", party("+12065550100", "True", ` !NoMatchingError b > b`), "Action is missing required error. Error: CallFailed, Path: Actions[0]"},
		{"", party("+12065550100", "False", goOn), "Invalid Action error. Error: CallFailed, Path: Actions[0].Transitions.Errors[1]"},
		{"AGENT_TRANSFER", party("+12065550100", "True", goOn), "Invalid Action error. Error: CallFailed, Path: Actions[0].Transitions.Errors[1]"},
		{"CONTACT_FLOW", `CompleteOutboundCall {} > b`, "Invalid Action type for flow type. Type: CompleteOutboundCall, FlowType: CONTACT_FLOW"},
		{"", `ShowView {"ViewResource":{"Id":"x"},"InvocationTimeLimitSeconds":"1","ViewData":5} !NoMatchingError b !NoMatchingCondition b !TimeLimitExceeded b > b`, value + "ViewData"},
		{"strict", `ShowView {"ViewResource":{"Id":"x"},"InvocationTimeLimitSeconds":"1","ViewData":{"a":[{"b":""}]}} !NoMatchingError b !NoMatchingCondition b !TimeLimitExceeded b > b`, value + "ViewData.a[0].b"},
		{"", `EvaluateDataTableValues {"DataTableId":"t","Queries":[` + query + `,` + query + `]} > b`, value + "Queries[1].QueryName"},
		{"", `EvaluateDataTableValues {"DataTableId":"t","Queries":[` + strings.Repeat(query+`,`, 5) + query + `]} > b`, value + "Queries"},
		{"", `UpsertDataTableValues {"DataTableId":"t","DataTableUpsertAttributes":[{"PrimaryKeyGroupName":"g","PrimaryValues":[{"Name":"k","Value":"v"}]},{"PrimaryKeyGroupName":"h","Attributes":[` +
			strings.TrimSuffix(strings.Repeat(`{"Name":"a","Value":"1"},`, 25), ",") + `]}]} > b`, value + "DataTableUpsertAttributes"},
		{"", `GetCase {"LinkContactToCase":"false"} !ContactNotLinked b > b`, "Invalid Action error. Error: ContactNotLinked, Path: Actions[0].Transitions.Errors[0]"},
		{"", `GetCase {"LinkContactToCase":"false","CaseResponseFields":["1","2","3","4","5","6","7","8","9","10","11"]} > b`, value + "CaseResponseFields"},
	} {
		o := CheckOptions{Type: c.kind, Strict: c.kind == "strict"}
		if o.Strict {
			o.Type = ""
		}
		found := Check(wrong(c.line), o).Problems()
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Message == c.message }) {
			t.Errorf("%s\nwant %q\ngot  %v", c.line, c.message, found)
		}
	}
	// What older exports have, and references that stand for a whole value.
	for _, line := range []string{
		party("+12065550100", "True", goOn), party("+1{{number}}", "False", ` > b`), party("$.Attributes.n", "true", goOn),
		`UpdateContactData {"IsVoiceIdStreamingEnabled":"false","IsVoiceAuthenticationEnabled":"$.Attributes.x","IsFraudDetectionEnabled":"false","VoiceAuthenticationThreshold":"5"} > b`,
		`ShowView {"ViewResource":{"Id":"x"},"InvocationTimeLimitSeconds":"1","ViewData":"$.External.view"} !NoMatchingError b !NoMatchingCondition b !TimeLimitExceeded b > b`,
		`CheckSegmentMembership {"SegmentArn":"x","Anything":{"y":1}} > b`,
		`CreateTask {"Name":"x","TaskTemplateId":"t","TaskFields":{"x":"y"}} > b`,
		`ListDataTableValues {"DataTableId":"t","PrimaryKeyGroups":[]} > b`,
	} {
		if found := Check(wrong(line), CheckOptions{}).Problems(); len(found) > 0 {
			t.Errorf("%s\n%v", line, found)
		}
	}
}
