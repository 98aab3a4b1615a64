package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is what a Router is made of.
type Config struct {
	Service    string      // signing name, and prefix of actions in policies: "connect"
	Operations []Operation // what is served
	Queries    []Query     // what is served by the query protocol, at "/"

	// Unserved names the operations that AWS has and this face has not, one a
	// line: "PUT /agent-status/{InstanceId} CreateAgentStatus". They answer
	// UnknownOperationException by their name. What is served may be listed too.
	Unserved string

	Verifier  *Verifier    // nil: signatures are not checked, and Anonymous calls
	Anonymous Caller       // without a Verifier, under its own Policy; its Region yields to the one a request is signed for
	Log       *slog.Logger // nil: slog.Default

	// Observe, where set, is told of each answer; name is "" where no operation was found.
	Observe func(name string, status int, took time.Duration)
}

// A Router answers HTTP requests by a table of operations. It answers JSON (XML
// to a Query), never HTML, and a panic in an operation is an
// InternalServiceException. Do not mount it behind http.ServeMux, which redirects
// the paths that it would clean. What is not HTTP at all net/http refuses before,
// in plain text.
type Router struct {
	c       Config
	tree    node
	buffers sync.Pool // of *[]byte
}

// NewRouter makes a Router, or says which two entries contradict each other.
func NewRouter(c Config) (*Router, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	r := &Router{c: c}
	for i := range c.Operations {
		o := &c.Operations[i]
		if err := r.tree.add(o.Method, o.Path, &leaf{op: o, name: o.Name}); err != nil {
			return nil, err
		}
	}
	return r, r.tree.unserved(c.Unserved)
}

// An answer is what is written in the end.
type answer struct {
	name string // of the operation
	id   string // of the request
	form string // content type
	e    *Exception
	body []byte
	stay bool // the body of the request was read, so the connection can stay
}

// keepBuffer is the largest buffer that is kept for the next request.
const keepBuffer = 64 << 10

// ServeHTTP implements http.Handler.
func (r *Router) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	began := time.Now()
	a := &answer{id: newRequestID(), form: "application/json"}
	buf, ok := r.buffers.Get().(*[]byte)
	if !ok {
		b := make([]byte, 0, 2048)
		buf = &b
	}
	defer func() {
		if cap(*buf) <= keepBuffer {
			r.buffers.Put(buf)
		}
	}()
	r.answer(q, a, buf)
	r.write(w, q, a)
	if r.c.Observe != nil {
		r.c.Observe(a.name, a.status(), time.Since(began))
	}
	r.log(q, a, time.Since(began))
}

func (a *answer) status() int {
	if a.e != nil {
		return a.e.Status()
	}
	return http.StatusOK
}

// answer finds the answer to q. buf holds the request's body and then the answer's.
func (r *Router) answer(q *http.Request, a *answer, buf *[]byte) {
	defer func() {
		if p := recover(); p != nil {
			a.e = internal(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	path := q.URL.EscapedPath()
	if path == "/" && len(r.c.Queries) > 0 {
		r.query(q, a, buf)
		return
	}
	m := r.tree.find(q.Method, path)
	if m.leaf != nil {
		a.name = m.leaf.name
	}
	caller, err := r.verify(q, r.c.Service, a, buf)
	switch {
	case err != nil:
		a.e = asException(err, nil)
	case m.leaf == nil || m.leaf.op == nil:
		a.e = r.unknown(q, &m)
	default:
		o := m.leaf.op
		ctx := context.WithValue(q.Context(), visitKey{}, &visit{a.id, caller})
		if err := r.run(ctx, q, o, &m, buf); err != nil {
			a.e = asException(err, o.Errors)
			return
		}
		a.body = *buf
	}
}

// verify checks who calls, and reads the body into buf.
func (r *Router) verify(q *http.Request, service string, a *answer, buf *[]byte) (c Caller, err error) {
	if r.c.Verifier == nil {
		c = r.c.Anonymous
		if signed, e := readAuthorization(q); e == nil && validRegion(signed.scope.region) {
			c.Region = signed.scope.region
		}
		body, e := readBody(q, (*buf)[:0])
		if *buf, a.stay = body, e == nil; e != nil {
			return c, e
		}
		return c, nil
	}
	regions := r.c.Verifier.Regions
	if service != r.c.Service { // old clients sign sts for us-east-1 wherever they are
		regions = nil
	}
	var body []byte
	c, body, err = r.c.Verifier.verify(q, service, regions, (*buf)[:0])
	*buf, a.stay = body, err == nil
	return c, err
}

// run binds the input, asks the policy, calls the operation and encodes its output into buf.
func (r *Router) run(ctx context.Context, q *http.Request, o *Operation, m *match, buf *[]byte) error {
	caller := CallerFrom(ctx)
	action := r.c.Service + ":" + o.Name
	if !caller.mayEver(action) { // nobody learns from our checks what they may not call
		return caller.Authorize(action, "*")
	}
	in := o.fresh()
	b := binder{}
	if err := b.bind(o.In, reflect.ValueOf(in).Elem(), string(*buf), m.label, q.URL.RawQuery, q.Header.Values); err != nil {
		return err
	}
	if err := caller.Authorize(action, o.arn(caller, r.c.Service, in)); err != nil {
		return err
	}
	if r.c.Log.Enabled(ctx, slog.LevelDebug) {
		r.c.Log.Debug("request", "operation", o.Name, "request", RequestID(ctx), "key", caller.AccessKeyID, "input", maskNumbers(o.In.Redacted(in)))
	}
	out, err := o.call(ctx, in)
	if err != nil {
		return err
	}
	e := encoder{b: (*buf)[:0]}
	if out == nil {
		e.b = append(e.b, "{}"...)
	} else {
		e.value(o.Out, reflect.ValueOf(out))
	}
	*buf = e.b
	return nil
}

// unknown answers for an operation that is not there.
func (r *Router) unknown(q *http.Request, m *match) *Exception {
	switch {
	case m.leaf != nil:
		return Errorf("UnknownOperation", "%s is an operation of Amazon Connect that this server does not have.", m.leaf.name)
	case len(m.methods) > 0:
		return Errorf("UnknownOperation", "The path %s takes %s, not %s.", quoted(q.URL.Path), strings.Join(m.methods, ", "), quoted(q.Method))
	}
	return Errorf("UnknownOperation", "There is no operation %s.", quoted(q.Method+" "+q.URL.Path))
}

// write writes the answer.
func (r *Router) write(w http.ResponseWriter, q *http.Request, a *answer) {
	if a.e != nil {
		a.body = a.e.body()
		if a.form != "application/json" {
			a.body = a.e.xml(a.id)
		}
	}
	h := w.Header()
	h["Content-Type"] = []string{a.form}
	h["X-Amzn-Requestid"] = []string{a.id}
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	if a.e != nil {
		h["X-Amzn-Errortype"] = []string{a.e.Name} // plain: Ruby does not cut it at a colon
		if !a.stay && !discard(q) {
			h["Connection"] = []string{"close"} // rather than read what nobody wants
		}
	}
	w.WriteHeader(a.status())
	if _, err := w.Write(a.body); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		r.c.Log.Debug("answer not delivered", "operation", a.name, "request", a.id, "err", err)
	}
}

// discard reads what is left of a body, and tells whether that was all of it. A
// body that is small enough the HTTP server throws away by itself, after the
// answer; one that is far too long, or waits to be asked for, need not come.
func discard(q *http.Request) bool {
	if 0 <= q.ContentLength && q.ContentLength <= keepBuffer {
		return true
	}
	if q.ContentLength > surplus || q.Header.Get("Expect") != "" {
		return false
	}
	_, err := io.CopyN(io.Discard, q.Body, surplus)
	return err == io.EOF
}

func (r *Router) log(q *http.Request, a *answer, took time.Duration) {
	level := slog.LevelDebug
	if a.e != nil && a.e.Status() >= 500 {
		level = slog.LevelError
	}
	if !r.c.Log.Enabled(q.Context(), level) {
		return
	}
	attrs := []any{"operation", a.name, "request", a.id, "status", a.status(), "took", took}
	if a.e != nil {
		attrs = append(attrs, "exception", a.e.Name, "message", maskNumbers(a.e.Message), "err", a.e.Err)
	}
	r.c.Log.Log(q.Context(), level, "answered", attrs...)
}

// maskNumbers hides the phone numbers in a text for the log: of a plus and seven
// digits or more the last two stay.
func maskNumbers(s string) string {
	var b strings.Builder
	for {
		plus := strings.IndexByte(s, '+')
		if plus < 0 {
			break
		}
		end := plus + 1
		for end < len(s) && '0' <= s[end] && s[end] <= '9' {
			end++
		}
		if end-plus <= 7 {
			b.WriteString(s[:end])
		} else {
			b.WriteString(s[:plus] + "+…" + s[end-2:end])
		}
		s = s[end:]
	}
	b.WriteString(s)
	return b.String()
}

// newRequestID makes a random UUID. It is no secret, so a fast generator does.
func newRequestID() string {
	const hex = "0123456789abcdef"
	high, low := rand.Uint64(), rand.Uint64()
	high = high&^0xf000 | 0x4000 // version 4
	low = low&^(3<<62) | 1<<63   // variant
	var b [36]byte
	i := 0
	for n := range 32 {
		if n == 8 || n == 12 || n == 16 || n == 20 {
			b[i] = '-'
			i++
		}
		x := high
		if n >= 16 {
			x = low
		}
		b[i] = hex[x>>(60-4*(n%16))&15]
		i++
	}
	return string(b[:])
}
