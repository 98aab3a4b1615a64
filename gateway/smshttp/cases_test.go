package smshttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
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
	"outdial/gateway/web/webtest"
)

var update = flag.Bool("update", false, "rewrite what testdata expects")

// hooks is where the web-hooks of the cases are, as the carrier sees it.
const hooks = "https://outdial.example.com/_outdial/hooks/acme"

// TestCases performs the requests and answers of testdata: what a send makes,
// what an answer means, and what a web-hook brings. Each carrier has a file.
func TestCases(t *testing.T) {
	for name := range carriers {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".txtar")
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(raw)
			if name != "generic" && !strings.Contains(string(a.Comment), "https://") {
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
	request string // the last that was sent
	answer  string // to the next
	result  string // of the last send
	heard   string // of the last web-hook
}

func newCases(t *testing.T, a *txtar.Archive) *cases {
	s, err := webtest.NewSNS()
	if err != nil {
		t.Fatal(err)
	}
	return &cases{T: t, archive: a, sns: s}
}

// run goes through the sections in their order.
func (c *cases) run() {
	seen := map[string]bool{}
	for i := range c.archive.Files {
		f := &c.archive.Files[i]
		kind, name, _ := strings.Cut(f.Name, " ")
		seen[kind] = true
		switch kind {
		case "account":
			c.account = Account{Name: "acme"}
			if err := yaml.Unmarshal(f.Data, &c.account); err != nil {
				c.Fatal(err)
			}
		case "send":
			c.answer = c.section(i, "answer")
			c.send(f.Data)
		case "answer":
		case "request":
			c.compare(f, c.request)
		case "result":
			c.compare(f, c.result)
		case "hook":
			c.hook(name, f.Data)
		case "heard":
			c.compare(f, c.heard)
		default:
			c.Errorf("%s: unknown section", f.Name)
		}
	}
	for _, kind := range []string{"account", "send", "request", "answer", "result", "hook", "heard"} {
		if !seen[kind] {
			c.Errorf("no section %s", kind)
		}
	}
}

// section finds the next section of a kind after number i.
func (c *cases) section(i int, kind string) string {
	for _, f := range c.archive.Files[i+1:] {
		if f.Name == kind {
			return string(f.Data)
		}
		if strings.HasPrefix(f.Name, "send") {
			break
		}
	}
	c.Fatalf("%s has no %s", c.archive.Files[i].Name, kind)
	return ""
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

// RoundTrip is the carrier: it notes a request and gives the case's answer.
func (c *cases) RoundTrip(r *http.Request) (*http.Response, error) {
	if a := c.sns.Serve(r); a != nil {
		return a, nil
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	c.request = written(r, body)
	status, rest, _ := strings.Cut(c.answer, "\n")
	if status == "broken" {
		return nil, errors.New("broken off")
	}
	if !strings.Contains(rest, "\n\n") {
		rest = strings.TrimSuffix(rest, "\n") + "\n\n"
	}
	raw := "HTTP/1.1 " + status + " x\r\nConnection: close\r\n" + strings.Replace(rest, "\n\n", "\r\n\r\n", 1)
	return http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), r)
}

// written writes a request as testdata shows it: headers and a form's
// parameters on lines of their own, in order.
func written(r *http.Request, body []byte) string {
	var b strings.Builder
	query := r.URL.Query()
	u := *r.URL
	u.RawQuery = ""
	fmt.Fprintf(&b, "%s %s\n", r.Method, u.String())
	for _, l := range lines(query) {
		fmt.Fprintf(&b, "? %s\n", l)
	}
	names := make([]string, 0, len(r.Header))
	for k := range r.Header {
		if k != "User-Agent" {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	for _, k := range names {
		fmt.Fprintf(&b, "%s: %s\n", k, r.Header.Get(k))
	}
	b.WriteString("\n")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form") {
		f, _ := url.ParseQuery(string(body))
		b.WriteString(strings.Join(lines(f), "\n"))
	} else if json.Valid(body) {
		var out bytes.Buffer
		_ = json.Indent(&out, body, "", "  ")
		b.Write(out.Bytes())
	} else {
		b.Write(body)
	}
	return b.String()
}

func lines(f url.Values) (out []string) {
	for k, values := range f {
		for _, v := range values {
			out = append(out, k+"="+v)
		}
	}
	slices.Sort(out)
	return out
}

// send sends a message: JSON of from, to, and a SendMessage.
func (c *cases) send(doc []byte) {
	var in struct {
		From, To string
		contact.SendMessage
	}
	if err := json.Unmarshal(doc, &in); err != nil {
		c.Fatal(err)
	}
	g, err := New(c.account, Options{HTTP: c, HookURL: hooks})
	if err != nil {
		c.Fatal(err)
	}
	c.request = "nothing"
	r, err := g.Do(context.Background(), &contact.Contact{Subtype: contact.SMS, Channel: contact.Chat,
		Customer: contact.Endpoint{Address: in.To}, System: contact.Endpoint{Address: in.From}}, in.SendMessage)
	if err != nil {
		var f *fault.Error
		errors.As(err, &f)
		c.result = fmt.Sprintf("%s %s: %s", sms.VerdictOf(err), f.Code, f.Message)
		if strings.Contains(err.Error(), c.account.Secret) {
			c.Errorf("a secret is in the error: %v", err)
		}
		return
	}
	c.result = fmt.Sprintf("taken %s", r.Ref)
	if len(r.Refs) > 0 {
		c.result += " " + strings.Join(r.Refs, " ")
	}
	c.result += fmt.Sprintf(", segments %d", r.Segments)
	if r.Note != "" {
		c.result += "\nnote: " + r.Note
	}
}

// hook calls the web-hook: "at TIME", "METHOD /path?query", headers, a blank
// line, the body. A name that begins with "repeat" is sent several times over.
func (c *cases) hook(name string, doc []byte) {
	at, rest, _ := strings.Cut(string(doc), "\n")
	when, err := time.Parse(time.RFC3339, strings.TrimPrefix(at, "at "))
	if err != nil {
		c.Fatalf("%s: %v", name, err)
	}
	time.Sleep(time.Until(when)) // the bubble's time
	head, body, _ := strings.Cut(rest, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	call, headers, _ := strings.Cut(head, "\n")
	method, target, _ := strings.Cut(call, " ")
	if topic, ok := strings.CutPrefix(headers, "Sns: "); ok { // the envelope is made here
		topic, typ, _ := strings.Cut(topic, "\nType: ")
		doc, err := c.sns.Notification("arn:aws:sns:us-east-1:111122223333:"+strings.TrimSpace(topic), strings.TrimSpace(typ), body, time.Now())
		if err != nil {
			c.Fatal(err)
		}
		body, headers = string(doc), "Content-Type: text/plain; charset=UTF-8"
	}
	confirmed := c.sns.Confirmed
	r := httptest.NewRequest(method, "http://localhost:3425/_outdial/hooks/acme"+target, strings.NewReader(body))
	for l := range strings.Lines(headers) {
		k, v, _ := strings.Cut(strings.TrimSpace(l), ": ")
		r.Header.Set(k, v)
	}
	c.heard = c.call(r)
	if c.sns.Confirmed > confirmed {
		c.heard += "confirmed\n"
	}
}

// call calls the web-hook, and writes what the house got and what it answered.
func (c *cases) call(r *http.Request) string {
	var logged bytes.Buffer
	g, err := New(c.account, Options{HTTP: c, HookURL: hooks, Log: textLog(&logged)})
	if err != nil {
		c.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var b strings.Builder
	wg.Go(func() {
		_ = g.Run(ctx, func(_ context.Context, a gateway.Arrival) error {
			b.WriteString(arrival(a))
			return nil
		})
	})
	synctest.Wait()
	w := httptest.NewRecorder()
	g.Hook().ServeHTTP(w, r)
	stop()
	wg.Wait()
	for _, secret := range []string{c.account.Secret, c.account.HookSecret} {
		if secret != "" && strings.Contains(logged.String(), secret) {
			c.Errorf("a secret is in the log: %s", logged.String())
		}
	}
	return fmt.Sprintf("%d %s %s\n%s", w.Code, w.Header().Get("Content-Type"), strings.TrimSpace(w.Body.String()), b.String())
}

func arrival(a gateway.Arrival) string {
	if r := a.Receipt; r != nil {
		s := "status of " + a.Ref + ": " + r.Status
		if r.Code != "" || r.Error != "" {
			s += fmt.Sprintf(" (%s: %s)", r.Code, r.Error)
		}
		if !r.At.IsZero() {
			s += " at " + r.At.UTC().Format(time.RFC3339)
		}
		return s + "\n"
	}
	in := a.Input.(contact.MessageReceived)
	s := fmt.Sprintf("message %s from %s to %s: %q", a.Key, a.Line.Customer, a.Line.System, in.Text)
	if a.ReplyTo != "" {
		s += " in reply to " + a.ReplyTo
	}
	for _, f := range in.Attachments {
		s += fmt.Sprintf("\n  file %q %q %s", f.Name, f.Type, f.URL)
	}
	return s + "\n"
}
