package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// A Client calls operations of a rest-json service: ours, or AWS's own. It does
// not retry.
type Client struct {
	HTTP        *http.Client // nil: http.DefaultClient
	Endpoint    string       // "http://127.0.0.1:3425"
	Region      string
	Service     string      // signing name: "connect"
	Credentials Credentials // without an access key the request is not signed
}

// Do calls the operation at route ("PUT /contact/outbound-chat"). in travels as
// its tags say; the answer is read into out (nil: thrown away). Constraints are
// the server's to check. An answer that is an error is returned as *Exception.
func (c *Client) Do(ctx context.Context, route string, in, out any) error {
	method, path, _ := strings.Cut(route, " ")
	q, body, err := c.request(ctx, method, path, in)
	if err != nil {
		return fmt.Errorf("%s: %w", route, err)
	}
	if c.Credentials.AccessKeyID != "" {
		Sign(q, body, c.Credentials, c.Region, c.Service, time.Now())
	}
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	answer, err := h.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: %w", route, err)
	}
	if answer.StatusCode >= 300 {
		return readException(answer, text)
	}
	if out == nil {
		return nil
	}
	v := reflect.ValueOf(out).Elem()
	s, err := ShapeOf(v.Type())
	if err != nil {
		return err
	}
	b := binder{lax: true}
	return b.bind(s, v, string(text), nil, "", nil)
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 20

// request makes the HTTP request for in.
func (c *Client) request(ctx context.Context, method, path string, in any) (*http.Request, []byte, error) {
	v := reflect.Indirect(reflect.ValueOf(in))
	s, err := ShapeOf(v.Type())
	if err != nil {
		return nil, nil, err
	}
	query := url.Values{}
	header := http.Header{}
	bodied := false
	for i := range s.Members {
		m := &s.Members[i]
		f := v.Field(m.field)
		bodied = bodied || m.In == Body
		if m.In == Body || absent(f) {
			continue
		}
		for _, text := range texts(m.Shape, f) {
			switch m.In {
			case URI:
				path = strings.ReplaceAll(path, "{"+m.As+"}", string(appendEscaped(nil, text, false)))
			case QueryString:
				query.Add(m.As, text)
			case Header:
				header.Add(m.As, text)
			}
		}
	}
	if label := strings.IndexByte(path, '{'); label >= 0 {
		return nil, nil, fmt.Errorf("nothing to put in for %s", path[label:])
	}
	var body []byte
	if bodied {
		e := encoder{}
		e.value(s, v)
		body = e.b
		header.Set("Content-Type", "application/json")
	}
	target := strings.TrimSuffix(c.Endpoint, "/") + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	q, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	q.Header = header
	return q, body, nil
}

// texts writes a value as it stands in a path, query or header.
func texts(s *Shape, v reflect.Value) (out []string) {
	v = reflect.Indirect(v)
	switch s.Type {
	case List:
		for i := range v.Len() {
			out = append(out, texts(s.Item, v.Index(i))...)
		}
		return out
	case String:
		return []string{v.String()}
	}
	e := encoder{}
	e.value(s, v)
	return []string{strings.Trim(string(e.b), `"`)}
}

// readException reads an answer that is an error, from whichever service it comes.
func readException(answer *http.Response, text []byte) *Exception {
	var b struct {
		Type    string `wire:"name=__type"`
		Code    string `wire:"name=code"`
		Lower   string `wire:"name=message"`
		Upper   string `wire:"name=Message"`
		Problem []struct {
			Message string `wire:"name=message"`
		} `wire:"name=problems"`
	}
	_ = Bind(text, &b) // what is no JSON has no members, and is shown as it is below
	e := &Exception{Name: answer.Header.Get("X-Amzn-Errortype"), Message: b.Lower, status: answer.StatusCode}
	for _, name := range []string{b.Type, b.Code, answer.Status} {
		if e.Name == "" {
			e.Name = name
		}
	}
	e.Name, _, _ = strings.Cut(e.Name, ":")
	e.Name = e.Name[strings.LastIndexByte(e.Name, '#')+1:]
	if e.Message == "" {
		e.Message = b.Upper
	}
	for _, p := range b.Problem {
		if b.Lower == "" && b.Upper == "" {
			e.Message = strings.TrimPrefix(e.Message+"; "+p.Message, "; ")
		}
	}
	if e.Message == "" {
		e.Message = quoted(string(text))
	}
	return e
}
