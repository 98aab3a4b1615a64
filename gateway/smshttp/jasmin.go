package smshttp

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// jasminVerdicts is what Jasmin's words mean: they are all it says beside the
// HTTP status. https://docs.jasminsms.com/en/latest/apis/http/index.html#http-response
var jasminVerdicts = map[string]sms.Verdict{
	"User throughput exceeded": sms.Retry,
	"No route found":           sms.OtherRoute,
	"HTTP 400":                 sms.OtherRoute,
	"HTTP 403":                 sms.OtherRoute,
	"HTTP 412":                 sms.OtherRoute,
	"HTTP 500":                 sms.Retry, // it could not be queued
	"HTTP 503":                 sms.Retry,
}

// jasminStatuses of receipts: SMPP's words for a message's state, and of the
// SMSC's own answer ESME_ROK.
var jasminStatuses = map[string]string{
	"ESME_ROK": contact.StatusSent, "ACCEPTD": contact.StatusSent, "ENROUTE": contact.StatusSent, "DELIVRD": contact.StatusDelivered,
	"EXPIRED": contact.StatusFailed, "DELETED": contact.StatusFailed, "UNDELIV": contact.StatusFailed, "REJECTD": contact.StatusFailed,
	"UNKNOWN": contact.StatusUnknown,
}

// jasminAnswer is how Jasmin wants to hear that we have it, to the letter.
const jasminAnswer = "ACK/Jasmin"

var jasminWords = regexp.MustCompile(`^(Success|Error) "(.*)"\s*$`)

type jasmin struct{ *settings }

func newJasmin(s *settings) (web.Carrier, error) { return &jasmin{s}, s.plainToken() }

// Requests: https://docs.jasminsms.com/en/latest/apis/http/index.html#http-request-parameters
func (j *jasmin) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := j.content(m, -1)
	if err != nil {
		return nil, err
	}
	f := url.Values{"username": {j.User}, "password": {j.Secret}, "to": {m.To}, "from": {j.sender(m)}, "coding": {"0"}}
	if j.unicode(text) {
		f.Set("coding", "8")
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		f.Set("hex-content", hex.EncodeToString(b))
	} else {
		f.Set("content", text)
	}
	if m.HookURL != "" {
		f.Set("dlr", "yes")
		f.Set("dlr-url", m.HookURL+"/status?token="+j.HookSecret)
		f.Set("dlr-level", "3")
		f.Set("dlr-method", "POST")
	}
	j.put(f)
	return []web.Request{form(j.URL+"/send", f)}, nil
}

func (j *jasmin) Answer(a *web.Answer) (web.Taken, error) {
	w := jasminWords.FindStringSubmatch(strings.TrimSpace(string(a.Body)))
	switch {
	case a.Status >= 300 && w != nil:
		code := web.StatusCode(a.Status)
		if _, known := jasminVerdicts[w[2]]; known {
			code = w[2]
		}
		return web.Taken{}, &web.Refusal{Code: code, Text: w[2]}
	case a.Status >= 300:
		return web.Taken{}, &web.Refusal{Code: web.StatusCode(a.Status)}
	case w == nil || w[1] != "Success":
		return web.Taken{}, fault.New(fault.Internal, "the answer does not say Success")
	}
	return taken(web.Taken{Ref: w[2]}, "message id")
}

// Admit: Jasmin does not sign; its addresses bear a token.
func (j *jasmin) Admit(_ context.Context, h *web.Hook) error {
	return h.Token(j.HookUser, j.HookSecret)
}

// Hear: https://docs.jasminsms.com/en/latest/apis/http/index.html#receiving-dlr and #receiving-sms-mo
func (j *jasmin) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	out := web.Heard{Type: "text/plain", Body: jasminAnswer}
	id := h.Value("id")
	if id == "" {
		return out, fault.New(fault.Invalid, "id: is missing")
	}
	if st := h.Value("message_status"); st != "" {
		code := h.Value("err")
		if strings.Trim(code, "0") == "" {
			code = ""
		}
		known := jasminStatuses
		if strings.HasPrefix(st, "ESME_") && st != "ESME_ROK" { // the SMSC's no to the submission
			known, code = map[string]string{st: contact.StatusFailed}, st
		}
		out.Events = status(known, st, code, "", id)
		return out, nil
	}
	text, ok := jasminText(h)
	if !ok {
		return out, nil // no text, and nothing that a flow could do with it
	}
	out.Events = []web.Event{{Key: id, From: j.canonical(h.Value("from")), To: j.canonical(h.Value("to")), Text: text}}
	return out, nil
}

// jasminText reads a message's octets, as the SMSC sent them.
func jasminText(h *web.Hook) (string, bool) {
	data, err := hex.DecodeString(h.Value("binary"))
	if err != nil || len(data) == 0 {
		return strings.ToValidUTF8(h.Value("content"), "�"), true
	}
	raw := h.Value("coding")
	n, err := strconv.Atoi(raw)
	if err != nil && len(raw) == 1 { // some versions write the octet itself
		n = int(raw[0])
	}
	switch n {
	case 0:
		return sms.Decode(data, sms.GSM7, sms.Tables{}), true
	case 1:
		return sms.Decode(data, sms.ASCII, sms.Tables{}), true
	case 3:
		return sms.Decode(data, sms.Latin1, sms.Tables{}), true
	case 8:
		return sms.Decode(data, sms.UCS2, sms.Tables{}), true
	}
	return "", false
}
