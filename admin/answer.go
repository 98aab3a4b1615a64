package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/wire"
)

// What has a status of its own.
var (
	errMethod   = errors.New("this path does not know the method")
	errTooLarge = fmt.Errorf("the body is over %d bytes", maxBody)
)

// statusOf is how the kinds of a fault are answered.
var statusOf = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusBadRequest, fault.NotFound: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.Exceeded: http.StatusTooManyRequests, fault.Denied: http.StatusForbidden,
	fault.Refused: http.StatusUnprocessableEntity, fault.Busy: http.StatusServiceUnavailable,
}

// A complaint is the body of every answer that is none.
type complaint struct {
	Error string `json:"error"`
	Field string `json:"field,omitempty"` // which of the request
}

// fieldOf finds the field that a message is about: "digits: at least one".
var fieldOf = regexp.MustCompile(`^([A-Za-z0-9_.\[\]]+): `)

// fail answers with an error.
func (s *Server) fail(c *call, err error) {
	status, v := http.StatusInternalServerError, complaint{Error: "internal error"}
	var fe *fault.Error
	var ex *wire.Exception
	switch {
	case errors.Is(err, errMethod):
		status, v.Error = http.StatusMethodNotAllowed, err.Error()
	case errors.Is(err, errTooLarge):
		status, v.Error = http.StatusRequestEntityTooLarge, err.Error()
	case errors.Is(err, errClock):
		status, v.Error = http.StatusGatewayTimeout, strings.TrimPrefix(err.Error(), errClock.Error()+": ")
	case errors.As(err, &ex):
		c.w.Header().Set("X-Amzn-ErrorType", ex.Name)
		status, v.Error = max(ex.Status(), 400), ex.Message
	case errors.As(err, &fe) && fe.Kind != fault.Internal:
		status, v.Error = statusOf[fe.Kind], fe.Message
		if m := fieldOf.FindStringSubmatch(v.Error); m != nil {
			v.Field = m[1]
		}
	}
	if status >= 500 {
		s.Log.Error("a request failed", "method", c.r.Method, "action", c.action, "err", err)
	}
	s.write(c, status, v)
}

// write answers in JSON.
func (s *Server) write(c *call, status int, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		s.Log.Error("an answer cannot be written as JSON", "action", c.action, "err", err)
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString(`{"error":"internal error"}` + "\n")
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	c.w.Write(b.Bytes()) // the caller may be gone
}

// decode reads the body into v, strictly: what v does not know is an error that
// names it.
func (c *call) decode(v any) error {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "the body has more than one JSON value")
		}
		return nil
	}
	var fe *fault.Error
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &fe):
		return fe
	case errors.As(err, &typ):
		if typ.Field == "" {
			return fault.New(fault.Invalid, "the body: wants %s, not %s", kindOf(typ.Type.Kind().String()), typ.Value)
		}
		return fault.New(fault.Invalid, "%s: wants %s, not %s", typ.Field, kindOf(typ.Type.Kind().String()), typ.Value)
	case errors.Is(err, io.EOF):
		return fault.New(fault.Invalid, "the body is empty: wants JSON")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.New(fault.Invalid, "%s: no such field", strings.Trim(name, `"`))
	}
	return fault.New(fault.Invalid, "the body is not JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}

// kindOf words a Go kind for people who write JSON.
func kindOf(kind string) string {
	switch kind {
	case "struct", "map":
		return "an object"
	case "slice", "array":
		return "a list"
	case "bool":
		return "true or false"
	case "string":
		return "a text"
	}
	return "a number"
}

// limit reads the page size: 1 to 1,000, by default 100.
func (c *call) limit() (int, error) {
	text := c.query.Get("limit")
	if text == "" {
		return 100, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, fault.New(fault.Invalid, "limit: 1 to 1000, not %q", text)
	}
	return n, nil
}

// at reads a time of the query; zero where it is not there.
func (c *call) at(name string) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "%s: a time like 2006-01-02T15:04:05Z, not %q", name, text)
	}
	return t, nil
}

// list reads a parameter that may be given more than once, or with commas.
func (c *call) list(name string) (out []string) {
	for _, v := range c.query[name] {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// among refuses words that are none of those that a filter knows: it would list
// nothing, and say nothing.
func among(field string, words, known []string) error {
	for _, w := range words {
		if !slices.Contains(known, w) {
			return fault.New(fault.Invalid, "%s: one of %s, not %q", field, strings.Join(known, ", "), w)
		}
	}
	return nil
}

// number reads a telephone number of the path.
func (c *call) number() (string, error) {
	n := c.label["number"]
	if !contact.E164(n) {
		return "", fault.New(fault.Invalid, "number: E.164, like +12065550100, not %q", n)
	}
	return n, nil
}
