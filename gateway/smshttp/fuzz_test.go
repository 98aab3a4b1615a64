package smshttp

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"outdial/gateway/web"
)

// every makes each carrier with the account of the suite.
func every(tb testing.TB) map[string]web.Carrier {
	out := map[string]web.Carrier{}
	for name, d := range dialects {
		a := d.account
		a.Name, a.Carrier = "acme", name
		s, k, err := a.check()
		if err != nil {
			tb.Fatal(err)
		}
		if out[name], err = k.new(s); err != nil {
			tb.Fatal(err)
		}
	}
	return out
}

// seeds gives what the web-hooks of testdata bring: content type, query, body.
func seeds(tb testing.TB, add func(kind, query, body string)) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		tb.Fatal("no testdata", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range txtar.Parse(raw).Files {
			if !strings.HasPrefix(f.Name, "hook ") {
				continue
			}
			head, body, _ := strings.Cut(string(f.Data), "\n\n")
			_, query, _ := strings.Cut(strings.Split(head, "\n")[1], "?")
			kind := ""
			if strings.Contains(head, formType) {
				kind = formType
			}
			add(kind, query, strings.TrimSpace(body))
		}
	}
}

// FuzzHooks hands what strangers may send to every carrier: none may panic, and
// none but Plivo's or Twilio's form may be admitted by chance.
func FuzzHooks(f *testing.F) {
	seeds(f, func(kind, query, body string) { f.Add(kind, query, body) })
	f.Add("", "", `{"data":{"payload":null}}`)
	f.Add("", "", `[null]`)
	f.Add("", "", `{"results":[{"status":null,"messageId":"x"}]}`)
	carriers := every(f)
	names := slices.Sorted(maps.Keys(carriers))
	f.Fuzz(func(t *testing.T, kind, query, body string) {
		h := &web.Hook{Method: http.MethodPost, URL: hooks + "?" + query, Path: "/status", Body: []byte(body), Header: http.Header{}, Now: time.Unix(1700000000, 0)}
		var err error
		if h.Query, err = url.ParseQuery(query); err != nil {
			return
		}
		if kind == formType {
			if h.Form, err = url.ParseQuery(body); err != nil {
				return
			}
		}
		for _, name := range names {
			c := carriers[name]
			if err := c.Admit(context.Background(), h); err == nil && h.Query.Get("token") != token {
				t.Errorf("%s admits %q", name, body)
			}
			heard, err := c.Hear(context.Background(), h)
			if err != nil {
				continue
			}
			for _, e := range heard.Events {
				if e.Receipt != nil && len(e.Refs) == 0 {
					t.Errorf("%s: a status of nothing", name)
				}
				if p := e.Part; p != nil && e.Receipt != nil {
					t.Errorf("%s: part of a status", name)
				}
			}
		}
	})
}

// FuzzAnswers hands what a carrier may answer to every carrier.
func FuzzAnswers(f *testing.F) {
	f.Add(200, `{"messages":[]}`)
	f.Add(200, `{"SMSMessageData":{"Recipients":[]}}`)
	f.Add(400, `{"errors":[]}`)
	f.Add(202, `0: Accepted for delivery`)
	f.Add(200, `Success "x"`)
	f.Add(200, `null`)
	for _, d := range dialects {
		for _, a := range []func() (int, string){d.busy, d.refuse, func() (int, string) { return d.taken("r") }} {
			status, body := a()
			f.Add(status, body)
		}
	}
	carriers := every(f)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for name, c := range carriers {
			a := &web.Answer{Message: &web.Message{}, Request: &web.Request{Tag: "tag"}, Status: status, Header: http.Header{}, Body: []byte(body)}
			taken, err := c.Answer(a)
			if err == nil && taken.Ref == "" {
				t.Errorf("%s: taken without a reference: %d %q", name, status, body)
			}
			if err == nil && status >= 400 {
				t.Errorf("%s: %d counts as taken", name, status)
			}
		}
	})
}
