package awskey

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/fault"
	"outdial/wire"
)

// A world answers requests by method and address; what is not there is refused.
type world struct {
	answers map[string]string // "GET http://…" → body
	wants   map[string]string // "GET http://…" → "Header: value" that must be there
	asked   int
	down    bool
	t       *testing.T
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.asked++
	if w.down {
		return nil, errors.New("nobody there")
	}
	what := r.Method + " " + r.URL.String()
	status, body := 404, ""
	if text, ok := w.answers[what]; ok {
		status, body = 200, text
	}
	if name, value, ok := strings.Cut(w.wants[what], ": "); ok && r.Header.Get(name) != value {
		w.t.Errorf("%s: %s is %q, not %q", what, name, r.Header.Get(name), value)
	}
	if r.Method == http.MethodPost {
		sent, _ := io.ReadAll(r.Body)
		if want := w.wants["body"]; string(sent) != want {
			w.t.Errorf("%s: sent %s, want %s", what, sent, want)
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

const (
	ends     = "2030-01-01T06:00:00Z"
	document = `{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"` + ends + `"}`
	sts      = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>` +
		`<Credentials><SessionToken>t</SessionToken><SecretAccessKey>s</SecretAccessKey><Expiration>` + ends + `</Expiration><AccessKeyId>ASIA1</AccessKeyId></Credentials>` +
		`</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
)

func TestWhereCredentialsAreFound(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("a.b.c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	temporary := wire.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t"}
	meta := "http://169.254.169.254/latest/"
	for _, c := range []struct {
		name    string
		env     map[string]string
		answers map[string]string
		wants   map[string]string
		have    wire.Credentials
		err     string
	}{
		{name: "environment", env: map[string]string{"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"}, have: wire.Credentials{AccessKeyID: "AKIA1", SecretAccessKey: "s"}},
		{name: "web identity", env: map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"},
			answers: map[string]string{"POST https://sts.eu-west-1.amazonaws.com/": sts}, have: temporary,
			wants: map[string]string{"body": "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=outbound&Version=2011-06-15&WebIdentityToken=a.b.c"}},
		{name: "web identity without its file", env: map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": token + ".no", "AWS_ROLE_ARN": "r"}, err: "no such file"},
		{name: "ECS", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"},
			answers: map[string]string{"GET http://169.254.170.2/v2/credentials/1": document}, have: temporary},
		{name: "EKS", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token},
			answers: map[string]string{"GET http://169.254.170.23/v1/credentials": document}, wants: map[string]string{"GET http://169.254.170.23/v1/credentials": "Authorization: a.b.c"}, have: temporary},
		{name: "a stranger without TLS", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/"}, err: "wants https"},
		{name: "instance", answers: map[string]string{"PUT " + meta + "api/token": "tok", "GET " + meta + "meta-data/iam/security-credentials/": "role",
			"GET " + meta + "meta-data/iam/security-credentials/role": document},
			wants: map[string]string{"PUT " + meta + "api/token": "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300", "GET " + meta + "meta-data/iam/security-credentials/role": "X-Aws-Ec2-Metadata-Token: tok"}, have: temporary},
		{name: "nowhere", err: "neither the environment nor an instance"},
		{name: "not asked for", env: map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}, err: "there are none"},
		{name: "an answer that is none", env: map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/1"}, answers: map[string]string{"GET http://169.254.170.2/1": "{}"}, err: "no credentials"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &Source{Getenv: func(k string) string { return c.env[k] }, HTTP: &world{answers: c.answers, wants: c.wants, t: t}, Region: "eu-west-1",
				Now: func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }}
			have, err := s.Credentials(t.Context())
			if have != c.have || (err == nil) != (c.err == "") {
				t.Fatalf("%+v %v", have, err)
			}
			if err != nil && (!fault.Is(err, fault.Busy) || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("%v, want %s", err, c.err)
			}
		})
	}
}

func TestCredentialsAreFetchedAnewInTime(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	address := "GET http://169.254.170.2/1"
	w := &world{answers: map[string]string{address: document}, t: t}
	s := &Source{Getenv: func(k string) string { return map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/1"}[k] }, HTTP: w, Now: func() time.Time { return now }}
	get := func(want string, asked int) {
		t.Helper()
		have, err := s.Credentials(t.Context())
		if (err == nil) != (want != "") || have.AccessKeyID != want || w.asked != asked {
			t.Errorf("%+v %v, asked %d times, want %s and %d", have, err, w.asked, want, asked)
		}
	}
	get("ASIA1", 1)
	now = now.Add(5*time.Hour + 54*time.Minute)
	get("ASIA1", 1)
	now = now.Add(2 * time.Minute)
	w.down = true
	get("ASIA1", 2) // the old ones are good for four more minutes
	w.down = false
	w.answers[address] = strings.NewReplacer("ASIA1", "ASIA2", ends, "2030-01-01T12:00:00Z").Replace(document)
	get("ASIA2", 3)
	now = now.Add(7 * time.Hour)
	w.down = true
	get("", 4)
	s = &Source{Static: wire.Credentials{AccessKeyID: "AKIA"}, HTTP: w}
	get("AKIA", 4)
}
