package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"outdial/wire"
)

// accountKeys are the keys of two accounts, and one that may do little.
func accountKeys() map[string]*wire.Key {
	all := []wire.Statement{{Actions: []string{"connect:*", "sts:*"}}}
	return map[string]*wire.Key{
		"AKIDONE": {ID: "AKIDONE", Secret: "one", Account: account, ARN: "arn:aws:iam::" + account + ":user/one", UserID: "one", Policy: &wire.Policy{Statements: all}},
		"AKIDTWO": {ID: "AKIDTWO", Secret: "two", Account: "444455556666", ARN: "arn:aws:iam::444455556666:user/two", UserID: "two", Policy: &wire.Policy{Statements: all}},
		"AKIDCHAT": {ID: "AKIDCHAT", Secret: "chat", Account: account, ARN: "arn:aws:iam::" + account + ":user/chat", Policy: &wire.Policy{Statements: []wire.Statement{
			{Actions: []string{"connect:StartOutbound*", "connect:Describe*"}, Resources: []string{instanceARN + "/contact/*", instanceARN + "/queue/" + queueID}},
			{Deny: true, Actions: []string{"connect:StartOutboundVoiceContact"}},
		}}},
	}
}

// Two accounts on one server: each sees its own instances, and nothing of the other.
func TestAccounts(t *testing.T) {
	h := build(t)
	keys := accountKeys()
	c := h.server.Config
	c.Verifier = &wire.Verifier{Keys: func(_ context.Context, id string) (*wire.Key, error) { return keys[id], nil }}
	handler, err := New(c).Handler()
	if err != nil {
		t.Fatal(err)
	}
	call := func(key, region, service, method, path, body string) (int, string, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if service == "sts" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		wire.Sign(r, []byte(body), wire.Credentials{AccessKeyID: key, SecretAccessKey: keys[key].Secret}, region, service, time.Now())
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body.String()
	}
	for _, c := range []struct {
		key, region, method, path, body string
		status                          int
		want                            string
	}{
		{"AKIDONE", region, "GET", "/instance/" + instanceID, "", 200, ""},
		{"AKIDONE", region, "GET", "/instance/" + otherID, "", 404, "ResourceNotFoundException"},
		{"AKIDONE", "eu-west-2", "GET", "/instance/" + instanceID, "", 404, "ResourceNotFoundException"},
		{"AKIDTWO", region, "GET", "/instance/" + otherID, "", 200, ""},
		{"AKIDTWO", region, "GET", "/instance/" + instanceID, "", 404, "ResourceNotFoundException"},
		{"AKIDTWO", region, "GET", "/queues/" + otherID + "/" + queueID, "", 404, "ResourceNotFoundException"},
		{"AKIDTWO", region, "GET", "/phone-number/" + numberID, "", 404, "ResourceNotFoundException"},
		{"AKIDTWO", region, "GET", "/phone-number/" + otherNumID, "", 200, ""},
		{"AKIDTWO", region, "GET", "/tags/" + strings.ReplaceAll(instanceARN, "/", "%2F"), "", 403, "AccessDeniedException"},
		{"AKIDTWO", region, "PUT", "/contact/outbound-chat", chatRequest(), 404, "ResourceNotFoundException"},
		{"AKIDTWO", region, "PUT", "/contact/outbound-chat", chatRequest(object{"InstanceId": otherID}), 400, "InvalidRequestException"}, // the number's ARN is the other's
		{"AKIDCHAT", region, "PUT", "/contact/outbound-chat", chatRequest(), 200, ""},
		{"AKIDCHAT", region, "PUT", "/contact/outbound-voice", callRequest(), 403, "AccessDeniedException"},
		{"AKIDCHAT", region, "GET", "/queues/" + instanceID + "/" + queueID, "", 200, ""},
		{"AKIDCHAT", region, "GET", "/queues/" + instanceID + "/" + dumbID, "", 403, "AccessDeniedException"},
		{"AKIDCHAT", region, "GET", "/queues-summary/" + instanceID, "", 403, "AccessDeniedException"},
	} {
		if status, got, answer := call(c.key, c.region, "connect", c.method, c.path, c.body); status != c.status || got != c.want {
			t.Errorf("%s %s by %s in %s: %d %s %s", c.method, c.path, c.key, c.region, status, got, answer)
		}
	}
	status, _, answer := call("AKIDTWO", region, "sts", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15")
	if status != 200 || !strings.Contains(answer, "<Account>444455556666</Account>") {
		t.Errorf("GetCallerIdentity: %d %s", status, answer)
	}
	_, _, answer = call("AKIDTWO", region, "connect", "GET", "/instance", "")
	var list struct{ InstanceSummaryList []struct{ Id string } }
	if err := json.Unmarshal([]byte(answer), &list); err != nil || len(list.InstanceSummaryList) != 1 || list.InstanceSummaryList[0].Id != otherID {
		t.Errorf("ListInstances: %s", answer)
	}
}

// What the service has and this server has not answers by its name, as JSON.
func TestNotServed(t *testing.T) {
	h := build(t)
	status, exception, answer := h.do(http.MethodPut, "/contact/email", `{}`)
	if status != 404 || exception != "UnknownOperationException" || !strings.Contains(answer, "StartEmailContact") {
		t.Errorf("%d %s %s", status, exception, answer)
	}
	if n := len(Catalogue()); n != 380 {
		t.Errorf("%d operations in the catalogue, the service has 380", n)
	}
}

// FuzzStart throws bodies at the two operations that start contacts: whatever
// comes, the answer is a contact or an exception that blames the caller.
func FuzzStart(f *testing.F) {
	for _, c := range chatRefusals {
		f.Add(true, chatRequest(c.change))
	}
	for _, c := range callRefusals {
		f.Add(false, callRequest(c.change))
	}
	deep := strings.Repeat(`{"ValueMap":{"a":`, 500) + `{"ValueInteger":1}` + strings.Repeat("}}", 500)
	for _, body := range []string{
		"", "{", "[]", "null", `"x"`, "\xff\xfe", `{"InstanceId":"\ud800"}`, `{"InstanceId":1e999}`,
		chatRequest(segment("deep", json.RawMessage(deep))),
		chatRequest(templated("kb-1", "reminder-sms", object{"CustomAttributes": object{"name": "{{time}}", "time": "{{name}}"}})),
		chatRequest(object{"Attributes": object{"k": "\x00\u202e"}}),
	} {
		f.Add(true, body)
		f.Add(false, body)
	}
	h := build(f)
	f.Fuzz(func(t *testing.T, chat bool, body string) {
		path := "/contact/outbound-voice"
		if chat {
			path = "/contact/outbound-chat"
		}
		status, exception, answer := h.do("PUT", path, body)
		if !json.Valid([]byte(answer)) || status != 200 && (status < 400 || status >= 500 || exception == "") {
			t.Errorf("%d %s %s", status, exception, answer)
		}
	})
}
