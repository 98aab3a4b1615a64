package smshttp

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// plivoVerdicts is what the error codes of Plivo's messages mean. Its answers
// have no code, only an HTTP status and words.
// https://www.plivo.com/docs/messaging/troubleshooting/error-codes
var plivoVerdicts = map[string]sms.Verdict{
	"10":  sms.Refuse,
	"20":  sms.Retry,
	"30":  sms.OtherRoute, // spam
	"40":  sms.OtherRoute, // source number
	"50":  sms.BadNumber,
	"60":  sms.Refuse,     // a loop
	"70":  sms.BadNumber,  // unavailable for good
	"80":  sms.OtherRoute, // unavailable for the moment
	"90":  sms.OtherRoute, // no route
	"100": sms.OtherRoute,
	"110": sms.Refuse, // too long
	"200": sms.OptedOut,
	"201": sms.OtherRoute,
	"300": sms.OtherRoute,
	"420": sms.OtherRoute, // expired
	"450": sms.OtherRoute,
	"900": sms.OtherRoute, // no credit
	"910": sms.OtherRoute,
}

// plivoStatuses of a message.
// https://www.plivo.com/docs/messaging/api/message
var plivoStatuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "read": contact.StatusRead,
	"undelivered": contact.StatusFailed, "rejected": contact.StatusFailed, "failed": contact.StatusFailed,
}

type plivo struct{ *settings }

func newPlivo(s *settings) (web.Carrier, error) {
	if s.Signature != "" && s.Signature != "v3" {
		return nil, invalid("signature", "v3, or nothing, not %q", s.Signature)
	}
	return &plivo{s}, nil
}

// Requests: https://www.plivo.com/docs/messaging/api/message/send-a-message
func (p *plivo) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, media, err := p.content(m, 10)
	if err != nil {
		return nil, err
	}
	b := map[string]any{"dst": bare(m.To), "text": text, "type": "sms"}
	if p.Service != "" {
		b["powerpack_uuid"] = p.Service
	} else {
		b["src"] = bare(p.sender(m))
	}
	if len(media) > 0 {
		b["type"], b["media_urls"] = "mms", media
	}
	if m.HookURL != "" {
		b["url"], b["method"] = m.HookURL, "POST"
	}
	p.merge(b)
	q, err := document(p.URL+"/v1/Account/"+url.PathEscape(p.User)+"/Message/", b)
	if err != nil {
		return nil, err
	}
	authorize(&q, web.Basic(p.User, p.Secret))
	return []web.Request{q}, nil
}

func (p *plivo) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		IDs   []string        `json:"message_uuid"`
		Error json.RawMessage `json:"error"` // words, or an object of words
	}
	err := json.Unmarshal(a.Body, &b)
	if a.Status >= 300 {
		no := &web.Refusal{Text: strings.Trim(string(b.Error), `"`)}
		if words := strings.ToLower(no.Text); a.Status == 400 && strings.Contains(words, "dst") && strings.Contains(words, "valid") {
			no.Verdict = sms.BadNumber
		}
		return web.Taken{}, no
	}
	if err != nil || len(b.IDs) == 0 {
		return web.Taken{}, fault.New(fault.Internal, "the answer has no message_uuid")
	}
	return taken(web.Taken{Ref: b.IDs[0], Refs: b.IDs[1:]}, "message_uuid")
}

// Admit checks the newest of Plivo's signatures that a web-hook bears: V3, which
// covers what it says, or V2, which covers its address and a nonce alone. With
// signature v3 nothing less will do. A token in the address (hook_secret) is
// checked beside them.
// https://www.plivo.com/docs/messaging/concepts/signature-validation
func (p *plivo) Admit(_ context.Context, h *web.Hook) error {
	if p.HookSecret != "" {
		if err := h.Token(p.HookUser, p.HookSecret); err != nil {
			return err
		}
	}
	address, _, _ := strings.Cut(h.URL, "?")
	version, signed := "V2", address+h.Header.Get("X-Plivo-Signature-V2-Nonce")
	if p.Signature == "v3" || h.Header.Get("X-Plivo-Signature-V3-Nonce") != "" {
		version, signed = "V3", plivoV3(h, address)+"."+h.Header.Get("X-Plivo-Signature-V3-Nonce")
	}
	want := base64.StdEncoding.EncodeToString(web.MAC(sha256.New, p.Secret, signed))
	for _, name := range []string{"X-Plivo-Signature-" + version, "X-Plivo-Signature-Ma-" + version} {
		for said := range strings.SplitSeq(h.Header.Get(name), ",") {
			if h.Header.Get("X-Plivo-Signature-"+version+"-Nonce") != "" && web.Same(want, strings.TrimSpace(said)) {
				return nil
			}
		}
	}
	return web.Forged("signature")
}

// plivoV3 is what a V3 signature covers: the address, its parameters by name
// and, behind a point, those of a form.
func plivoV3(h *web.Hook, address string) string {
	list := func(v url.Values, between, equals string) string {
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			for _, value := range slices.Sorted(slices.Values(v[name])) {
				parts = append(parts, name+equals+value)
			}
		}
		return strings.Join(parts, between)
	}
	query, form := list(h.Query, "&", "="), list(h.Form, "", "")
	if query != "" || form != "" {
		address += "?" + query
	}
	if query != "" && form != "" {
		address += "."
	}
	return address + form
}

// Hear: https://www.plivo.com/docs/messaging/concepts/webhooks
func (p *plivo) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	id := h.Value("MessageUUID")
	if id == "" {
		return web.Heard{}, fault.New(fault.Invalid, "MessageUUID: is missing")
	}
	if st := h.Value("Status"); st != "" && h.Value("Text") == "" && h.Value("Media0") == "" {
		code := h.Value("ErrorCode")
		if code == "000" {
			code = ""
		}
		// A long message's parts have ids of their own, and name the message's.
		return web.Heard{Events: status(plivoStatuses, st, code, "", h.Value("ParentMessageUUID"), id)}, nil
	}
	e := web.Event{Key: id, From: p.international(h.Value("From")), To: p.international(h.Value("To")), Text: h.Value("Text")}
	for i := range 10 {
		if address := h.Value("Media" + strconv.Itoa(i)); address != "" {
			e.Media = append(e.Media, web.Media{Get: web.Request{Method: http.MethodGet, URL: address}})
		}
	}
	return web.Heard{Events: []web.Event{e}}, nil
}
