package smshttp

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"outdial/gateway/web"
)

// TestPublishedSignatures checks signatures that others computed: those of the
// documentation, or of the carrier's own library where the documentation gives
// none. Telnyx, Bird, Infobip and SNS publish none; those of testdata were made
// with OpenSSL and Python.
func TestPublishedSignatures(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	with := func(h http.Header, pairs ...string) http.Header {
		h = h.Clone()
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	// https://www.twilio.com/docs/usage/security#explore-the-algorithm-yourself
	call := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}
	// https://github.com/twilio/twilio-go, client/request_validator_test.go: names that begin alike
	conference := url.Values{"ReasonConferenceEnded": {"test"}, "Reason": {"Participant"}}
	for k, v := range call {
		conference[k] = v
	}
	vonage := url.Values{"a": {"1"}, "b": {"2"}, "timestamp": {"1461605396"}}
	signed := func(f url.Values, sig string) url.Values {
		f = url.Values{"a": f["a"], "b": f["b"], "timestamp": f["timestamp"], "sig": {sig}}
		return f
	}
	for _, c := range []struct {
		name    string
		account Account
		hook    web.Hook
	}{
		{"twilio", Account{Carrier: "twilio", User: "AC", Secret: "12345"},
			web.Hook{URL: "https://mycompany.com/myapp.php?foo=1&bar=2", Form: call, Header: with(form, "X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")}},
		{"twilio, names that begin alike", Account{Carrier: "twilio", User: "AC", Secret: "12345"},
			web.Hook{URL: "https://mycompany.com/myapp.php?foo=1&bar=2", Form: conference, Header: with(form, "X-Twilio-Signature", "vOEb5UThFn24KEfnOFLQY2AE5FY=")}},
		{"twilio, a port that is not signed", Account{Carrier: "twilio", User: "AC", Secret: "12345"},
			web.Hook{URL: "https://mycompany.com:1234/myapp.php?foo=1&bar=2", Form: conference, Header: with(form, "X-Twilio-Signature", "vOEb5UThFn24KEfnOFLQY2AE5FY=")}},
		{"twilio, a body that is no form", Account{Carrier: "twilio", User: "AC", Secret: "12345"},
			web.Hook{URL: "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
				Query:  url.Values{"bodySHA256": {"0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"}},
				Body:   []byte(`{"property": "value", "boolean": true}`),
				Header: http.Header{"X-Twilio-Signature": {"a9nBmqA0ju/hNViExpshrM61xv4="}}}},
		// The client libraries' example of https://developer.vonage.com/en/getting-started/concepts/signing-messages
		{"vonage md5hash", Account{Carrier: "vonage", User: "k", Secret: "s", HookSecret: "secret", Signature: "md5hash"},
			web.Hook{Form: signed(vonage, "6af838ef94998832dbfc29020b564830"), Header: form}},
		{"vonage md5", Account{Carrier: "vonage", User: "k", Secret: "s", HookSecret: "secret", Signature: "md5"},
			web.Hook{Form: signed(vonage, "c15c21ced558c93a226c305f58f902f2"), Header: form}},
		{"vonage sha1", Account{Carrier: "vonage", User: "k", Secret: "s", HookSecret: "secret", Signature: "sha1"},
			web.Hook{Form: signed(vonage, "3e19a4e6880fdc2c1426bfd0587c98b9532f0210"), Header: form}},
		{"vonage sha256", Account{Carrier: "vonage", User: "k", Secret: "s", HookSecret: "secret", Signature: "sha256"},
			web.Hook{Form: signed(vonage, "a321e824b9b816be7c3f28859a31749a098713d39f613c80d455bbaffae1cd24"), Header: form}},
		// https://github.com/plivo/plivo-go, utils_test.go
		{"plivo", Account{Carrier: "plivo", User: "MA", Secret: "my_auth_token"},
			web.Hook{URL: "https://answer.url", Header: with(form, "X-Plivo-Signature-V2-Nonce", "12345",
				"X-Plivo-Signature-V2", "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=")}},
		// Computed with Python by the rules of the client libraries, which publish no example that holds for them.
		{"plivo v3, GET", Account{Carrier: "plivo", User: "MA", Secret: "my_auth_token", Signature: "v3"},
			web.Hook{URL: "https://answer.url?Duration=300&CallUUID=97ceeb52-58b6-11e1-86da-77300b68f8bb",
				Query:  url.Values{"Duration": {"300"}, "CallUUID": {"97ceeb52-58b6-11e1-86da-77300b68f8bb"}},
				Header: with(http.Header{}, "X-Plivo-Signature-V3-Nonce", "12345", "X-Plivo-Signature-V3", "MX+6eaJNdwpXJUAzjKuuuzLZkpa2CFRmA08aag1PeE4=")}},
		{"plivo v3, POST", Account{Carrier: "plivo", User: "MA", Secret: "my_auth_token"},
			web.Hook{URL: "https://answer.url", Form: url.Values{"To": {"14155550199"}, "From": {"14155550100"}, "Text": {"Hello there?"}},
				Header: with(form, "X-Plivo-Signature-V3-Nonce", "12345", "X-Plivo-Signature-V3", "kJ/Vjwk8/WDgZWndHVr9MKcpcorhTC2ggbLsB+c++Wc=")}},
		{"plivo v3, POST with parameters", Account{Carrier: "plivo", User: "MA", Secret: "my_auth_token"},
			web.Hook{URL: "https://answer.url?b=2&a=1", Query: url.Values{"a": {"1"}, "b": {"2"}}, Form: url.Values{"From": {"14155550100"}, "Text": {"hi"}},
				Header: with(form, "X-Plivo-Signature-V3-Nonce", "12345", "X-Plivo-Signature-V3", "other,EPmGvi67jQb295ZnO7bXFLSTRklsTW+LBpcRsgwq60U=")}},
		{"infobip HMAC in hex", Account{Carrier: "infobip", URL: "https://x", Secret: "s", HookSecret: "a-token-of-our-own", Signature: "X-Signature"},
			web.Hook{Body: []byte(`{"results":[]}`), Header: http.Header{"X-Signature": {"3fb5ae75e590c74d7e1117e9a398b46cc10758f3b9ebd0d150f28b5a8a2ff02a"}}}},
		{"infobip HMAC in base64", Account{Carrier: "infobip", URL: "https://x", Secret: "s", HookSecret: "a-token-of-our-own", Signature: "X-Signature"},
			web.Hook{Body: []byte(`{"results":[]}`), Header: http.Header{"X-Signature": {"P7WudeWQx01+ERfpo5i0bMEHWPO569DRUPKLWoov8Co="}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.account.Name = "acme"
			s, k, err := c.account.check()
			if err != nil {
				t.Fatal(err)
			}
			carrier, err := k.new(s)
			if err != nil {
				t.Fatal(err)
			}
			c.hook.Now = time.Unix(1461605400, 0)
			if err := carrier.Admit(context.Background(), &c.hook); err != nil {
				t.Error(err)
			}
			c.hook.URL += "/x"
			c.hook.Body = append(c.hook.Body, ' ')
			if c.hook.Query != nil {
				c.hook.Query = url.Values{"a": {"2"}}
			}
			if c.hook.Form != nil {
				c.hook.Form = url.Values{"timestamp": {"1461605396"}, "a": {"2"}, "sig": c.hook.Form["sig"]}
			}
			if carrier.Admit(context.Background(), &c.hook) == nil {
				t.Error("what was changed on the way is admitted")
			}
		})
	}
}
