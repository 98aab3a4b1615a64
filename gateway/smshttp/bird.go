package smshttp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// birdVerdicts is what the codes of Bird's answers mean; most errors say no more
// than their HTTP status.
// https://docs.bird.com/api/channels-api/api-reference/messaging
var birdVerdicts = map[string]sms.Verdict{
	"InvalidPayload":    sms.Refuse,
	"ChannelNotFound":   sms.OtherRoute,
	"InvalidChannel":    sms.OtherRoute,
	"ContactNotFound":   sms.BadNumber,
	"InvalidIdentifier": sms.BadNumber,
	"TooManyRequests":   sms.Retry,
}

// birdStatuses of outbound messages.
// https://docs.bird.com/api/channels-api/message-status-and-interactions
var birdStatuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "read": contact.StatusRead, "rejected": contact.StatusFailed,
	"sending_failed": contact.StatusFailed, "delivery_failed": contact.StatusFailed, "skipped": contact.StatusFailed,
}

// birdWindow is how old a signed web-hook may be.
const birdWindow = time.Hour

type bird struct {
	*settings
	numbers map[string]string // of channels
}

func newBird(s *settings) (web.Carrier, error) {
	b := &bird{s, map[string]string{}}
	for number, channel := range s.Channels {
		if other, ok := b.numbers[channel]; ok {
			return nil, invalid("channels", "%s and %s have the same channel", number, other)
		}
		b.numbers[channel] = number
	}
	return b, nil
}

// Requests: https://docs.bird.com/api/channels-api/supported-channels/programmable-sms/sending-sms-messages
func (b *bird) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, media, err := b.content(m, 10)
	if err != nil {
		return nil, err
	}
	channel, ok := b.Channels[b.sender(m)]
	if !ok {
		return nil, fault.New(fault.Denied, "channels: %s has none", b.sender(m))
	}
	body := map[string]any{"type": "text", "text": map[string]any{"text": text}}
	if len(media) > 0 {
		images := make([]any, len(media))
		for i, address := range media {
			images[i] = map[string]any{"mediaUrl": address}
		}
		image := map[string]any{"images": images}
		if text != "" {
			image["text"] = text
		}
		body = map[string]any{"type": "image", "image": image}
	}
	out := map[string]any{
		"receiver": map[string]any{"contacts": []any{map[string]any{"identifierKey": "phonenumber", "identifierValue": m.To}}},
		"body":     body,
	}
	if m.ID != "" {
		out["reference"] = m.ID
	}
	b.merge(out)
	q, err := document(b.URL+"/workspaces/"+url.PathEscape(b.Owner)+"/channels/"+url.PathEscape(channel)+"/messages", out)
	if err != nil {
		return nil, err
	}
	authorize(&q, "AccessKey "+b.Secret)
	return []web.Request{q}, nil
}

func (b *bird) Answer(a *web.Answer) (web.Taken, error) {
	var in struct {
		ID      string `json:"id"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	err := json.Unmarshal(a.Body, &in)
	if a.Status >= 300 {
		return web.Taken{}, &web.Refusal{Code: in.Code, Text: in.Message}
	}
	if err != nil {
		return web.Taken{}, err
	}
	return taken(web.Taken{Ref: in.ID}, "id")
}

// Admit: https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook:
// HMAC-SHA256 over the time, the address and the body's SHA-256, a line each.
func (b *bird) Admit(_ context.Context, h *web.Hook) error {
	at := h.Header.Get("Messagebird-Request-Timestamp")
	if err := web.Fresh(at, h.Now, birdWindow); err != nil {
		return err
	}
	sum := sha256.Sum256(h.Body)
	want := web.MAC(sha256.New, b.HookSecret, at, "\n", h.URL, "\n", string(sum[:]))
	if !web.Same(base64.StdEncoding.EncodeToString(want), h.Header.Get("Messagebird-Signature")) {
		return web.Forged("signature")
	}
	return nil
}

type birdHook struct {
	Event   string `json:"event"`
	Payload struct {
		ID      string `json:"id"`
		Channel string `json:"channelId"`
		Sender  struct {
			Contact struct {
				Value string `json:"identifierValue"`
			} `json:"contact"`
		} `json:"sender"`
		Body struct {
			Type string `json:"type"`
			Text struct {
				Text string `json:"text"`
			} `json:"text"`
			Image struct {
				Text   string `json:"text"`
				Images []struct {
					URL string `json:"mediaUrl"`
				} `json:"images"`
			} `json:"image"`
			File struct {
				Text  string `json:"text"`
				Files []struct {
					URL  string `json:"mediaUrl"`
					Type string `json:"contentType"`
					Name string `json:"filename"`
				} `json:"files"`
			} `json:"file"`
		} `json:"body"`
		Status  string `json:"status"`
		Reason  string `json:"reason"`
		Failure struct {
			Code  json.Number `json:"code"`
			Words string      `json:"description"`
		} `json:"failure"`
		At time.Time `json:"lastStatusAt"`
	} `json:"payload"`
}

// Hear: https://docs.bird.com/api/channels-api/supported-channels/programmable-sms/receiving-messages
func (b *bird) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	var in birdHook
	if err := parse(h, &in); err != nil {
		return web.Heard{}, err
	}
	p := &in.Payload
	switch in.Event {
	case "sms.outbound":
		words := p.Failure.Words
		if words == "" {
			words = p.Reason
		}
		e := status(birdStatuses, p.Status, p.Failure.Code.String(), words, p.ID)
		if len(e) > 0 {
			e[0].Receipt.At = p.At
		}
		return web.Heard{Events: e}, nil
	case "sms.inbound":
		number, ok := b.numbers[p.Channel]
		if !ok || p.ID == "" {
			return web.Heard{}, fault.New(fault.Invalid, "channelId: %.60q is none of the account's", p.Channel)
		}
		e := web.Event{Key: p.ID, From: b.canonical(p.Sender.Contact.Value), To: number, Text: p.Body.Text.Text + p.Body.Image.Text + p.Body.File.Text}
		for _, i := range p.Body.Image.Images {
			e.Media = append(e.Media, web.Media{Get: web.Request{Method: http.MethodGet, URL: i.URL}})
		}
		for _, f := range p.Body.File.Files {
			e.Media = append(e.Media, web.Media{Type: f.Type, Name: f.Name, Get: web.Request{Method: http.MethodGet, URL: f.URL}})
		}
		return web.Heard{Events: []web.Event{e}}, nil
	}
	return web.Heard{}, nil // another channel's
}
