package smshttp

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"outdial/fault"
)

// TestAccountsThatAreWrong names the field that is wrong, and no secret.
func TestAccountsThatAreWrong(t *testing.T) {
	const secret = "a-secret-that-nobody-sees"
	for _, c := range []struct {
		want string // how the error begins
		a    Account
	}{
		{"carrier: one of africastalking, aws, ", Account{Carrier: "pigeon"}},
		{"name: ", Account{Name: "-", Carrier: "plivo"}},
		{"user: twilio needs it", Account{Carrier: "twilio"}},
		{"secret: twilio needs it", Account{Carrier: "twilio", User: "AC"}},
		{"hook_secret: twilio signs", Account{Carrier: "twilio", User: "AC", Key: "SK", Secret: secret}},
		{"hook_secret: vonage needs it", Account{Carrier: "vonage", User: "u", Secret: secret}},
		{"signature: ", Account{Carrier: "vonage", User: "u", Secret: secret, HookSecret: secret, Signature: "md4"}},
		{"hook_secret: at least 16", Account{Carrier: "vonage", User: "u", Secret: secret, HookSecret: "short", Signature: "token"}},
		{"hook_secret: telnyx", Account{Carrier: "telnyx", Secret: secret, HookSecret: "no key"}},
		{"url: infobip needs it", Account{Carrier: "infobip", Secret: secret, HookSecret: secret}},
		{"url: not an address", Account{Carrier: "infobip", URL: "ftp://x", Secret: secret, HookSecret: secret}},
		{"hook_secret: at least 16", Account{Carrier: "kannel", URL: "http://k", User: "u", Secret: secret, HookSecret: "with space and more"}},
		{"channels: bird needs it", Account{Carrier: "bird", Owner: "w", Secret: secret, HookSecret: secret}},
		{"channels: ", Account{Carrier: "bird", Owner: "w", Secret: secret, HookSecret: secret, Channels: map[string]string{"+1": "c", "+2": "c"}}},
		{"secret: user and secret go together", Account{Carrier: "aws", Region: "us-east-1", User: "u"}},
		{"signature: v3", Account{Carrier: "plivo", User: "MA1", Secret: secret, Signature: "v1"}},
		{"signature: the name of a header", Account{Carrier: "infobip", URL: "https://x", Secret: secret, HookSecret: secret, Signature: "a b"}},
		{"topics: ", Account{Carrier: "aws", Region: "us-east-1", User: "u", Secret: secret, Topics: []string{"t"}}},
		{"user: twilio needs it: the account SID", Account{Carrier: "twilio"}},
		{"user: twilio wants the account SID (AC…), not \"SK1\"", Account{Carrier: "twilio", User: "SK1", Secret: secret}},
		{"service: twilio wants", Account{Carrier: "twilio", User: "AC1", Secret: secret, Service: "promotions"}},
		{"region: twilio has no use for it", Account{Carrier: "twilio", User: "AC1", Secret: secret, Region: "us1"}},
		{"channels: twilio has no use for it", Account{Carrier: "twilio", User: "AC1", Secret: secret, Channels: map[string]string{"+1": "c"}}},
		{"region: aws wants such as us-east-1, not \"nowhere\"", Account{Carrier: "aws", Region: "nowhere"}},
		{"url: not an address such as", Account{Carrier: "kannel", URL: "kannel:13013", User: "u", Secret: secret, HookSecret: secret}},
		{"timeout: ", Account{Carrier: "plivo", User: "MA1", Secret: secret, Timeout: time.Minute}},
		{"media: ", Account{Carrier: "plivo", User: "MA1", Secret: secret, Media: "fax"}},
		{"media: vonage sends no MMS", Account{Carrier: "vonage", User: "u", Secret: secret, HookSecret: secret, Media: "mms"}},
		{"country: ", Account{Carrier: "plivo", User: "MA1", Secret: secret, Country: "de"}},
		{"from: ", Account{Carrier: "plivo", User: "MA1", Secret: secret, From: "somebody with a long name"}},
		{"errors: ", Account{Carrier: "plivo", User: "MA1", Secret: secret, Errors: map[string]string{"1": "perhaps"}}},
		{"generic: send.url", Account{Carrier: "generic"}},
		{"generic: send.url: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "{{.Nothing}}"}}}},
		{"generic: send.url: makes no address", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "x"}}}},
		{"generic: send.body: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "https://x", Body: "{{"}}}},
		{"generic: send.method: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "https://x", Method: "SEND"}}}},
		{"generic: send.id: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "https://x", ID: "id"}}}},
		{"generic: send.id: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "https://x", ID: "regexp:no group"}}}},
		{"generic: inbound.from: ", Account{Carrier: "generic", HookSecret: secret, Generic: Generic{Send: GenericSend{URL: "https://x"}, Inbound: GenericInbound{Text: "json:t"}}}},
		{"generic: status.statuses: ", Account{Carrier: "generic", HookSecret: secret, Generic: Generic{Send: GenericSend{URL: "https://x"},
			Status: GenericStatus{ID: "json:i", Status: "json:s", Statuses: map[string]string{"x": "gone"}}}}},
		{"hook_secret: ", Account{Carrier: "generic", Generic: Generic{Send: GenericSend{URL: "https://x"}, Inbound: GenericInbound{From: "json:f", To: "json:o", Text: "json:t"}}}},
		{"generic: verify.hmac: ", Account{Carrier: "generic", HookSecret: secret, Generic: Generic{Send: GenericSend{URL: "https://x"}, Verify: GenericVerify{Header: "X-S", HMAC: "crc"}}}},
		{"generic: verify.signed: ", Account{Carrier: "generic", HookSecret: secret, Generic: Generic{Send: GenericSend{URL: "https://x"}, Verify: GenericVerify{Header: "X-S", Signed: "{{.Who}}"}}}},
	} {
		switch c.a.Name {
		case "":
			c.a.Name = "acme"
		case "-":
			c.a.Name, c.a.User, c.a.Secret = "", "MA1", secret
		}
		_, err := New(c.a, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: have %v, want %s…", c.a.Carrier, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in %v", err)
		}
	}
}

// TestEveryKeyIsExplained: what can be configured has a sentence.
func TestEveryKeyIsExplained(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("yaml") == "" || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s has no key or no sentence", typ.Name(), f.Name)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[Account]())
	for _, name := range Carriers() {
		if Documentation(name) == "" {
			t.Errorf("%s: where is it documented?", name)
		}
	}
}
