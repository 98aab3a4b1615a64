package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// open is a server of the two sample operations that checks no signature.
func open(t *testing.T, c Config) *httptest.Server {
	t.Helper()
	c.Service = "connect"
	if c.Verifier == nil {
		c.Anonymous = Caller{Account: "111122223333", ARN: "arn:aws:iam::111122223333:root", Region: "us-east-1", Policy: Everything()}
	}
	if c.Operations == nil {
		c.Operations = sample(
			func(context.Context, *startInput) (*startOutput, error) { return &startOutput{"c-1"}, nil },
			func(_ context.Context, in *listInput) (*listOutput, error) {
				return &listOutput{ContactFlowSummaryList: []flowSummary{{Id: in.InstanceId}}}, nil
			})
	}
	s := httptest.NewServer(mustRouter(t, c))
	t.Cleanup(s.Close)
	return s
}

// ask sends a request as it stands and returns the answer.
func ask(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		q.Header.Set(name, value)
	}
	a, err := http.DefaultTransport.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(text)
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// answers are requests, as they stand on the wire, and what is answered.
var answers = []struct {
	name, method, path, body string
	status                   int
	exception, says          string
}{
	{"good", "PUT", "/contact/outbound-chat", sampleBody, 200, "", `{"ContactId":"c-1"}`},
	{"a bare question mark", "PUT", "/contact/outbound-chat?", sampleBody, 200, "", `c-1`},
	{"an unknown query", "PUT", "/contact/outbound-chat?x=%20y", sampleBody, 200, "", `c-1`},
	{"white space around", "PUT", "/contact/outbound-chat", " \r\n" + sampleBody + "\n", 200, "", `c-1`},
	{"label", "GET", "/contact-flows-summary/i-1", "", 200, "", `{"ContactFlowSummaryList":[{"Id":"i-1"}]}`},
	{"arn in a label", "GET", "/contact-flows-summary/arn%3Aaws%3Aconnect%3Aus-east-1%3A111122223333%3Ainstance%2Fi", "", 200, "", `"arn:aws:connect:us-east-1:111122223333:instance/i"`},
	{"arn, colons plain", "GET", "/contact-flows-summary/arn:aws:connect:us-east-1:111122223333:instance%2Fi", "", 200, "", `"arn:aws:connect:us-east-1:111122223333:instance/i"`},
	{"plus is plus in a path", "GET", "/contact-flows-summary/a+b", "", 200, "", `"a+b"`},
	{"the body sets no label", "GET", "/contact-flows-summary/i-1", `{"InstanceId":"other","NextToken":7}`, 200, "", `"i-1"`},
	{"repeated key", "GET", "/contact-flows-summary/i?contactFlowTypes=CONTACT_FLOW&contactFlowTypes=AGENT_WHISPER", "", 200, "", `"i"`},
	{"empty query values are absent", "GET", "/contact-flows-summary/i?nextToken=&maxResults=", "", 200, "", `"i"`},

	{"wrong enum in a repeated key", "GET", "/contact-flows-summary/i?contactFlowTypes=CONTACT_FLOW&contactFlowTypes=X", "", 400, "InvalidParameterException", `ContactFlowTypes[1]: one of `},
	{"too many", "GET", "/contact-flows-summary/i?" + strings.Repeat("contactFlowTypes=CONTACT_FLOW&", 11), "", 400, "InvalidParameterException", `ContactFlowTypes: at most 10 entries, not 11`},
	{"scalar twice", "GET", "/contact-flows-summary/i?maxResults=1&maxResults=2", "", 400, "InvalidRequestException", `MaxResults: given 2 times`},
	{"number in the query", "GET", "/contact-flows-summary/i?maxResults=0x10", "", 400, "InvalidRequestException", `MaxResults: must be a whole number, not "0x10"`},
	{"range in the query", "GET", "/contact-flows-summary/i?maxResults=1001", "", 400, "InvalidParameterException", `MaxResults: at most 1000, not 1001`},
	{"escape in the query", "GET", "/contact-flows-summary/i?nextToken=%zz", "", 400, "SerializationException", `the query cannot be read`},
	{"bad utf-8 in the query", "GET", "/contact-flows-summary/i?nextToken=%ff", "", 400, "SerializationException", `NextToken: "\xff" is not UTF-8`},
	{"bad utf-8 in a label", "GET", "/contact-flows-summary/%ff", "", 400, "SerializationException", `InstanceId: "\xff" is not UTF-8`},
	{"zero in a label", "GET", "/contact-flows-summary/%00", "", 400, "SerializationException", `holds a zero character`},
	{"long label", "GET", "/contact-flows-summary/" + strings.Repeat("i", 101), "", 400, "InvalidParameterException", `InstanceId: at most 100 characters, not 101`},
	{"bounds, where InvalidParameter is not declared", "PUT", "/contact/outbound-chat", strings.Replace(sampleBody, ":1500", ":7", 1), 400, "InvalidRequestException", `ChatDurationInMinutes: at least 60, not 7`},
	{"missing", "PUT", "/contact/outbound-chat", `{}`, 400, "InvalidRequestException", `InstanceId: required, and missing`},
	{"no body", "PUT", "/contact/outbound-chat", ``, 400, "InvalidRequestException", `InstanceId: required, and missing`},
	{"no json", "PUT", "/contact/outbound-chat", `<xml/>`, 400, "SerializationException", `'<' where a value should follow`},
	{"bad utf-8", "PUT", "/contact/outbound-chat", "{\"InstanceId\":\"\xff\"}", 400, "SerializationException", `not UTF-8`},
	{"over 1 MiB", "PUT", "/contact/outbound-chat", strings.Repeat(" ", maxBody+1), 413, "RequestEntityTooLargeException", `longer than 1048576 bytes`},
	{"wrong method", "POST", "/contact/outbound-chat", sampleBody, 404, "UnknownOperationException", `takes PUT (StartOutboundChatContact), not "POST"`},
	{"wrong method of what is not served", "GET", "/users/i", "", 404, "UnknownOperationException", `takes PUT (CreateUser), not "GET"`},
	{"not served", "PUT", "/users/i", "{}", 404, "UnknownOperationException", `CreateUser is an operation of Amazon Connect that this server does not have`},
	{"not served beside what is", "PUT", "/contact/chat", "{}", 404, "UnknownOperationException", `StartChatContact`},
	{"unknown", "GET", "/nothing", "", 404, "UnknownOperationException", `no operation "GET /nothing"`},
	{"root", "GET", "/", "", 404, "UnknownOperationException", `no operation "GET /"`},
	{"double slash", "PUT", "//contact/outbound-chat", "{}", 404, "UnknownOperationException", `no operation`},
	{"dots", "PUT", "/contact/../contact/outbound-chat", "{}", 404, "UnknownOperationException", `no operation`},
	{"empty label", "GET", "/contact-flows-summary/", "", 404, "UnknownOperationException", `no operation`},
	{"too deep", "GET", strings.Repeat("/a", 100), "", 404, "UnknownOperationException", `no operation`},
}

func TestAnswers(t *testing.T) {
	s := open(t, Config{Unserved: `
		PUT /users/{InstanceId} CreateUser
		GET /contact-flows-summary/{InstanceId} ListContactFlows
		PUT /contact/chat StartChatContact`})
	for _, c := range answers {
		for _, kind := range []string{"application/json", "application/x-amz-json-1.1", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", ""} {
			a, text := ask(t, c.method, s.URL+c.path, c.body, "Content-Type:"+kind)
			var e struct{ Type, Lower, Upper string }
			var m map[string]any
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				t.Fatalf("%s: %s is not JSON", c.name, text)
			}
			e.Type, _ = m["__type"].(string)
			e.Lower, _ = m["message"].(string)
			e.Upper, _ = m["Message"].(string)
			shown := text
			if c.exception != "" {
				shown = e.Lower
			}
			if a.StatusCode != c.status || a.Header.Get("x-amzn-ErrorType") != c.exception || e.Type != c.exception || e.Lower != e.Upper || !strings.Contains(shown, c.says) {
				t.Errorf("%s (%s): %d %v %s", c.name, kind, a.StatusCode, a.Header, text)
			}
			if !uuid.MatchString(a.Header.Get("x-amzn-RequestId")) || a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %v", c.name, a.Header)
			}
			if at, err := http.ParseTime(a.Header.Get("Date")); err != nil || time.Since(at).Abs() > time.Minute {
				t.Errorf("%s: Date %q", c.name, a.Header.Get("Date"))
			}
		}
	}
}

// What an operation fails with, and what the caller and the operator see of it.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name      string
		do        func() error
		status    int
		exception string
		says      string
		logged    string
	}{
		{"declared", func() error { return Errorf("ResourceNotFound", "no flow f") }, 404, "ResourceNotFoundException", "no flow f", ""},
		{"wrapped", func() error { return errors.Join(errors.New("x"), Errorf("Conflict", "busy")) }, 409, "ConflictException", "busy", ""},
		{"kin", func() error { return Errorf("ContactNotFound", "no contact c") }, 404, "ResourceNotFoundException", "no contact c", ""},
		{"kin, quota", func() error { return Errorf("ServiceQuotaExceeded", "all taken") }, 429, "LimitExceededException", "all taken", ""},
		{"kin of all", func() error { return Errorf("DestinationNotAllowed", "no such country") }, 400, "InvalidRequestException", "no such country", ""},
		{"generic", func() error { return Errorf("AccessDenied", "not you") }, 403, "AccessDeniedException", "not you", ""},
		{"violations", func() error { return Violations{OutOfBounds("A", "odd"), Invalid("B", "gone")} }, 400, "InvalidRequestException", "A: odd; B: gone", ""},
		{"not declared", func() error { return &Exception{Name: "MadeUpException", Message: "?"} }, 500, "InternalServiceException", "an error within", "MadeUpException"},
		{"an error of ours", func() error { return io.ErrUnexpectedEOF }, 500, "InternalServiceException", "an error within", "unexpected EOF"},
		{"panic", func() error { panic("out of cheese") }, 500, "InternalServiceException", "an error within", "serve_test.go"},
		{"runtime panic", func() error { return errors.New(strings.Repeat("x", -1)) }, 500, "InternalServiceException", "an error within", "negative Repeat"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			s := open(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil)), Operations: sample(
				func(context.Context, *startInput) (*startOutput, error) { return nil, c.do() }, nil)})
			a, text := ask(t, "PUT", s.URL+"/contact/outbound-chat", sampleBody)
			if a.StatusCode != c.status || a.Header.Get("x-amzn-ErrorType") != c.exception || !strings.Contains(text, c.says) {
				t.Errorf("%d %v %s", a.StatusCode, a.Header, text)
			}
			s.Close()
			if got := log.String(); (got != "") != (c.logged != "") || !strings.Contains(got, c.logged) ||
				got != "" && !strings.Contains(got, a.Header.Get("x-amzn-RequestId")) {
				t.Errorf("logged %q", got)
			}
			if strings.Contains(text, "cheese") || strings.Contains(text, "EOF") {
				t.Errorf("the caller sees our trouble: %s", text)
			}
		})
	}
}

func TestNothingIsAnEmptyObject(t *testing.T) {
	s := open(t, Config{Operations: sample(func(context.Context, *startInput) (*startOutput, error) { return nil, nil }, nil)})
	if a, text := ask(t, "PUT", s.URL+"/contact/outbound-chat", sampleBody); a.StatusCode != 200 || text != "{}" {
		t.Errorf("%d %s", a.StatusCode, text)
	}
}

// A caller who may not does not learn whether the request was well made.
func TestPolicyIsAsked(t *testing.T) {
	policy := &Policy{}
	v := live()
	keys := v.Keys
	v.Keys = func(ctx context.Context, id string) (*Key, error) {
		k, err := keys(ctx, id)
		k.Policy = policy
		return k, err
	}
	s := open(t, Config{Verifier: v})
	do := func(instance string) error {
		c := Client{Endpoint: s.URL, Region: "us-east-1", Service: "connect", Credentials: Credentials{suiteKey, suiteSecret, ""}}
		return c.Do(t.Context(), "GET /contact-flows-summary/{InstanceId}", &listInput{InstanceId: instance}, nil)
	}
	const resource = "arn:aws:connect:us-east-1:111122223333:instance/i"
	for _, c := range []struct {
		name     string
		policy   Policy
		instance string
		says     string // of the refusal; "" for none
	}{
		{"nothing", Policy{}, "i", "User: arn:aws:iam::111122223333:user/suite is not authorized to perform: connect:ListContactFlows on resource: * because no identity-based policy allows the connect:ListContactFlows action"},
		{"another action", Policy{[]Statement{{Actions: []string{"connect:Start*"}}}}, "i", "on resource: * because"},
		{"the action", Policy{[]Statement{{Actions: []string{"connect:list*"}}}}, "i", ""},
		{"the resource", Policy{[]Statement{{Actions: []string{"*"}, Resources: []string{resource}}}}, "i", ""},
		{"as an arn", Policy{[]Statement{{Actions: []string{"*"}, Resources: []string{resource}}}}, resource, ""},
		{"another resource", Policy{[]Statement{{Actions: []string{"*"}, Resources: []string{resource}}}}, "j", "on resource: arn:aws:connect:us-east-1:111122223333:instance/j because"},
		{"denied", Policy{[]Statement{{Actions: []string{"*"}}, {Deny: true, Actions: []string{"connect:ListContactFlows"}}}}, "i", "on resource: " + resource + " with an explicit deny"},
	} {
		*policy = c.policy
		err := do(c.instance)
		if c.says == "" && err != nil || c.says != "" && (!is(err, "AccessDeniedException") || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	*policy = Policy{}
	if err := do(strings.Repeat("i", 200)); !is(err, "AccessDeniedException") {
		t.Errorf("a bad request of one who may not: %v", err)
	}
}

func TestNoAuth(t *testing.T) {
	var who Caller
	s := open(t, Config{Operations: sample(func(ctx context.Context, _ *startInput) (*startOutput, error) {
		who = CallerFrom(ctx)
		return nil, nil
	}, nil)})
	for region, authorization := range map[string]string{
		"us-east-1": "",
		"eu-west-1": "AWS4-HMAC-SHA256 Credential=ANY/20150830/eu-west-1/connect/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0", 64),
	} {
		headers := []string{"X-Amz-Date:20150830T000000Z"}
		if authorization != "" {
			headers = append(headers, "Authorization:"+authorization)
		}
		if a, text := ask(t, "PUT", s.URL+"/contact/outbound-chat", sampleBody, headers...); a.StatusCode != 200 || who.Region != region || who.Account != "111122223333" {
			t.Errorf("%d %s: %+v", a.StatusCode, text, who)
		}
	}
}

func TestObserve(t *testing.T) {
	type seen struct {
		name   string
		status int
	}
	got := make(chan seen, 1)
	s := open(t, Config{Observe: func(name string, status int, took time.Duration) {
		if took <= 0 {
			t.Errorf("took %v", took)
		}
		got <- seen{name, status}
	}})
	ask(t, "PUT", s.URL+"/contact/outbound-chat", sampleBody)
	if g := <-got; g != (seen{"StartOutboundChatContact", 200}) {
		t.Errorf("got %+v", g)
	}
	ask(t, "PUT", s.URL+"/nothing", "")
	if g := <-got; g != (seen{"", 404}) {
		t.Errorf("got %+v", g)
	}
}

// Sensitive members, phone numbers and session tokens stay out of the log.
func TestLogIsRedacted(t *testing.T) {
	var log bytes.Buffer
	s := open(t, Config{Verifier: live(), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	do := func(secret string) error {
		c := Client{Endpoint: s.URL, Region: "us-east-1", Service: "connect", Credentials: Credentials{suiteKey, secret, "session-token"}}
		in := new(startInput)
		if err := Bind([]byte(sampleBody), in); err != nil {
			t.Fatal(err)
		}
		return c.Do(t.Context(), "PUT /contact/outbound-chat", in, nil)
	}
	if err := do(suiteSecret); err != nil {
		t.Error(err)
	}
	if err := do("wrong"); !is(err, "InvalidSignatureException") || !strings.Contains(err.Error(), "x-amz-security-token:session-token") {
		t.Errorf("the caller is not told what was signed: %v", err)
	}
	s.Close()
	got := log.String()
	for _, want := range []string{"***", "+…04", "InvalidSignatureException"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, not := range []string{`DisplayName\":\"Ann`, "+12065550104", "session-token", suiteSecret} {
		if strings.Contains(got, not) {
			t.Errorf("%s in %s", not, got)
		}
	}
}

func TestMaskNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"+":                         "+",
		"+1234567":                  "+…67",
		"+123456":                   "+123456",
		`"+12065550104","+1"x++`:    `"+…04","+1"x++`,
		"a+12065550104+12065550105": "a+…04+…05",
	} {
		if got := maskNumbers(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestQuery(t *testing.T) {
	var fail error
	identity := Query{"sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", "GetCallerIdentity", func(ctx context.Context) ([][2]string, error) {
		c := CallerFrom(ctx)
		return [][2]string{{"Arn", c.ARN}, {"UserId", "A&B"}, {"Account", c.Account}}, fail
	}}
	v := live()
	v.Regions = []string{"eu-west-1"} // sts is signed for us-east-1 by old clients
	s := open(t, Config{Verifier: v, Queries: []Query{identity}})
	call := func(form, secret, service string) (int, string) {
		return askSTS(t, s.URL, form, secret, service)
	}
	const form = "Action=GetCallerIdentity&Version=2011-06-15"
	status, text := call(form, suiteSecret, "sts")
	var answer struct {
		XMLName xml.Name                              `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Result  struct{ Arn, UserId, Account string } `xml:"GetCallerIdentityResult"`
		ID      string                                `xml:"ResponseMetadata>RequestId"`
	}
	if err := xml.Unmarshal([]byte(text), &answer); err != nil || status != 200 || answer.Result.Account != "111122223333" || answer.Result.UserId != "A&B" || !uuid.MatchString(answer.ID) {
		t.Errorf("%d %s: %v", status, text, err)
	}
	for _, c := range []struct {
		form, secret, service string
		fail                  error
		status                int
		code                  string
	}{
		{form, "wrong", "sts", nil, 403, "SignatureDoesNotMatch"},
		{form, suiteSecret, "connect", nil, 403, "SignatureDoesNotMatch"},
		{"Action=GetSessionToken&Version=2011-06-15", suiteSecret, "sts", nil, 400, "InvalidAction"},
		{"Action=GetCallerIdentity&Version=2012", suiteSecret, "sts", nil, 400, "InvalidAction"},
		{"", suiteSecret, "sts", nil, 400, "InvalidAction"},
		{"Action=%zz", suiteSecret, "sts", nil, 400, "MalformedQueryString"},
		{form, suiteSecret, "sts", io.ErrNoProgress, 500, "InternalFailure"},
	} {
		fail = c.fail
		status, text := call(c.form, c.secret, c.service)
		var e struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Code    string   `xml:"Error>Code"`
			Message string   `xml:"Error>Message"`
			ID      string   `xml:"RequestId"`
		}
		if err := xml.Unmarshal([]byte(text), &e); err != nil || status != c.status || e.Code != c.code || e.Message == "" || !uuid.MatchString(e.ID) {
			t.Errorf("%+v: %d %s: %v", c, status, text, err)
		}
	}
}

// askSTS sends a form as the query protocol has it.
func askSTS(t *testing.T, url, form, secret, service string) (status int, text string) {
	t.Helper()
	sign := httptest.NewRequest("POST", url+"/", strings.NewReader(form))
	sign.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	Sign(sign, []byte(form), Credentials{suiteKey, secret, ""}, "us-east-1", service, time.Now())
	var headers []string
	for name := range sign.Header {
		headers = append(headers, name+":"+sign.Header.Get(name))
	}
	a, text := ask(t, "POST", url+"/", form, headers...)
	if !uuid.MatchString(a.Header.Get("x-amzn-RequestId")) || a.Header.Get("Content-Type") != "text/xml" {
		t.Errorf("headers %v", a.Header)
	}
	return a.StatusCode, text
}

// A pipelined connection survives an error: nothing of a refused body is left in it.
func TestConnectionIsKept(t *testing.T) {
	s := open(t, Config{Verifier: live()})
	for range 3 {
		a, _ := ask(t, "PUT", s.URL+"/contact/outbound-chat", strings.Repeat(" ", 100_000))
		if a.StatusCode != 403 || a.Header.Get("x-amzn-ErrorType") != "MissingAuthenticationTokenException" {
			t.Errorf("%d %v", a.StatusCode, a.Header)
		}
	}
}

// Whoever sends all before it listens, as most clients do, hears why it was
// refused; it does not meet a connection that was reset.
func TestOversizedBodyIsAnswered(t *testing.T) {
	s := open(t, Config{Verifier: live()})
	for _, size := range []int{maxBody + 1, surplus} {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		head := fmt.Sprintf("PUT /contact/outbound-chat HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=%064d\r\nX-Amz-Date: %s\r\nContent-Length: %d\r\n\r\n",
			suiteKey, 0, time.Now().UTC().Format("20060102T150405Z"), size)
		if _, err := io.WriteString(c, head+strings.Repeat(" ", size)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
			continue
		}
		a, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Errorf("%d bytes: %v", size, err)
			continue
		}
		if a.StatusCode/100 != 4 || a.Header.Get("x-amzn-ErrorType") == "" {
			t.Errorf("%d bytes: %d %v", size, a.StatusCode, a.Header)
		}
	}
}

// Nobody waits for a body that is far too long, or has not been asked for.
func TestRefusedBodyIsNotWaitedFor(t *testing.T) {
	s := open(t, Config{Verifier: live()})
	for _, head := range []string{"Content-Length: 99999999999", "Expect: 100-continue\r\nContent-Length: 99999"} {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "PUT /contact/outbound-chat HTTP/1.1\r\nHost: a\r\n"+head+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		a, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || a.StatusCode != 403 || !a.Close {
			t.Errorf("%s: %v, %v", head, a, err)
		}
	}
}

func TestClient(t *testing.T) {
	var got listInput
	s := open(t, Config{Verifier: live(), Operations: sample(
		func(_ context.Context, in *startInput) (*startOutput, error) {
			if in.ClientToken == nil {
				return nil, Problems("InvalidContactFlow", []string{"a", "b"})
			}
			return &startOutput{*in.ClientToken}, nil
		},
		func(_ context.Context, in *listInput) (*listOutput, error) {
			got = *in
			return &listOutput{NextToken: "n"}, nil
		})})
	c := Client{Endpoint: s.URL + "/", Region: "eu-west-1", Service: "connect", Credentials: Credentials{suiteKey, suiteSecret, "token"}}
	token, subtype := "t-1", "connect:SMS"
	in := startInput{SourceEndpoint: &endpoint{}, DestinationEndpoint: &endpoint{}, InstanceId: "i", ContactFlowId: "f", ClientToken: &token,
		SegmentAttributes: map[string]*segmentAttribute{"connect:Subtype": {ValueString: &subtype}}}
	var started startOutput
	if err := c.Do(t.Context(), "PUT /contact/outbound-chat", &in, &started); err != nil || started.ContactId != "t-1" {
		t.Errorf("%v, %+v", err, started)
	}
	in.ClientToken = nil
	if err := c.Do(t.Context(), "PUT /contact/outbound-chat", &in, &started); !is(err, "InvalidRequestException") || !strings.Contains(err.Error(), "a; b") {
		t.Errorf("%v", err)
	}
	five := int32(5)
	var list listOutput
	err := c.Do(t.Context(), "GET /contact-flows-summary/{InstanceId}", &listInput{InstanceId: "arn:x/ü", Types: []string{"CONTACT_FLOW", "AGENT_WHISPER"}, MaxResults: &five}, &list)
	if err != nil || list.NextToken != "n" || got.InstanceId != "arn:x/ü" || len(got.Types) != 2 || *got.MaxResults != 5 {
		t.Errorf("%v, %+v, %+v", err, list, got)
	}
	if err := c.Do(t.Context(), "GET /contact-flows-summary/{InstanceId}", &listInput{}, nil); err == nil || !strings.Contains(err.Error(), "{InstanceId}") {
		t.Errorf("%v", err)
	}
	c.Credentials = Credentials{}
	if err := c.Do(t.Context(), "PUT /contact/outbound-chat", &in, nil); !is(err, "MissingAuthenticationTokenException") {
		t.Errorf("%v", err)
	}
}

// Answers of other servers: whatever a proxy says, the client shows it.
func TestClientReadsStrangers(t *testing.T) {
	for _, c := range []struct{ kind, body, name, message string }{
		{"X:http://internal/", `{"Message":"m"}`, "X", "m"},
		{"", `{"__type":"com.amazon#Y","message":"m"}`, "Y", "m"},
		{"", `{"code":"Z"}`, "Z", `"{\"code\":\"Z\"}"`},
		{"InvalidContactFlowException", `{"problems":[{"message":"a"},{"message":"b"}]}`, "InvalidContactFlowException", "a; b"},
		{"", `<html>`, "502 Bad Gateway", `"<html>"`},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.kind != "" {
				w.Header().Set("x-amzn-ErrorType", c.kind)
			}
			w.WriteHeader(502)
			_, _ = io.WriteString(w, c.body)
		}))
		err := (&Client{Endpoint: s.URL}).Do(t.Context(), "GET /x", &struct{}{}, nil)
		s.Close()
		var e *Exception
		if !errors.As(err, &e) || e.Name != c.name || e.Message != c.message || e.Status() != 502 {
			t.Errorf("%s: %#v", c.body, err)
		}
	}
}
