package config

import (
	"strings"
	"testing"
)

// TestHTTPCarriers: accounts of every kind are checked, and what is wrong is said
// with its line.
func TestHTTPCarriers(t *testing.T) {
	const (
		head     = "carriers:\n- name: acme\n"
		whatsApp = "  kind: whatsapp\n  phones: {'+12065550110': '1'}\n  token: t\n  app_secret: s\n  verify_token: v\n"
	)
	for _, c := range []struct{ name, doc, want string }{
		{"twilio", "  kind: smshttp\n  carrier: twilio\n  user: AC1\n  secret: token\n", ""},
		{"vonage", "  kind: smshttp\n  carrier: vonage\n  user: k\n  secret: s\n", "c.yaml:2: carriers[0]: hook_secret: vonage needs it"},
		{"no such carrier", "  kind: smshttp\n  carrier: pigeon\n", "c.yaml:4: carriers[0].carrier: one of africastalking"},
		{"generic", "  kind: smshttp\n  carrier: generic\n  generic:\n    send: {url: 'https://x/{{.To}}', id: 'json:id'}\n", ""},
		{"an unknown key", "  kind: smshttp\n  carrier: plivo\n  usr: x\n", `unknown key "usr": did you mean user?`},
		{"whatsapp", whatsApp, ""},
		{"whatsapp without a number", "  kind: whatsapp\n  token: t\n  app_secret: s\n  verify_token: v\n", "phones: at least one number"},
		{"a template's header", whatsApp + "instances:\n- alias: acme\ntemplates:\n- name: a\n  channel: WHATSAPP\n  text: hi\n  header: {type: sound, value: x}\n", "templates[0].header.type: wants text, image"},
		{"a template's button", whatsApp + "instances:\n- alias: acme\ntemplates:\n- name: a\n  channel: WHATSAPP\n  text: hi\n  buttons: [{type: url, index: 10, value: x}]\n", "templates[0].buttons[0].index: from 0 to 9"},
	} {
		_, err := Parse("c.yaml", []byte(head+c.doc), func(string) string { return "" }, nil)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
