package whatsapp

import (
	"strings"
	"testing"
	"time"

	"outdial/fault"
)

// Accounts that are wrong name the field, and no secret.
func TestWhatIsWrongWithAnAccount(t *testing.T) {
	const secret = "a-secret-that-nobody-sees"
	right := func(change func(*Account)) Account {
		a := Account{Name: "wa", Token: secret, AppSecret: secret, Verify: secret, Phones: map[string]string{"+12065550110": "106540352242922"}}
		change(&a)
		return a
	}
	amazon := func(change func(*Account)) Account {
		a := Account{Name: "wa", Provider: "aws", Region: "eu-west-1", Phones: map[string]string{"+12065550110": "phone-number-id-976c"}}
		change(&a)
		return a
	}
	for _, c := range []struct {
		want string // how the error begins; "" for none
		a    Account
	}{
		{"", right(func(*Account) {})},
		{"", amazon(func(*Account) {})},
		{"name: ", right(func(a *Account) { a.Name = "" })},
		{"token: meta needs it: ", right(func(a *Account) { a.Token = "" })},
		{"app_secret: meta needs it: ", right(func(a *Account) { a.AppSecret = "" })},
		{"verify_token: meta needs it: ", right(func(a *Account) { a.Verify = "" })},
		{"region: meta has no use for it", right(func(a *Account) { a.Region = "eu-west-1" })},
		{"user: meta has no use for it", right(func(a *Account) { a.User = "u" })},
		{"provider: meta or aws", right(func(a *Account) { a.Provider = "twilio" })},
		{"version: such as v23.0", right(func(a *Account) { a.Version = "23" })},
		{"list_button: at most 20", right(func(a *Account) { a.ListButton = "this is far too long for it" })},
		{"url: not an address", right(func(a *Account) { a.URL = "graph.facebook.com" })},
		{"timeout: from 1s", right(func(a *Account) { a.Timeout = time.Hour })},
		{"errors: 131047: retry, ", right(func(a *Account) { a.Errors = map[string]string{"131047": "maybe"} })},
		{"phones: at least one", right(func(a *Account) { a.Phones = nil })},
		{"phones: \"12065550110\" is not in E.164", right(func(a *Account) { a.Phones = map[string]string{"12065550110": "1"} })},
		{"phones: +12065550110: \"\" is no phone number id", right(func(a *Account) { a.Phones = map[string]string{"+12065550110": ""} })},
		{"phones: +12065550110: \"phone-number-id-1\" is no", right(func(a *Account) { a.Phones = map[string]string{"+12065550110": "phone-number-id-1"} })},
		{"phones: +12065550110: \"1\" is no", amazon(func(a *Account) { a.Phones = map[string]string{"+12065550110": "1"} })},
		{"region: aws needs it: ", amazon(func(a *Account) { a.Region = "" })},
		{"token: aws has no use for it", amazon(func(a *Account) { a.Token = secret })},
		{"secret: user and secret go together", amazon(func(a *Account) { a.User = "u" })},
		{"", amazon(func(a *Account) { a.Bucket = "acme-media/in/" })},
		{"bucket: \"s3:\" is no name", amazon(func(a *Account) { a.Bucket = "s3://acme" })},
		{"bucket: meta has no use for it", right(func(a *Account) { a.Bucket = "acme-media" })},
		{"topics: ", amazon(func(a *Account) { a.Topics = []string{"t"} })},
	} {
		_, err := New(c.a, Options{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want) || !fault.Is(err, fault.Invalid)) {
			t.Errorf("have %v, want %s…", err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in %v", err)
		}
	}
}
