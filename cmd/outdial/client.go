package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"outdial/config"
	"outdial/wire"
)

// A client calls a server: ours, or any endpoint of Amazon Connect.
type client struct {
	endpoint, region string
	creds            wire.Credentials
	ready            *ready // of the local server, where that is the one
}

// clientFlags are the flags of every verb that calls a server.
type clientFlags struct{ endpoint, region string }

func (f *clientFlags) add(fs *flag.FlagSet) {
	fs.StringVar(&f.endpoint, "endpoint", "", "`URL` of the server (default: OUTDIAL_ENDPOINT, AWS_ENDPOINT_URL_CONNECT, or the local server)")
	fs.StringVar(&f.region, "region", "", "`REGION` that requests are signed for (default: AWS_REGION, or the local server's)")
}

// one reads the command line of a verb that wants one word, and connects.
func (f *clientFlags) one(e env, fs *flag.FlagSet, args []string, what string) (*client, string, error) {
	words, err := parse(fs, args)
	if err != nil {
		return nil, "", err
	}
	if len(words) != 1 {
		return nil, "", usagef("wants one %s", what)
	}
	c, err := f.connect(e)
	return c, words[0], err
}

// connect finds the server, and the credentials for it.
func (f *clientFlags) connect(e env) (*client, error) {
	path := localReady(e.getenv)
	r, err := readReady(path)
	if err != nil {
		return nil, err
	}
	c := &client{endpoint: cmp.Or(f.endpoint, e.getenv("OUTDIAL_ENDPOINT"), e.getenv("AWS_ENDPOINT_URL_CONNECT"))}
	if r != nil && (c.endpoint == "" || c.endpoint == r.Endpoint) {
		c.endpoint, c.region, c.ready = r.Endpoint, r.Region, r
		c.creds = wire.Credentials{AccessKeyID: r.AccessKeyID, SecretAccessKey: r.SecretKey}
	}
	if c.endpoint == "" {
		return nil, errors.New("no server found: start one with `outdial serve`, or set OUTDIAL_ENDPOINT with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	if u, err := url.Parse(c.endpoint); err != nil || u.Host == "" {
		return nil, fmt.Errorf("endpoint: wants http://HOST:PORT, not %q", c.endpoint)
	}
	c.endpoint = strings.TrimSuffix(c.endpoint, "/")
	c.region = cmp.Or(f.region, c.region, e.getenv("AWS_REGION"), e.getenv("AWS_DEFAULT_REGION"), regionOf(c.endpoint), config.DefaultRegion)
	if c.ready == nil {
		c.creds, err = credentials(e.getenv)
	}
	return c, err
}

var awsHost = regexp.MustCompile(`^https://connect(?:-fips)?\.([a-z0-9-]+)\.`)

// regionOf gives the region in the name of one of Amazon's own endpoints.
func regionOf(endpoint string) string {
	if m := awsHost.FindStringSubmatch(endpoint); m != nil {
		return m[1]
	}
	return ""
}

// credentials finds AWS credentials as SDKs do: the environment, then the
// profile's section of the shared credentials file.
func credentials(getenv func(string) string) (wire.Credentials, error) {
	c := wire.Credentials{AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: getenv("AWS_SESSION_TOKEN")}
	if c.AccessKeyID != "" && c.SecretAccessKey != "" {
		return c, nil
	}
	// The variables that fix a server's first key are good for its clients too.
	if id, key := getenv("OUTDIAL_ACCESS_KEY_ID"), getenv("OUTDIAL_SECRET_ACCESS_KEY"); id != "" && key != "" {
		return wire.Credentials{AccessKeyID: id, SecretAccessKey: key}, nil
	}
	path := getenv("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		path = filepath.Join(getenv("HOME"), ".aws", "credentials")
	}
	f, err := os.Open(path)
	if err != nil {
		return c, nil // not signed: a server with -no-auth takes it
	}
	defer f.Close()
	return profile(f, cmp.Or(getenv("AWS_PROFILE"), "default"))
}

// profile reads one section of a shared credentials file.
func profile(r io.Reader, name string) (c wire.Credentials, err error) {
	section := ""
	for s := bufio.NewScanner(r); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(strings.Trim(line, "[]"))
			continue
		}
		k, v, _ := strings.Cut(line, "=")
		if section != name {
			continue
		}
		switch v = strings.TrimSpace(v); strings.TrimSpace(k) {
		case "aws_access_key_id":
			c.AccessKeyID = v
		case "aws_secret_access_key":
			c.SecretAccessKey = v
		case "aws_session_token":
			c.SessionToken = v
		}
	}
	return c, nil
}

// An answerError is a refusal by the server.
type answerError struct {
	status        int
	name, message string
	id            string
}

func (a *answerError) Error() string {
	text := a.message
	if text == "" {
		text = http.StatusText(a.status)
	}
	if a.name == "" {
		return fmt.Sprintf("%s (%d, request %s)", text, a.status, a.id)
	}
	return fmt.Sprintf("%s: %s (%d, request %s)", a.name, text, a.status, a.id)
}

// request makes a signed request; in is JSON already, or nil.
func (c *client) request(ctx context.Context, method, path string, in []byte) (*http.Request, error) {
	q, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, bytes.NewReader(in))
	if err != nil {
		return nil, err
	}
	if in != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	q.Header.Set("User-Agent", "outdial/"+strings.ReplaceAll(version(), " ", "-"))
	if c.creds.AccessKeyID != "" {
		wire.Sign(q, in, c.creds, c.region, "connect", time.Now())
	}
	return q, nil
}

// send makes a request and gives the answer, whose body the caller closes. An
// answer that is a refusal is an *answerError.
func (c *client) send(ctx context.Context, method, path string, in []byte) (*http.Response, error) {
	q, err := c.request(ctx, method, path, in)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, q)
}

// do makes a request as send does.
func (c *client) do(ctx context.Context, q *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) && ctx.Err() == nil {
			return nil, fmt.Errorf("no server answers at %s: is it running? (%w)", c.endpoint, u.Err)
		}
		return nil, err
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	doc, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	a := &answerError{status: answer.StatusCode, name: answer.Header.Get("X-Amzn-Errortype"), id: answer.Header.Get("X-Amzn-Requestid")}
	var body struct {
		Message  string                     `json:"message"`
		Error    string                     `json:"error"` // of our own paths
		Problems []struct{ Message string } `json:"problems"`
	}
	if json.Unmarshal(doc, &body) != nil {
		body.Message = strings.TrimSpace(string(doc))
	}
	a.message = cmp.Or(body.Message, body.Error)
	for _, p := range body.Problems {
		a.message += "\n  " + p.Message
	}
	if c.creds.AccessKeyID == "" && a.status == http.StatusForbidden {
		a.message += "\n  (there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
	}
	return nil, a
}

// call makes a request and reads its answer into out; nil is thrown away.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: the answer is not readable: %w", method, path, err)
	}
	return nil
}

// upload keeps a file of this machine at the server, and gives its id.
func (c *client) upload(ctx context.Context, path string) (id string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", path)
	}
	var to struct{ ID, URL string }
	if err := c.call(ctx, "POST", strings.TrimSuffix(filesPath, "/"), map[string]string{"name": filepath.Base(path)}, &to); err != nil {
		return "", err
	}
	// The address may be the one that the world sees: we know a shorter way.
	_, rest, _ := strings.Cut(to.URL, filesPath)
	q, err := http.NewRequestWithContext(ctx, http.MethodPut, c.endpoint+filesPath+rest, f)
	if err != nil {
		return "", err
	}
	q.ContentLength = info.Size()
	answer, err := c.do(ctx, q)
	if err != nil {
		return "", err
	}
	return to.ID, answer.Body.Close()
}

// stream reads server-sent events until ctx is done, fn fails, or the server ends
// the answer.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (c *client) stream(ctx context.Context, path string, fn func(name, id string, doc []byte) error) error {
	answer, err := c.send(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	s := bufio.NewScanner(answer.Body)
	s.Buffer(nil, 4<<20)
	var name, id, data string
	for s.Scan() {
		field, value, _ := strings.Cut(s.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "id":
			id = value
		case "data":
			data += value
		case "":
			if data == "" {
				continue // the end of a comment that keeps the line open
			}
			if err := fn(name, id, []byte(data)); err != nil {
				return err
			}
			name, data = "", ""
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.Err()
}

// instance gives the instance that is meant: the one that is named, the local
// server's, or the only one that there is.
func (c *client) instance(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	if c.ready != nil && c.ready.InstanceID != "" {
		return c.ready.InstanceID, nil
	}
	var out struct {
		InstanceSummaryList []struct{ Id, InstanceAlias string }
	}
	if err := c.call(ctx, "GET", "/instance", nil, &out); err != nil {
		return "", err
	}
	switch n := len(out.InstanceSummaryList); {
	case n == 1:
		return out.InstanceSummaryList[0].Id, nil
	case n == 0:
		return "", errors.New("the server has no instance")
	}
	var names []string
	for _, i := range out.InstanceSummaryList {
		names = append(names, i.Id+" ("+i.InstanceAlias+")")
	}
	return "", usagef("-instance: which one? %s", strings.Join(names, ", "))
}
