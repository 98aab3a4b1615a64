package smshttp

import (
	"encoding/json"
	"net/http"
	"net/url"

	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/web"
)

// form makes a request with a form.
func form(address string, f url.Values) web.Request {
	return web.Request{URL: address, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(f.Encode())}
}

// document makes a request with JSON.
func document(address string, v any) (web.Request, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return web.Request{}, fault.Wrap(fault.Internal, err, "the request cannot be written")
	}
	return web.Request{URL: address, Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}, Body: b}, nil
}

// authorize adds an Authorization header.
func authorize(q *web.Request, value string) { q.Header.Set("Authorization", value) }

// parse reads JSON of a web-hook.
func parse(h *web.Hook, v any) error {
	if err := json.Unmarshal(h.Body, v); err != nil {
		return fault.New(fault.Invalid, "body: not the JSON that was expected")
	}
	return nil
}

// taken is the answer of a carrier whose reference must be there: without one no
// status could ever come.
func taken(t web.Taken, what string) (web.Taken, error) {
	if t.Ref == "" {
		return t, fault.New(fault.Internal, "the answer has no %s", what)
	}
	return t, nil
}

// put adds the account's further parameters to a form.
func (s *settings) put(f url.Values) {
	for k, v := range s.Parameters {
		f.Set(k, v)
	}
}

// merge adds the account's further parameters to a JSON object.
func (s *settings) merge(m map[string]any) {
	for k, v := range s.Parameters {
		m[k] = v
	}
}

// status makes the event of a message's status; nil where the status says
// nothing that the house would note.
func status(known map[string]string, said, code, text string, refs ...string) []web.Event {
	st, ok := known[said]
	if !ok || st == "" {
		return nil
	}
	return []web.Event{{Refs: refs, Receipt: &gateway.Receipt{Status: st, Code: code, Error: text}}}
}
