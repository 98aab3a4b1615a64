package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/fault"
)

// An endpoint is a far side that is called by HTTP.
type endpoint struct {
	url  *url.URL
	http http.RoundTripper
}

// request makes a request to a path below the endpoint's own. The path is
// escaped already.
func (e endpoint) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	u := *e.url
	if path != "" {
		whole, err := url.Parse(strings.TrimRight(u.EscapedPath(), "/") + path)
		if err != nil {
			return nil, fault.Wrap(fault.Refused, err, "path %q", path)
		}
		u.Path, u.RawPath = whole.Path, whole.RawPath
		if whole.RawQuery != "" {
			u.RawQuery = whole.RawQuery
		}
	}
	user := u.User
	u.User, u.Fragment = nil, ""
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fault.Wrap(fault.Refused, err, "request")
	}
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	return r, nil
}

// An answer is what the far side said.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool // there was more
}

// drained is how much of an answer that nobody wants is read, so that its
// connection can be used again.
const drained = 64 << 10

// do sends a request and reads at most limit bytes of its answer. It goes to the
// transport directly, so redirects are not followed and no error bears the URL.
func (e endpoint) do(r *http.Request, limit int64) (answer, error) {
	transport := e.http
	if transport == nil {
		transport = http.DefaultTransport
	}
	res, err := transport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	if limit > 0 {
		a.body, err = io.ReadAll(io.LimitReader(res.Body, limit+1))
		if err != nil {
			return answer{}, err
		}
		if a.cut = int64(len(a.body)) > limit; a.cut {
			a.body = a.body[:limit]
		}
	}
	if !a.cut {
		io.Copy(io.Discard, io.LimitReader(res.Body, drained)) // best effort
	}
	return a, nil
}

// tries is how often a throttled or failing function or service is called:
// "retried up to 3 times". Admin guide, "Invoke Lambda functions".
const tries = 1 + 3

// insist sends what makes gives until it is answered with something else than a
// throttle or a server's error, the tries are used up, or the context is over.
func (e endpoint) insist(ctx context.Context, limit int64, makes func() (*http.Request, error)) (a answer, n int, err error) {
	for n = 1; ; n++ {
		var r *http.Request
		if r, err = makes(); err != nil {
			return a, n, err
		}
		a, err = e.do(r, limit)
		again := err != nil || a.status == http.StatusTooManyRequests || a.status >= 500
		if !again || n == tries || ctx.Err() != nil {
			return a, n, err
		}
		t := time.NewTimer(100 * time.Millisecond << n)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return a, n, err
		}
	}
}

// why words an error for a flow and its timeline, without addresses.
func why(ctx context.Context, err error, limit time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "no answer within " + limit.String()
	}
	return err.Error()
}
