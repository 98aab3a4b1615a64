//go:build peers

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/coder/websocket"
)

// These run flows that others exported from Amazon Connect, unchanged, over SIP
// to a customer who hears and presses keys. FLOW_CORPUS names their folder.

// aliases maps every ARN of a queue in a flow to the queue Sales.
func aliases(content string) string {
	b := strings.Builder{}
	b.WriteString("    aliases:\n")
	all := regexp.MustCompile(`arn:aws:connect:[^"]*/queue/[^"]*`).FindAllString(content, -1)
	slices.Sort(all)
	for _, arn := range slices.Compact(all) {
		fmt.Fprintf(&b, "      %q: queue/Sales\n", arn)
	}
	return b.String()
}

// detecting asks who or what answers.
func detecting(in *connect.StartOutboundVoiceContactInput) {
	in.TrafficType = types.TrafficTypeCampaign
	in.CampaignId = aws.String("0c1a0000-0000-4000-8000-00000000ca11")
	in.AnswerMachineDetectionConfig = &types.AnswerMachineDetectionConfig{EnableAnswerMachineDetection: true, AwaitAnswerMachinePrompt: true}
}

// A campaign's flow goes by who answered: people and voicemails hear the message,
// silence hears nothing.
func TestCorpusCampaign(t *testing.T) {
	content := corpusFlow(t, "aws-samples__amazon-connect-agentless-outbound-campaign__AgentlessOutboundCampaign-English.json")
	for _, x := range []struct {
		name   string
		greet  func(c *called)
		status types.AnsweringMachineDetectionStatus
		branch string
		hears  time.Duration
	}{
		{"person", func(c *called) { c.ear.Talk(0, 500*time.Millisecond); c.says("Hello?") }, types.AnsweringMachineDetectionStatusHumanAnswered, "condition Equals CallAnswered", 8 * time.Second},
		{"voicemail", func(c *called) {
			c.ear.Talk(0, 300*time.Millisecond)
			c.says("Hello, this is the answering machine of the Smiths. Please leave a message after the tone.")
			c.ear.Talk(0, 300*time.Millisecond)
			c.ear.Talk(1000, 400*time.Millisecond)
		}, types.AnsweringMachineDetectionStatusVoicemailBeep, "condition Equals VoicemailBeep", 8 * time.Second},
		{"silence", func(c *called) { c.ear.Talk(0, 4*time.Second) }, "AMD_UNRESOLVED_SILENCE", "condition Equals NotDetected", 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newCalled(t)
			s := serve(t, c.trunked())
			id := s.dial(s.imported("Campaign", content), nil, detecting)
			c.answer()
			x.greet(c)
			if x.hears > 0 {
				c.hears("the message", x.hears)
			}
			c.isHungUp()
			got := s.gone(id, "CONTACT_FLOW_DISCONNECT")
			if got.AnsweringMachineDetectionStatus != x.status {
				t.Errorf("answered by %s, not %s", got.AnsweringMachineDetectionStatus, x.status)
			}
			s.took(id, "CheckOutboundCallStatus "+x.branch)
		})
	}
}

// A menu: each key leads where it should, and so does none.
func TestCorpusMenu(t *testing.T) {
	content := corpusFlow(t, "aws-samples__aws-connect-data-visualization-using-aurora__VisualizeConnectMetrics.json")
	for _, x := range []struct {
		keys  string
		hears int // prompts after the menu
		took  []string
	}{
		{"1", 2, []string{"GetParticipantInput condition Equals 1", "UpdateContactTargetQueue next", "MessageParticipant next", "CheckMetricData error NoMatchingCondition", "MessageParticipant next"}},
		{"2", 2, []string{"GetParticipantInput condition Equals 2", "UpdateContactTargetQueue next", "MessageParticipant next", "CheckMetricData error NoMatchingCondition"}},
		{"7", 1, []string{"GetParticipantInput error NoMatchingCondition", "MessageParticipant next"}},
		{"", 1, []string{"GetParticipantInput error InputTimeLimitExceeded", "MessageParticipant next"}},
	} {
		t.Run("key "+x.keys, func(t *testing.T) {
			t.Parallel()
			c := newCalled(t)
			s := serve(t, c.trunked(aliases(content)))
			id := s.dial(s.imported("Menu", content), nil, nil)
			c.answer()
			c.hears("the menu", 3*time.Second)
			c.ear.Press(x.keys)
			// Prompts follow each other without a pause that would tell them apart.
			c.hears("what follows", time.Duration(x.hears)*1500*time.Millisecond)
			c.isHungUp()
			s.gone(id, "CONTACT_FLOW_DISCONNECT")
			s.took(id, append(x.took, "DisconnectParticipant end")...)
		})
	}
}

// A key in the middle of the menu breaks it off, and the caller waits in a queue
// until they give up.
func TestCorpusQueue(t *testing.T) {
	content := corpusFlow(t, "aws-samples__amazon-connect-data-analytics-sample__SimpleInboundFlow.json")
	c := newCalled(t)
	s := serve(t, c.trunked(aliases(content)))
	id := s.dial(s.imported("Orders", content), nil, nil)
	c.answer()
	c.hears("the welcome, and the beginning of the menu", 3*time.Second)
	c.ear.Press("2")
	c.ear.Talk(0, time.Second)
	s.took(id, "GetParticipantInput condition Equals 2", "UpdateContactAttributes next", "UpdateContactTargetQueue next", "TransferContactToQueue next")
	if got := s.attributes(id); got["CallReason"] != "RepeatOrder" {
		t.Errorf("attributes %v", got)
	}
	c.call.Request("BYE", "")
	c.phone.Await("200")
	if got := s.gone(id, "CUSTOMER_DISCONNECT"); got.QueueInfo == nil {
		t.Errorf("contact %+v", got)
	}
}

// lambda is a function that takes down what it was asked for, and says yes.
type lambda struct {
	*httptest.Server
	mu    sync.Mutex
	asked []map[string]string
}

func newLambda(t *testing.T) *lambda {
	l := &lambda{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			Details struct{ Parameters map[string]string }
		}
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			t.Error(err)
		}
		l.mu.Lock()
		l.asked = append(l.asked, event.Details.Parameters)
		l.mu.Unlock()
		fmt.Fprint(w, `{"done":"yes"}`)
	}))
	t.Cleanup(l.Close)
	return l
}

// results gives what the function was told, in order.
func (l *lambda) results() (out []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.asked {
		out = append(out, strings.Trim(p["action"]+" "+p["status"]+p["result"], " "))
	}
	return out
}

// A listener is a WebSocket that calls are streamed to: it counts what comes.
type listener struct {
	url   string
	bytes atomic.Int64
}

func newListener(t *testing.T) *listener {
	l := &listener{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.CloseNow()
		for {
			_, frame, err := conn.Read(r.Context()) // it answers pings too
			l.bytes.Add(int64(len(frame)))
			if err != nil {
				return
			}
		}
	}))
	t.Cleanup(srv.Close)
	l.url = strings.Replace(srv.URL, "http:", "ws:", 1)
	return l
}

const (
	lambdaARN = "arn:aws:lambda:us-east-1:111122223333:function:update"
	nameBot   = "arn:aws:lex:us-east-1:111122223333:bot-alias/NAMENAMENA/TSTALIASID"
	mainBot   = "arn:aws:lex:us-east-1:111122223333:bot-alias/MAINMAINMA/TSTALIASID"
)

// A bank's call-back: a flow of modules, functions and bots, in which the
// customer answers by keys.
func TestCorpusCallBack(t *testing.T) {
	const from = "aws-samples__sample-amazon-connect-outbound-call__"
	content := corpusFlow(t, from+"OutboundCallFlow.json")
	for _, x := range []struct {
		name, keys string
		results    []string
		took       []string
	}{
		{"confirmed", "1", []string{"COMPLETE CONFIRM"}, []string{"ConnectParticipantWithLexBot condition Equals confirmInstruction"}},
		{"repeated, refused", "42", []string{"COMPLETE REJECT"}, []string{"ConnectParticipantWithLexBot condition Equals repeatInstruction", "Loop condition Equals ContinueLooping",
			"ConnectParticipantWithLexBot condition Equals denyInstruction"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c, l, streamed := newCalled(t), newLambda(t), newListener(t)
			// It is a long call: it is spoken fast.
			c.voice = "{engine: command, command: [espeak-ng, --stdin, --stdout, -m, -b, '1', -s, '330'], ssml: true}"
			c.more = fmt.Sprintf(", stream: {url: %q}", streamed.url)
			s := serve(t, c.trunked()+fmt.Sprintf(`functions: {%q: %q}
bots:
  - {name: customer, aliases: [%q], intents: [{name: getCustomerName, utterances: ["5"]}]}
  - name: main
    aliases: [%q]
    intents:
      - {name: confirmInstruction, utterances: ["1"]}
      - {name: denyInstruction, utterances: ["2"]}
      - {name: repeatInstruction, utterances: ["4"]}
`, lambdaARN, l.URL, nameBot, mainBot))
			// What deployments differ in, this flow has in attributes.
			attributes := map[string]string{
				"INIT_MODULE_ID":           s.module("Init", corpusFlow(t, from+"InitModule.json")),
				"GET_CUST_NAME_MODULE_ID":  s.module("Name", corpusFlow(t, from+"GetCustomerNameModule.json")),
				"CUST_RESPONSE_MODULE_ID":  s.module("Response", corpusFlow(t, from+"GetCustomerResponseModule-original.json")),
				"ERROR_HANDLING_MODULE_ID": s.module("Errors", corpusFlow(t, from+"ErrorModule.json")),
				"UPDATE_LAMBDA_ARN":        lambdaARN, "TRIGGER_RECORDING_LAMBDA_ARN": lambdaARN,
				"LEX_CUSTOMER_NAME_BOT_ARN": nameBot, "LEX_MAIN_BOT_ARN": mainBot, "LEX_MODIFY_BOT_ARN": mainBot,
				"instructionDate": "11/20/2026", "instructionFrom": "+12065550140", "companyName": "Acme", "beneficiaryName": "Ann Smith",
				"beneficiaryAccountNumber": "1234", "beneficiaryBank": "First Bank", "orderingAccountNumber": "5678", "amt": "100", "valueDate": "11/23/2026",
			}
			id := s.dial(s.imported("Call back", content), attributes, nil)
			c.answer()
			c.hears("who calls and why, and the question for a name", 12*time.Second)
			c.ear.Press("5#")
			c.hears("the instruction, and the question", 9*time.Second)
			for i, key := range x.keys {
				c.ear.Press(string(key) + "#")
				if i < len(x.keys)-1 {
					c.hears("the instruction again", 9*time.Second)
				}
			}
			c.hears("the end", time.Second)
			c.isHungUp()
			s.gone(id, "CONTACT_FLOW_DISCONNECT")
			if n := streamed.bytes.Load(); n < 20*16000 {
				t.Errorf("%d bytes were streamed of a call of more than twenty seconds", n)
			}
			s.took(id, append([]string{"UpdateContactMediaStreamingBehavior next", "InvokeFlowModule next", "InvokeLambdaFunction next", "MessageParticipant next", "InvokeLambdaFunction next",
				"ConnectParticipantWithLexBot condition Equals getCustomerName", "UpdateContactAttributes next"}, x.took...)...)
			// A function that is told nothing is the one that has the stream recorded.
			want := append([]string{"", "updateStatus CONNECTED", "updateStatus CALL_IN_PROGRESS", "updateName"}, x.results...)
			if got := l.results(); !slices.Equal(got, want) {
				t.Errorf("the function was told %q, not %q", got, want)
			}
		})
	}
}
