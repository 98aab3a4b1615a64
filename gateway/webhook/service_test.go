package webhook

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/wire"
)

func serviceReturned(t *testing.T, s *Services, e contact.CallService) contact.ServiceReturned {
	t.Helper()
	e.Visit = 9
	r, err := s.Do(t.Context(), &contact.Contact{}, e)
	if err != nil {
		t.Fatal(err)
	}
	back := r.Input.(contact.ServiceReturned)
	if back.Visit != 9 {
		t.Errorf("%+v", back)
	}
	return back
}

func recognize(payload string) contact.CallService {
	return contact.CallService{Service: "lex", Operation: "RecognizeText", Target: "arn:aws:lex:eu-west-2:111122223333:bot-alias/BOT/ALIAS", Payload: []byte(payload)}
}

func TestServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got seen
		var answer func(w http.ResponseWriter)
		s, err := NewServices(ServicesConfig{
			Endpoints: map[string]Service{"lex": {URL: "http://lex.example", Credentials: wire.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "geheim"}}},
			HTTP: far(t, func(w http.ResponseWriter, r *http.Request) {
				got = see(r)
				answer(w)
			})})
		if err != nil {
			t.Fatal(err)
		}
		answer = func(w http.ResponseWriter) { fmt.Fprint(w, `{"sessionId":"s"}`) }
		back := serviceReturned(t, s, recognize(`{"botId":"BOT","botAliasId":"A/B {x}","localeId":"en_US","sessionId":"s 1","text":"hi","sessionState":{"n":12345678901234567890}}`))
		if string(back.Payload) != `{"sessionId":"s"}` || back.Code != "" || back.Error != "" {
			t.Errorf("%+v", back)
		}
		if got.method != "POST" || got.uri != "/bots/BOT/botAliases/A%2FB%20%7Bx%7D/botLocales/en_US/sessions/s%201/text" ||
			got.body != `{"sessionState":{"n":12345678901234567890},"text":"hi"}` || !strings.Contains(got.header.Get("Authorization"), "/eu-west-2/lex/aws4_request") {
			t.Errorf("%+v", got)
		}
		whole := recognize(`{"botId":"BOT","botAliasId":"A","localeId":"en_US","sessionId":"s","text":"hi"}`)
		for _, c := range []struct {
			name, code, text string
			answer           func(w http.ResponseWriter)
		}{
			{"its exception", "ConflictException", "answered 409 busy", func(w http.ResponseWriter) {
				w.WriteHeader(409)
				fmt.Fprint(w, `{"__type":"com.amazonaws.lex#ConflictException:http://x","message":"busy"}`)
			}},
			{"no exception", CodeFailed, "answered 500", func(w http.ResponseWriter) { w.WriteHeader(500) }},
			{"no JSON", CodeFailed, "the answer is not JSON", func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }},
			{"too long", CodeFailed, "the answer is over 1048576 bytes", func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("1", serviceAnswer+1)) }},
		} {
			answer = c.answer
			if back := serviceReturned(t, s, whole); back.Code != c.code || back.Error != c.text || back.Payload != nil {
				t.Errorf("%s: %+v", c.name, back)
			}
		}
	})
}

func TestServicesThatCannotBeCalled(t *testing.T) {
	s, err := NewServices(ServicesConfig{Endpoints: map[string]Service{"lex": {URL: "http://lex.example"}}, HTTP: refusing{}})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Serves("lex") || s.Serves("cases") {
		t.Error("lex is served, cases is not")
	}
	for _, c := range []struct {
		code string
		e    contact.CallService
	}{
		{CodeUnknown, contact.CallService{Service: "wisdom", Operation: "QueryAssistant"}},
		{CodeUnknown, contact.CallService{Service: "lex", Operation: "DeleteSession"}},
		{CodeNotSet, contact.CallService{Service: "cases", Operation: "GetCase"}},
		{CodeFailed, recognize(`{"botId":"BOT"}`)},
		{CodeFailed, recognize(`{"botId":"..","botAliasId":"A","localeId":"en_US","sessionId":"s"}`)},
		{CodeFailed, recognize(`{"botId":7,"botAliasId":"A","localeId":"en_US","sessionId":"s"}`)},
		{CodeFailed, recognize(`[]`)},
		{CodeFailed, recognize(``)},
		{CodeFailed, recognize(`null`)},
	} {
		if back := serviceReturned(t, s, c.e); back.Code != c.code || back.Error == "" || back.Payload != nil {
			t.Errorf("%+v: %+v", c.e, back)
		}
	}
	for _, c := range []map[string]Service{{"lex": {URL: ""}}, {"mars": {URL: "http://mars.example"}}} {
		if _, err := NewServices(ServicesConfig{Endpoints: c}); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

func FuzzPlace(f *testing.F) {
	f.Add(`{"botId":"BOT","botAliasId":"A","localeId":"en_US","sessionId":"s","text":"hi"}`)
	f.Add(`{"botId":"{botId}","botAliasId":"%2e%2e","localeId":"?","sessionId":"#"}`)
	f.Fuzz(func(t *testing.T, payload string) {
		path, _, err := operations["lex"]["RecognizeText"].place([]byte(payload))
		if err == nil && (strings.ContainsAny(path, "{}?# ") || strings.Count(path, "/") != 9) {
			t.Errorf("%q: %q", payload, path)
		}
	})
}

// What flows ask for goes where AWS's models say.
func TestOperationsOfFlows(t *testing.T) {
	for _, c := range []struct{ service, operation, payload, method, path, body string }{
		{"profile", "SearchProfiles", `{"DomainName":"d","KeyName":"_phone","Values":["+1"]}`, "POST", "/domains/d/profiles/search", `{"KeyName":"_phone","Values":["+1"]}`},
		{"profile", "ListProfileObjects", `{"DomainName":"d","ProfileId":"p","ObjectTypeName":"_asset"}`, "POST", "/domains/d/profiles/objects", `{"ObjectTypeName":"_asset","ProfileId":"p"}`},
		{"profile", "ListCalculatedAttributesForProfile", `{"DomainName":"d","ProfileId":"p/1"}`, "GET", "/domains/d/profile/p%2F1/calculated-attributes", ``},
		{"profile", "AddProfileKey", `{"DomainName":"d","ProfileId":"p"}`, "POST", "/domains/d/profiles/keys", `{"ProfileId":"p"}`},
		{"profile", "GetSegmentMembership", `{"DomainName":"d","SegmentDefinitionName":"s","ProfileIds":["p"]}`, "POST", "/domains/d/segments/s/membership", `{"ProfileIds":["p"]}`},
		{"cases", "CreateRelatedItem", `{"domainId":"d","caseId":"c","type":"Contact"}`, "POST", "/domains/d/cases/c/related-items/", `{"type":"Contact"}`},
		{"datatables", "EvaluateDataTableValues", `{"InstanceId":"i","DataTableId":"t","Values":[]}`, "POST", "/data-tables/i/t/values/evaluate", `{"Values":[]}`},
		{"datatables", "ListDataTableValues", `{"InstanceId":"i","DataTableId":"t"}`, "POST", "/data-tables/i/t/values/list", `{}`},
		{"datatables", "ListDataTableValues", `{"InstanceId":"i","DataTableId":"t","NextToken":"a+b/="}`, "POST", "/data-tables/i/t/values/list?nextToken=a%2Bb%2F%3D", `{}`},
		{"datatables", "BatchUpdateDataTableValue", `{"InstanceId":"i","DataTableId":"t","Values":[]}`, "POST", "/data-tables/i/t/values/update", `{"Values":[]}`},
		{"datatables", "BatchCreateDataTableValue", `{"InstanceId":"i","DataTableId":"t","Values":[]}`, "POST", "/data-tables/i/t/values/create", `{"Values":[]}`},
	} {
		op := operations[c.service][c.operation]
		path, body, err := op.place([]byte(c.payload))
		if err != nil || op.method != c.method || path != c.path || string(body) != c.body {
			t.Errorf("%s.%s: %s %s %s %v", c.service, c.operation, op.method, path, body, err)
		}
	}
}
