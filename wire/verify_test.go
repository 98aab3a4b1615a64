package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// mark signs r by hand, so that a test may choose what is signed, and how.
func mark(r *http.Request, body, signed, secret string, s scope, stamp string) {
	sum := sha256.Sum256([]byte(body))
	payload := hex.EncodeToString(sum[:])
	if h := r.Header.Get("X-Amz-Content-Sha256"); h != "" {
		payload = h
	}
	canonical, _ := appendCanonical(nil, r, signed, payload, "service", false)
	signature := hmacSHA256(signingKey(secret, s), appendStringToSign(nil, stamp, s, canonical))
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", suiteKey, s.append(nil), signed, signature))
}

// What unmodified clients were seen to send.
func TestPeculiarClients(t *testing.T) {
	const body = `{"InstanceId":"i"}`
	hash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	for _, c := range []struct {
		name, target, host, body, signed string
		headers                          []string
	}{
		{"botocore", "/contact/outbound-chat", "127.0.0.1:3425", body, "content-type;host;x-amz-date", []string{"Content-Type:application/json", "Amz-Sdk-Request:attempt=1", "User-Agent:Boto3/1.43"}},
		{"r signs the length", "/contact/stop", "127.0.0.1:3425", body, "content-length;content-type;host;x-amz-date", []string{"Content-Type:application/x-amz-json-1.1"}},
		{"r on get", "/contacts/i/c", "127.0.0.1:3425", "", "content-length;host;x-amz-date", []string{"Content-Type:application/x-amz-json-1.1"}},
		{"go", "/contact/stop", "127.0.0.1:3425", body, "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date", []string{"Content-Type:application/json", "Amz-Sdk-Invocation-Id:x", "Amz-Sdk-Request:attempt=1; max=3"}},
		{"js", "/contact/stop", "127.0.0.1:3425", body, "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-user-agent", []string{"Content-Type:application/json", "Amz-Sdk-Invocation-Id:x", "Amz-Sdk-Request:attempt=1; max=3", "X-Amz-Content-Sha256:" + hash(body), "X-Amz-User-Agent:aws-sdk-js/3.1  ua/2.1"}},
		{"ruby", "/contact/stop", "127.0.0.1:3425", body, "content-type;host;x-amz-content-sha256;x-amz-date", []string{"Content-Type:application/json", "X-Amz-Content-Sha256:" + hash(body)}},
		{"dart, a bare ? and no port", "/contact/outbound-chat?", "127.0.0.1", body, "accept;content-type;host;x-amz-content-sha256;x-amz-date", []string{"Accept:application/json", "Content-Type:text/plain; charset=utf-8", "X-Amz-Content-Sha256:" + hash(body)}},
		{"dart on get", "/contacts/i/c?", "127.0.0.1", "", "host;x-amz-content-sha256;x-amz-date", []string{"X-Amz-Content-Sha256:" + hash("")}},
		{"hash that is not signed", "/contact/stop", "h", body, "host;x-amz-date", []string{"X-Amz-Content-Sha256:" + hash(body)}},
		{"an arn in the path", "/queues-summary/arn%3Aaws%3Aconnect%3Aus-east-1%3A111122223333%3Ainstance%2Fi", "h", "", "host;x-amz-date", nil},
		{"repeated keys", "/contact-flows-summary/i?contactFlowTypes=B&contactFlowTypes=A&maxResults=2", "h", "", "host;x-amz-date", nil},
		{"odd query", "/x?nextToken=a%20b%2Bc%2Fd%3D&e=&f", "h", "", "host;x-amz-date", nil},
		{"expect", "/contact/stop", "h", body, "expect;host;x-amz-date", []string{"Expect:100-continue"}},
		{"token", "/contact/stop", "h", body, "host;x-amz-date;x-amz-security-token", []string{"X-Amz-Security-Token:t/+="}},
		{"lower-case names", "/contact/stop", "h", body, "host;x-amz-date", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := received("PUT", c.target, c.body, c.headers...)
			r.Host = c.host
			r.Header.Set("X-Amz-Date", suiteNow.Format(basicTime))
			mark(r, c.body, c.signed, suiteSecret, scope{"20150830", "us-east-1", "connect"}, suiteNow.Format(basicTime))
			v := suiteVerifier()
			for range 2 { // the same bytes may come twice: retries are identical
				r.Body = io.NopCloser(strings.NewReader(c.body))
				if _, got, err := v.Verify(r, "connect"); err != nil || string(got) != c.body {
					t.Fatalf("%v, body %q", err, got)
				}
			}
			// Whatever was signed must not be changed.
			for _, change := range []func(){
				func() { r.Method = "POST" },
				func() { r.RequestURI += "x" },
				func() { r.Host += "x" },
				func() { r.Header.Set("X-Amz-Date", suiteNow.Add(time.Second).Format(basicTime)) },
			} {
				saved, header := *r, r.Header.Clone()
				change()
				r.Body = io.NopCloser(strings.NewReader(c.body))
				if _, _, err := v.Verify(r, "connect"); !is(err, "InvalidSignatureException") {
					t.Errorf("changed: %v", err)
				}
				*r, r.Header = saved, header
			}
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(c.body+" ")), int64(len(c.body)+1)
			if _, _, err := v.Verify(r, "connect"); !is(err, "InvalidSignatureException") {
				t.Errorf("another body: %v", err)
			}
		})
	}
}

func is(err error, name string) bool {
	var e *Exception
	return errors.As(err, &e) && e.Name == name
}

// good is an authorization but for its signature.
const good = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/connect/aws4_request, SignedHeaders=host;x-amz-date, Signature="

var zeros = strings.Repeat("0", 64)

// refusals are what is refused, by which name and in which words.
var refusals = []struct {
	name, authorization, date string
	headers                   []string
	exception, says           string
}{
	{"none", "", "", nil, "MissingAuthenticationTokenException", "Missing Authentication Token"},
	{"not ours", "Bearer abc", "", nil, "IncompleteSignatureException", `Unsupported AWS 'algorithm': "Bearer"`},
	{"v2", "AWS AKIDEXAMPLE:abc", "", nil, "IncompleteSignatureException", `Unsupported AWS 'algorithm': "AWS"`},
	{"v4a", "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/connect/aws4_request", "", nil, "IncompleteSignatureException", "Version 4A"},
	{"nothing behind", "AWS4-HMAC-SHA256", "", nil, "IncompleteSignatureException", "requires 'Credential'"},
	{"no pair", "AWS4-HMAC-SHA256 Credential", "", nil, "IncompleteSignatureException", "not a key=value pair"},
	{"no signature", strings.TrimSuffix(good, "Signature="), "", nil, "IncompleteSignatureException", "requires 'Signature'"},
	{"empty signature", good, "", nil, "IncompleteSignatureException", "requires 'Signature'"},
	{"short signature", good + "00", "", nil, "IncompleteSignatureException", "64 hexadecimal digits, not 2"},
	{"odd signature", good + strings.Repeat("x", 64), "", nil, "IncompleteSignatureException", "must be hexadecimal"},
	{"short credential", strings.Replace(good, "/20150830", "", 1) + zeros, "", nil, "IncompleteSignatureException", "at least 5 slash-separated"},
	{"terminator", strings.Replace(good, "aws4_request", "aws5_request", 1) + zeros, "", nil, "InvalidSignatureException", "valid terminator"},
	{"host not signed", strings.Replace(good, "host;", "", 1) + zeros, "", nil, "InvalidSignatureException", "'Host' must be"},
	{"no date", good + zeros, "-", nil, "IncompleteSignatureException", "'X-Amz-Date' or a 'Date'"},
	{"odd date", good + zeros, "2015-08-30", nil, "IncompleteSignatureException", `ISO-8601 'basic format'. Got "2015-08-30"`},
	{"odd date header", good + zeros, "-", []string{"Date:yesterday"}, "IncompleteSignatureException", `Got "yesterday" in Date`},
	{"unknown key", strings.Replace(good, "AKIDEXAMPLE", "AKIDUNKNOWN", 1) + zeros, "", nil, "UnrecognizedClientException", "The security token included in the request is invalid"},
	{"another day", strings.Replace(good, "20150830", "20150829", 1) + zeros, "", nil, "InvalidSignatureException", `Date in Credential scope does not match`},
	{"service", strings.Replace(good, "/connect/", "/sts/", 1) + zeros, "", nil, "InvalidSignatureException", "correct service: 'connect', not \"sts\""},
	{"region", strings.Replace(good, "us-east-1", "mars-1", 1) + zeros, "", nil, "InvalidSignatureException", `valid region, not "mars-1"`},
	{"region with a colon", strings.Replace(good, "us-east-1", "a:b", 1) + zeros, "", nil, "InvalidSignatureException", `valid region, not "a:b"`},
	{"expired", good + zeros, "20150830T123059Z", nil, "InvalidSignatureException", "Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)"},
	{"early", good + zeros, "20150830T124101Z", nil, "InvalidSignatureException", "Signature not yet current: 20150830T124101Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)"},
	{"wrong", good + zeros, "", nil, "InvalidSignatureException", "does not match the signature you provided"},
	{"missing header", strings.Replace(good, "host;", "host;x-amz-absent;", 1) + zeros, "", nil, "InvalidSignatureException", `signed header "x-amz-absent" is not in the request`},
	{"unsigned payload", good + zeros, "", []string{"X-Amz-Content-Sha256:UNSIGNED-PAYLOAD"}, "InvalidSignatureException", "must be signed"},
	{"streaming", good + zeros, "", []string{"X-Amz-Content-Sha256:STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "InvalidSignatureException", "must be signed"},
	{"wrong hash", good + zeros, "", []string{"X-Amz-Content-Sha256:" + zeros}, "InvalidSignatureException", "does not match what was computed"},
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			r := received("PUT", "/contact/stop", "{}", c.headers...)
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			if c.date == "" {
				c.date = suiteNow.Format(basicTime)
			}
			if c.date != "-" {
				r.Header.Set("X-Amz-Date", c.date)
			}
			v := suiteVerifier()
			v.Regions = []string{"us-east-1", "eu-west-1"}
			_, _, err := v.Verify(r, "connect")
			var e *Exception
			if !errors.As(err, &e) || e.Name != c.exception || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %v", err)
			}
			if e != nil && e.Status() != 403 {
				t.Errorf("status %d", e.Status())
			}
		})
	}
}

// untouchable is a body that must not be read.
type untouchable struct{ t *testing.T }

func (u untouchable) Read([]byte) (int, error) {
	u.t.Error("the body was read before the key was known")
	return 0, io.EOF
}
func (untouchable) Close() error { return nil }

func TestBodyIsNotReadForStrangers(t *testing.T) {
	r := received("PUT", "/x", "{}")
	r.Body = untouchable{t}
	r.Header.Set("X-Amz-Date", suiteNow.Format(basicTime))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=NOBODY/20150830/us-east-1/connect/aws4_request, SignedHeaders=host, Signature="+strings.Repeat("0", 64))
	if _, _, err := suiteVerifier().Verify(r, "connect"); !is(err, "UnrecognizedClientException") {
		t.Errorf("got %v", err)
	}
}

func TestBodyIsBounded(t *testing.T) {
	for _, length := range []int64{maxBody + 1, -1} {
		r := received("PUT", "/x", "")
		r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeroes{}, 1<<40)), length
		Sign(r, nil, Credentials{suiteKey, suiteSecret, ""}, "us-east-1", "connect", suiteNow)
		_, got, err := suiteVerifier().Verify(r, "connect")
		if !is(err, "RequestEntityTooLargeException") || len(got) > maxBody+1 {
			t.Errorf("length %d: %v after %d bytes", length, err, len(got))
		}
	}
	whole := strings.Repeat(" ", maxBody)
	r := received("PUT", "/x", whole)
	r.ContentLength = -1
	Sign(r, []byte(whole), Credentials{suiteKey, suiteSecret, ""}, "us-east-1", "connect", suiteNow)
	if _, got, err := suiteVerifier().Verify(r, "connect"); err != nil || len(got) != maxBody {
		t.Errorf("%v after %d bytes", err, len(got))
	}
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) { return len(b), nil }

// A body that breaks off is the caller's fault, not ours.
func TestBodyBreaksOff(t *testing.T) {
	r := received("PUT", "/x", "{}")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{}))
	Sign(r, []byte("{}"), Credentials{suiteKey, suiteSecret, ""}, "us-east-1", "connect", suiteNow)
	if _, _, err := suiteVerifier().Verify(r, "connect"); !is(err, "SerializationException") {
		t.Errorf("got %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSessions(t *testing.T) {
	key := &Key{ID: suiteKey, Secret: suiteSecret}
	v := &Verifier{Now: func() time.Time { return suiteNow }, Keys: func(context.Context, string) (*Key, error) { return key, nil }}
	for _, c := range []struct {
		has, sends string
		expires    time.Time
		exception  string
	}{
		{"", "", time.Time{}, ""},
		{"", "any", time.Time{}, ""},
		{"token", "token", time.Time{}, ""},
		{"token", "", time.Time{}, "UnrecognizedClientException"},
		{"token", "tokem", time.Time{}, "UnrecognizedClientException"},
		{"token", "token", suiteNow.Add(time.Second), ""},
		{"token", "token", suiteNow.Add(-time.Second), "ExpiredTokenException"},
	} {
		key.SessionToken, key.Expires = c.has, c.expires
		r := received("PUT", "/x", "{}")
		Sign(r, []byte("{}"), Credentials{suiteKey, suiteSecret, c.sends}, "us-east-1", "connect", suiteNow)
		if _, _, err := v.Verify(r, "connect"); c.exception == "" && err != nil || c.exception != "" && !is(err, c.exception) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// The keys' own trouble is not the caller's.
func TestKeysFail(t *testing.T) {
	v := &Verifier{Keys: func(context.Context, string) (*Key, error) { return nil, io.ErrClosedPipe }}
	r := received("GET", "/x", "")
	Sign(r, nil, Credentials{suiteKey, suiteSecret, ""}, "us-east-1", "connect", time.Now())
	if _, _, err := v.Verify(r, "connect"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

// A key whose secret is changed is not verified by the old one from the cache.
func TestDerivedKeysFollowTheSecret(t *testing.T) {
	secret := "old"
	v := &Verifier{Now: func() time.Time { return suiteNow }, Keys: func(context.Context, string) (*Key, error) { return &Key{ID: suiteKey, Secret: secret}, nil }}
	try := func(with string) error {
		r := received("GET", "/x", "")
		Sign(r, nil, Credentials{suiteKey, with, ""}, "us-east-1", "connect", suiteNow)
		_, _, err := v.Verify(r, "connect")
		return err
	}
	if err := try("old"); err != nil {
		t.Fatal(err)
	}
	secret = "new"
	if err := try("old"); !is(err, "InvalidSignatureException") {
		t.Errorf("the old secret: %v", err)
	}
	if err := try("new"); err != nil {
		t.Errorf("the new secret: %v", err)
	}
}

// The cache of derived keys is bounded, and no failed request enters it.
func TestDerivedKeysAreBounded(t *testing.T) {
	v := suiteVerifier()
	for i := range maxDerived + 10 {
		r := received("GET", "/x", "")
		secret := suiteSecret
		if i%2 == 1 {
			secret = "wrong"
		}
		Sign(r, nil, Credentials{suiteKey, secret, ""}, fmt.Sprintf("r-%d", i), "connect", suiteNow)
		_, _, err := v.Verify(r, "connect")
		if (err == nil) != (i%2 == 0) {
			t.Fatal(err)
		}
	}
	if n := len(v.derived.keys); n != (maxDerived+10)/2 {
		t.Errorf("%d keys", n)
	}
	for i := range maxDerived {
		v.derived.keep(&Key{ID: fmt.Sprint(i)}, scope{}, nil)
		if n := len(v.derived.keys); n > maxDerived {
			t.Fatalf("%d keys", n)
		}
	}
}

// A signature may stand in the query, as presigned URLs have it.
func TestPresigned(t *testing.T) {
	sign := func(expires string, at time.Time, extra string) *http.Request {
		s := scope{at.Format(basicDate), "us-east-1", "sts"}
		target := "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + suiteKey + "%2F" +
			strings.ReplaceAll(string(s.append(nil)), "/", "%2F") + "&X-Amz-Date=" + at.Format(basicTime) + "&X-Amz-Expires=" + expires + "&X-Amz-SignedHeaders=host"
		r := received("GET", target, "")
		sum := sha256.Sum256(nil)
		canonical, _ := appendCanonical(nil, r, "host", hex.EncodeToString(sum[:]), "connect", true)
		signature := hmacSHA256(signingKey(suiteSecret, s), appendStringToSign(nil, at.Format(basicTime), s, canonical))
		return received("GET", target+"&X-Amz-Signature="+hex.EncodeToString(signature)+extra, "")
	}
	for _, c := range []struct {
		name      string
		r         *http.Request
		exception string
	}{
		{"good", sign("60", suiteNow, ""), ""},
		{"old, but lasting", sign("3600", suiteNow.Add(-59*time.Minute), ""), ""},
		{"over", sign("60", suiteNow.Add(-61*time.Second), ""), "InvalidSignatureException"},
		{"changed", sign("60", suiteNow, "&more=1"), "InvalidSignatureException"},
		{"too long", sign("604801", suiteNow, ""), "IncompleteSignatureException"},
		{"no span", sign("", suiteNow, ""), "IncompleteSignatureException"},
		{"v4a", received("GET", "/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", ""), "IncompleteSignatureException"},
		{"empty", received("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", ""), "IncompleteSignatureException"},
		{"bad escape", received("GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&%zz", ""), "IncompleteSignatureException"},
	} {
		if _, _, err := suiteVerifier().Verify(c.r, "sts"); c.exception == "" && err != nil || c.exception != "" && !is(err, c.exception) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What a header says, in any form, is an authorization or an exception.
func FuzzAuthorization(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/connect/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0", 64), "20150830T123600Z", "")
	f.Add("AWS4-HMAC-SHA256 Credential=/20150830/us-east-1/execute-api/aws4_request,SignedHeaders=host,Signature=00", "", "")
	f.Add("", "20150830T123600Z", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb%2Fc%2Fd%2Faws4_request&X-Amz-Expires=1&X-Amz-SignedHeaders=host&X-Amz-Date=20150830T123600Z&X-Amz-Signature="+strings.Repeat("0", 64))
	f.Add(";;;,,,===", "0", "%")
	f.Add(strings.Repeat("\xbc", 81), "", "")
	v := suiteVerifier()
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := received("PUT", "/contact/stop?"+query, "{}")
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		r.Header.Set("X-Amz-Date", date)
		_, _, err := v.Verify(r, "connect")
		var e *Exception
		if !errors.As(err, &e) || e.Status() >= 500 {
			t.Errorf("got %v", err)
		}
	})
}
