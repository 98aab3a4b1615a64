package smshttp

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// kannelVerdicts: Kannel's answers have no code but their HTTP status.
// https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html, "SMS push reply"
var kannelVerdicts = map[string]sms.Verdict{
	"HTTP 400": sms.Refuse,
	"HTTP 403": sms.OtherRoute,
	"HTTP 404": sms.OtherRoute, // no route
	"HTTP 503": sms.Retry,      // "Temporal failure, try again later."
}

// kannelStatuses of %d in a dlr-url, the same guide, "Delivery Reports".
var kannelStatuses = map[string]string{
	"1": contact.StatusDelivered, "2": contact.StatusFailed, "4": contact.StatusSent, "8": contact.StatusSent,
	"16": contact.StatusFailed, "32": contact.StatusSent,
}

type kannel struct{ *settings }

func newKannel(s *settings) (web.Carrier, error) { return &kannel{s}, s.plainToken() }

// Requests: the guide's "Using the HTTP interface to send SMS messages". Kannel
// gives no reference, but lets us put one into the address of the report.
func (k *kannel) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := k.content(m, -1)
	if err != nil {
		return nil, err
	}
	ref := m.ID
	if ref == "" {
		ref = uuid.NewString()
	}
	f := url.Values{"username": {k.User}, "password": {k.Secret}, "to": {m.To}, "from": {k.sender(m)},
		"text": {text}, "charset": {"UTF-8"}, "coding": {"0"}}
	if k.unicode(text) {
		f.Set("coding", "2")
	}
	if k.Service != "" {
		f.Set("smsc", k.Service)
	}
	if m.HookURL != "" {
		f.Set("dlr-mask", "31")
		f.Set("dlr-url", m.HookURL+"/status?token="+k.HookSecret+"&ref="+ref+"&type=%d&answer=%A&at=%T")
	}
	k.put(f)
	return []web.Request{{Method: http.MethodGet, URL: k.URL + "/cgi-bin/sendsms?" + f.Encode(), Tag: ref}}, nil
}

// Answer: 202 with "0: Accepted for delivery" or "3: Queued for later delivery".
func (k *kannel) Answer(a *web.Answer) (web.Taken, error) {
	words := strings.TrimSpace(string(a.Body))
	if a.Status >= 300 {
		no := &web.Refusal{Code: web.StatusCode(a.Status), Text: words}
		if strings.HasPrefix(words, "Temporal failure") {
			no.Verdict = sms.Retry
		}
		return web.Taken{}, no
	}
	if code, _, ok := strings.Cut(words, ":"); ok && code != "0" && code != "3" && digits(code) {
		return web.Taken{}, &web.Refusal{Code: code, Text: words}
	}
	return web.Taken{Ref: a.Request.Tag}, nil
}

// Admit: Kannel does not sign; its addresses bear a token.
func (k *kannel) Admit(_ context.Context, h *web.Hook) error {
	return h.Token(k.HookUser, k.HookSecret)
}

// Hear reads what the addresses of docs/carriers.md bring.
func (k *kannel) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	if strings.HasPrefix(h.Path, "/status") {
		ref := h.Value("ref")
		if ref == "" {
			return web.Heard{}, fault.New(fault.Invalid, "ref: is missing")
		}
		st, code := h.Value("type"), ""
		if kannelStatuses[st] == contact.StatusFailed {
			code = kannelCode(h.Value("answer"))
		}
		return web.Heard{Events: status(kannelStatuses, st, code, "", ref)}, nil
	}
	from, to := h.Value("from"), h.Value("to")
	if from == "" || to == "" {
		return web.Heard{}, fault.New(fault.Invalid, "from, to: are needed")
	}
	text := h.Value("text")
	switch coding, _ := strconv.Atoi(h.Value("coding")); coding {
	case 2: // UTF-16, big endian
		text = sms.Decode([]byte(text), sms.UCS2, sms.Tables{})
	case 1:
		if !utf8.ValidString(text) {
			return web.Heard{}, nil // no text, and nothing that a flow could do with it
		}
	}
	e := web.Event{Key: h.Value("id"), From: k.canonical(from), To: k.canonical(to), Text: strings.ToValidUTF8(text, "�")}
	return web.Heard{Events: []web.Event{e}}, nil // an answer with words would be sent to the customer
}

// kannelCode takes the SMSC's own words out of what Kannel says of a report:
// "stat:UNDELIV err:012" out of a receipt, or "NACK/11/Invalid Destination".
func kannelCode(answer string) string {
	if rest, ok := strings.CutPrefix(answer, "NACK/"); ok {
		return rest
	}
	var out []string
	for _, w := range strings.Fields(answer) {
		if strings.HasPrefix(w, "stat:") || strings.HasPrefix(w, "err:") {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}
