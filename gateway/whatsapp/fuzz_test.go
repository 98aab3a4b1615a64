package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"outdial/gateway/awskey"
	"outdial/gateway/web"
	"outdial/wire"
)

func carriers(tb testing.TB) (*cloud, *social) {
	m, err := Account{Name: "m", Token: "t", AppSecret: "s", Verify: "v", Phones: map[string]string{"+16505550001": "106540352242922"}}.check()
	if err != nil {
		tb.Fatal(err)
	}
	a, err := Account{Name: "a", Provider: aws, Region: "us-east-1", User: "u", Secret: "s", Bucket: "media", Topics: []string{"arn:aws:sns:us-east-1:1:t"},
		Phones: map[string]string{"+16505550001": "phone-number-id-976c72a700aac43eaf573ae050example"}}.check()
	if err != nil {
		tb.Fatal(err)
	}
	return &cloud{&whatsapp{settings: m, known: newKnown()}},
		&social{whatsapp: &whatsapp{settings: a, known: newKnown()}, sns: &web.SNS{Topics: a.Topics},
			keys: &awskey.Source{Static: wire.Credentials{AccessKeyID: a.User, SecretAccessKey: a.Secret}}}
}

// seeds gives the bodies of testdata's web-hooks.
func seeds(f *testing.F, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range txtar.Parse(raw).Files {
		if _, body, ok := strings.Cut(string(s.Data), "\n\n"); ok && strings.HasPrefix(s.Name, "hook ") {
			f.Add(strings.TrimSpace(body))
		}
	}
}

// FuzzHooks hands what strangers may send to both readers.
func FuzzHooks(f *testing.F) {
	seeds(f, "testdata/meta.txtar")
	seeds(f, "testdata/aws.txtar")
	f.Add(`{"entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"106540352242922"},"messages":[{"id":"1","from":"x","type":"location"}],"statuses":[{"id":"1","status":"failed","errors":[{}]}]}}]}]}`)
	meta, amazon := carriers(f)
	f.Fuzz(func(t *testing.T, body string) {
		h := &web.Hook{Method: http.MethodPost, URL: hooks, Body: []byte(body), Header: http.Header{}, Query: url.Values{}, Now: time.Unix(1700000000, 0)}
		for _, c := range []web.Carrier{meta, amazon} {
			if c.Admit(context.Background(), h) == nil {
				t.Errorf("admitted: %q", body)
			}
		}
		envelope, _ := json.Marshal(map[string]string{"Type": web.SNSNotification, "Message": body})
		for c, doc := range map[web.Carrier][]byte{meta: []byte(body), amazon: envelope} {
			h.Body = doc
			heard, err := c.Hear(context.Background(), h)
			if err != nil {
				continue
			}
			for _, e := range heard.Events {
				if e.Receipt == nil && (e.Key == "" || e.To != "+16505550001") {
					t.Errorf("a message without an id, or to nobody: %+v", e)
				}
			}
		}
	})
}

// FuzzInteractive writes whatever a flow may hand over: what comes out keeps to
// WhatsApp's bounds.
func FuzzInteractive(f *testing.F) {
	raw, err := os.ReadFile("testdata/meta.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range txtar.Parse(raw).Files {
		var in struct{ Interactive json.RawMessage }
		if json.Unmarshal(s.Data, &in) == nil && in.Interactive != nil {
			f.Add(string(in.Interactive))
		}
	}
	f.Add(`{"templateType":"Panel","data":{"content":{"title":"x","elements":[{"title":" "}]}}}`)
	meta, _ := carriers(f)
	f.Fuzz(func(t *testing.T, doc string) {
		o, err := meta.interactive(doc)
		if err != nil {
			return
		}
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var out struct {
			Text struct{ Body string }
		}
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(out.Text.Body); n > maxText {
			t.Errorf("a text of %d characters", n)
		}
		if o["type"] == "text" && strings.TrimSpace(out.Text.Body) == "" {
			t.Errorf("an empty text of %q", doc)
		}
	})
}

// FuzzAnswers hands what the far sides may answer to both.
func FuzzAnswers(f *testing.F) {
	f.Add(200, `{"messages":[]}`)
	f.Add(400, `{"error":{"code":"x"}}`)
	f.Add(200, `{"messageId":""}`)
	f.Add(200, `null`)
	meta, amazon := carriers(f)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, c := range []web.Carrier{meta, amazon} {
			taken, err := c.Answer(&web.Answer{Message: &web.Message{}, Request: &web.Request{}, Status: status, Header: http.Header{}, Body: []byte(body)})
			if err == nil && (taken.Ref == "" || status >= 300) {
				t.Errorf("%d %q counts as taken", status, body)
			}
		}
	})
}

// TestCanonical: a wa_id is the telephone number, in two countries by other digits.
func TestCanonical(t *testing.T) {
	for id, want := range map[string]string{
		"16505550100": "+16505550100", "+4915110000001": "+4915110000001",
		"5215512345678": "+525512345678", "525512345678": "+525512345678",
		"551187654321": "+5511987654321", "5511987654321": "+5511987654321", "551133334444": "+551133334444",
		"5491123456789": "+5491123456789", "": "", "x": "x",
	} {
		if have := canonical(id); have != want {
			t.Errorf("%s: %s, not %s", id, have, want)
		}
	}
}

// TestPublishedSignature is the signature of a body, made with OpenSSL: Meta
// publishes no example. echo -n '{"object":"page"}' | openssl dgst -sha256 -hmac s
func TestPublishedSignature(t *testing.T) {
	meta, _ := carriers(t)
	h := &web.Hook{Method: http.MethodPost, Body: []byte(`{"object":"page"}`), Header: http.Header{"X-Hub-Signature-256": {"sha256=" + openSSL}}}
	if err := meta.Admit(context.Background(), h); err != nil {
		t.Error(err)
	}
	h.Body[2] = 'O'
	if meta.Admit(context.Background(), h) == nil {
		t.Error("what was changed on the way is admitted")
	}
}

// TestAccountsThatAreWrong names the field that is wrong.
func TestAccountsThatAreWrong(t *testing.T) {
	phones := map[string]string{"+16505550001": "1"}
	good := Account{Name: "wa", Token: "t", AppSecret: "s", Verify: "v", Phones: phones}
	for want, change := range map[string]func(*Account){
		"name: ":          func(a *Account) { a.Name = "" },
		"provider: ":      func(a *Account) { a.Provider = "pigeon" },
		"token: ":         func(a *Account) { a.Token = "" },
		"app_secret: ":    func(a *Account) { a.AppSecret = "" },
		"verify_token: ":  func(a *Account) { a.Verify = "" },
		"region: ":        func(a *Account) { a.Provider = aws },
		"url: ":           func(a *Account) { a.URL = "graph" },
		"version: ":       func(a *Account) { a.Version = "23" },
		"list_button: ":   func(a *Account) { a.ListButton = strings.Repeat("x", 21) },
		"timeout: ":       func(a *Account) { a.Timeout = time.Hour },
		"phones: at":      func(a *Account) { a.Phones = nil },
		"phones: \"12345": func(a *Account) { a.Phones = map[string]string{"12345": "1"} },
		"phones: +1":      func(a *Account) { a.Phones = map[string]string{"+16505550001": "a/b"} },
		"errors: ":        func(a *Account) { a.Errors = map[string]string{"1": "x"} },
	} {
		a := good
		change(&a)
		if _, err := New(a, Options{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s…", err, want)
		}
	}
	if _, err := New(good, Options{}); err != nil {
		t.Error(err)
	}
	if kind := kindOf("Image/JPEG; q=1"); kind != "image" {
		t.Error(kind)
	}
}

// openSSL is what OpenSSL says.
const openSSL = "836801a40b4375095808f5f75304d04c936e74f3a55b8dd6a29ff72b734cb7d4"
