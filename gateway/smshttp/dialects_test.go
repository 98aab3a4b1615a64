package smshttp

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"outdial/gateway/gatewaytest"
)

// token is what web-hooks of carriers without signatures bear.
const token = "a-token-for-the-suite"

// telnyxKey signs Telnyx's web-hooks in the suite.
var telnyxKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

const formType, jsonType = "application/x-www-form-urlencoded", "application/json"

func params(body string) url.Values {
	f, _ := url.ParseQuery(body)
	return f
}

// said reads JSON along a path: keys and indexes.
func said(body string, path ...string) string {
	doc, _ := read([]byte(body))
	return place{kind: "json", path: path}.in(&source{doc: doc})
}

func object(pairs ...any) string {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	b, _ := json.Marshal(m)
	return string(b)
}

func plus(digits string) string { return "+" + strings.TrimPrefix(digits, "+") }

func fixed(status int, body string) func() (int, string) {
	return func() (int, string) { return status, body }
}

func pick(delivered bool, yes, no string) string {
	if delivered {
		return yes
	}
	return no
}

func twilioSigned(f url.Values) *http.Request {
	r := post("", formType, f.Encode())
	names := make([]string, 0, len(f))
	for k := range f {
		names = append(names, k)
	}
	slices.Sort(names)
	m := hmac.New(sha1.New, []byte("auth-token"))
	m.Write([]byte(hooks))
	for _, k := range names {
		m.Write([]byte(k + f.Get(k)))
	}
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	return r
}

func vonageSigned(f url.Values) *http.Request {
	f.Set("timestamp", strconv.FormatInt(time.Now().Unix(), 10))
	names := make([]string, 0, len(f))
	for k := range f {
		names = append(names, k)
	}
	slices.Sort(names)
	m := hmac.New(sha256.New, []byte("signature"))
	for _, k := range names {
		m.Write([]byte("&" + k + "=" + strings.NewReplacer("&", "_", "=", "_").Replace(f.Get(k))))
	}
	f.Set("sig", hex.EncodeToString(m.Sum(nil)))
	return post("", formType, f.Encode())
}

func telnyxSigned(body string) *http.Request {
	r := post("", jsonType, body)
	at := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Telnyx-Timestamp", at)
	r.Header.Set("Telnyx-Signature-Ed25519", base64.StdEncoding.EncodeToString(ed25519.Sign(telnyxKey, []byte(at+"|"+body))))
	return r
}

func birdSigned(event string, payload map[string]any) *http.Request {
	body := object("service", "channels", "event", event, "payload", payload)
	r := post("", jsonType, body)
	at := strconv.FormatInt(time.Now().Unix(), 10)
	sum := sha256.Sum256([]byte(body))
	m := hmac.New(sha256.New, []byte("signing-key"))
	m.Write([]byte(at + "\n" + hooks + "\n" + string(sum[:])))
	r.Header.Set("Messagebird-Request-Timestamp", at)
	r.Header.Set("Messagebird-Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	return r
}

func plivoSigned(f url.Values) *http.Request {
	r := post("", formType, f.Encode())
	m := hmac.New(sha256.New, []byte("auth-token"))
	m.Write([]byte(hooks + "77"))
	r.Header.Set("X-Plivo-Signature-V2-Nonce", "77")
	r.Header.Set("X-Plivo-Signature-V2", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	return r
}

func bandwidthHooked(kind, to string, message map[string]any, more ...any) *http.Request {
	one := object(append([]any{"type", kind, "time", "2020-01-01T00:00:00Z", "description", "x", "to", to, "message", message}, more...)...)
	r := post("", jsonType, "["+one+"]")
	r.SetBasicAuth("hooks", token)
	return r
}

func snsSigned(f *farSide, message string) *http.Request {
	doc, err := f.sns.Notification("arn:aws:sns:us-east-1:111122223333:t", "", message, time.Now())
	if err != nil {
		panic(err)
	}
	return post("", "text/plain", string(doc))
}

// fromUTF16 reads what the far side gets as hexadecimal.
func fromUTF16(s string) string {
	b, _ := hex.DecodeString(s)
	var u []uint16
	for i := 0; i+1 < len(b); i += 2 {
		u = append(u, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(u))
}

func toUTF16(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return b
}

var dialects = map[string]dialect{
	"twilio": {
		account: Account{User: "AC1", Secret: "auth-token"},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			f := params(body)
			return gatewaytest.Taken{From: f.Get("From"), To: f.Get("To"), Text: f.Get("Body")}
		},
		taken:  func(ref string) (int, string) { return 201, object("sid", ref, "num_segments", "1") },
		busy:   fixed(429, `{"code": 20429, "message": "slow down"}`),
		refuse: fixed(400, `{"code": 21617, "message": "too long"}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return twilioSigned(url.Values{"MessageSid": {id}, "SmsStatus": {"received"}, "From": {from}, "To": {to}, "Body": {text}, "NumMedia": {"0"}})
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return twilioSigned(url.Values{"MessageSid": {ref}, "MessageStatus": {pick(ok, "delivered", "undelivered")}})
		},
	},
	"vonage": {
		account: Account{User: "key", Secret: "secret", HookSecret: "signature"},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			f := params(body)
			return gatewaytest.Taken{From: plus(f.Get("from")), To: plus(f.Get("to")), Text: f.Get("text")}
		},
		taken: func(ref string) (int, string) {
			return 200, fmt.Sprintf(`{"messages": [{"status": "0", "message-id": %q}]}`, ref)
		},
		busy:   fixed(200, `{"messages": [{"status": "1", "error-text": "throttled"}]}`),
		refuse: fixed(200, `{"messages": [{"status": "12", "error-text": "too long"}]}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return vonageSigned(url.Values{"messageId": {id}, "msisdn": {bare(from)}, "to": {bare(to)}, "text": {text}, "type": {"unicode"}})
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return vonageSigned(url.Values{"messageId": {ref}, "status": {pick(ok, "delivered", "failed")}, "err-code": {pick(ok, "0", "1")}})
		},
	},
	"telnyx": {
		account: Account{Secret: "KEY", HookSecret: base64.StdEncoding.EncodeToString(telnyxKey.Public().(ed25519.PublicKey))},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: said(body, "from"), To: said(body, "to"), Text: said(body, "text")}
		},
		taken:  func(ref string) (int, string) { return 200, fmt.Sprintf(`{"data": {"id": %q, "parts": 1}}`, ref) },
		busy:   fixed(429, `{"errors": [{"code": "10011", "title": "too many"}]}`),
		refuse: fixed(400, `{"errors": [{"code": "40302", "title": "too large"}]}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return telnyxSigned(object("data", map[string]any{"event_type": "message.received", "payload": map[string]any{
				"id": id, "from": map[string]any{"phone_number": from}, "to": []any{map[string]any{"phone_number": to}}, "text": text}}))
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return telnyxSigned(object("data", map[string]any{"event_type": "message.finalized", "payload": map[string]any{
				"id": ref, "to": []any{map[string]any{"status": pick(ok, "delivered", "delivery_failed")}}}}))
		},
	},
	"infobip": {
		account: Account{URL: "https://x.api.infobip.com", Secret: "key", HookSecret: token},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: plus(said(body, "messages", "0", "sender")), To: plus(said(body, "messages", "0", "destinations", "0", "to")),
				Text: said(body, "messages", "0", "content", "text")}
		},
		taken: func(ref string) (int, string) {
			return 200, fmt.Sprintf(`{"messages": [{"messageId": %q, "status": {"groupId": 1, "name": "PENDING_ACCEPTED"}}]}`, ref)
		},
		busy:   fixed(429, `{"errorCode": "E429", "description": "slow down"}`),
		refuse: fixed(200, `{"messages": [{"messageId": "x", "status": {"groupId": 5, "name": "REJECTED_MESSAGE_TOO_LONG"}}]}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return post("?token="+token, jsonType, object("results", []any{map[string]any{"messageId": id, "from": bare(from), "to": bare(to), "text": text}}))
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			group := map[bool]int{true: 3, false: 2}[ok]
			return post("?token="+token, jsonType, object("results", []any{map[string]any{"messageId": ref,
				"status": map[string]any{"groupId": group, "name": "X"}, "error": map[string]any{"name": "NO_ERROR"}}}))
		},
	},
	"bandwidth": {
		account: Account{Owner: "1", User: "u", Secret: "p", Service: "app", HookUser: "hooks", HookSecret: token},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: said(body, "from"), To: said(body, "to", "0"), Text: said(body, "text")}
		},
		taken:  func(ref string) (int, string) { return 202, object("id", ref, "segmentCount", 1) },
		busy:   fixed(429, `{"type": "max-message-queue-size-exceeded"}`),
		refuse: fixed(413, `{"type": "too-large"}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return bandwidthHooked("message-received", to, map[string]any{"id": id, "owner": to, "from": from, "to": []string{to}, "text": text})
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return bandwidthHooked(pick(ok, "message-delivered", "message-failed"), "+49", map[string]any{"id": ref})
		},
	},
	"bird": {
		account: Account{Owner: "ws", Secret: "key", HookSecret: "signing-key", Channels: map[string]string{"+4930123456": "ch-1"}},
		took: func(r *http.Request, body string) gatewaytest.Taken {
			from := ""
			if strings.HasSuffix(r.URL.Path, "/channels/ch-1/messages") {
				from = "+4930123456"
			}
			return gatewaytest.Taken{From: from, To: said(body, "receiver", "contacts", "0", "identifierValue"), Text: said(body, "body", "text", "text")}
		},
		taken:  func(ref string) (int, string) { return 202, object("id", ref, "status", "accepted") },
		busy:   fixed(429, `{"code": "TooManyRequests"}`),
		refuse: fixed(422, `{"code": "InvalidPayload"}`),
		reply: func(_ *farSide, from, _, id, text string) *http.Request {
			return birdSigned("sms.inbound", map[string]any{"id": id, "channelId": "ch-1", "sender": map[string]any{"contact": map[string]any{"identifierValue": from}},
				"body": map[string]any{"type": "text", "text": map[string]any{"text": text}}})
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return birdSigned("sms.outbound", map[string]any{"id": ref, "channelId": "ch-1", "status": pick(ok, "delivered", "delivery_failed")})
		},
	},
	"plivo": {
		account: Account{User: "MA", Secret: "auth-token"},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: plus(said(body, "src")), To: plus(said(body, "dst")), Text: said(body, "text")}
		},
		taken:  func(ref string) (int, string) { return 202, object("message_uuid", []string{ref}) },
		busy:   fixed(429, `{"error": "slow down"}`),
		refuse: fixed(413, `{"error": "too long"}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return plivoSigned(url.Values{"MessageUUID": {id}, "From": {bare(from)}, "To": {bare(to)}, "Text": {text}, "Type": {"sms"}})
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return plivoSigned(url.Values{"MessageUUID": {ref}, "ParentMessageUUID": {ref}, "Status": {pick(ok, "delivered", "undelivered")}})
		},
	},
	"africastalking": {
		account: Account{User: "acme", Secret: "key", HookSecret: token},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			f := params(body)
			return gatewaytest.Taken{From: f.Get("from"), To: f.Get("to"), Text: f.Get("message")}
		},
		taken: func(ref string) (int, string) {
			return 201, fmt.Sprintf(`{"SMSMessageData": {"Recipients": [{"statusCode": 101, "messageId": %q}]}}`, ref)
		},
		busy:   fixed(201, `{"SMSMessageData": {"Recipients": [{"statusCode": 501, "status": "GatewayError"}]}}`),
		refuse: fixed(413, `too long`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return post("/inbound?token="+token, formType, url.Values{"id": {id}, "from": {from}, "to": {to}, "text": {text}}.Encode())
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return post("/status?token="+token, formType, url.Values{"id": {ref}, "status": {pick(ok, "Success", "Failed")}, "phoneNumber": {"+254"}}.Encode())
		},
	},
	"kannel": {
		account: Account{URL: "http://kannel:13013", User: "u", Secret: "p", HookSecret: token},
		took: func(r *http.Request, _ string) gatewaytest.Taken {
			f := r.URL.Query()
			return gatewaytest.Taken{From: f.Get("from"), To: f.Get("to"), Text: f.Get("text")}
		},
		ours: func(r *http.Request) string {
			u, _ := url.Parse(strings.ReplaceAll(r.URL.Query().Get("dlr-url"), "%", "%25"))
			return u.Query().Get("ref")
		},
		taken:  func(string) (int, string) { return 202, "0: Accepted for delivery" },
		busy:   fixed(503, "Temporal failure, try again later."),
		refuse: fixed(400, "Empty text not allowed, rejected"),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			f := url.Values{"token": {token}, "id": {id}, "from": {from}, "to": {to}, "text": {string(toUTF16(text))}, "coding": {"2"}}
			return get("/inbound?" + f.Encode())
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return get("/status?" + url.Values{"token": {token}, "ref": {ref}, "type": {pick(ok, "1", "2")}}.Encode())
		},
	},
	"jasmin": {
		account: Account{URL: "http://jasmin:1401", User: "u", Secret: "p", HookSecret: token},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			f := params(body)
			return gatewaytest.Taken{From: f.Get("from"), To: f.Get("to"), Text: f.Get("content") + fromUTF16(f.Get("hex-content"))}
		},
		taken:  func(ref string) (int, string) { return 200, `Success "` + ref + `"` },
		busy:   fixed(403, `Error "User throughput exceeded"`),
		refuse: fixed(413, `Error "too long"`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return post("/inbound?token="+token, formType, url.Values{"id": {id}, "from": {from}, "to": {to}, "coding": {"8"}, "content": {"?"},
				"binary": {hex.EncodeToString(toUTF16(text))}}.Encode())
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return post("/status?token="+token, formType, url.Values{"id": {ref}, "message_status": {pick(ok, "DELIVRD", "UNDELIV")}}.Encode())
		},
	},
	"aws": {
		account: Account{Region: "us-east-1", User: "AK", Secret: "sk", Topics: []string{"arn:aws:sns:us-east-1:111122223333:t"}},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: said(body, "OriginationIdentity"), To: said(body, "DestinationPhoneNumber"), Text: said(body, "MessageBody")}
		},
		taken:  func(ref string) (int, string) { return 200, object("MessageId", ref) },
		busy:   fixed(400, `{"__type": "ThrottlingException"}`),
		refuse: fixed(400, `{"__type": "ValidationException", "Reason": "MAXIMUM_SIZE_EXCEEDED"}`),
		reply: func(f *farSide, from, to, id, text string) *http.Request {
			return snsSigned(f, object("originationNumber", from, "destinationNumber", to, "messageBody", text, "inboundMessageId", id))
		},
		receipt: func(f *farSide, ref string, ok bool) *http.Request {
			return snsSigned(f, object("eventType", pick(ok, "TEXT_DELIVERED", "TEXT_UNREACHABLE"), "messageId", ref, "messageStatus", "X"))
		},
	},
	"generic": {
		account: Account{Secret: "s", HookSecret: token, Errors: map[string]string{"long": "refuse", "busy": "retry"}, Generic: Generic{
			Send: GenericSend{URL: "https://api.example.com/send", ID: "json:id", Code: "json:error",
				Body: `{"from": {{json .From}}, "to": {{json .To}}, "text": {{json .Text}}}`},
			Inbound: GenericInbound{ID: "json:id", From: "json:from", To: "json:to", Text: "json:text"},
			Status:  GenericStatus{ID: "json:id", Status: "json:status", Statuses: map[string]string{"ok": "delivered", "no": "failed"}},
		}},
		took: func(_ *http.Request, body string) gatewaytest.Taken {
			return gatewaytest.Taken{From: said(body, "from"), To: said(body, "to"), Text: said(body, "text")}
		},
		taken:  func(ref string) (int, string) { return 200, object("id", ref) },
		busy:   fixed(400, `{"error": "busy"}`),
		refuse: fixed(400, `{"error": "long"}`),
		reply: func(_ *farSide, from, to, id, text string) *http.Request {
			return post("/inbound?token="+token, jsonType, object("id", id, "from", from, "to", to, "text", text))
		},
		receipt: func(_ *farSide, ref string, ok bool) *http.Request {
			return post("/status?token="+token, jsonType, object("id", ref, "status", pick(ok, "ok", "no")))
		},
	},
}

func get(path string) *http.Request {
	r := post(path, "", "")
	r.Method = http.MethodGet
	return r
}
