package config

import (
	"strings"
	"testing"
)

// A number and the carrier that it names must have something in common.
func TestNumbersThatTheirCarriersCannotServe(t *testing.T) {
	const carriers = `
carriers:
  - {name: sms, kind: smshttp, carrier: twilio, user: AC1, secret: s}
  - {name: wa, kind: whatsapp, token: t, app_secret: s, verify_token: v, phones: {'+12065550110': '1'}}
`
	for _, c := range []struct{ number, want string }{
		{"number: '+12065550110', channels: [SMS], carrier: sms", ""},
		{"number: '+12065550110', channels: [SMS, WHATSAPP], carrier: sms, routes: [wa]", ""},
		{"number: '+12065550110', channels: [WHATSAPP], carrier: wa", ""},
		{"number: '+12065550110', channels: [WHATSAPP], carrier: sms", "instances[0].numbers[0].carrier: sms carries SMS alone, and +12065550110 has [WHATSAPP]"},
		{"number: '+12065550110', channels: [VOICE], carrier: wa", "wa carries WHATSAPP alone"},
		{"number: '+12065550119', channels: [WHATSAPP], carrier: wa", "wa has no id of +12065550119 among its phones"},
		{"number: '+12065550119', channels: [SMS, WHATSAPP], carrier: sms, routes: [wa]", "wa has no id of +12065550119 among its phones"},
	} {
		doc := "instances:\n  - alias: acme\n    numbers: [{" + c.number + "}]" + carriers
		got, err := Read("-", strings.NewReader(doc), func(string) string { return "" })
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.number, err, c.want)
		}
		if err == nil && (len(got.Declared.Warnings) != 2 || !strings.Contains(got.Declared.Warnings[0], "publicURL is not set")) {
			t.Errorf("%q", got.Declared.Warnings)
		}
	}
}
