package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func hook(t *testing.T, secret string, f http.HandlerFunc) *Hook {
	t.Helper()
	h, err := NewHook(HookConfig{URL: "https://ann:pass@sink.example/in?key=7", Secret: secret, HTTP: plain{far(t, f)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// plain speaks HTTP where HTTPS is asked for.
type plain struct{ http.RoundTripper }

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return p.RoundTripper.RoundTrip(r)
}

func publish(body string) contact.PublishEvent {
	return contact.PublishEvent{Sink: "crm", ID: "msg_1", Body: []byte(body)}
}

// The convention's own example.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func TestSignature(t *testing.T) {
	h, err := NewHook(HookConfig{URL: "https://sink.example", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	got := h.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s", got)
	}
}

func TestHookPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got seen
		other := "whsec_" + base64.StdEncoding.EncodeToString([]byte("another secret of 24 byte"))
		h := hook(t, secret+" "+other, func(w http.ResponseWriter, r *http.Request) {
			got = see(r)
			w.WriteHeader(http.StatusAccepted)
		})
		const body = `{"detail":{"eventType":"INITIATED"}}`
		if _, err := h.Do(t.Context(), &contact.Contact{}, publish(body)); err != nil {
			t.Fatal(err)
		}
		if got.method != "POST" || got.uri != "/in?key=7" || got.host != "sink.example" || got.body != body || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%+v", got)
		}
		if user, password, ok := (&http.Request{Header: got.header}).BasicAuth(); !ok || user != "ann" || password != "pass" {
			t.Errorf("basic authentication %q %q", user, password)
		}
		stamp := got.header.Get("webhook-timestamp")
		if stamp != strconv.FormatInt(time.Now().Unix(), 10) || got.header.Get("webhook-id") != "msg_1" {
			t.Errorf("%+v", got.header)
		}
		var want []string
		for _, s := range []string{secret, other} {
			key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
			m := hmac.New(sha256.New, key)
			m.Write([]byte("msg_1." + stamp + "." + body))
			want = append(want, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
		}
		if s := got.header.Get("webhook-signature"); s != strings.Join(want, " ") {
			t.Errorf("signature %s", s)
		}
	})
}

func TestHookVerdicts(t *testing.T) {
	for status, kind := range map[int]fault.Kind{
		200: -1, 204: -1, 301: fault.Busy, 302: fault.Busy, 400: fault.Busy, 401: fault.Busy, 404: fault.Busy, 429: fault.Busy,
		500: fault.Busy, 503: fault.Busy, 410: fault.Refused,
	} {
		calls := 0
		h := hook(t, secret, func(w http.ResponseWriter, r *http.Request) {
			calls++
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
		})
		_, err := h.Do(t.Context(), &contact.Contact{}, publish("{}"))
		if kind < 0 && err != nil || kind >= 0 && (!fault.Is(err, kind) || fault.CodeOf(err) != strconv.Itoa(status)) {
			t.Errorf("%d: %v", status, err)
		}
		_, again := h.Do(t.Context(), &contact.Contact{}, publish("{}"))
		if want := 2; status == 410 {
			if calls != 1 || !fault.Is(again, fault.Refused) {
				t.Errorf("a sink that is gone was called %d times, %v", calls, again)
			}
		} else if calls != want {
			t.Errorf("%d: %d calls", status, calls)
		}
	}
}

func TestHookIsNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hook(t, secret, silent)
		began := time.Now()
		_, err := h.Do(context.Background(), &contact.Contact{}, publish("{}"))
		if !fault.Is(err, fault.Busy) || time.Since(began) != sinkLimit {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

func TestHookConfig(t *testing.T) {
	for _, c := range []HookConfig{
		{URL: "", Secret: secret}, {URL: "ftp://x", Secret: secret}, {URL: "http://", Secret: secret}, {URL: "http://a:geheim@[::1", Secret: secret},
		{URL: "http://x"}, {URL: "http://x", Secret: "geheim"}, {URL: "http://x", Secret: "whsec_Z2VoZWlt"}, {URL: "http://x", Secret: secret + " geheim"},
	} {
		_, err := NewHook(c)
		if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h := hook(t, secret, nil)
	if err := errors.Join(h.Run(ctx, nil), new(File).Run(ctx, nil), new(Functions).Run(ctx, nil), new(Services).Run(ctx, nil)); err != nil {
		t.Error(err)
	}
	for _, err := range []error{
		second(h.Do(ctx, nil, contact.EndCall{})), second(new(File).Do(ctx, nil, contact.EndCall{})),
		second(new(Functions).Do(ctx, nil, contact.EndCall{})), second(new(Services).Do(ctx, nil, contact.EndCall{})),
	} {
		if !fault.Is(err, fault.Refused) {
			t.Error(err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(body string) error { return second(f.Do(t.Context(), nil, publish(body))) }
	if err := write("{\n  \"a\": 1\n}"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(`{"a":2}`), f.Reopen(), write(`{"a":3}`)); err != nil {
		t.Fatal(err)
	}
	f.torn = true // as after a full disk
	if err := write(`{"a":4}`); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{path + ".old": "{\"a\":1}\n{\"a\":2}\n", path: "{\"a\":3}\n\n{\"a\":4}\n"} {
		if b, err := os.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if s, err := os.Stat(path); err != nil || s.Mode().Perm() != 0o600 {
		t.Error(s.Mode(), err)
	}
	if err := write("no JSON"); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := write("{}"); !fault.Is(err, fault.Busy) {
		t.Error(err)
	}
	if _, err := OpenFile(t.TempDir()); err == nil {
		t.Error("a folder is no file")
	}
}
