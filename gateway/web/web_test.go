package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/sms"
)

// plain is a carrier of few words: a text is sent as the body of each of parts
// requests, the answer is the reference, a web-hook is JSON of Events behind a
// header that says "ours".
type plain struct {
	url   string
	parts int
}

func (p plain) Requests(_ context.Context, m *Message) ([]Request, error) {
	var out []Request
	for range max(1, p.parts) {
		out = append(out, Request{URL: p.url, Body: []byte(m.Text)})
	}
	return out, nil
}

func (p plain) Answer(a *Answer) (Taken, error) {
	switch {
	case a.Status >= 300:
		return Taken{}, &Refusal{Code: strings.TrimSpace(string(a.Body))}
	case len(a.Body) == 0:
		return Taken{}, errors.New("nothing")
	}
	return Taken{Ref: string(a.Body)}, nil
}

func (p plain) Admit(_ context.Context, h *Hook) error {
	if h.Header.Get("From") != "ours" {
		return Forged("From")
	}
	return nil
}

func (p plain) Hear(_ context.Context, h *Hook) (Heard, error) {
	var e []Event
	err := json.Unmarshal(h.Body, &e)
	return Heard{Events: e, Body: "kept"}, err
}

// trip is a RoundTripper out of a function.
type trip func(*http.Request) (*http.Response, error)

func (t trip) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func say(r *http.Request, status int, body string, header ...string) (*http.Response, error) {
	w := httptest.NewRecorder()
	for i := 0; i+1 < len(header); i += 2 {
		w.Header().Set(header[i], header[i+1])
	}
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	a := w.Result()
	a.Request = r
	return a, nil
}

func person() *contact.Contact {
	return &contact.Contact{Subtype: contact.SMS, Customer: contact.Endpoint{Address: "+4915110000001"}, System: contact.Endpoint{Address: "+4930123456"}}
}

func config(p Carrier) Config {
	return Config{Name: "acme", Kind: "plain", Subtype: contact.SMS, Carrier: p, Verdicts: map[string]sms.Verdict{"long": sms.Refuse, "stop": sms.OptedOut, "route": sms.OtherRoute}}
}

// running lets g run in a bubble until the test is over.
func running(t *testing.T, g *Gateway, in gateway.Inbox) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := g.Run(ctx, in); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); wg.Wait() })
	synctest.Wait()
}

func hooked(g *Gateway, events ...Event) *httptest.ResponseRecorder {
	body, _ := json.Marshal(events)
	r := httptest.NewRequest(http.MethodPost, "/_outdial/hooks/acme", strings.NewReader(string(body)))
	r.Header.Set("From", "ours")
	w := httptest.NewRecorder()
	g.Hook().ServeHTTP(w, r)
	return w
}

func delivered(ref string) Event {
	return Event{Refs: []string{ref}, Receipt: &gateway.Receipt{Status: contact.StatusDelivered}}
}

// TestVerdicts: what an answer means, by code, by the operator's word, by status.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   fault.Kind
		code   string
	}{
		{400, "long", fault.Refused, "long"},
		{400, "stop", fault.Conflict, sms.CodeOptedOut},
		{400, "route", fault.Denied, "route"},
		{400, "new", fault.Denied, "new"},
		{400, "mine", fault.Invalid, "mine"},
		{401, "", fault.Denied, "HTTP 401"},
		{429, "", fault.Busy, "HTTP 429"},
		{503, "", fault.Busy, "HTTP 503"},
		{500, "", fault.Internal, "HTTP 500"},
		{502, "", fault.Internal, "HTTP 502"},
		{504, "", fault.Internal, "HTTP 504"},
		{302, "", fault.Denied, "HTTP 302"},
		{599, "", fault.Internal, "HTTP 599"},
		{200, "", fault.Internal, CodeUnreadable},
	} {
		cfg := config(plain{url: "https://x"})
		cfg.Errors = map[string]sms.Verdict{"mine": sms.BadNumber}
		g := New(cfg, Options{HTTP: trip(func(r *http.Request) (*http.Response, error) { return say(r, c.status, c.body) })})
		_, err := g.Do(context.Background(), person(), contact.SendMessage{ID: "1", Text: "x"})
		if !fault.Is(err, c.want) || fault.CodeOf(err) != c.code {
			t.Errorf("%d %s: %v, code %q", c.status, c.body, fault.KindOf(err), fault.CodeOf(err))
		}
	}
}

// TestThrottled: a pause that the carrier asks for is kept by the whole account.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		g := New(config(plain{url: "https://x"}), Options{HTTP: trip(func(r *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return say(r, 429, "", "Retry-After", "60")
			}
			return say(r, 200, "ref")
		})})
		for want, code := range []string{"HTTP 429", CodeThrottled} {
			_, err := g.Do(t.Context(), person(), contact.SendMessage{Text: "x"})
			if !fault.Is(err, fault.Busy) || fault.CodeOf(err) != code || sent != 1 {
				t.Fatalf("send %d: %v after %d", want, err, sent)
			}
		}
		if h := g.Health(); time.Until(h.Paused) != time.Minute || h.Counts.Throttled != 1 {
			t.Errorf("%+v", h)
		}
		time.Sleep(58 * time.Second) // a short rest of the pause is waited for
		if _, err := g.Do(t.Context(), person(), contact.SendMessage{Text: "x"}); err != nil || sent != 2 {
			t.Errorf("%v after %d", err, sent)
		}
	})
}

// TestBrokenOff: what the carrier has of a message is not sent again, and a no
// to the rest of it is no reason to try another route.
func TestBrokenOff(t *testing.T) {
	answers := []string{"a", "503", "b", "400"}
	var sent int
	g := New(config(plain{url: "https://x", parts: 3}), Options{HTTP: trip(func(r *http.Request) (*http.Response, error) {
		a := answers[sent]
		sent++
		switch a {
		case "503":
			return say(r, 503, "")
		case "400":
			return say(r, 400, "route")
		}
		return say(r, 200, a)
	})})
	m := contact.SendMessage{ID: "1", Text: "x"}
	if _, err := g.Do(t.Context(), person(), m); !fault.Is(err, fault.Busy) || sent != 2 {
		t.Fatalf("%v after %d", err, sent)
	}
	if _, err := g.Do(t.Context(), person(), m); !fault.Is(err, fault.Refused) || sent != 4 {
		t.Fatalf("%v after %d", err, sent)
	}
	answers = append(answers, "c")
	r, err := g.Do(t.Context(), person(), m)
	if err != nil || r.Ref != "a" || len(r.Refs) != 2 || r.Refs[1] != "c" || sent != 5 {
		t.Errorf("%+v, %v after %d", r, err, sent)
	}
}

// TestOvertaken: a status that comes before its send's answer finds it; one that
// belongs to nobody is told so at once and is not asked for again.
func TestOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		g := New(config(plain{url: "https://x"}), Options{HTTP: trip(func(r *http.Request) (*http.Response, error) {
			<-release
			return say(r, 200, "ref")
		})})
		var mu sync.Mutex
		kept := false
		running(t, g, func(_ context.Context, a gateway.Arrival) error {
			mu.Lock()
			defer mu.Unlock()
			if a.Ref != "ref" || !kept {
				return fault.New(fault.NotFound, "nobody")
			}
			return nil
		})
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := g.Do(context.Background(), person(), contact.SendMessage{Text: "x"}); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second) // until the house has kept it
			mu.Lock()
			kept = true
			mu.Unlock()
		})
		synctest.Wait()
		wg.Go(func() {
			if w := hooked(g, delivered("ref")); w.Code != 200 {
				t.Errorf("overtaking: %d", w.Code)
			}
		})
		time.Sleep(2 * time.Second)
		close(release)
		wg.Wait()
		if h := g.Health(); h.Counts.Receipts != 1 || h.Counts.Strays != 0 {
			t.Errorf("%+v", h.Counts)
		}
		time.Sleep(time.Minute)
		began := time.Now()
		if w := hooked(g, delivered("other")); w.Code != 200 || time.Since(began) != 0 {
			t.Errorf("stray: %d after %v", w.Code, time.Since(began))
		}
		if h := g.Health(); h.Counts.Strays != 1 {
			t.Errorf("%+v", h.Counts)
		}
	})
}

// TestHookAnswers: who is answered what.
func TestHookAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(config(plain{url: "https://x"}), Options{})
		if w := hooked(g); w.Code != http.StatusServiceUnavailable {
			t.Errorf("before Run: %d", w.Code)
		}
		running(t, g, func(_ context.Context, a gateway.Arrival) error {
			switch a.Key {
			case "nobody":
				return fault.New(fault.NotFound, "nobody")
			case "later":
				return errors.New("the disk is full")
			}
			return nil
		})
		message := func(key string) Event { return Event{Key: key, From: "+1", To: "+2", Text: "x"} }
		for _, c := range []struct {
			name   string
			events []Event
			want   int
		}{
			{"nothing", nil, 200},
			{"kept", []Event{message("a")}, 200},
			{"nobody is there", []Event{message("nobody")}, 404},
			{"one of two is for nobody", []Event{message("nobody"), message("a")}, 200},
			{"one of two cannot be kept", []Event{message("a"), message("later")}, 503},
		} {
			if w := hooked(g, c.events...); w.Code != c.want {
				t.Errorf("%s: %d, not %d", c.name, w.Code, c.want)
			}
		}
		for _, c := range []struct {
			from, body string
			want       int
		}{{"theirs", "[]", 403}, {"ours", "{", 400}, {"ours", strings.Repeat("x", maxHook+1), 400}} {
			r := httptest.NewRequest(http.MethodPost, "/_outdial/hooks/acme", strings.NewReader(c.body))
			r.Header.Set("From", c.from)
			w := httptest.NewRecorder()
			if g.Hook().ServeHTTP(w, r); w.Code != c.want {
				t.Errorf("%s: %d, not %d", c.from, w.Code, c.want)
			}
		}
		for method, want := range map[string]int{"DELETE": 405, "PATCH": 405, "OPTIONS": 405, "GET": 200, "PUT": 200} {
			r := httptest.NewRequest(method, "/_outdial/hooks/acme", strings.NewReader("[]"))
			r.Header.Set("From", "ours")
			w := httptest.NewRecorder()
			if g.Hook().ServeHTTP(w, r); w.Code != want || want == 405 && w.Header().Get("Allow") == "" {
				t.Errorf("%s: %d, not %d", method, w.Code, want)
			}
		}
		if h := g.Health(); h.Counts.Forged != 1 || h.Counts.Malformed != 2 {
			t.Errorf("%+v", h.Counts)
		}
	})
}

// TestBelow: the path that the carrier called is found behind any proxy.
func TestBelow(t *testing.T) {
	for _, c := range []struct{ hook, path, want string }{
		{"https://x/_outdial/hooks/acme", "/_outdial/hooks/acme", ""},
		{"https://x/_outdial/hooks/acme", "/_outdial/hooks/acme/status", "/status"},
		{"https://x/api/_outdial/hooks/acme", "/_outdial/hooks/acme/status", "/status"},
		{"https://x/api/_outdial/hooks/acme", "/api/_outdial/hooks/acme/status", "/status"},
		{"https://x/_outdial/hooks/acme", "/_outdial/hooks/acme2", "/_outdial/hooks/acme2"},
		{"", "/hooks/acme/status", "/status"},
	} {
		g := New(config(plain{}), Options{HookURL: c.hook})
		if have := g.below(c.path); have != c.want {
			t.Errorf("%s %s: %q, not %q", c.hook, c.path, have, c.want)
		}
	}
}

// TestParts: a message in parts is handed on whole, in order, once, and no part
// is answered before it is kept.
func TestParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(config(plain{}), Options{})
		var mu sync.Mutex
		var got []string
		running(t, g, func(_ context.Context, a gateway.Arrival) error {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, a.Key+" "+a.Input.(contact.MessageReceived).Text)
			return nil
		})
		part := func(group string, n int, text string) Event {
			return Event{From: "+1", To: "+2", Text: text, Key: group + text, Part: &Part{Group: group, Seq: n, Total: 2}}
		}
		// Sent one after the other: the first is not acknowledged, and comes again.
		if w := hooked(g, part("1", 2, "world")); w.Code != 503 {
			t.Errorf("alone: %d", w.Code)
		}
		if w := hooked(g, part("1", 1, "hello ")); w.Code != 200 {
			t.Errorf("complete: %d", w.Code)
		}
		if w := hooked(g, part("1", 2, "world")); w.Code != 200 {
			t.Errorf("again: %d", w.Code)
		}
		if len(got) != 1 || !strings.HasSuffix(got[0], " hello world") || !strings.HasPrefix(got[0], "parts-") {
			t.Errorf("%q", got)
		}
		// One never comes.
		hooked(g, part("2", 1, "half"))
		time.Sleep(partsTime + 2*sweeping)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(got) != 2 || !strings.HasSuffix(got[1], " half"+gap) || g.Health().Counts.Incomplete != 1 {
			t.Errorf("%q", got)
		}
		if w := hooked(g, Event{From: "+1", To: "+2", Part: &Part{Group: "3", Seq: 9, Total: 2}}); w.Code != 404 {
			t.Errorf("a part that cannot be: %d", w.Code)
		}
	})
}

// TestFiles: what comes with a message is kept before it is answered; the
// carrier's credentials stay with the carrier.
func TestFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := "away"
		tr := trip(func(r *http.Request) (*http.Response, error) {
			switch r.URL.Host {
			case "carrier.example":
				if r.Header.Get("Authorization") == "" {
					return say(r, 403, "")
				}
				switch state {
				case "away":
					return say(r, 503, "")
				case "gone":
					return say(r, 404, "")
				}
				return say(r, 302, "", "Location", "https://files.example/1")
			case "files.example":
				if r.Header.Get("Authorization") != "" {
					t.Error("credentials went to a stranger")
				}
				return say(r, 200, "a picture", "Content-Type", "image/png")
			}
			return nil, errors.New("nowhere")
		})
		kept := ""
		g := New(config(plain{}), Options{HTTP: tr, Keep: func(_ context.Context, a contact.Attachment, f io.Reader) (contact.Attachment, error) {
			b, err := io.ReadAll(f)
			kept = string(b)
			a.URL = "kept:1"
			return a, err
		}})
		var last contact.MessageReceived
		running(t, g, func(_ context.Context, a gateway.Arrival) error {
			last = a.Input.(contact.MessageReceived)
			return nil
		})
		take := func() error {
			return g.take(t.Context(), &Event{From: "+1", To: "+2", Media: []Media{{Name: "a.png",
				Get: Request{URL: "https://carrier.example/1", Header: http.Header{"Authorization": {"Bearer x"}}}}}})
		}
		if err := take(); !fault.Is(err, fault.Busy) {
			t.Errorf("away: %v", err)
		}
		state = "gone"
		if err := take(); err != nil || last.Attachments[0].URL != "https://carrier.example/1" {
			t.Errorf("gone: %v, %+v", err, last)
		}
		state = "there"
		if err := take(); err != nil || kept != "a picture" || last.Attachments[0] != (contact.Attachment{Name: "a.png", Type: "image/png", URL: "kept:1"}) {
			t.Errorf("there: %v, %q, %+v", err, kept, last)
		}
	})
}

// TestTrial: what a test message comes to.
func TestTrial(t *testing.T) {
	for _, c := range []struct {
		name   string
		hook   string
		status string // of the web-hook; "" for none
		answer int
		err    bool
	}{
		{"delivered", "https://h", contact.StatusDelivered, 200, false},
		{"not delivered", "https://h", contact.StatusFailed, 200, true},
		{"taken by the network", "https://h", contact.StatusSent, 200, false},
		{"no status", "https://h", "", 200, true},
		{"no web-hook", "", "", 200, false},
		{"refused", "https://h", "", 401, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := New(config(plain{url: "https://x"}), Options{HookURL: c.hook, Sender: "+4930123456",
					HTTP: trip(func(r *http.Request) (*http.Response, error) { return say(r, c.answer, "ref") })})
				running(t, g, func(context.Context, gateway.Arrival) error {
					return fault.New(fault.NotFound, "no message of the house")
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var wg sync.WaitGroup
				if c.status != "" {
					wg.Go(func() {
						time.Sleep(time.Second)
						if w := hooked(g, Event{Refs: []string{"ref"}, Receipt: &gateway.Receipt{Status: c.status}}); w.Code != 200 {
							t.Error(w.Code)
						}
					})
				}
				steps, err := g.Test(ctx, "", "+4915110000001")
				wg.Wait()
				if (err != nil) != c.err || len(steps) < 2 {
					t.Errorf("%v: %q", err, steps)
				}
			})
		})
	}
}
