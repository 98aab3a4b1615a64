// Package load sends prepared HTTP requests over many connections and measures
// what comes back: for benchmarks, and for tests that kill the server.
//
// It is as thin as it can be, so that the figures are the server's: requests are
// bytes that were signed beforehand, answers are read for their status and body
// alone. It does not retry, follow redirects, or speak TLS.
package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A Request is one prepared request.
type Request struct {
	Bytes []byte // head and body, as they go on the wire
}

// Prepare writes r, whose body is body, as bytes.
func Prepare(r *http.Request, body []byte) Request {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Method, r.URL.RequestURI(), r.Host, len(body))
	r.Header.Write(&b)
	b.WriteString("\r\n")
	b.Write(body)
	return Request{b.Bytes()}
}

// A Conn is one connection that asks and answers in turn.
type Conn struct {
	c net.Conn
	r *bufio.Reader
}

// Dial opens a connection to "host:port".
func Dial(ctx context.Context, addr string) (*Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Conn{c, bufio.NewReaderSize(c, 8192)}, nil
}

// Close closes the connection.
func (c *Conn) Close() error { return c.c.Close() }

// Do sends one request and reads its answer. The body is the caller's to keep.
func (c *Conn) Do(r Request) (status int, body []byte, err error) {
	if err := c.c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, nil, err
	}
	if _, err := c.c.Write(r.Bytes); err != nil {
		return 0, nil, err
	}
	return c.read()
}

func (c *Conn) read() (status int, body []byte, err error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, fmt.Errorf("not an answer: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := -1
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if name, v, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("content-length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return status, nil, errors.New("an answer without a length")
	}
	body = make([]byte, length)
	_, err = io.ReadFull(c.r, body)
	return status, body, err
}

// A Result is what one run gave.
type Result struct {
	Asked, OK, Bad int
	Took           time.Duration
	Latencies      []time.Duration // of the good ones, sorted
	FirstBad       string
}

// Rate is the good answers per second.
func (r Result) Rate() float64 { return float64(r.OK) / r.Took.Seconds() }

// Percentile gives the latency below which p of 100 good answers lie.
func (r Result) Percentile(p float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	return r.Latencies[min(len(r.Latencies)-1, int(float64(len(r.Latencies))*p/100))]
}

// A Run sends requests.
type Run struct {
	Addr  string
	Conns int
	// Rate is requests per second over all connections; 0 is as fast as they
	// are answered. With a rate, latency counts from the moment a request
	// should have left, so that a stalled server cannot hide.
	Rate float64
	// For stops the run; 0 is when the requests are used up.
	For time.Duration
	// Each is told of every answer, in no order; it may be nil.
	Each func(i, status int, body []byte)
}

// Send sends requests, each once, and gives what came back. A connection that
// breaks ends its share with an error; the others go on.
func (run Run) Send(ctx context.Context, requests []Request) (Result, error) {
	var (
		next  atomic.Int64
		mu    sync.Mutex
		res   Result
		errs  []error
		group sync.WaitGroup
	)
	if run.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, run.For)
		defer cancel()
	}
	start := time.Now()
	for range run.Conns {
		group.Go(func() {
			got, err := run.share(ctx, &next, start, requests)
			mu.Lock()
			defer mu.Unlock()
			res.OK += got.OK
			res.Bad += got.Bad
			res.Asked += got.Asked
			res.Latencies = append(res.Latencies, got.Latencies...)
			if res.FirstBad == "" {
				res.FirstBad = got.FirstBad
			}
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	group.Wait()
	res.Took = time.Since(start)
	sort.Slice(res.Latencies, func(a, b int) bool { return res.Latencies[a] < res.Latencies[b] })
	return res, errors.Join(errs...)
}

// share is one connection's part of a run.
func (run Run) share(ctx context.Context, next *atomic.Int64, start time.Time, requests []Request) (res Result, err error) {
	c, err := Dial(ctx, run.Addr)
	if err != nil {
		return res, err
	}
	defer c.Close()
	for ctx.Err() == nil {
		i := int(next.Add(1)) - 1
		if i >= len(requests) {
			return res, nil
		}
		due := time.Now()
		if run.Rate > 0 {
			due = start.Add(time.Duration(float64(i) / run.Rate * float64(time.Second)))
			if !wait(ctx, time.Until(due)) {
				return res, nil
			}
		}
		res.Asked++
		status, body, err := c.Do(requests[i])
		if err != nil {
			return res, err
		}
		if status == http.StatusOK {
			res.OK++
			res.Latencies = append(res.Latencies, time.Since(due))
		} else {
			res.Bad++
			if res.FirstBad == "" {
				res.FirstBad = fmt.Sprintf("%d %s", status, body)
			}
		}
		if run.Each != nil {
			run.Each(i, status, body)
		}
	}
	return res, nil
}

// wait waits d, and tells whether ctx still runs.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
