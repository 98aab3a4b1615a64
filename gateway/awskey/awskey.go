// Package awskey finds the credentials by which requests to AWS are signed,
// where the configuration names none: in the environment, from a token of the
// cluster (web identity), from the container's own endpoint, or from the
// instance. Those that expire are fetched anew in time.
//
// It reads no files of profiles, and takes on no further role.
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
package awskey

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"outdial/fault"
	"outdial/wire"
)

// early is how long before their end credentials are fetched anew.
const early = 5 * time.Minute

// A Source finds credentials. Its zero value looks in the process's own
// environment. It may be used by many at once.
type Source struct {
	// Static are those of the configuration; where they are set nothing is
	// looked for.
	Static wire.Credentials
	Getenv func(string) string // nil: os.Getenv
	HTTP   http.RoundTripper   // nil: http.DefaultTransport without a proxy
	Now    func() time.Time    // nil: time.Now
	// Region is where the role of a web identity is asked for.
	Region string

	mu   sync.Mutex
	have found
}

// found are credentials and when they end; zero is never.
type found struct {
	keys wire.Credentials
	ends time.Time
}

// Credentials gives credentials that are good now. An error is of kind
// fault.Busy: nothing was sent, and they may be there later.
func (s *Source) Credentials(ctx context.Context) (wire.Credentials, error) {
	if s.Static.AccessKeyID != "" {
		return s.Static, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.have.keys.AccessKeyID != "" && (s.have.ends.IsZero() || now.Before(s.have.ends.Add(-early))) {
		return s.have.keys, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	f, err := s.find(ctx)
	switch {
	case err == nil:
		s.have = f
	case now.Before(s.have.ends): // the old ones will do for a while
	default:
		return wire.Credentials{}, fault.Wrap(fault.Busy, err, "credentials of AWS")
	}
	return s.have.keys, nil
}

func (s *Source) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Source) env(name string) string {
	if s.Getenv != nil {
		return s.Getenv(name)
	}
	return os.Getenv(name)
}

// find looks where AWS's own libraries do, in their order.
func (s *Source) find(ctx context.Context) (found, error) {
	if id := s.env("AWS_ACCESS_KEY_ID"); id != "" {
		return found{keys: wire.Credentials{AccessKeyID: id, SecretAccessKey: s.env("AWS_SECRET_ACCESS_KEY"), SessionToken: s.env("AWS_SESSION_TOKEN")}}, nil
	}
	if s.env("AWS_WEB_IDENTITY_TOKEN_FILE") != "" && s.env("AWS_ROLE_ARN") != "" {
		return s.webIdentity(ctx)
	}
	if s.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != "" || s.env("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "" {
		return s.container(ctx)
	}
	if strings.EqualFold(s.env("AWS_EC2_METADATA_DISABLED"), "true") {
		return found{}, fault.New(fault.Denied, "there are none: set user and secret, or AWS_ACCESS_KEY_ID")
	}
	return s.instance(ctx)
}

// webIdentity trades the cluster's token for a role's credentials.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (s *Source) webIdentity(ctx context.Context) (found, error) {
	token, err := os.ReadFile(s.env("AWS_WEB_IDENTITY_TOKEN_FILE")) // it changes now and then
	if err != nil {
		return found{}, err
	}
	host := "https://sts.amazonaws.com/"
	if s.Region != "" {
		host = "https://sts." + s.Region + ".amazonaws.com/"
		if strings.HasPrefix(s.Region, "cn-") {
			host = "https://sts." + s.Region + ".amazonaws.com.cn/"
		}
	}
	name := s.env("AWS_ROLE_SESSION_NAME")
	if name == "" {
		name = "outbound"
	}
	form := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {s.env("AWS_ROLE_ARN")},
		"RoleSessionName": {name}, "WebIdentityToken": {strings.TrimSpace(string(token))}}
	body, err := s.ask(ctx, http.MethodPost, host, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		return found{}, err
	}
	var in struct {
		Result struct {
			Keys struct {
				ID      string    `xml:"AccessKeyId"`
				Secret  string    `xml:"SecretAccessKey"`
				Session string    `xml:"SessionToken"`
				Ends    time.Time `xml:"Expiration"`
			} `xml:"Credentials"`
		} `xml:"AssumeRoleWithWebIdentityResult"`
	}
	if err := xml.Unmarshal(body, &in); err != nil || in.Result.Keys.ID == "" {
		return found{}, fault.New(fault.Denied, "sts answered without credentials")
	}
	k := in.Result.Keys
	return found{wire.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.Session}, k.Ends}, nil
}

// containerHost is where ECS answers.
const containerHost = "http://169.254.170.2"

// container asks the endpoint that ECS, or the agent of EKS, names.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
func (s *Source) container(ctx context.Context) (found, error) {
	address := s.env("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if rest := s.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); rest != "" {
		address = containerHost + rest
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && !nearby(u.Hostname()) {
		return found{}, fault.New(fault.Denied, "AWS_CONTAINER_CREDENTIALS_FULL_URI: wants https, or the container's own host")
	}
	var header []string
	token := s.env("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if path := s.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return found{}, err
		}
		token = strings.TrimSpace(string(b))
	}
	if token != "" {
		header = []string{"Authorization", token}
	}
	return s.document(ctx, address, header...)
}

// nearby are the hosts to which credentials may be asked for without TLS.
func nearby(host string) bool {
	switch host {
	case "localhost", "127.0.0.1", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23":
		return true
	}
	return false
}

// instanceHost is where an instance's metadata are.
const instanceHost = "http://169.254.169.254"

// instance asks the instance's metadata service, version 2.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
func (s *Source) instance(ctx context.Context) (found, error) {
	host := strings.TrimSuffix(s.env("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "/")
	if host == "" {
		host = instanceHost
	}
	token, err := s.ask(ctx, http.MethodPut, host+"/latest/api/token", "", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
	if err != nil {
		return found{}, fault.Wrap(fault.Busy, err, "neither the environment nor an instance has any: set user and secret, or AWS_ACCESS_KEY_ID")
	}
	const path = "/latest/meta-data/iam/security-credentials/"
	with := []string{"X-Aws-Ec2-Metadata-Token", string(token)}
	role, err := s.ask(ctx, http.MethodGet, host+path, "", with...)
	if err != nil {
		return found{}, err
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(role)), "\n")
	return s.document(ctx, host+path+url.PathEscape(name), with...)
}

// document reads credentials as containers and instances give them.
func (s *Source) document(ctx context.Context, address string, header ...string) (found, error) {
	body, err := s.ask(ctx, http.MethodGet, address, "", header...)
	if err != nil {
		return found{}, err
	}
	var in struct {
		AccessKeyId, SecretAccessKey, Token string
		Expiration                          time.Time
	}
	if err := json.Unmarshal(body, &in); err != nil || in.AccessKeyId == "" {
		return found{}, fault.New(fault.Denied, "the answer has no credentials")
	}
	return found{wire.Credentials{AccessKeyID: in.AccessKeyId, SecretAccessKey: in.SecretAccessKey, SessionToken: in.Token}, in.Expiration}, nil
}

// ask makes a request and gives what was answered with 200. No redirection is
// followed: credentials are where they are said to be.
func (s *Source) ask(ctx context.Context, method, address, body string, header ...string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Denied, "not an address")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	carrier := s.HTTP
	if carrier == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Proxy, t.DisableKeepAlives = nil, true // the instance is behind no proxy
		if strings.HasPrefix(address, "https://") {
			t.Proxy = http.ProxyFromEnvironment
		}
		carrier = t
	}
	answer, err := carrier.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Denied, "%s answered %d", r.URL.Host, answer.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 64<<10))
}
