package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"outdial/contact"
)

// lines writes what was logged, one entry a line.
func logLines(out *Out) string {
	var b strings.Builder
	for _, e := range out.Logs {
		fmt.Fprintf(&b, "%s %s", e.Action, e.Block)
		if e.Parameters != nil {
			doc, _ := json.Marshal(e.Parameters)
			fmt.Fprintf(&b, " %s", doc)
		}
		if e.Results != "" {
			fmt.Fprintf(&b, " = %s", e.Results)
		}
		if e.External != nil {
			doc, _ := json.Marshal(e.External)
			fmt.Fprintf(&b, " -> %s", doc)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (s *stage) expectLog(want string) {
	s.t.Helper()
	if got := logLines(s.out); got != strings.ReplaceAll(want, "\t", "") {
		s.t.Errorf("the log has\n%swant\n%s", got, want)
	}
}

func TestFlowLog(t *testing.T) {
	s := stageOf(t, "VOICE", `
		m0 UpdateContactAttributes {"Attributes":{"x":"1"}} !NoMatchingError b > on
		on UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Enabled"} > set
		set UpdateContactAttributes {"Attributes":{"tier":"gold","k":"$.Attributes.x"}} !NoMatchingError b > cmp
		cmp Compare {"ComparisonValue":"$.Attributes.tier"} ?Equals:silver b ?Equals:gold q !NoMatchingCondition b > b
		q UpdateContactTargetQueue {"QueueId":"$.Attributes.none"} !NoMatchingError ask > b
		ask GetParticipantInput {"Text":"1?","InputTimeLimitSeconds":"5","StoreInput":"False"} ?Equals:1 pin !NoMatchingCondition b !NoMatchingError b !InputTimeLimitExceeded b > b
		pin GetParticipantInput {"SSML":"<speak>pin</speak>","InputTimeLimitSeconds":"5","StoreInput":"True","InputValidation":{"CustomValidation":{"MaximumLength":"4"}},"InputEncryption":{"EncryptionKeyId":"id-1","Key":"-----BEGIN"}} !NoMatchingError b > off
		off UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Disabled"} > set2
		set2 UpdateContactAttributes {"Attributes":{"secret":"1"}} !NoMatchingError b > b
		b DisconnectParticipant`)
	s.start()
	s.hear(contact.CallAnswered{})
	s.expectLog(`on SetLoggingBehavior {"LoggingBehavior":"Enable"}
		set SetAttributes {"Key":"k","Value":"1"}
		set SetAttributes {"Key":"tier","Value":"gold"}
		cmp CheckAttribute {"ComparisonMethod":"Equals","SecondValue":"silver","Value":"gold"} = false
		cmp CheckAttribute {"ComparisonMethod":"Equals","SecondValue":"gold","Value":"gold"} = true
		q SetQueue {"Queue":""} = the queue "" is not there
		ask GetUserInput {"StoreInput":"False","Text":"1?","TextToSpeechType":"text","Timeout":"5"}
`)
	s.hear(contact.DigitsReceived{Visit: s.c.Position.Visit, Digits: "1", End: contact.Complete})
	s.expectLog(`ask GetUserInput = 1
		pin StoreUserInput {"InputEncryption":{"EncryptionKeyId":"********","Key":"********"},"InputValidation":{"CustomValidation":{"MaximumLength":"4"}},"StoreInput":"True","Text":"\u003cspeak\u003epin\u003c/speak\u003e","TextToSpeechType":"ssml","Timeout":"5"}
`)
	s.hear(contact.DigitsReceived{Visit: s.c.Position.Visit, Digits: "1234", End: contact.Complete})
	s.expectLog("off SetLoggingBehavior {\"LoggingBehavior\":\"Disable\"}\n")
}

// A function is logged when it is called, and when it returns.
func TestFlowLogOfFunctions(t *testing.T) {
	s := stageOf(t, "SMS", `
		on UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Enabled"} > f
		f InvokeLambdaFunction {"LambdaFunctionARN":"arn:f","InvocationTimeLimitSeconds":"3","LambdaInvocationAttributes":{"n":"$.Channel"}} !NoMatchingError f > b
		b DisconnectParticipant`)
	s.w.serves = map[string]bool{"lambda:arn:f": true}
	s.start()
	s.expectLog(`on SetLoggingBehavior {"LoggingBehavior":"Enable"}
		f InvokeExternalResource {"FunctionArn":"arn:f","Parameters":{"n":"CHAT"},"TimeLimit":"3"}
`)
	s.hear(contact.FunctionReturned{Visit: s.c.Position.Visit, Error: "it broke"})
	if got := logLines(s.out); !strings.HasPrefix(got, "f InvokeExternalResource = ") || !strings.Contains(got, "it broke") || strings.Count(got, "\n") != 2 {
		t.Errorf("the log has %s", got)
	}
	s.hear(contact.FunctionReturned{Visit: s.c.Position.Visit, Payload: []byte(`{"a":"b"}`)})
	s.expectLog(`f InvokeExternalResource -> {"a":"b"}
		b Disconnect
`)
}

// Nothing is logged where the instance does not want it, whatever the flow says.
func TestFlowLogNeedsTheInstance(t *testing.T) {
	s := stageOf(t, "SMS", `
		on UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Enabled"} > b
		b MessageParticipant {"Text":"x"} > c
		c DisconnectParticipant`)
	s.w.silent = true
	s.start()
	if !s.c.Logging || len(s.out.Logs) > 0 {
		t.Errorf("logging %t, logged %v", s.c.Logging, s.out.Logs)
	}
}

// Modules are logged as such, and their callers' log goes on in them.
func TestFlowLogOfModules(t *testing.T) {
	s := stageOf(t, "SMS", `
		on UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Enabled"} > m
		m InvokeFlowModule {"FlowModuleId":"mod"} !NoMatchingError b > b
		b DisconnectParticipant`)
	s.publish("mod", `e EndFlowModuleExecution {}`)
	s.start()
	var got []string
	for _, e := range s.out.Logs {
		got = append(got, fmt.Sprint(e.Flow, " ", e.Module, " ", e.Block))
	}
	if want := "f false SetLoggingBehavior, f false InvokeFlowModule, mod true EndFlowModuleExecution, f false Disconnect"; strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
}
