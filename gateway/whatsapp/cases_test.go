package whatsapp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/sms"
	"outdial/gateway/web"
	"outdial/gateway/web/webtest"
)

var update = flag.Bool("update", false, "rewrite what testdata expects")

const hooks = "https://outdial.example.com/_outdial/hooks/wa"

// TestCases performs the requests and answers of testdata: what a send makes,
// what an answer means, and what a web-hook brings.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(raw)
			if !strings.Contains(string(a.Comment), "https://") {
				t.Error("the address of the documentation is missing")
			}
			synctest.Test(t, func(t *testing.T) { newCases(t, a).run() })
			if *update {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// cases are the cases of one file.
type cases struct {
	*testing.T
	archive *txtar.Archive
	account Account
	sns     *webtest.SNS
	g       *web.Gateway
	log     bytes.Buffer

	requests []string
	answers  []string // to the next
	result   string
	heard    string
	arrived  strings.Builder
}

func newCases(t *testing.T, a *txtar.Archive) *cases {
	s, err := webtest.NewSNS()
	if err != nil {
		t.Fatal(err)
	}
	return &cases{T: t, archive: a, sns: s}
}

func (c *cases) run() {
	for i := range c.archive.Files {
		f := &c.archive.Files[i]
		kind, name, _ := strings.Cut(f.Name, " ")
		switch kind {
		case "account":
			c.open(f.Data)
		case "send":
			c.answers = c.following(i)
			c.send(f.Data)
		case "answer":
		case "request":
			c.compare(f, strings.Join(c.requests, "\n----\n"))
		case "result":
			c.compare(f, c.result)
		case "files":
			c.answers = c.following(i)
		case "hook":
			if c.answers == nil {
				c.answers = c.following(i)
			}
			c.hook(name, f.Data)
			c.answers = nil
		case "heard":
			c.compare(f, c.heard)
		default:
			c.Errorf("%s: unknown section", f.Name)
		}
	}
	for _, secret := range []string{c.account.Token, c.account.AppSecret, c.account.Verify, c.account.Secret} {
		if secret != "" && strings.Contains(c.log.String(), secret) {
			c.Errorf("a secret is in the log: %s", c.log.String())
		}
	}
}

// open makes a gateway that runs until the test is over.
func (c *cases) open(doc []byte) {
	c.account = Account{Name: "wa"}
	if err := yaml.Unmarshal(doc, &c.account); err != nil {
		c.Fatal(err)
	}
	var err error
	c.g, err = New(c.account, Options{HTTP: c, HookURL: hooks, Log: slog.New(slog.NewTextHandler(&c.log, nil)),
		Keep: func(_ context.Context, a contact.Attachment, f io.Reader) (contact.Attachment, error) {
			b, err := io.ReadAll(f)
			a.URL = fmt.Sprintf("kept:%s", b)
			return a, err
		},
		Open: func(_ context.Context, a contact.Attachment) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("the file " + a.URL)), nil
		}})
	if err != nil {
		c.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = c.g.Run(ctx, func(_ context.Context, a gateway.Arrival) error {
			c.arrived.WriteString(arrival(a))
			if a.Receipt != nil && strings.HasPrefix(a.Ref, "wamid.unknown") {
				return fault.New(fault.NotFound, "nobody")
			}
			return nil
		})
	})
	c.Cleanup(func() { stop(); wg.Wait() })
	synctest.Wait()
}

// following gives the answers between section i and the next send or hook.
func (c *cases) following(i int) (out []string) {
	for _, f := range c.archive.Files[i+1:] {
		kind, _, _ := strings.Cut(f.Name, " ")
		if kind == "answer" {
			out = append(out, string(f.Data))
		}
		if kind == "send" || kind == "hook" {
			break
		}
	}
	return out
}

func (c *cases) compare(f *txtar.File, have string) {
	c.Helper()
	if strings.TrimSpace(string(f.Data)) == strings.TrimSpace(have) {
		return
	}
	if *update {
		f.Data = []byte(strings.TrimSpace(have) + "\n")
		return
	}
	c.Errorf("%s: have\n%s\nwant\n%s", f.Name, have, f.Data)
}

// RoundTrip is the far side: it notes a request and gives the next answer.
func (c *cases) RoundTrip(r *http.Request) (*http.Response, error) {
	if a := c.sns.Serve(r); a != nil {
		return a, nil
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	c.requests = append(c.requests, written(r, body))
	if len(c.answers) == 0 {
		return nil, errors.New("broken off")
	}
	a := c.answers[0]
	c.answers = c.answers[1:]
	head, text, _ := strings.Cut(strings.TrimSuffix(a, "\n"), "\n\n")
	status, headers, _ := strings.Cut(head, "\n")
	w := httptest.NewRecorder()
	for l := range strings.Lines(headers) {
		k, v, _ := strings.Cut(strings.TrimSpace(l), ": ")
		w.Header().Set(k, v)
	}
	var n int
	if _, err := fmt.Sscan(status, &n); err != nil {
		return nil, errors.New("broken off")
	}
	w.WriteHeader(n)
	_, _ = w.WriteString(text)
	out := w.Result()
	out.Request = r
	return out, nil
}

// written writes a request as testdata shows it; AWS's envelope is opened.
func written(r *http.Request, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	if v := r.Header.Get("Authorization"); v != "" {
		v, _, _ = strings.Cut(v, "Signature=")
		fmt.Fprintf(&b, "Authorization: %s\n", v)
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		boundary := strings.TrimPrefix(r.Header.Get("Content-Type"), "multipart/form-data; boundary=")
		return b.String() + strings.ReplaceAll(strings.ReplaceAll(string(body), boundary, "boundary"), "\r", "")
	}
	var envelope struct{ Message []byte }
	if json.Unmarshal(body, &envelope) == nil && len(envelope.Message) > 0 {
		fmt.Fprintf(&b, "%s\n", bytes.Replace(body, []byte(base64.StdEncoding.EncodeToString(envelope.Message)), []byte("…"), 1))
		body = envelope.Message
	}
	var out bytes.Buffer
	if json.Indent(&out, body, "", " ") == nil {
		body = out.Bytes()
	}
	b.Write(body)
	return b.String()
}

// send sends a message: JSON of from, to, and a SendMessage, or the text of an
// interactive message as JSON of its own.
func (c *cases) send(doc []byte) {
	var in struct {
		From, To    string
		Interactive json.RawMessage
		contact.SendMessage
	}
	if err := json.Unmarshal(doc, &in); err != nil {
		c.Fatal(err)
	}
	if in.Interactive != nil {
		in.SendMessage.Text, in.SendMessage.ContentType = string(in.Interactive), interactiveType
	}
	c.requests = nil
	r, err := c.g.Do(context.Background(), &contact.Contact{Subtype: contact.WhatsApp, Channel: contact.Chat,
		Customer: contact.Endpoint{Address: in.To}, System: contact.Endpoint{Address: in.From}}, in.SendMessage)
	if err != nil {
		var f *fault.Error
		errors.As(err, &f)
		c.result = fmt.Sprintf("%s %s: %s", sms.VerdictOf(err), f.Code, f.Message)
		return
	}
	c.result = fmt.Sprintf("taken %s, known as %q", strings.Join(append([]string{r.Ref}, r.Refs...), " "), r.Customer)
	if r.Note != "" {
		c.result += "\nnote: " + r.Note
	}
}

// hook calls the web-hook: "at TIME", "METHOD /path?query", headers, a blank
// line, the body.
func (c *cases) hook(name string, doc []byte) {
	at, rest, _ := strings.Cut(string(doc), "\n")
	when, err := time.Parse(time.RFC3339, strings.TrimPrefix(at, "at "))
	if err != nil {
		c.Fatalf("%s: %v", name, err)
	}
	if d := time.Until(when); d > 0 {
		time.Sleep(d)
	}
	head, body, _ := strings.Cut(rest, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	call, headers, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(call, " ")
	if topic, ok := strings.CutPrefix(headers, "Sns: "); ok { // the envelope is made here
		doc, err := c.sns.Notification("arn:aws:sns:us-east-1:111122223333:"+strings.TrimSpace(topic), "", body, time.Now())
		if err != nil {
			c.Fatal(err)
		}
		body, headers = string(doc), "Content-Type: text/plain"
	}
	r := httptest.NewRequest(method, "http://localhost:3425/_outdial/hooks/wa"+target, strings.NewReader(body))
	for l := range strings.Lines(headers) {
		k, v, _ := strings.Cut(strings.TrimSpace(l), ": ")
		r.Header.Set(k, v)
	}
	c.arrived.Reset()
	w := httptest.NewRecorder()
	c.g.Hook().ServeHTTP(w, r)
	c.heard = fmt.Sprintf("%d %s\n%s", w.Code, strings.TrimSpace(w.Body.String()), c.arrived.String())
}

func arrival(a gateway.Arrival) string {
	if r := a.Receipt; r != nil {
		s := "status of " + a.Ref + ": " + r.Status
		if r.Code != "" {
			s += fmt.Sprintf(" (%s: %s)", r.Code, r.Error)
		}
		if r.Customer != "" {
			s += " customer " + r.Customer
		}
		return s + " at " + r.At.UTC().Format(time.RFC3339) + "\n"
	}
	in := a.Input.(contact.MessageReceived)
	s := fmt.Sprintf("message %s from %s to %s: %q", a.Key, a.Line.Customer, a.Line.System, in.Text)
	if in.ContentType != "" {
		s += " " + in.ContentType
	}
	if a.ReplyTo != "" {
		s += " in reply to " + a.ReplyTo
	}
	for _, f := range in.Attachments {
		s += fmt.Sprintf("\n  file %q %q %s", f.Name, f.Type, f.URL)
	}
	return s + "\n"
}
