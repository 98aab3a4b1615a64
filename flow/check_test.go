package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"outdial/contact"
	"outdial/resource"
)

// expectFinding fails unless exactly one finding bears the message, at the path.
func expectFinding(t *testing.T, got Findings, s Severity, message, path string) {
	t.Helper()
	n := 0
	for _, f := range got {
		if f.Message == message && f.Severity == s {
			n++
			if f.Path != path {
				t.Errorf("%q is at %q, want %q", message, f.Path, path)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d times %s %q in:", n, s, message)
		for _, f := range got {
			t.Logf("  %s", f)
		}
	}
}

// A wrong flow has one action "a" that is wrong, and ends "b".
func wrong(line string) []byte { return script("a " + line + "\nb DisconnectParticipant") }

func TestCheckActions(t *testing.T) {
	const gpi = `GetParticipantInput {"Text":"?","InputTimeLimitSeconds":"5",`
	const gpiErrors = ` !NoMatchingError b !NoMatchingCondition b !InputTimeLimitExceeded b > b`
	const lex = `ConnectParticipantWithLexBot {"Text":"?","LexV2Bot":{"AliasArn":"x"}`
	const lexErrors = ` !NoMatchingError b !NoMatchingCondition b > b`
	const call = `InvokeLambdaFunction {"LambdaFunctionARN":"x",`
	for _, c := range []struct{ line, message, path string }{
		{`Brew > b`, "Invalid Action type. Type: Brew", "Actions[0].Type"},
		{`MessageParticipant {"Text":"x","Tone":"y"} > b`, "Invalid Action property name. Path: Actions[0].Parameters.Tone", "Actions[0].Parameters.Tone"},
		{`MessageParticipant {"Text":"x","SSML":"y"} > b`, "Only one of these properties may be defined. Properties: [Text, SSML]", "Actions[0].Parameters"},
		{`MessageParticipant {} > b`, "At least one of [Text, SSML, PromptId, Media] must be set", "Actions[0].Parameters"},
		{`MessageParticipant {"Text":{"x":1}} > b`, "Invalid Action property value. Path: Actions[0].Parameters.Text", "Actions[0].Parameters.Text"},
		{`MessageParticipant {"PromptId":"a $.Attributes.x"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.PromptId", "Actions[0].Parameters.PromptId"},
		{`MessageParticipant {"PromptId":"$.BadValue"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.PromptId", "Actions[0].Parameters.PromptId"},
		{`MessageParticipant {"Media":{"Uri":"x","SourceType":"FTP","MediaType":"Audio"}} > b`, "Invalid Action property value. Path: Actions[0].Parameters.Media.SourceType", "Actions[0].Parameters.Media.SourceType"},
		{`MessageParticipant {"Media":{"SourceType":"S3","MediaType":"Audio"}} > b`, "Action is missing required property. Path: Actions[0].Parameters.Media.Uri", "Actions[0].Parameters.Media.Uri"},
		{`MessageParticipant {"Text":"x"} !NoMatchingError b`, "Action is missing required property. Path: Actions[0].Transitions.NextAction", "Actions[0].Transitions.NextAction"},
		{`MessageParticipant {"Text":"x"} > gone`, "Invalid Action property value. Path: Actions[0].Transitions.NextAction", "Actions[0].Transitions.NextAction"},
		{`MessageParticipant {"Text":"x"} !NoMatchingError gone > b`, "Invalid Action property value. Path: Actions[0].Transitions.Errors[0].NextAction", "Actions[0].Transitions.Errors[0].NextAction"},
		{`MessageParticipant {"Text":"x"} !Oops b > b`, "Invalid Action error. Error: Oops, Path: Actions[0].Transitions.Errors[0]", "Actions[0].Transitions.Errors[0]"},
		{`MessageParticipant {"Text":"x"} !NoMatchingError b !NoMatchingError b > b`, "Duplicate Action error. Error: NoMatchingError, Path: Actions[0].Transitions.Errors[1]", "Actions[0].Transitions.Errors[1]"},
		{`MessageParticipant {"Text":"x"} ?Equals:x b > b`, "Action does not support conditions. Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`DisconnectParticipant {} > b`, "Action does not support transitions. Path: Actions[0]", "Actions[0].Transitions"},
		{`EndFlowModuleExecution {} !NoMatchingError b`, "Action does not support transitions. Path: Actions[0]", "Actions[0].Transitions"},
		{`Compare {"ComparisonValue":"x"} !NoMatchingCondition b > b`, "Invalid Action property value. Path: Actions[0].Parameters.ComparisonValue", "Actions[0].Parameters.ComparisonValue"},
		{`Compare {"ComparisonValue":"$.External"} !NoMatchingCondition b > b`, "Invalid Action property value. Path: Actions[0].Parameters.ComparisonValue", "Actions[0].Parameters.ComparisonValue"},
		{`Compare {"ComparisonValue":"$.External.x"} !NoMatchingCondition b !NoMatchingError b > b`, "Invalid Action error. Error: NoMatchingError, Path: Actions[0].Transitions.Errors[1]", "Actions[0].Transitions.Errors[1]"},
		{`Compare {"ComparisonValue":"$.External.x"} > b`, "Action is missing required error. Error: NoMatchingCondition, Path: Actions[0]", "Actions[0].Transitions.Errors"},
		{`Compare {"ComparisonValue":"$.External.x"} ?And:x b !NoMatchingCondition b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operator", "Actions[0].Transitions.Conditions[0].Condition.Operator"},
		{`Compare {"ComparisonValue":"$.External.x"} ?Equals: b !NoMatchingCondition b > b`, "Invalid branch. Path: Actions[0].Transitions.Conditions[0].Condition.Operands", "Actions[0].Transitions.Conditions[0].Condition.Operands"},
		{`Compare {"ComparisonValue":"$.External.x"} ?NumberLessThan:x b !NoMatchingCondition b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operands", "Actions[0].Transitions.Conditions[0].Condition.Operands"},
		{`UpdateContactAttributes {"Attributes":{"a":"1"},"TargetContact":"Mine"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.TargetContact", "Actions[0].Parameters.TargetContact"},
		{`UpdateContactAttributes {"Attributes":{}} > b`, "Invalid Action property value. Path: Actions[0].Parameters.Attributes", "Actions[0].Parameters.Attributes"},
		{`UpdateContactAttributes {"Attributes":"x"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.Attributes", "Actions[0].Parameters.Attributes"},
		{`UpdateFlowAttributes {"FlowAttributes":{"k":{"Value":"v"}}} > b`, "Action is missing required error. Error: NoMatchingError, Path: Actions[0]", "Actions[0].Transitions.Errors"},
		{`UpdateFlowAttributes {"FlowAttributes":{"k":{"Type":"String"}}} !NoMatchingError b > b`, "Action is missing required property. Path: Actions[0].Parameters.FlowAttributes.k.Value", "Actions[0].Parameters.FlowAttributes.k.Value"},
		{`UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"On"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.FlowLoggingBehavior", "Actions[0].Parameters.FlowLoggingBehavior"},
		{`UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"$.Attributes.x"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.FlowLoggingBehavior", "Actions[0].Parameters.FlowLoggingBehavior"},
		{`UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Enabled"} !NoMatchingError b > b`, "Invalid Action error. Error: NoMatchingError, Path: Actions[0].Transitions.Errors[0]", "Actions[0].Transitions.Errors[0]"},
		{`UpdateContactTargetQueue {"QueueId":"q","AgentId":"a"} > b`, "Only one of these properties may be defined. Properties: [QueueId, AgentId]", "Actions[0].Parameters"},
		{gpi + `"StoreInput":"False"} !NoMatchingError b !NoMatchingCondition b > b`, "Action is missing required error. Error: InputTimeLimitExceeded, Path: Actions[0]", "Actions[0].Transitions.Errors"},
		{gpi + `"StoreInput":"False"} ?Equals:12 b` + gpiErrors, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operands", "Actions[0].Transitions.Conditions[0].Condition.Operands"},
		{gpi + `"StoreInput":"True"} !NoMatchingError b > b`, "Action is missing required property. Path: Actions[0].Parameters.InputValidation", "Actions[0].Parameters.InputValidation"},
		{gpi + `"StoreInput":"True","InputValidation":{"CustomValidation":{"MaximumLength":"3"}}} !NoMatchingError b !InputTimeLimitExceeded b > b`, "Invalid Action error. Error: InputTimeLimitExceeded, Path: Actions[0].Transitions.Errors[1]", "Actions[0].Transitions.Errors[1]"},
		{gpi + `"StoreInput":"True","InputValidation":{"CustomValidation":{"MaximumLength":"3"}}} ?Equals:1 b !NoMatchingError b > b`, "Action does not support conditions. Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{gpi + `"StoreInput":"True","InputValidation":{}} !NoMatchingError b > b`, "At least one of [PhoneNumberValidation, CustomValidation] must be set", "Actions[0].Parameters.InputValidation"},
		{gpi + `"StoreInput":"True","InputValidation":{"PhoneNumberValidation":{"NumberFormat":"Local"}}} !NoMatchingError b !InvalidPhoneNumber b > b`, "Action is missing required property. Path: Actions[0].Parameters.InputValidation.PhoneNumberValidation.CountryCode", "Actions[0].Parameters.InputValidation.PhoneNumberValidation.CountryCode"},
		{gpi + `"StoreInput":"True","InputValidation":{"PhoneNumberValidation":{"NumberFormat":"E164"}}} !NoMatchingError b > b`, "Action is missing required error. Error: InvalidPhoneNumber, Path: Actions[0]", "Actions[0].Transitions.Errors"},
		{gpi + `"StoreInput":"True","InputEncryption":{"EncryptionKeyId":"k","Key":"p"},"InputValidation":{"PhoneNumberValidation":{"NumberFormat":"E164"}}} !NoMatchingError b !InvalidPhoneNumber b > b`, "Invalid Action property name. Path: Actions[0].Parameters.InputEncryption", "Actions[0].Parameters.InputEncryption"},
		{gpi + `"StoreInput":"Maybe"} !NoMatchingError b > b`, "Invalid Action property value. Path: Actions[0].Parameters.StoreInput", "Actions[0].Parameters.StoreInput"},
		{gpi + `"StoreInput":"False","DTMFConfiguration":{"InputTerminationSequence":"######"}}` + gpiErrors, "Invalid Action property value. Path: Actions[0].Parameters.DTMFConfiguration.InputTerminationSequence", "Actions[0].Parameters.DTMFConfiguration.InputTerminationSequence"},
		{gpi + `"StoreInput":"False","DTMFConfiguration":{"InterdigitTimeLimitSeconds":"21"}}` + gpiErrors, "Invalid Action property value. Path: Actions[0].Parameters.DTMFConfiguration.InterdigitTimeLimitSeconds", "Actions[0].Parameters.DTMFConfiguration.InterdigitTimeLimitSeconds"},
		{`GetParticipantInput {"Text":"?","InputTimeLimitSeconds":"0","StoreInput":"False"}` + gpiErrors, "Invalid Action property value. Path: Actions[0].Parameters.InputTimeLimitSeconds", "Actions[0].Parameters.InputTimeLimitSeconds"},
		{`GetParticipantInput {"Text":"?","InputTimeLimitSeconds":"5"} !NoMatchingError b > b`, "Action is missing required property. Path: Actions[0].Parameters.StoreInput", "Actions[0].Parameters.StoreInput"},
		{lex + `} ?TextContains:x b` + lexErrors, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operator", "Actions[0].Transitions.Conditions[0].Condition.Operator"},
		{lex + `,"LexBot":{"Name":"n","Region":"r","Alias":"a"}}` + lexErrors, "Only one of these properties may be defined. Properties: [LexV2Bot, LexBot]", "Actions[0].Parameters"},
		{`ConnectParticipantWithLexBot {"LexV2Bot":{"AliasArn":"x"}}` + lexErrors, "At least one of [Text, SSML, PromptId, Media, LexInitializationData] must be set", "Actions[0].Parameters"},
		{lex + `} !NoMatchingError b !NoMatchingCondition b !InputTimeLimitExceeded b > b`, "Invalid Action error. Error: InputTimeLimitExceeded, Path: Actions[0].Transitions.Errors[2]", "Actions[0].Transitions.Errors[2]"},
		{call + `"InvocationTimeLimitSeconds":"9"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.InvocationTimeLimitSeconds", "Actions[0].Parameters.InvocationTimeLimitSeconds"},
		{call + `"InvocationTimeLimitSeconds":"x"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.InvocationTimeLimitSeconds", "Actions[0].Parameters.InvocationTimeLimitSeconds"},
		{call + `"InvocationTimeLimitSeconds":"3","ResponseValidation":{"ResponseType":"XML"}} > b`, "Invalid Action property value. Path: Actions[0].Parameters.ResponseValidation.ResponseType", "Actions[0].Parameters.ResponseValidation.ResponseType"},
		{`Wait {"TimeoutSeconds":"5"} ?Equals:WaitCompleted b > b`, "Invalid Action property name. Path: Actions[0].Parameters.TimeoutSeconds", "Actions[0].Parameters.TimeoutSeconds"},
		{`Wait {"TimeLimitSeconds":"604801"} ?Equals:WaitCompleted b > b`, "Invalid Action property value. Path: Actions[0].Parameters.TimeLimitSeconds", "Actions[0].Parameters.TimeLimitSeconds"},
		{`Wait {"TimeLimitSeconds":"5"} > b`, "Action is missing required condition. Condition: WaitCompleted, Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`Wait {"TimeLimitSeconds":"5","Events":["CustomerReturned"]} ?Equals:WaitCompleted b > b`, "Action is missing required condition. Condition: CustomerReturned, Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`Wait {"TimeLimitSeconds":"5","Events":["LambdaReturned"]} ?Equals:WaitCompleted b ?Equals:LambdaReturned b > b`, "Invalid Action property value. Path: Actions[0].Parameters.Events[0]", "Actions[0].Parameters.Events[0]"},
		{`Loop {"LoopCount":"101"} ?Equals:ContinueLooping b ?Equals:DoneLooping b > b`, "Invalid Action property value. Path: Actions[0].Parameters.LoopCount", "Actions[0].Parameters.LoopCount"},
		{`Loop {"LoopCount":"1"} ?Equals:ContinueLooping b > b`, "Action is missing required condition. Condition: DoneLooping, Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`Loop {"LoopCount":"1"} ?Equals:ContinueLooping b ?Equals:DoneLooping b ?Equals:Done b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[2].Condition.Operands", "Actions[0].Transitions.Conditions[2].Condition.Operands"},
		{`CheckHoursOfOperation {} ?Equals:True b > b`, "Action is missing required condition. Condition: False, Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`DistributeByPercentage {} !NoMatchingCondition b > b`, "Action is missing required condition. Path: Actions[0]", "Actions[0].Transitions.Conditions"},
		{`DistributeByPercentage {} ?Equals:5 b !NoMatchingCondition b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operator", "Actions[0].Transitions.Conditions[0].Condition.Operator"},
		{`CheckOutboundCallStatus {} ?Equals:Human b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operands", "Actions[0].Transitions.Conditions[0].Condition.Operands"},
		{`StartOutboundChatContact {"SourceEndpoint":{"Address":"x","Type":"CONNECT_PHONENUMBER_ARN"},"DestinationEndpoint":{"Address":"x","Type":"TELEPHONE_NUMBER"},"ContactFlowArn":"x","ContactSubtype":"connect:Fax"} > b`, "Invalid Action property value. Path: Actions[0].Parameters.ContactSubtype", "Actions[0].Parameters.ContactSubtype"},
		{`TransferToFlow {} > b`, "Action is missing required property. Path: Actions[0].Parameters.ContactFlowId", "Actions[0].Parameters.ContactFlowId"},
		{`InvokeFlowModule {"FlowModuleId":"x"} ?TextContains:x b > b`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions[0].Condition.Operator", "Actions[0].Transitions.Conditions[0].Condition.Operator"},
	} {
		expectFinding(t, Check(wrong(c.line), CheckOptions{}), Problem, c.message, c.path)
	}
}

func TestCheckAccepts(t *testing.T) {
	for _, lines := range []string{greet, hold, menu, talkLines, lambda("")} {
		if p := Check(script(lines), CheckOptions{Strict: true}).Problems(); len(p) > 0 {
			t.Errorf("%s", p)
		}
	}
}

// flowOf writes a flow's members over those of a good one.
func flowOf(t *testing.T, members map[string]any) []byte {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(script("a MessageParticipant {\"Text\":\"x\"} > b\nb DisconnectParticipant"), &d); err != nil {
		t.Fatal(err)
	}
	for k, v := range members {
		d[k] = v
	}
	return []byte(asJSON(t, d))
}

func TestCheckEnvelope(t *testing.T) {
	end := func(id string) any {
		return map[string]any{"Identifier": id, "Type": "DisconnectParticipant", "Parameters": map[string]any{}, "Transitions": map[string]any{}}
	}
	many := make([]any, 251)
	for i := range many {
		many[i] = end(fmt.Sprintf("n%d", i))
	}
	type m = map[string]any
	for _, c := range []struct {
		members       m
		o             CheckOptions
		message, path string
	}{
		{m{"Version": "2020-01-01"}, CheckOptions{}, "Invalid property value. Path: Version", "Version"},
		{m{"StartAction": "gone"}, CheckOptions{}, "Invalid property value. Path: StartAction", "StartAction"},
		{m{"StartAction": nil}, CheckOptions{}, "Missing required property. Path: StartAction", "StartAction"},
		{m{"Actions": nil}, CheckOptions{}, "Missing required property. Path: Actions", "Actions"},
		{m{"Actions": "x"}, CheckOptions{}, "Invalid property value. Path: Actions", "Actions"},
		{m{"Actions": []any{1, end("b")}, "StartAction": "b"}, CheckOptions{}, "Invalid Action. Path: Actions[0]", "Actions[0]"},
		{m{"Actions": many, "StartAction": "n0"}, CheckOptions{}, "Invalid number of Actions. Actions: 251, Maximum: 250", "Actions"},
		{m{"Actions": []any{end("b"), end("b")}, "StartAction": "b"}, CheckOptions{}, "Duplicate Action identifier. Identifier: b", "Actions[1].Identifier"},
		{m{"Actions": []any{end("")}, "StartAction": ""}, CheckOptions{}, "Action is missing required property. Path: Actions[0].Identifier", "Actions[0].Identifier"},
		{m{"Actions": []any{end("a(b)")}, "StartAction": "a(b)"}, CheckOptions{}, "Invalid Action identifier. Identifier: a(b)", "Actions[0].Identifier"},
		{m{"Actions": []any{end("toString")}, "StartAction": "toString"}, CheckOptions{}, "Invalid Action identifier. Identifier: toString", "Actions[0].Identifier"},
		{m{"Actions": []any{end(strings.Repeat("ä", 51))}, "StartAction": strings.Repeat("ä", 51)}, CheckOptions{}, "Invalid Action identifier. Identifier: " + strings.Repeat("ä", 51), "Actions[0].Identifier"},
		{m{"Settings": m{}}, CheckOptions{Type: "CONTACT_FLOW"}, "Invalid property name. Path: Settings", "Settings"},
		{m{"Settings": "x"}, CheckOptions{}, "Invalid property value. Path: Settings", "Settings"},
		{m{}, CheckOptions{Type: "MODULE"}, "JSON field is missing or null for field name: settings", "Settings"},
		{m{}, CheckOptions{Type: "AGENT_WHISPER"}, "Invalid Action type for flow type. Type: DisconnectParticipant, FlowType: AGENT_WHISPER", "Actions[1].Type"},
		{m{}, CheckOptions{Type: "PARTY"}, "Invalid flow type. Type: PARTY", ""},
		{m{"Metadata": m{"x": strings.Repeat("x", maxCharacters)}}, CheckOptions{}, "", ""},
	} {
		got := Check(flowOf(t, c.members), c.o)
		if c.message == "" {
			if p := got.Problems(); len(p) != 1 || !strings.HasPrefix(p[0].Message, "Invalid Content. Length: 256") {
				t.Errorf("too long: %v", p)
			}
			continue
		}
		expectFinding(t, got, Problem, c.message, c.path)
	}
	for _, doc := range []string{"", "{", "[]", "null", `{} {}`, `"x"`, "\xff"} {
		if p := Check([]byte(doc), CheckOptions{}).Problems(); len(p) != 1 || !strings.HasPrefix(p[0].Message, "Invalid Content. ") {
			t.Errorf("%q: %v", doc, p)
		}
		if _, err := Parse("f", []byte(doc)); err == nil {
			t.Errorf("%q is parsed", doc)
		}
	}
}

func TestCheckFindsAllAtOnce(t *testing.T) {
	var lines strings.Builder
	for i := range 60 {
		fmt.Fprintf(&lines, "n%d Brew%d > n0\n", i, i)
	}
	got := Check(script(lines.String()), CheckOptions{})
	if len(got.Problems()) != maxFindings || len(got.Warnings()) != maxFindings {
		t.Errorf("%d problems, %d warnings", len(got.Problems()), len(got.Warnings()))
	}
}

func TestCheckWarnings(t *testing.T) {
	chat := CheckOptions{Channel: contact.Chat, Subtype: contact.SMS}
	for _, c := range []struct {
		lines         string
		o             CheckOptions
		message, path string
	}{
		{greet + "\nx DisconnectParticipant", CheckOptions{}, "Action cannot be reached", "Actions[2]"},
		{"a Compare {\"ComparisonValue\":\"$.Channel\"} !NoMatchingCondition a > a", CheckOptions{}, "Loop never waits", "Actions[0]"},
		{"a MessageParticipant {\"Text\":\"x\"} > a", chat, "Loop never waits", "Actions[0]"},
		{greet, CheckOptions{}, "Nothing sets $.Attributes.name", "Actions[0].Parameters.Text"},
		{"a MessageParticipant {\"Text\":\"$.External.x\"} > b\nb DisconnectParticipant", CheckOptions{}, "Nothing sets $.External.x", "Actions[0].Parameters.Text"},
		{"a MessageParticipant {\"Text\":\"$.FlowAttributes.x\"} > b\nb DisconnectParticipant", CheckOptions{}, "Nothing sets $.FlowAttributes.x", "Actions[0].Parameters.Text"},
		{"a MessageParticipant {\"Text\":\"$.Atributes.x\"} > b\nb DisconnectParticipant", CheckOptions{}, "Nothing sets $.Atributes.x", "Actions[0].Parameters.Text"},
		{menu, CheckOptions{}, "Error branch ends the conversation without a word. Error: InputTimeLimitExceeded", "Actions[0].Transitions.Errors[2]"},
		{menu, chat, "GetParticipantInput never runs on CHAT", "Actions[0].Type"},
		{"a MessageParticipant {\"SSML\":\"<speak/>\"} > b\nb DisconnectParticipant", chat, "SSML cannot be read on CHAT", "Actions[0].Parameters.SSML"},
		{"a MessageParticipant {\"Text\":\"" + strings.Repeat("x", 1025) + "\"} > b\nb DisconnectParticipant", chat, "Text has 1025 characters, and the channel carries 1024", "Actions[0].Parameters.Text"},
		{"a MessageParticipant {\"Text\":\"" + strings.Repeat("x", 6001) + "\"} > b\nb DisconnectParticipant", CheckOptions{Channel: contact.Voice}, "Text has 6001 characters, and the channel carries 6000", "Actions[0].Parameters.Text"},
		{"a MessageParticipant {\"SSML\":\"" + strings.Repeat("x", 6001) + "\"} > b\nb DisconnectParticipant", CheckOptions{Channel: contact.Voice}, "SSML has 6001 characters, and the channel carries 6000", "Actions[0].Parameters.SSML"},
		{"a UpdateContactAttributes {\"Attributes\":{\"k\":\"\"}} > b\nb DisconnectParticipant", CheckOptions{}, "Empty value in Parameters.Attributes", "Actions[0].Parameters.Attributes.k"},
		{"a TransferToFlow {\"ContactFlowId\":\"\"} > b\nb DisconnectParticipant", CheckOptions{}, "Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId", "Actions[0].Parameters.ContactFlowId"},
		{"a TransferToFlow {\"ContactFlowId\":\"%%FLOW%%\"} > b\nb DisconnectParticipant", CheckOptions{}, "Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId", "Actions[0].Parameters.ContactFlowId"},
		{"a TransferToFlow {\"ContactFlowId\":\"gone\"} > b\nb DisconnectParticipant", CheckOptions{Resources: func(k resource.Kind, ref string) bool { return k != resource.KindFlow }}, "Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId", "Actions[0].Parameters.ContactFlowId"},
	} {
		got := Check(script(c.lines), c.o)
		expectFinding(t, got, Warning, c.message, c.path)
		if p := got.Problems(); len(p) > 0 {
			t.Errorf("problems %v", p)
		}
	}
	for _, lines := range []string{
		"a MessageParticipant {\"Text\":\"x\"} > a",
		"a Loop {\"LoopCount\":\"3\"} ?Equals:ContinueLooping a ?Equals:DoneLooping b > b\nb DisconnectParticipant",
	} {
		if w := Check(script(lines), CheckOptions{}).Warnings(); slices.ContainsFunc(w, func(f Finding) bool { return f.Message == "Loop never waits" }) {
			t.Errorf("%s: %v", lines, w)
		}
	}
	if w := Check(script(greet), CheckOptions{Attributes: []string{"name"}}).Warnings(); len(w) > 0 {
		t.Errorf("warnings %v", w)
	}
}

func TestCheckStrict(t *testing.T) {
	o := CheckOptions{Strict: true, Resources: func(resource.Kind, string) bool { return false }}
	expectFinding(t, Check(wrong(`UpdateContactAttributes {"Attributes":{"k":""}} > b`), o), Problem,
		"Empty value in Parameters.Attributes", "Actions[0].Parameters.Attributes.k")
	expectFinding(t, Check(wrong(`TransferToFlow {"ContactFlowId":"gone"} > b`), o), Problem,
		"Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId", "Actions[0].Parameters.ContactFlowId")
}

func TestHints(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`Wait {"TimeLimitSecond":"5"} ?Equals:WaitCompleted b > b`, `perhaps "TimeLimitSeconds"`},
		{`MessageParticipants {"Text":"x"} > b`, `perhaps "MessageParticipant"`},
		{`TransferToFlow {"ContactFlowId":"$.Atributes.x"} > b`, `perhaps "Attributes"`},
	} {
		got := fmt.Sprint(Check(wrong(c.line), CheckOptions{}))
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.line, got)
		}
	}
}

// Every line of the table is whole: documented, run, and known to the check.
func TestTable(t *testing.T) {
	for name, s := range ActionTypes() {
		if s.Doc == "" {
			t.Errorf("%s has no address of its documentation", name)
		}
		if s.Run == nil && s.Kind != Unavailable {
			t.Errorf("%s cannot be run", name)
		}
		if s.Kind == Unavailable && s.Why == "" {
			t.Errorf("%s does not say why it is not to be had", name)
		}
		if s.Terminal && len(s.Errors)+len(s.Results) > 0 {
			t.Errorf("%s is terminal and has branches", name)
		}
		for _, e := range s.Errors {
			knownWhen(t, name, s, e.When)
		}
		for _, r := range s.Results {
			knownWhen(t, name, s, r.When)
		}
		for _, g := range s.Groups {
			knownWhen(t, name, s, g.When)
			for _, n := range g.Names {
				knownWhen(t, name, s, When{Param: strings.Join(append(slices.Clone(g.At), n), ".")})
			}
		}
	}
}

// knownWhen fails where a rule hangs on a parameter that is not declared.
func knownWhen(t *testing.T, name string, s *Spec, w When) {
	t.Helper()
	if w.Param == "" {
		return
	}
	params := s.Params
	for _, part := range strings.Split(w.Param, ".") {
		p := member(params, part)
		if p == nil {
			t.Errorf("%s has a rule on %s, which it does not declare", name, w.Param)
			return
		}
		params = p.Members
	}
}

// An export of before 2020 is refused in one sentence that says what to do.
func TestTheConsolesOldForm(t *testing.T) {
	got := Check([]byte(`{"modules":[{"id":"a","type":"Disconnect"}],"version":"1","type":"contactFlow","start":"a"}`), CheckOptions{Type: "CONTACT_FLOW"})
	if len(got) != 1 || got[0].Message != "Invalid property value. Path: Version" || !strings.Contains(got[0].Hint, "outdial flow convert") {
		t.Errorf("%+v", got)
	}
	got = Check([]byte(`{"Version":3,"Actions":[]}`), CheckOptions{})
	if len(got) == 0 || !strings.Contains(got[0].Hint, "it is a number;") {
		t.Errorf("%+v", got)
	}
}

// What is no list, or leads nowhere, is refused rather than passed over.
func TestBranchesThatAreNone(t *testing.T) {
	for _, c := range []struct{ kind, transitions, message, path string }{
		{"MessageParticipant", `{"NextAction":"b","Errors":{"ErrorType":"NoMatchingError"}}`, "Invalid Action property value. Path: Actions[0].Transitions.Errors", "Actions[0].Transitions.Errors"},
		{"MessageParticipant", `{"NextAction":"b","Conditions":"x"}`, "Invalid Action property value. Path: Actions[0].Transitions.Conditions", "Actions[0].Transitions.Conditions"},
		{"MessageParticipant", `{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError"}]}`, "Action is missing required property. Path: Actions[0].Transitions.Errors[0].NextAction", "Actions[0].Transitions.Errors[0].NextAction"},
		{"MessageParticipant", `{"NextAction":""}`, "Action is missing required property. Path: Actions[0].Transitions.NextAction", "Actions[0].Transitions.NextAction"},
		{"EndFlowExecution", `{"Errors":1}`, "Invalid Action property value. Path: Actions[0].Transitions.Errors", "Actions[0].Transitions.Errors"},
	} {
		got := Check([]byte(`{"Version":"2019-10-30","StartAction":"a","Actions":[
			{"Identifier":"a","Type":"`+c.kind+`","Parameters":{"Text":"x"},"Transitions":`+c.transitions+`},
			{"Identifier":"b","Type":"EndFlowExecution","Parameters":{},"Transitions":{}}]}`), CheckOptions{Type: "CUSTOMER_QUEUE"})
		expectFinding(t, got, Problem, c.message, c.path)
	}
}
