package smshttp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// infobipVerdicts is what Infobip's statuses and errors mean.
// https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes
var infobipVerdicts = map[string]sms.Verdict{
	"REJECTED_NETWORK":                    sms.OtherRoute,
	"REJECTED_PREFIX_MISSING":             sms.BadNumber,
	"REJECTED_DND":                        sms.OtherRoute,
	"REJECTED_SOURCE":                     sms.OtherRoute,
	"REJECTED_SENDER":                     sms.OtherRoute,
	"REJECTED_DESTINATION":                sms.BadNumber,
	"REJECTED_DESTINATION_BLOCKLISTED":    sms.OptedOut,
	"REJECTED_DESTINATION_NOT_REGISTERED": sms.OtherRoute, // a trial account
	"REJECTED_NOT_ENOUGH_CREDITS":         sms.OtherRoute,
	"REJECTED_PREPAID_PACKAGE_EXPIRED":    sms.OtherRoute,
	"REJECTED_FREE_TRIAL_EXCEEDED":        sms.OtherRoute,
	"REJECTED_ROUTE_NOT_AVAILABLE":        sms.OtherRoute,
	"REJECTED_FLOODING_FILTER":            sms.OtherRoute,
	"REJECTED_SYSTEM_ERROR":               sms.Retry,
	"REJECTED_INTERNAL_ERROR":             sms.Retry,
	"REJECTED_NO_CONTENT":                 sms.Refuse,
	"REJECTED_MESSAGE_IS_EMPTY":           sms.Refuse,
	"REJECTED_MESSAGE_TOO_LONG":           sms.Refuse,
	"REJECTED_MESSAGE_TEXT_TOO_LONG":      sms.Refuse,
	"REJECTED_INVALID_VALIDITY_PERIOD":    sms.OtherRoute,
	"UNDELIVERABLE_NOT_SENT":              sms.OtherRoute,
	"UNDELIVERABLE_REJECTED_OPERATOR":     sms.OtherRoute,
	"UNAUTHORIZED":                        sms.OtherRoute,
	"BAD_REQUEST":                         sms.OtherRoute,
	"TOO_MANY_REQUESTS":                   sms.Retry,
	"E429":                                sms.Retry,
	"E401":                                sms.OtherRoute,
	"E403":                                sms.OtherRoute,
	"E400":                                sms.OtherRoute,
}

// duplicate is Infobip's answer to a message whose id it has had: an earlier
// try, of which nobody knew what became, was taken after all.
const duplicate = "REJECTED_DUPLICATE_MESSAGE_ID"

// Groups of statuses.
const (
	infobipPending       = 1
	infobipUndeliverable = 2
	infobipDelivered     = 3
	infobipExpired       = 4
	infobipRejected      = 5
)

// infobipTime is how Infobip writes times.
const infobipTime = "2006-01-02T15:04:05.000-0700"

type infobip struct{ *settings }

func newInfobip(s *settings) (web.Carrier, error) {
	if s.Signature != "" && !headerName.MatchString(s.Signature) {
		return nil, invalid("signature", "the name of a header, not %q", s.Signature)
	}
	return &infobip{s}, s.plainToken()
}

// headerName is a name of RFC 9110's, as far as anybody has one.
var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// Requests: https://www.infobip.com/docs/api/channels/sms/outbound-sms/send-sms-messages.
// The message bears our id, so that sending it again after an unknown outcome
// makes no second one.
func (i *infobip) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := i.content(m, -1)
	if err != nil {
		return nil, err
	}
	to := map[string]any{"to": bare(m.To)}
	if m.ID != "" {
		to["messageId"] = m.ID
	}
	one := map[string]any{"sender": bare(i.sender(m)), "destinations": []any{to}, "content": map[string]any{"text": text}}
	if m.HookURL != "" {
		one["webhooks"] = map[string]any{"contentType": "application/json",
			"delivery": map[string]any{"url": m.HookURL + "?token=" + i.HookSecret, "intermediateReport": false}}
	}
	i.merge(one)
	q, err := document(i.URL+"/sms/3/messages", map[string]any{"messages": []any{one}, "options": map[string]any{"includeSmsCountInResponse": true}})
	if err != nil {
		return nil, err
	}
	authorize(&q, "App "+i.Secret)
	return []web.Request{q}, nil
}

type infobipStatus struct {
	Group int    `json:"groupId"`
	Name  string `json:"name"`
	Words string `json:"description"`
}

func (i *infobip) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		Messages []struct {
			ID      string        `json:"messageId"`
			Status  infobipStatus `json:"status"`
			Details struct {
				Count int `json:"messageCount"`
			} `json:"details"`
		} `json:"messages"`
		Code    string `json:"errorCode"`
		Words   string `json:"description"`
		Request struct {
			Service struct {
				ID   string `json:"messageId"`
				Text string `json:"text"`
			} `json:"serviceException"`
		} `json:"requestError"`
	}
	err := json.Unmarshal(a.Body, &b)
	switch {
	case a.Status >= 300 && b.Code != "":
		return web.Taken{}, &web.Refusal{Code: b.Code, Text: b.Words}
	case a.Status >= 300:
		return web.Taken{}, &web.Refusal{Code: b.Request.Service.ID, Text: b.Request.Service.Text}
	case err != nil:
		return web.Taken{}, err
	case len(b.Messages) == 0:
		return web.Taken{}, fault.New(fault.Internal, "the answer has no messages")
	}
	m := b.Messages[0]
	if m.Status.Name == duplicate && a.Message != nil && a.Message.ID != "" {
		return web.Taken{Ref: a.Message.ID, Note: "the carrier had the message already, from an earlier try"}, nil
	}
	switch m.Status.Group {
	case infobipUndeliverable, infobipExpired, infobipRejected:
		return web.Taken{}, &web.Refusal{Code: m.Status.Name, Text: m.Status.Words}
	}
	return taken(web.Taken{Ref: m.ID, Segments: m.Details.Count}, "messageId")
}

// Admit: Infobip sends what the account tells it to: a token in the address,
// HTTP Basic or, in the header that signature names, an HMAC-SHA256 of the body
// under hook_secret. https://www.infobip.com/docs/cpaas-x/subscriptions-management
func (i *infobip) Admit(_ context.Context, h *web.Hook) error {
	if said := h.Header.Get(i.Signature); i.Signature != "" && said != "" {
		sum := web.MAC(sha256.New, i.HookSecret, string(h.Body))
		said = strings.TrimPrefix(said, "sha256=")
		if web.Same(hex.EncodeToString(sum), strings.ToLower(said)) || web.Same(base64.StdEncoding.EncodeToString(sum), said) {
			return nil
		}
		return web.Forged("signature")
	}
	return h.Token(i.HookUser, i.HookSecret)
}

// Hear: https://www.infobip.com/docs/api/channels/sms/inbound-sms/receive-inbound-sms-messages and
// https://www.infobip.com/docs/api/channels/sms/logs-and-status-reports/receive-outbound-sms-message-reports-v3
func (i *infobip) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	var b struct {
		Results []struct {
			ID     string         `json:"messageId"`
			From   string         `json:"from"`
			To     string         `json:"to"`
			Text   *string        `json:"text"`
			Done   string         `json:"doneAt"`
			Status *infobipStatus `json:"status"`
			Error  infobipStatus  `json:"error"`
		} `json:"results"`
	}
	if err := parse(h, &b); err != nil {
		return web.Heard{}, err
	}
	var out web.Heard
	for _, r := range b.Results {
		if r.ID == "" {
			return web.Heard{}, fault.New(fault.Invalid, "results: one has no messageId")
		}
		if r.Status == nil {
			if r.Text == nil {
				continue
			}
			out.Events = append(out.Events, web.Event{Key: r.ID, From: i.international(r.From), To: i.international(r.To), Text: *r.Text})
			continue
		}
		code, words := r.Error.Name, r.Error.Words
		if code == "NO_ERROR" {
			code, words = "", ""
		}
		e := status(infobipStatuses(r.Status), r.Status.Name, code, words, r.ID)
		if at, err := time.Parse(infobipTime, r.Done); err == nil && len(e) > 0 {
			e[0].Receipt.At = at
		}
		out.Events = append(out.Events, e...)
	}
	return out, nil
}

// infobipStatuses is what a status means: by its group, but for two that sound
// final and are not.
func infobipStatuses(s *infobipStatus) map[string]string {
	var st string
	switch {
	case s.Name == "DELIVERED_TO_OPERATOR":
		st = contact.StatusSent
	case s.Name == "EXPIRED_DLR_UNKNOWN":
		st = contact.StatusUnknown
	case s.Group == infobipPending:
		st = contact.StatusSent
	case s.Group == infobipDelivered:
		st = contact.StatusDelivered
	case s.Group == infobipUndeliverable, s.Group == infobipExpired, s.Group == infobipRejected:
		st = contact.StatusFailed
	}
	return map[string]string{s.Name: st}
}
