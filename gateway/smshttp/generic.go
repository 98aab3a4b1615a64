package smshttp

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode/utf16"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// Generic describes a carrier in configuration alone. Texts with {{…}} are Go
// templates (https://pkg.go.dev/text/template) over a Draft; where something
// stands in what comes is said as json:a.b[0].c, form:name, query:name,
// header:Name, regexp:…(…)…, or status: the HTTP status.
type Generic struct {
	Send    GenericSend    `yaml:"send" doc:"how a message is sent"`
	Inbound GenericInbound `yaml:"inbound" doc:"how inbound messages come; default: they do not"`
	Status  GenericStatus  `yaml:"status" doc:"how statuses come; default: they do not"`
	Verify  GenericVerify  `yaml:"verify" doc:"how web-hooks are signed; default: they bear hook_secret as a token"`
	Answer  string         `yaml:"answer" doc:"what the carrier wants to read in the answer to a web-hook; default: nothing"`
	Type    string         `yaml:"answer_type" doc:"its content type; default text/plain"`
}

// GenericSend says how a message is sent.
type GenericSend struct {
	Method  string            `yaml:"method" doc:"POST (default), GET or PUT"`
	URL     string            `yaml:"url" doc:"address, a template: https://api.example.com/send?to={{query .To}}"`
	Headers map[string]string `yaml:"headers" doc:"headers, each a template: {Authorization: 'Bearer {{.Secret}}'}"`
	Body    string            `yaml:"body" doc:"body, a template: '{\"to\": {{json .To}}, \"text\": {{json .Text}}}'"`
	OK      []int             `yaml:"ok" doc:"HTTP statuses that say that it was taken; default: 200 to 299"`
	Taken   string            `yaml:"taken" doc:"what says that it was taken, beside the status: json:status=0; default: nothing"`
	ID      string            `yaml:"id" doc:"where the carrier's reference is; default: our own id is its reference"`
	Code    string            `yaml:"code" doc:"where the code of a refusal is, for errors; default: status"`
	Words   string            `yaml:"words" doc:"where its words are"`
	Parts   string            `yaml:"parts" doc:"where the number of parts is"`
}

// GenericInbound says how inbound messages come.
type GenericInbound struct {
	When string `yaml:"when" doc:"what tells them from statuses: json:type=mo, or path:/inbound; default: path:/inbound"`
	Each string `yaml:"each" doc:"the list in which several come: json:messages; the others are then looked for in its elements"`
	ID   string `yaml:"id" doc:"where the carrier's id is"`
	From string `yaml:"from" doc:"where the customer's number is"`
	To   string `yaml:"to" doc:"where our number is"`
	Text string `yaml:"text" doc:"where the text is"`
}

// GenericStatus says how statuses come.
type GenericStatus struct {
	When     string            `yaml:"when" doc:"what tells them from messages: json:type=dlr, or path:/status; default: path:/status"`
	Each     string            `yaml:"each" doc:"the list in which several come"`
	ID       string            `yaml:"id" doc:"where the reference of the message is"`
	Status   string            `yaml:"status" doc:"where its status is"`
	Code     string            `yaml:"code" doc:"where the code of a failure is"`
	Statuses map[string]string `yaml:"statuses" doc:"what the statuses mean: the carrier's to sent, delivered, read, failed, unknown or none"`
}

// GenericVerify says how web-hooks are signed.
type GenericVerify struct {
	Header   string `yaml:"header" doc:"header that has the signature; needed where they are signed"`
	Prefix   string `yaml:"prefix" doc:"what stands before it, such as sha256="`
	HMAC     string `yaml:"hmac" doc:"sha256 (default), sha512 or sha1, with hook_secret as its key"`
	Encoding string `yaml:"encoding" doc:"hex (default) or base64"`
	Signed   string `yaml:"signed" doc:"what is signed, a template of .Body, .URL and .Time; default: '{{.Body}}'"`
	Time     string `yaml:"time" doc:"header that has the time, in seconds since 1970: what is older than 5 minutes is refused"`
}

// A Draft is what a template of GenericSend knows.
type Draft struct {
	ID, From, To, Text string
	Unicode            bool // the text does not fit GSM 03.38
	User, Secret       string
	Hook               string // address for statuses, with the token; "" where there is none
	Parameters         map[string]string
}

// genericFuncs are what templates may call.
var genericFuncs = template.FuncMap{
	"json": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"query": url.QueryEscape,
	"bare":  bare,
	"basic": func(user, password string) string { return web.Basic(user, password) },
	"hex":   func(s string) string { return hex.EncodeToString([]byte(s)) },
	"utf16": func(s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		return hex.EncodeToString(b)
	},
}

type generic struct {
	*settings
	url, body *template.Template
	headers   map[string]*template.Template
	taken     *condition
	id        place
	code      place
	words     place
	parts     place
	inbound   *genericHook
	status    *genericHook
	statuses  map[string]string
	check     *verifier
}

// genericStatuses are the names that a configuration gives to statuses.
var genericStatuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "read": contact.StatusRead,
	"failed": contact.StatusFailed, "unknown": contact.StatusUnknown, "none": "",
}

func newGeneric(s *settings) (web.Carrier, error) {
	g := &generic{settings: s, headers: map[string]*template.Template{}, statuses: map[string]string{}}
	for _, step := range []func() error{g.prepareSend, g.prepareAnswer, g.prepareHooks, g.prepareVerify} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func parseTemplate(field, text string) (*template.Template, error) {
	t, err := template.New(field).Option("missingkey=error").Funcs(genericFuncs).Parse(text)
	if err != nil {
		return nil, invalid("generic", "%s: %v", field, err)
	}
	return t, nil
}

// run fills a template in. Its error does not show what was filled in.
func run(t *template.Template, v any) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, v); err != nil {
		return "", fault.New(fault.Refused, "generic: the template %s cannot be filled in", t.Name())
	}
	return b.String(), nil
}

func (g *generic) prepareSend() (err error) {
	d := &g.Generic.Send
	if d.URL == "" {
		return invalid("generic", "send.url: is needed")
	}
	if d.Method == "" {
		d.Method = http.MethodPost
	}
	if !slices.Contains([]string{"POST", "GET", "PUT"}, d.Method) {
		return invalid("generic", "send.method: POST, GET or PUT, not %q", d.Method)
	}
	if g.url, err = parseTemplate("send.url", d.URL); err != nil {
		return err
	}
	if g.body, err = parseTemplate("send.body", d.Body); err != nil {
		return err
	}
	for k, v := range d.Headers {
		if g.headers[k], err = parseTemplate("send.headers."+k, v); err != nil {
			return err
		}
	}
	example, err := run(g.url, Draft{ID: "1", From: "+12065550110", To: "+12065550100", Text: "x", User: "u", Secret: "s", Hook: "https://h", Parameters: g.Parameters})
	if err != nil {
		return invalid("generic", "send.url: cannot be filled in")
	}
	if u, err := url.Parse(example); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return invalid("generic", "send.url: makes no address")
	}
	return nil
}

func (g *generic) prepareAnswer() (err error) {
	d := &g.Generic.Send
	for _, f := range []struct {
		field, text string
		to          *place
	}{{"send.id", d.ID, &g.id}, {"send.code", d.Code, &g.code}, {"send.words", d.Words, &g.words}, {"send.parts", d.Parts, &g.parts}} {
		if *f.to, err = parsePlace(f.field, f.text); err != nil {
			return err
		}
	}
	g.taken, err = parseCondition("send.taken", d.Taken)
	return err
}

// Requests fills the templates in.
func (g *generic) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := g.content(m, -1)
	if err != nil {
		return nil, err
	}
	d := Draft{ID: m.ID, From: g.sender(m), To: m.To, Text: text, Unicode: g.unicode(text), User: g.User, Secret: g.Secret, Parameters: g.Parameters}
	if d.ID == "" {
		d.ID = uuid.NewString()
	}
	if m.HookURL != "" {
		d.Hook = m.HookURL + "/status"
		if g.check == nil {
			d.Hook += "?token=" + g.HookSecret
		}
	}
	q := web.Request{Method: g.Generic.Send.Method, Header: http.Header{}, Tag: d.ID}
	if q.URL, err = run(g.url, d); err != nil {
		return nil, err
	}
	body, err := run(g.body, d)
	if err != nil {
		return nil, err
	}
	q.Body = []byte(body)
	for k, t := range g.headers {
		v, err := run(t, d)
		if err != nil {
			return nil, err
		}
		q.Header.Set(k, strings.NewReplacer("\r", "", "\n", " ").Replace(v))
	}
	return []web.Request{q}, nil
}

// Answer looks for what the configuration says.
func (g *generic) Answer(a *web.Answer) (web.Taken, error) {
	s := answerSource(a)
	ok := a.Status >= 200 && a.Status < 300
	if len(g.Generic.Send.OK) > 0 {
		ok = slices.Contains(g.Generic.Send.OK, a.Status)
	}
	if !ok || !g.taken.holds(s) {
		no := &web.Refusal{Code: g.code.in(s), Text: g.words.in(s)}
		if _, known := g.errors[no.Code]; ok && !known {
			no.Verdict = sms.OtherRoute // the status says nothing of it
		}
		return web.Taken{}, no
	}
	t := web.Taken{Ref: a.Request.Tag, Segments: number(g.parts.in(s))}
	if g.Generic.Send.ID != "" {
		t.Ref = g.id.in(s)
	}
	return taken(t, "id at "+g.Generic.Send.ID)
}

func number(s string) (n int) {
	for _, c := range s {
		if c < '0' || c > '9' || n > 1000 {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// A verifier checks signatures.
type verifier struct {
	GenericVerify
	signed *template.Template
}

// hashes and encodings that a configuration may name.
var tokenWords = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

func (g *generic) prepareVerify() error {
	d := g.Generic.Verify
	if d.Header == "" {
		if g.inbound == nil && g.status == nil && g.HookSecret == "" {
			return nil // nothing comes
		}
		return g.plainToken()
	}
	if g.HookSecret == "" {
		return invalid("hook_secret", "signatures need it")
	}
	if d.HMAC == "" {
		d.HMAC = "sha256"
	}
	if d.Encoding == "" {
		d.Encoding = "hex"
	}
	if d.Signed == "" {
		d.Signed = "{{.Body}}"
	}
	if vonageSignatures[d.HMAC] == nil || d.HMAC == "md5" {
		return invalid("generic", "verify.hmac: sha256, sha512 or sha1, not %q", d.HMAC)
	}
	if d.Encoding != "hex" && d.Encoding != "base64" {
		return invalid("generic", "verify.encoding: hex or base64, not %q", d.Encoding)
	}
	if !tokenWords.MatchString(d.Header) || d.Time != "" && !tokenWords.MatchString(d.Time) {
		return invalid("generic", "verify: %q is no name of a header", d.Header)
	}
	t, err := parseTemplate("verify.signed", d.Signed)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, signedParts{}); err != nil {
		return invalid("generic", "verify.signed: knows .Body, .URL and .Time only")
	}
	g.check = &verifier{d, t}
	return nil
}
