package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"outdial/fault"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// A fate is how far a request came.
type fate struct {
	traced  atomic.Bool // the transport tells how far it is
	written atomic.Bool // the carrier may have it
}

func (f *fate) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:      func(string) { f.traced.Store(true) },
		WroteHeaders: func() { f.written.Store(true) },
	}
}

// certain tells whether a request that failed with err was surely not sent.
func (f *fate) certain(err error) bool {
	if f.written.Load() {
		return false
	}
	var dial *net.OpError
	var dns *net.DNSError
	if errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &dns) {
		return true
	}
	return f.traced.Load()
}

// A body is a request's body; it tells when it is read.
type body struct {
	*bytes.Reader
	fate *fate
}

func (b body) Read(p []byte) (int, error) {
	b.fate.written.Store(true)
	return b.Reader.Read(p)
}

func (b body) Close() error { return nil }

// request makes the HTTP request.
func (q *Request) request(ctx context.Context, f *fate) (*http.Request, error) {
	method := q.Method
	if method == "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, f.trace()), method, q.URL, nil)
	if err != nil {
		return nil, errors.New("the carrier's address is none") // not err: the address may hold a secret
	}
	for k, v := range q.Header {
		r.Header[http.CanonicalHeaderKey(k)] = v
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "outdial")
	}
	if len(q.Body) > 0 {
		r.ContentLength = int64(len(q.Body))
		r.Body = body{bytes.NewReader(q.Body), f}
		// What was never written may go out on another connection.
		r.GetBody = func() (io.ReadCloser, error) { return body{bytes.NewReader(q.Body), f}, nil }
	} else if method == http.MethodGet {
		// net/http sends a GET again by itself when a kept connection breaks,
		// though the carrier may have had it: so it gets a fresh one.
		r.Close = true
	}
	if q.Sign != nil {
		q.Sign(r, q.Body, time.Now())
	}
	return r, nil
}

// roundTrip sends a request and reads the answer, whatever its status. Its error
// is a fault that says whether the carrier may have it.
func (g *Gateway) roundTrip(ctx context.Context, q *Request) (*Answer, error) {
	var f fate
	r, err := q.request(ctx, &f)
	if err != nil {
		return nil, fault.Wrap(fault.Refused, err, "the request cannot be made")
	}
	answer, err := g.opt.HTTP.RoundTrip(r)
	if err != nil {
		return nil, g.lost(&f, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil && answer.StatusCode < 300 {
		f.written.Store(true)
		return nil, g.lost(&f, err)
	}
	return &Answer{Status: answer.StatusCode, Header: answer.Header, Body: text}, nil
}

// lost makes the fault of a request that was not answered.
func (g *Gateway) lost(f *fate, cause error) error {
	cause = quiet(cause)
	if f.certain(cause) {
		// Not wrapped: a deadline in it would read as an unknown outcome.
		err := &fault.Error{Kind: fault.Busy, Code: CodeUnreachable, Message: "no connection to the carrier was made: " + cause.Error()}
		g.failed(err, true)
		return err
	}
	err := &fault.Error{Kind: fault.Internal, Code: CodeBroken, Message: "the connection broke before the carrier answered", Err: cause}
	var slow net.Error
	if errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, context.Canceled) || errors.As(cause, &slow) && slow.Timeout() {
		err.Code, err.Message = CodeNoAnswer, "the carrier did not answer in time"
	}
	g.counts.unanswered.Add(1)
	g.failed(err, true)
	return err
}

// quiet drops what an error of a transport says of the request's address.
func quiet(err error) error {
	var u interface{ Unwrap() error }
	if strings.Contains(err.Error(), "://") && errors.As(err, &u) && u.Unwrap() != nil {
		return u.Unwrap()
	}
	return err
}
