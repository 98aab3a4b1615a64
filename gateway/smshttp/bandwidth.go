package smshttp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// bandwidthVerdicts is what Bandwidth's errors mean: the types of answers, and
// the codes of message-failed.
// https://dev.bandwidth.com/docs/messaging/errors
var bandwidthVerdicts = map[string]sms.Verdict{
	"request-validation":              sms.OtherRoute,
	"unauthorized":                    sms.OtherRoute,
	"forbidden":                       sms.OtherRoute,
	"unsupported-content-type":        sms.OtherRoute,
	"max-message-queue-size-exceeded": sms.Retry,
	"4301":                            sms.Refuse,
	"4303":                            sms.BadNumber,
	"4350":                            sms.BadNumber,
	"4404":                            sms.BadNumber,
	"4406":                            sms.BadNumber,
	"4410":                            sms.Refuse,
	"4411":                            sms.Refuse,
	"4412":                            sms.Refuse,
	"4470":                            sms.OtherRoute,
	"4482":                            sms.OptedOut,
	"4492":                            sms.BadNumber,
	"4701":                            sms.BadNumber,
	"4720":                            sms.BadNumber,
	"4721":                            sms.BadNumber,
	"4775":                            sms.OptedOut,
}

type bandwidth struct{ *settings }

func newBandwidth(s *settings) (web.Carrier, error) { return &bandwidth{s}, nil }

// Requests: https://dev.bandwidth.com/docs/messaging/createMessage
func (b *bandwidth) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, media, err := b.content(m, 10)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"applicationId": b.Service, "to": []string{m.To}, "from": b.sender(m), "text": text}
	if len(media) > 0 {
		body["media"] = media
	}
	if m.ID != "" {
		body["tag"] = m.ID
	}
	b.merge(body)
	q, err := document(b.URL+"/users/"+url.PathEscape(b.Owner)+"/messages", body)
	if err != nil {
		return nil, err
	}
	authorize(&q, web.Basic(b.User, b.Secret))
	return []web.Request{q}, nil
}

func (b *bandwidth) Answer(a *web.Answer) (web.Taken, error) {
	var in struct {
		ID       string `json:"id"`
		Segments int    `json:"segmentCount"`
		Type     string `json:"type"`
		Words    string `json:"description"`
	}
	err := json.Unmarshal(a.Body, &in)
	if a.Status >= 300 {
		// "Any 4xx or 5xx" means that the message is not sent.
		no := &web.Refusal{Code: in.Type, Text: in.Words}
		if a.Status >= 500 {
			no.Verdict = sms.Retry
		}
		return web.Taken{}, no
	}
	if err != nil {
		return web.Taken{}, err
	}
	return taken(web.Taken{Ref: in.ID, Segments: in.Segments}, "id")
}

// Admit: the application's callback user name and password.
// https://dev.bandwidth.com/docs/messaging/webhooks
func (b *bandwidth) Admit(_ context.Context, h *web.Hook) error {
	return h.Token(b.HookUser, b.HookSecret)
}

type bandwidthHook struct {
	Type    string `json:"type"`
	Time    string `json:"time"`
	Words   string `json:"description"`
	To      string `json:"to"`
	Code    *int   `json:"errorCode"`
	Message struct {
		ID    string   `json:"id"`
		Owner string   `json:"owner"`
		From  string   `json:"from"`
		Text  string   `json:"text"`
		Media []string `json:"media"`
	} `json:"message"`
}

// Hear: https://dev.bandwidth.com/docs/messaging/webhooks
func (b *bandwidth) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	var list []bandwidthHook
	if err := parse(h, &list); err != nil {
		return web.Heard{}, err
	}
	var out web.Heard
	for i := range list {
		in := &list[i]
		if in.Message.ID == "" {
			return web.Heard{}, fault.New(fault.Invalid, "message.id: is missing")
		}
		out.Events = append(out.Events, b.event(in)...)
	}
	return out, nil
}

func (b *bandwidth) event(in *bandwidthHook) []web.Event {
	if in.Type == "message-received" {
		to := in.Message.Owner // of a group's copies, ours
		if to == "" {
			to = in.To
		}
		e := web.Event{Key: in.Message.ID, From: b.canonical(in.Message.From), To: b.canonical(to), Text: in.Message.Text}
		for _, address := range in.Message.Media {
			if strings.HasSuffix(address, ".smil") { // how the other files are laid out
				continue
			}
			e.Media = append(e.Media, b.file(address))
		}
		return []web.Event{e}
	}
	code := ""
	if in.Code != nil {
		code = strconv.Itoa(*in.Code)
	}
	known := map[string]string{"message-delivered": contact.StatusDelivered, "message-failed": contact.StatusFailed}
	if code == "9902" { // no receipt came in time, which says nothing of the message
		known["message-failed"] = contact.StatusUnknown
	}
	words := ""
	if in.Type == "message-failed" {
		words = in.Words
	}
	e := status(known, in.Type, code, words, in.Message.ID)
	if at, err := time.Parse(time.RFC3339, in.Time); err == nil && len(e) > 0 {
		e[0].Receipt.At = at
	}
	return e
}

// file fetches a file that came with a message. Credentials go to Bandwidth alone.
// https://dev.bandwidth.com/docs/messaging/mediaManagement
func (b *bandwidth) file(address string) web.Media {
	q := web.Request{Method: http.MethodGet, URL: address, Header: http.Header{}}
	if strings.HasPrefix(address, b.URL+"/") {
		authorize(&q, web.Basic(b.User, b.Secret))
	}
	return web.Media{Name: path.Base(address), Get: q}
}
