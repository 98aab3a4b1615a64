package flow

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

func lambda(rest string) string {
	return `call InvokeLambdaFunction {"LambdaFunctionARN":"arn:aws:lambda:us-east-1:1:function:f","InvocationTimeLimitSeconds":"3",
		"LambdaInvocationAttributes":{"who":"$.Attributes.name","all":"$.Attributes","n":5}` + rest + `} !NoMatchingError oops > wait
		wait Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted bye !NoMatchingError oops > bye
		bye DisconnectParticipant
		oops DisconnectParticipant`
}

func TestLambdaEvent(t *testing.T) {
	s := stageOf(t, "SMS", lambda(""))
	subtype := contact.SMS
	s.c.Attributes = map[string]string{"name": "Ann"}
	s.c.Segment = map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}}
	s.c.References = map[string]contact.Reference{"key1": {Type: "URL", Value: "https://x"}}
	s.c.Target = "q-1"
	s.w.queues = map[string]*resource.Queue{"q-1": {Meta: resource.Meta{Name: "Basic", ARN: "arn:q"}}}
	s.start()
	s.expectOpen("call")
	e, ok := s.out.Effects[0].(contact.InvokeFunction)
	if !ok || e.ARN != "arn:aws:lambda:us-east-1:1:function:f" || e.Timeout != 3 || e.Async || e.Visit != 1 {
		t.Fatalf("effect %+v", s.out.Effects[0])
	}
	var got, want any
	if err := json.Unmarshal(e.Payload, &got); err != nil {
		t.Fatal(err)
	}
	const doc = `{"Details":{"ContactData":{"Attributes":{"name":"Ann"},"AwsRegion":"us-east-1","Channel":"CHAT","ContactId":"c-1",
		"CustomerEndpoint":{"Address":"+12065550100","Type":"TELEPHONE_NUMBER"},"CustomerId":null,"Description":null,
		"InitialContactId":"c-1","InitiationMethod":"API","InstanceARN":"arn:aws:connect:us-east-1:111122223333:instance/i-1",
		"LanguageCode":"en-US","MediaStreams":{"Customer":{"Audio":{}}},"Name":null,"PreviousContactId":"c-1",
		"Queue":{"ARN":"arn:q","Name":"Basic","OutboundCallerId":null},"References":{"key1":{"Type":"url","Value":"https://x"}},
		"RelatedContactId":null,"SegmentAttributes":{"connect:Subtype":{"ValueArn":null,"ValueInteger":null,"ValueList":null,
		"ValueMap":null,"ValueString":"connect:SMS"}},"SystemEndpoint":{"Address":"+12065550199","Type":"TELEPHONE_NUMBER"},
		"Tags":{"aws:connect:instanceId":"i-1","aws:connect:systemEndpoint":"+12065550199"}},
		"Parameters":{"who":"Ann","all":{"name":"Ann"},"n":5}},"Name":"ContactFlowEvent"}`
	if err := json.Unmarshal([]byte(doc), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("payload %s", e.Payload)
	}
}

func TestLambdaAnswer(t *testing.T) {
	big := `{"x":"` + strings.Repeat("y", maxAnswer) + `"}`
	for _, c := range []struct{ kind, payload, err, path, ref, want string }{
		{"STRING_MAP", `{"tier":"gold","n":5}`, "", "call:next, wait:wait", "$.External.tier $.External.n", "gold 5"},
		{"STRING_MAP", `{"a":{"b":1}}`, "", "call:error NoMatchingError, oops:end", "$.External.a", ""},
		{"STRING_MAP", `[1]`, "", "call:error NoMatchingError, oops:end", "$.External.a", ""},
		{"STRING_MAP", `oh`, "", "call:error NoMatchingError, oops:end", "$.External.a", ""},
		{"STRING_MAP", `null`, "", "call:next, wait:wait", "$.External.a", ""},
		{"JSON", `{"a":{"b":[10.50,1]}}`, "", "call:next, wait:wait", "$.External.a.b.0 $.External.a.b.1", "10.50 1"},
		{"JSON", big, "", "call:error NoMatchingError, oops:end", "$.External.x", ""},
		{"JSON", "", "timed out", "call:error NoMatchingError, oops:end", "$.External.x", ""},
	} {
		s := stageOf(t, "SMS", lambda(`,"ResponseValidation":{"ResponseType":"`+c.kind+`"}`))
		s.start()
		s.hear(contact.FunctionReturned{Visit: 1, Payload: json.RawMessage(c.payload), Error: c.err})
		s.expectPath(c.path)
		s.expectVar(c.ref, c.want)
	}
	// Each answer overwrites the last one.
	s := stageOf(t, "SMS", `
		a InvokeLambdaFunction {"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"8"} !NoMatchingError b > b
		b InvokeLambdaFunction {"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"8"} !NoMatchingError c > c
		c Wait {"TimeLimitSeconds":"1"} ?Equals:WaitCompleted a !NoMatchingError a > a`)
	s.start()
	s.hear(contact.FunctionReturned{Visit: 1, Payload: json.RawMessage(`{"x":"1"}`)})
	s.hear(contact.FunctionReturned{Visit: 1, Payload: json.RawMessage(`{"x":"9"}`)})
	s.expectStale()
	s.hear(contact.FunctionReturned{Visit: 2, Payload: json.RawMessage(`{"y":"2"}`)})
	s.expectVar("$.External.x$.External.y", "2")
}

func TestLambdaAsynchronous(t *testing.T) {
	s := stageOf(t, "SMS", strings.Replace(lambda(`,"InvocationType":"ASYNCHRONOUS"`), `"3"`, `"60"`, 1))
	s.start()
	s.expectPath("call:next, wait:wait")
	e := s.out.Effects[0].(contact.InvokeFunction)
	if !e.Async || e.Timeout != 60 || len(e.Invocation) != 36 {
		t.Errorf("effect %+v", e)
	}
	s.expectVar("$.LambdaInvocation.InvocationId", e.Invocation)
	s.hear(contact.FunctionReturned{Visit: 1, Invocation: "another", Payload: json.RawMessage(`{}`)})
	s.expectStale()
	s.hear(contact.FunctionReturned{Visit: 1, Invocation: e.Invocation, Payload: json.RawMessage(`{"a":{"b":"c"}}`)})
	s.expectVar("$.LambdaInvocation.ResultData.a.b", "c")
	s.expectOpen("wait")
	s.hear(contact.FunctionReturned{Visit: 1, Invocation: e.Invocation, Payload: json.RawMessage(`{}`)})
	s.expectStale()
}

// Functions one after the other have 20 seconds, unless something is said in between.
func TestLambdaChain(t *testing.T) {
	const f = `InvokeLambdaFunction {"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"8"} !NoMatchingError late > `
	lines := "a " + f + "b\nb " + f + "c\nc " + f + "d\nd " + f + "done\n" + `
		done DisconnectParticipant
		late DisconnectParticipant`
	limit := func(s *stage) int {
		s.t.Helper()
		return s.out.Effects[len(s.out.Effects)-1].(contact.InvokeFunction).Timeout
	}
	back := func(s *stage, d time.Duration) {
		s.later(d).hear(contact.FunctionReturned{Visit: s.c.Position.Visit, Payload: []byte(`{}`)})
	}
	s := stageOf(t, "SMS", lines)
	s.start()
	for _, want := range []int{8, 8, 4} {
		if got := limit(s); got != want {
			t.Errorf("%d seconds, want %d", got, want)
		}
		back(s, 8*time.Second)
	}
	s.expectPath("c:next, d:error NoMatchingError, late:end")
	s.expectWhy("20 seconds one after the other")

	// A word in between begins a new chain, on a chat and on a call.
	for _, channel := range []string{"SMS", "VOICE"} {
		s = stageOf(t, channel, strings.Replace(lines, "c Invoke", "c MessageParticipant {\"Text\":\"Wait.\"} > d\nx Invoke", 1))
		if s.start(); channel == "VOICE" {
			s.hear(contact.CallAnswered{})
		}
		back(s, 8*time.Second)
		back(s, 8*time.Second)
		if channel == "VOICE" {
			s.hear(contact.PromptEnded{Visit: s.c.Position.Visit})
		}
		if got := limit(s); got != 8 {
			t.Errorf("%s: %d seconds after a word", channel, got)
		}
	}
}
