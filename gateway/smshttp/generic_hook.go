package smshttp

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"outdial/fault"
	"outdial/gateway/web"
)

// A source is what is looked into: an answer, or a web-hook.
type source struct {
	status int
	path   string
	header http.Header
	query  url.Values
	form   url.Values
	body   []byte
	doc    any // the body as JSON, or one element of a list in it
}

func answerSource(a *web.Answer) *source {
	s := &source{status: a.Status, header: a.Header, body: a.Body}
	s.doc, s.form = read(a.Body)
	return s
}

// read reads a body as JSON, or as a form.
func read(body []byte) (doc any, form url.Values) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if d.Decode(&doc) == nil {
		return doc, nil
	}
	form, err := url.ParseQuery(strings.TrimSpace(string(body)))
	if err != nil {
		return nil, nil
	}
	return nil, form
}

// A place says where something stands.
type place struct {
	kind string // json, form, query, header, regexp, status; "" is nowhere
	name string
	path []string // of json
	re   *regexp.Regexp
}

func parsePlace(field, text string) (place, error) {
	if text == "" {
		return place{}, nil
	}
	kind, name, _ := strings.Cut(text, ":")
	p := place{kind: kind, name: name}
	switch {
	case kind == "status" && name == "":
		return p, nil
	case (kind == "form" || kind == "query" || kind == "header") && name != "":
		return p, nil
	case kind == "json":
		p.path = jsonPath(name)
		return p, nil
	case kind == "regexp":
		re, err := regexp.Compile(name)
		if err != nil || re.NumSubexp() != 1 {
			return p, invalid("generic", "%s: wants an expression with one group in parentheses", field)
		}
		p.re = re
		return p, nil
	}
	return p, invalid("generic", "%s: wants json:…, form:…, query:…, header:…, regexp:… or status:, not %q", field, text)
}

// jsonPath takes "a.b[0].c" apart.
func jsonPath(s string) (out []string) {
	s = strings.NewReplacer("[", ".", "]", "").Replace(s)
	for step := range strings.SplitSeq(s, ".") {
		if step != "" {
			out = append(out, step)
		}
	}
	return out
}

// in gives what stands there; "" where nothing does.
func (p place) in(s *source) string {
	switch p.kind {
	case "status":
		return strconv.Itoa(s.status)
	case "form":
		return s.form.Get(p.name)
	case "query":
		return s.query.Get(p.name)
	case "header":
		return s.header.Get(p.name)
	case "regexp":
		if m := p.re.FindSubmatch(s.body); m != nil {
			return string(m[1])
		}
	case "json":
		switch v := follow(s.doc, p.path).(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		case bool:
			return strconv.FormatBool(v)
		}
	}
	return ""
}

func follow(v any, path []string) any {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

// A condition is a place and what must stand there; nil always holds.
type condition struct {
	place
	want string
	any  bool // whatever stands there
}

func parseCondition(field, text string) (*condition, error) {
	if text == "" {
		return nil, nil
	}
	if rest, ok := strings.CutPrefix(text, "path:"); ok {
		return &condition{place: place{kind: "path"}, want: rest}, nil
	}
	at, want, ok := strings.Cut(text, "=")
	p, err := parsePlace(field, at)
	return &condition{place: p, want: want, any: !ok}, err
}

func (c *condition) holds(s *source) bool {
	switch {
	case c == nil:
		return true
	case c.kind == "path":
		return s.path == c.want
	case c.any:
		return c.in(s) != ""
	}
	return c.in(s) == c.want
}

// A genericHook says how messages, or statuses, come.
type genericHook struct {
	when   *condition
	each   place
	places map[string]place
}

func parseHook(field string, when, each string, places map[string]string, needed ...string) (*genericHook, error) {
	h := &genericHook{places: map[string]place{}}
	some := false
	for name, text := range places {
		some = some || text != ""
		p, err := parsePlace(field+"."+name, text)
		if err != nil {
			return nil, err
		}
		h.places[name] = p
	}
	if !some {
		return nil, nil
	}
	for _, name := range needed {
		if h.places[name].kind == "" {
			return nil, invalid("generic", "%s.%s: is needed", field, name)
		}
	}
	if when == "" {
		when = "path:/" + field
	}
	var err error
	if h.when, err = parseCondition(field+".when", when); err != nil {
		return nil, err
	}
	if h.each, err = parsePlace(field+".each", each); err == nil && each != "" && h.each.kind != "json" {
		err = invalid("generic", "%s.each: wants json:…, not %q", field, each)
	}
	return h, err
}

func (g *generic) prepareHooks() (err error) {
	in, st := g.Generic.Inbound, g.Generic.Status
	g.inbound, err = parseHook("inbound", in.When, in.Each,
		map[string]string{"id": in.ID, "from": in.From, "to": in.To, "text": in.Text}, "from", "to", "text")
	if err != nil {
		return err
	}
	g.status, err = parseHook("status", st.When, st.Each,
		map[string]string{"id": st.ID, "status": st.Status, "code": st.Code}, "id", "status")
	if err != nil {
		return err
	}
	for said, means := range st.Statuses {
		s, ok := genericStatuses[means]
		if !ok {
			return invalid("generic", "status.statuses: %s: sent, delivered, read, failed, unknown or none, not %q", said, means)
		}
		g.statuses[said] = s
	}
	if g.status != nil && len(g.statuses) == 0 {
		return invalid("generic", "status.statuses: is needed")
	}
	return nil
}

// elements gives the sources of each message or status in s.
func (h *genericHook) elements(s *source) []*source {
	if h.each.kind == "" {
		return []*source{s}
	}
	list, _ := follow(s.doc, h.each.path).([]any)
	var out []*source
	for _, v := range list {
		one := *s
		one.doc = v
		out = append(out, &one)
	}
	return out
}

// signedParts is what a template of verify.signed knows.
type signedParts struct{ Body, URL, Time string }

// Admit checks the signature, or the token where there is none.
func (g *generic) Admit(_ context.Context, h *web.Hook) error {
	v := g.check
	if v == nil {
		return h.Token(g.HookUser, g.HookSecret)
	}
	at := ""
	if v.Time != "" {
		at = h.Header.Get(v.Time)
		if err := web.Fresh(at, h.Now, web.Window); err != nil {
			return err
		}
	}
	text, err := run(v.signed, signedParts{string(h.Body), h.URL, at})
	if err != nil {
		return err
	}
	mac := web.MAC(vonageSignatures[v.HMAC], g.HookSecret, text)
	want := hex.EncodeToString(mac)
	if v.Encoding == "base64" {
		want = base64.StdEncoding.EncodeToString(mac)
	}
	said := strings.TrimPrefix(h.Header.Get(v.Header), v.Prefix)
	if v.Encoding == "hex" {
		said = strings.ToLower(said)
	}
	if !web.Same(want, said) {
		return web.Forged("signature")
	}
	return nil
}

// Hear looks for what the configuration says.
func (g *generic) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	out := web.Heard{Type: g.Generic.Type, Body: g.Generic.Answer}
	s := &source{path: h.Path, header: h.Header, query: h.Query, form: h.Form, body: h.Body}
	if h.Form == nil {
		s.doc, s.form = read(h.Body)
	}
	switch {
	case g.status != nil && g.status.when.holds(s):
		for _, e := range g.status.elements(s) {
			ref := g.status.places["id"].in(e)
			if ref == "" {
				return out, fault.New(fault.Invalid, "status.id: is missing")
			}
			said := g.status.places["status"].in(e)
			out.Events = append(out.Events, status(g.statuses, said, g.status.places["code"].in(e), "", ref)...)
		}
		return out, nil
	case g.inbound != nil && g.inbound.when.holds(s):
		for _, e := range g.inbound.elements(s) {
			p := g.inbound.places
			from, to := p["from"].in(e), p["to"].in(e)
			if from == "" || to == "" {
				return out, fault.New(fault.Invalid, "inbound.from, inbound.to: are missing")
			}
			out.Events = append(out.Events, web.Event{Key: p["id"].in(e), From: g.canonical(from), To: g.canonical(to), Text: p["text"].in(e)})
		}
		return out, nil
	}
	return out, fault.New(fault.Invalid, "neither a message nor a status")
}
