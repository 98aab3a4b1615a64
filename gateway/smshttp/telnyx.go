package smshttp

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// telnyxVerdicts is what Telnyx's errors mean.
// https://developers.telnyx.com/docs/messaging/messages/error-codes and
// https://developers.telnyx.com/development/api-fundamentals/api-errors
var telnyxVerdicts = map[string]sms.Verdict{
	"10001": sms.OtherRoute, // our number is not active
	"10002": sms.BadNumber,
	"10003": sms.OtherRoute,
	"10004": sms.OtherRoute,
	"10005": sms.OtherRoute,
	"10007": sms.Uncertain,
	"10008": sms.Uncertain,
	"10009": sms.OtherRoute,
	"10010": sms.OtherRoute,
	"10011": sms.Retry,
	"10015": sms.OtherRoute,
	"10016": sms.BadNumber,
	"20100": sms.OtherRoute, // no funds
	"40001": sms.BadNumber,  // a landline
	"40002": sms.OtherRoute,
	"40003": sms.OtherRoute,
	"40004": sms.OtherRoute,
	"40005": sms.OtherRoute,
	"40006": sms.Retry,
	"40008": sms.OtherRoute,
	"40009": sms.Refuse,
	"40010": sms.OtherRoute, // 10DLC registration
	"40011": sms.Retry,
	"40012": sms.BadNumber,
	"40013": sms.OtherRoute,
	"40014": sms.OtherRoute,
	"40015": sms.OtherRoute,
	"40100": sms.OtherRoute,
	"40151": sms.OtherRoute,
	"40300": sms.OptedOut,
	"40301": sms.OtherRoute,
	"40302": sms.Refuse,
	"40304": sms.Refuse,
	"40305": sms.OtherRoute,
	"40306": sms.OtherRoute,
	"40308": sms.OtherRoute,
	"40309": sms.OtherRoute,
	"40310": sms.BadNumber,
	"40312": sms.OtherRoute,
	"40314": sms.OtherRoute,
	"40315": sms.OtherRoute,
	"40316": sms.Refuse,
	"40317": sms.Refuse,
	"40318": sms.Retry,
	"40319": sms.BadNumber,
	"40320": sms.Retry,
	"40321": sms.OtherRoute,
	"40322": sms.Refuse,
	"40328": sms.Refuse,
}

// telnyxStatuses of a recipient.
// https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
var telnyxStatuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "sending_failed": contact.StatusFailed,
	"delivery_failed": contact.StatusFailed, "delivery_unconfirmed": contact.StatusUnknown,
}

type telnyx struct {
	*settings
	key ed25519.PublicKey
}

func newTelnyx(s *settings) (web.Carrier, error) {
	key, err := base64.StdEncoding.DecodeString(s.HookSecret)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, invalid("hook_secret", "telnyx: the account's public key, 32 octets in base64")
	}
	return &telnyx{s, key}, nil
}

// Requests: https://developers.telnyx.com/api-reference/messages/send-a-message
func (t *telnyx) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, media, err := t.content(m, 10)
	if err != nil {
		return nil, err
	}
	b := map[string]any{"to": m.To, "from": t.sender(m)}
	if text != "" {
		b["text"] = text
	}
	if t.Service != "" {
		b["messaging_profile_id"] = t.Service
	}
	if len(media) > 0 {
		b["media_urls"] = media
	}
	if m.HookURL != "" {
		b["webhook_url"] = m.HookURL
	}
	t.merge(b)
	q, err := document(t.URL+"/v2/messages", b)
	if err != nil {
		return nil, err
	}
	authorize(&q, "Bearer "+t.Secret)
	return []web.Request{q}, nil
}

type telnyxError struct {
	Code   json.RawMessage `json:"code"` // a string, and in older answers a number
	Title  string          `json:"title"`
	Detail string          `json:"detail"`
}

func (e telnyxError) code() string { return strings.Trim(string(e.Code), `" `) }

func (e telnyxError) words() string {
	return strings.TrimSuffix(strings.TrimPrefix(e.Title+": "+e.Detail, ": "), ": ")
}

func (t *telnyx) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		Data struct {
			ID    string `json:"id"`
			Parts int    `json:"parts"`
		} `json:"data"`
		Errors []telnyxError `json:"errors"`
	}
	err := json.Unmarshal(a.Body, &b)
	if a.Status >= 300 {
		no := &web.Refusal{}
		if len(b.Errors) > 0 {
			no.Code, no.Text = b.Errors[0].code(), b.Errors[0].words()
		}
		return web.Taken{}, no
	}
	if err != nil {
		return web.Taken{}, err
	}
	return taken(web.Taken{Ref: b.Data.ID, Segments: b.Data.Parts}, "data.id")
}

// Admit: https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks:
// Ed25519 over the time, a bar and the body.
func (t *telnyx) Admit(_ context.Context, h *web.Hook) error {
	at := h.Header.Get("Telnyx-Timestamp")
	if err := web.Fresh(at, h.Now, web.Window); err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(h.Header.Get("Telnyx-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize ||
		!ed25519.Verify(t.key, append([]byte(at+"|"), h.Body...), signature) {
		return web.Forged("signature")
	}
	return nil
}

type telnyxHook struct {
	Data struct {
		Type    string `json:"event_type"`
		Payload struct {
			ID   string `json:"id"`
			From struct {
				Number string `json:"phone_number"`
			} `json:"from"`
			To []struct {
				Number string `json:"phone_number"`
				Status string `json:"status"`
			} `json:"to"`
			Text  string `json:"text"`
			Media []struct {
				URL  string `json:"url"`
				Type string `json:"content_type"`
			} `json:"media"`
			Errors []telnyxError `json:"errors"`
		} `json:"payload"`
	} `json:"data"`
}

// Hear: https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
func (t *telnyx) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	var b telnyxHook
	if err := parse(h, &b); err != nil {
		return web.Heard{}, err
	}
	p := &b.Data.Payload
	switch b.Data.Type {
	case "message.received":
		if p.ID == "" || len(p.To) == 0 {
			return web.Heard{}, fault.New(fault.Invalid, "data.payload: has no id, or no to")
		}
		e := web.Event{Key: p.ID, From: t.canonical(p.From.Number), To: t.canonical(p.To[0].Number), Text: p.Text}
		for _, m := range p.Media {
			e.Media = append(e.Media, web.Media{Type: m.Type, Get: web.Request{Method: http.MethodGet, URL: m.URL}})
		}
		return web.Heard{Events: []web.Event{e}}, nil
	case "message.sent", "message.finalized":
		if len(p.To) == 0 {
			return web.Heard{}, nil
		}
		code, words := "", ""
		if len(p.Errors) > 0 {
			code, words = p.Errors[0].code(), p.Errors[0].words()
		}
		return web.Heard{Events: status(telnyxStatuses, p.To[0].Status, code, words, p.ID)}, nil
	}
	return web.Heard{}, nil // not a message's
}
