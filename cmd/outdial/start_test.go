package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A far is a server that keeps what it is asked, and answers like Amazon's.
type far struct {
	*httptest.Server
	asked []string // METHOD PATH BODY
}

func newFar(t *testing.T) *far {
	f := new(far)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		w.Header().Set("X-Amzn-Requestid", "r1")
		switch {
		case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"):
			w.Header().Set("X-Amzn-Errortype", "UnrecognizedClientException")
			w.WriteHeader(403)
			io.WriteString(w, `{"message":"who are you"}`)
		case r.URL.Path == "/instance":
			io.WriteString(w, `{"InstanceSummaryList":[{"Id":"i-1","InstanceAlias":"a"}]}`)
		case strings.HasPrefix(r.URL.Path, "/contact-flows-summary/") && r.URL.Query().Get("nextToken") == "":
			io.WriteString(w, `{"ContactFlowSummaryList":[{"Id":"f-1","Name":"First"}],"NextToken":"more"}`)
		case strings.HasPrefix(r.URL.Path, "/contact-flows-summary/"):
			io.WriteString(w, `{"ContactFlowSummaryList":[{"Id":"f-2","Name":"Second"}]}`)
		case strings.HasPrefix(r.URL.Path, "/queues-summary/"):
			io.WriteString(w, `{"QueueSummaryList":[{"Id":"q-1","Name":"Desk"}]}`)
		case r.URL.Path == "/phone-number/list":
			io.WriteString(w, `{"ListPhoneNumbersSummaryList":[{"PhoneNumberId":"n-1","PhoneNumberArn":"arn:n-1","PhoneNumber":"+12065550110"}]}`)
		default:
			io.WriteString(w, `{"ContactId":"c-1"}`)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// env is that of a caller with credentials for f.
func (f *far) env(t *testing.T, stdin string) (env, *bytes.Buffer, *bytes.Buffer) {
	dir := t.TempDir()
	var out, errs bytes.Buffer
	return env{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, getenv: envOf(map[string]string{
		"OUTDIAL_ENDPOINT": f.URL, "OUTDIAL_READY": filepath.Join(dir, "none"), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
	})}, &out, &errs
}

func TestStartSends(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "request.json", `{"InstanceId":"i-9","ContactFlowId":"f-9","ChatDurationInMinutes":60,"Attributes":{"a":"b"},
		"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":"arn:n-9"},"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+12065550100"},
		"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:WhatsApp"}}}`)
	for _, c := range []struct {
		name, args, stdin, want string
	}{
		{"the least", "chat -to +12065550100 -flow Second -client-token T", "",
			`{"InstanceId":"i-1","ContactFlowId":"f-2","ClientToken":"T","SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":"arn:n-1"},
			"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+12065550100"},"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:SMS"}}}`},
		{"all members of a chat", `chat -instance i-2 -channel whatsapp -to +12065550100 -from arn:n-2 -flow arn:f -attr name=Ann -attr x=a=b -client-token T -duration 60
			-display-name Ann -message Hello -message-type text/markdown -template kb/t -var name=Ann -profile {} -segment k=v -segment n={"ValueInteger":1}
			-content-type text/plain -content-type text/markdown -related r-1`, "",
			`{"InstanceId":"i-2","ContactFlowId":"arn:f","ClientToken":"T","Attributes":{"name":"Ann","x":"a=b"},"ChatDurationInMinutes":60,
			"ParticipantDetails":{"DisplayName":"Ann"},"InitialSystemMessage":{"ContentType":"text/markdown","Content":"Hello"},
			"InitialTemplatedSystemMessage":{"KnowledgeBaseId":"kb","MessageTemplateId":"t","TemplateAttributes":{"CustomAttributes":{"name":"Ann"},"CustomerProfileAttributes":"{}"}},
			"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:WhatsApp"},"k":{"ValueString":"v"},"n":{"ValueInteger":1}},
			"SupportedMessagingContentTypes":["text/plain","text/markdown"],"RelatedContactId":"r-1",
			"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":"arn:n-2"},"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+12065550100"}}`},
		{"a file, and flags on top", "chat -json @" + filepath.Join(dir, "request.json") + " -client-token T -duration 90", "",
			`{"InstanceId":"i-9","ContactFlowId":"f-9","ClientToken":"T","ChatDurationInMinutes":90,"Attributes":{"a":"b"},
			"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":"arn:n-9"},"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+12065550100"},
			"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:WhatsApp"}}}`},
		{"all members of a call", `voice -json - -instance i-2 -flow First -to +12065550100 -from +12065550110 -queue Desk -name N -description D
			-reference site=url:https://example.com/?a=b -campaign c-1 -amd -await-prompt -ring 15 -strategy {"Type":"AGENT_FIRST"} -related r-1 -client-token T -attr a=b`, `{"Extra":1}`,
			`{"Extra":1,"InstanceId":"i-2","ContactFlowId":"f-1","ClientToken":"T","DestinationPhoneNumber":"+12065550100","SourcePhoneNumber":"+12065550110","QueueId":"q-1",
			"Name":"N","Description":"D","References":{"site":{"Type":"URL","Value":"https://example.com/?a=b"}},"CampaignId":"c-1","TrafficType":"CAMPAIGN",
			"AnswerMachineDetectionConfig":{"EnableAnswerMachineDetection":true,"AwaitAnswerMachinePrompt":true},"RingTimeoutInSeconds":15,
			"OutboundStrategy":{"Type":"AGENT_FIRST"},"RelatedContactId":"r-1","Attributes":{"a":"b"}}`},
		{"a queue is enough", "voice -flow First -to +12065550100 -queue Desk -client-token T", "",
			`{"InstanceId":"i-1","ContactFlowId":"f-1","ClientToken":"T","DestinationPhoneNumber":"+12065550100","QueueId":"q-1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFar(t)
			e, out, errs := f.env(t, c.stdin)
			if status := run(t.Context(), e, append([]string{"start"}, strings.Fields(c.args)...)); status != 0 {
				t.Fatalf("exit %d: %s", status, errs)
			}
			if out.String() != "c-1\n" {
				t.Errorf("said %q", out)
			}
			last := f.asked[len(f.asked)-1]
			_, body, _ := strings.Cut(last[strings.Index(last, " ")+1:], " ")
			if got, want := same(t, body), same(t, c.want); got != want {
				t.Errorf("sent\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// same writes JSON so that equal documents are equal texts.
func same(t *testing.T, doc string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	out, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestStartMakesATokenEachTime(t *testing.T) {
	f := newFar(t)
	tokens := map[string]bool{}
	for range 2 {
		e, _, errs := f.env(t, "")
		if status := run(t.Context(), e, []string{"start", "voice", "-flow", "First", "-to", "+12065550100"}); status != 0 {
			t.Fatalf("exit %d: %s", status, errs)
		}
		var in struct{ ClientToken string }
		last := f.asked[len(f.asked)-1]
		if err := json.Unmarshal([]byte(last[strings.IndexByte(last, '{'):]), &in); err != nil {
			t.Fatal(err)
		}
		tokens[in.ClientToken] = true
	}
	if len(tokens) != 2 || tokens[""] {
		t.Errorf("tokens: %v", tokens)
	}
}

func TestStartIsTold(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"start", "chat or voice?"},
		{"start fax", `chat or voice, not "fax"`},
		{"start chat", "-to: the customer's number is needed"},
		{"start chat -to +12065550100 -channel fax", `-channel: sms or whatsapp, not "fax"`},
		{"start chat -to +12065550100 -flow Third", `there is no flow "Third", only First, Second`},
		{"start chat -to +12065550100 -flow First -from +12065550119", "-from: there is no number +12065550119, only +12065550110"},
		{"start chat -to +12065550100 -flow First -template t", "-template: wants KNOWLEDGEBASE/TEMPLATE"},
		{"start chat -to +12065550100 -flow First -json {", "-json: unexpected end of JSON input"},
		{"start chat -to +12065550100 -flow First -attr x", `wants key=value, not "x"`},
		{"start voice -to +12065550100 -flow First -reference x", `-reference: wants NAME=TYPE:VALUE, not "x"`},
		{"start voice -to +12065550100 extra", `unexpected "extra"`},
	} {
		f := newFar(t)
		e, _, errs := f.env(t, "")
		if status := run(t.Context(), e, strings.Fields(c.args)); status == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: exit %d, said %s", c.args, status, errs)
		}
	}
}

func TestClientErrors(t *testing.T) {
	f := newFar(t)
	e, _, errs := f.env(t, "")
	vars := map[string]string{"OUTDIAL_ENDPOINT": f.URL, "OUTDIAL_READY": "/nowhere", "AWS_ACCESS_KEY_ID": "WRONG", "AWS_SECRET_ACCESS_KEY": "x"}
	e.getenv = envOf(vars)
	if status := run(t.Context(), e, []string{"contact", "list"}); status != 1 || errs.String() != "outdial contact: UnrecognizedClientException: who are you (403, request r1)\n" {
		t.Errorf("exit %d, said %s", status, errs)
	}
	for _, c := range []struct{ endpoint, want string }{
		{"", "no server found: start one with `outdial serve`, or set OUTDIAL_ENDPOINT"},
		{"here", `endpoint: wants http://HOST:PORT, not "here"`},
		{"http://127.0.0.1:1", "no server answers at http://127.0.0.1:1: is it running?"},
	} {
		errs.Reset()
		vars["OUTDIAL_ENDPOINT"] = c.endpoint
		if status := run(t.Context(), e, []string{"contact", "list"}); status != 1 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: exit %d, said %s", c.endpoint, status, errs)
		}
	}
}

func TestCredentials(t *testing.T) {
	home := t.TempDir()
	write(t, home, ".aws/credentials", "[default]\naws_access_key_id = D\naws_secret_access_key = ds\n[ work ]\naws_access_key_id=W\naws_secret_access_key=ws=\naws_session_token=wt\n")
	for _, c := range []struct {
		vars map[string]string
		want string
	}{
		{map[string]string{"HOME": home}, "D ds "},
		{map[string]string{"HOME": home, "AWS_PROFILE": "work"}, "W ws= wt"},
		{map[string]string{"HOME": home, "AWS_PROFILE": "none"}, "  "},
		{map[string]string{"HOME": "/nowhere"}, "  "},
		{map[string]string{"HOME": home, "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "es"}, "E es "},
		{map[string]string{"HOME": home, "OUTDIAL_ACCESS_KEY_ID": "O", "OUTDIAL_SECRET_ACCESS_KEY": "os"}, "O os "},
	} {
		got, err := credentials(envOf(c.vars))
		if s := got.AccessKeyID + " " + got.SecretAccessKey + " " + got.SessionToken; err != nil || s != c.want {
			t.Errorf("%v: %q, %v", c.vars, s, err)
		}
	}
	if got := regionOf("https://connect.eu-west-2.amazonaws.com"); got != "eu-west-2" {
		t.Errorf("region %q", got)
	}
}

// A ready file that others can write is not believed: it says where requests go.
func TestReadyFileOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ready.json")
	if err := os.WriteFile(path, []byte(`{"endpoint":"http://127.0.0.1:1"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := readReady(path); err == nil || !strings.Contains(err.Error(), "can be written by others") {
		t.Errorf("%v", err)
	}
}

// A verb within a verb that is not named is asked for, with the list of them.
func TestVerbWithoutItsVerb(t *testing.T) {
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: noEnv}
	if status := run(t.Context(), e, []string{"contact"}); status != 2 || out.Len() > 0 || !strings.Contains(errs.String(), "outdial contact tail") {
		t.Errorf("exit %d, said %s%s", status, out.String(), errs.String())
	}
}

// Every verb explains itself, and refuses what it does not know.
func TestVerbsExplainThemselves(t *testing.T) {
	for _, v := range verbs() {
		var out, errs bytes.Buffer
		e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: noEnv}
		if status := run(t.Context(), e, []string{v.name, "-h"}); status != 0 || !strings.Contains(out.String(), "usage: outdial "+v.name) || errs.Len() > 0 {
			t.Errorf("%s -h: exit %d, said %s%s", v.name, status, out.String(), errs.String())
		}
		out.Reset()
		if status := run(t.Context(), e, []string{v.name, "-no-such-flag"}); status != 2 || out.Len() > 0 ||
			errs.String() != fmt.Sprintf("outdial %[1]s: flag provided but not defined: -no-such-flag\ntry: outdial %[1]s -h\n", v.name) {
			t.Errorf("%s -no-such-flag: exit %d, said %s", v.name, status, errs.String())
		}
	}
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: noEnv}
	if status := run(t.Context(), e, nil); status != 2 {
		t.Errorf("no verb: exit %d", status)
	}
	if status := run(t.Context(), e, []string{"fly"}); status != 2 || !strings.Contains(errs.String(), `there is no verb "fly"`) {
		t.Errorf("a wrong verb: exit %d, said %s", status, errs.String())
	}
	if status := run(t.Context(), e, []string{"help", "key"}); status != 0 {
		t.Errorf("help key: exit %d", status)
	}
	if status := run(t.Context(), e, []string{"version"}); status != 0 || !strings.HasPrefix(out.String(), "Outdial") && !strings.Contains(out.String(), "outdial ") {
		t.Errorf("version: exit %d, said %s", status, out.String())
	}
}
