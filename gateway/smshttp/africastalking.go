package smshttp

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// africasTalkingVerdicts is what the status codes of a recipient mean.
// https://developers.africastalking.com/docs/sms/sending/bulk
var africasTalkingVerdicts = map[string]sms.Verdict{
	"401": sms.OtherRoute, // held for risk
	"402": sms.OtherRoute, // sender id
	"403": sms.BadNumber,
	"404": sms.BadNumber,  // of a kind that takes no SMS
	"405": sms.OtherRoute, // no balance
	"406": sms.OptedOut,   // the user is on a blacklist
	"407": sms.OtherRoute, // no route
	"409": sms.OtherRoute, // do not disturb, at this hour
	"500": sms.Uncertain,
	"501": sms.Retry, // of the gateway
	"502": sms.OtherRoute,
}

// africasTalkingStatuses of delivery reports.
// https://developers.africastalking.com/docs/sms/notifications
var africasTalkingStatuses = map[string]string{
	"Sent": contact.StatusSent, "Submitted": contact.StatusSent, "Buffered": contact.StatusSent, "Success": contact.StatusDelivered,
	"Rejected": contact.StatusFailed, "Failed": contact.StatusFailed, "AbsentSubscriber": contact.StatusFailed, "Expired": contact.StatusFailed,
}

// The API, and where the user "sandbox" lives.
const (
	africasTalkingURL     = "https://api.africastalking.com"
	africasTalkingSandbox = "https://api.sandbox.africastalking.com"
)

type africasTalking struct{ *settings }

func newAfricasTalking(s *settings) (web.Carrier, error) {
	if s.User == "sandbox" && s.URL == africasTalkingURL {
		s.URL = africasTalkingSandbox
	}
	return &africasTalking{s}, s.plainToken()
}

// Requests: https://developers.africastalking.com/docs/sms/sending/bulk
func (t *africasTalking) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := t.content(m, -1)
	if err != nil {
		return nil, err
	}
	f := url.Values{"username": {t.User}, "to": {m.To}, "message": {text}}
	if from := t.sender(m); from != "" {
		f.Set("from", from)
	}
	t.put(f)
	q := form(t.URL+"/version1/messaging", f)
	q.Header.Set("Accept", "application/json")
	q.Header.Set("apiKey", t.Secret)
	return []web.Request{q}, nil
}

func (t *africasTalking) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		Data struct {
			Message    string `json:"Message"`
			Recipients []struct {
				Code   int    `json:"statusCode"`
				Status string `json:"status"`
				ID     string `json:"messageId"`
			} `json:"Recipients"`
		} `json:"SMSMessageData"`
	}
	err := json.Unmarshal(a.Body, &b)
	switch {
	case a.Status >= 300 && err != nil: // plain words
		return web.Taken{}, &web.Refusal{Text: string(a.Body)}
	case err != nil:
		return web.Taken{}, err
	case len(b.Data.Recipients) == 0: // as "InvalidSenderId": nothing was sent
		no := &web.Refusal{Code: b.Data.Message, Text: b.Data.Message}
		if a.Status < 300 {
			no.Verdict = sms.OtherRoute
		}
		return web.Taken{}, no
	}
	r := b.Data.Recipients[0]
	if r.Code < 100 || r.Code > 102 {
		return web.Taken{}, &web.Refusal{Code: strconv.Itoa(r.Code), Text: r.Status}
	}
	return taken(web.Taken{Ref: r.ID}, "messageId")
}

// Admit: Africa's Talking does not sign; the callback addresses bear a token.
func (t *africasTalking) Admit(_ context.Context, h *web.Hook) error {
	return h.Token(t.HookUser, t.HookSecret)
}

// Hear: https://developers.africastalking.com/docs/sms/notifications
func (t *africasTalking) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	id := h.Value("id")
	switch {
	case id != "" && h.Value("status") != "":
		reason := h.Value("failureReason")
		words := reason
		if strings.EqualFold(reason, "UserInBlackList") {
			words = "the recipient has opted out"
		}
		return web.Heard{Events: status(africasTalkingStatuses, h.Value("status"), reason, words, id)}, nil
	case id != "" && h.Value("from") != "":
		e := web.Event{Key: id, From: t.canonical(h.Value("from")), To: t.canonical(h.Value("to")), Text: h.Value("text")}
		return web.Heard{Events: []web.Event{e}}, nil
	case h.Value("phoneNumber") != "": // an opt-out or a subscription: the sends say so too
		return web.Heard{}, nil
	}
	return web.Heard{}, fault.New(fault.Invalid, "id: is missing")
}
