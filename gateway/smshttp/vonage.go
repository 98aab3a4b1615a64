package smshttp

import (
	"context"
	"crypto/md5"  //nolint:gosec // one of the account's choices
	"crypto/sha1" //nolint:gosec // another
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// vonageVerdicts is what the statuses of the SMS API mean.
// https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
var vonageVerdicts = map[string]sms.Verdict{
	"1":  sms.Retry,
	"2":  sms.OtherRoute,
	"3":  sms.OtherRoute,
	"4":  sms.OtherRoute,
	"5":  sms.Retry,     // an error of the platform
	"6":  sms.BadNumber, // a prefix that is not recognised
	"7":  sms.BadNumber, // barred
	"8":  sms.OtherRoute,
	"9":  sms.OtherRoute, // no credit
	"10": sms.Retry,
	"11": sms.OtherRoute,
	"12": sms.Refuse, // too long
	"14": sms.OtherRoute,
	"15": sms.OtherRoute,
	"22": sms.OtherRoute,
	"23": sms.OtherRoute,
	"29": sms.OtherRoute,
	"32": sms.OtherRoute,
	"33": sms.BadNumber, // deactivated
}

// vonageStatuses of delivery receipts.
// https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
var vonageStatuses = map[string]string{
	"accepted": contact.StatusSent, "buffered": contact.StatusSent, "delivered": contact.StatusDelivered,
	"expired": contact.StatusFailed, "failed": contact.StatusFailed, "rejected": contact.StatusFailed, "unknown": contact.StatusUnknown,
}

// vonageReasons are the err-codes of receipts, on the same page.
var vonageReasons = map[string]string{
	"1": "unknown", "2": "absent for the moment", "3": "absent for good", "4": "barred by the user", "5": "portability",
	"6": "anti-spam", "7": "handset busy", "8": "network", "9": "the recipient has opted out", "10": "illegal message", "11": "unroutable",
	"12": "unreachable", "13": "age restriction", "14": "blocked by the operator", "15": "prepaid without funds", "99": "general",
}

// vonageSignatures are the ways in which an account's web-hooks can be signed.
// https://developer.vonage.com/en/getting-started/concepts/signing-messages
var vonageSignatures = map[string]func() hash.Hash{
	"md5hash": nil, "md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New, "token": nil,
}

// vonageWindow is how old a signed web-hook may be. Vonage repeats one for 24
// hours and does not sign it anew; repeats are dropped by the message's id.
const vonageWindow = 25 * time.Hour

type vonage struct{ *settings }

func newVonage(s *settings) (web.Carrier, error) {
	if s.Signature == "" {
		s.Signature = "sha256"
	}
	if _, ok := vonageSignatures[s.Signature]; !ok {
		return nil, invalid("signature", "sha256, sha512, sha1, md5, md5hash or token, not %q", s.Signature)
	}
	if s.Signature == "token" {
		return &vonage{s}, s.plainToken()
	}
	return &vonage{s}, nil
}

// Requests: https://developer.vonage.com/en/api/sms#send-an-sms
func (v *vonage) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, _, err := v.content(m, -1)
	if err != nil {
		return nil, err
	}
	f := url.Values{"api_key": {v.User}, "api_secret": {v.Secret}, "to": {bare(m.To)}, "from": {bare(v.sender(m))}, "text": {text}}
	if v.unicode(text) {
		f.Set("type", "unicode")
	}
	if m.HookURL != "" {
		f.Set("callback", v.hook(m.HookURL))
	}
	if m.ID != "" {
		f.Set("client-ref", m.ID)
	}
	v.put(f)
	return []web.Request{form(v.URL+"/sms/json", f)}, nil
}

// hook is the address of the web-hook, with the token where that is all by which
// Vonage is known.
func (v *vonage) hook(address string) string {
	if v.Signature == "token" {
		return address + "?token=" + v.HookSecret
	}
	return address
}

// Answer: one element for each part; they fail one by one.
func (v *vonage) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		Messages []struct {
			ID     string `json:"message-id"`
			Status string `json:"status"`
			Error  string `json:"error-text"`
		} `json:"messages"`
		Title string `json:"title"`
	}
	if err := json.Unmarshal(a.Body, &b); a.Status < 300 && err != nil {
		return web.Taken{}, err
	}
	if len(b.Messages) == 0 {
		return web.Taken{}, &web.Refusal{Text: b.Title}
	}
	if first := b.Messages[0]; first.Status != "0" {
		return web.Taken{}, &web.Refusal{Code: first.Status, Text: first.Error}
	}
	t := web.Taken{Ref: b.Messages[0].ID, Segments: len(b.Messages)}
	for _, p := range b.Messages[1:] {
		if p.Status != "0" { // what has begun cannot be taken back
			t.Note = "the carrier did not take all parts of a message: " + p.Error
			continue
		}
		t.Refs = append(t.Refs, p.ID)
	}
	return taken(t, "message-id")
}

// parameters are those of a web-hook, however the account wants it: in the
// query, in a form, or as JSON.
func (v *vonage) parameters(h *web.Hook) (url.Values, error) {
	switch {
	case len(h.Form) > 0:
		return h.Form, nil
	case len(h.Body) == 0:
		return h.Query, nil
	}
	var m map[string]any
	if err := parse(h, &m); err != nil {
		return nil, err
	}
	out := url.Values{}
	for k, x := range m {
		switch x := x.(type) {
		case string:
			out.Set(k, x)
		case float64:
			out.Set(k, strconv.FormatFloat(x, 'f', -1, 64))
		case bool:
			out.Set(k, strconv.FormatBool(x))
		}
	}
	return out, nil
}

func (v *vonage) Admit(_ context.Context, h *web.Hook) error {
	if v.Signature == "token" {
		return h.Token(v.HookUser, v.HookSecret)
	}
	p, err := v.parameters(h)
	if err != nil {
		return fault.New(fault.Denied, "%v", err)
	}
	if err := web.Fresh(p.Get("timestamp"), h.Now, vonageWindow); err != nil {
		return err
	}
	if !web.Same(v.signed(p), strings.ToLower(p.Get("sig"))) {
		return web.Forged("sig")
	}
	return nil
}

// signed signs the parameters but sig: &name=value for each, by name, with
// underscores for & and = in values.
func (v *vonage) signed(p url.Values) string {
	names := make([]string, 0, len(p))
	for k := range p {
		if k != "sig" {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	var b strings.Builder
	safe := strings.NewReplacer("&", "_", "=", "_")
	for _, k := range names {
		b.WriteString("&" + k + "=" + safe.Replace(p.Get(k)))
	}
	if h := vonageSignatures[v.Signature]; h != nil {
		return hex.EncodeToString(web.MAC(h, v.HookSecret, b.String()))
	}
	sum := md5.Sum([]byte(b.String() + v.HookSecret)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// Hear: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms
func (v *vonage) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	p, err := v.parameters(h)
	if err != nil {
		return web.Heard{}, err
	}
	id := p.Get("messageId")
	if id == "" {
		return web.Heard{}, fault.New(fault.Invalid, "messageId: is missing")
	}
	if st := p.Get("status"); st != "" {
		code := p.Get("err-code")
		if code == "0" {
			code = ""
		}
		return web.Heard{Events: status(vonageStatuses, st, code, vonageReasons[code], id)}, nil
	}
	e := web.Event{Key: id, From: v.international(p.Get("msisdn")), To: v.international(p.Get("to")), Text: p.Get("text")}
	if p.Get("type") == "binary" {
		return web.Heard{}, nil // no text, and nothing that a flow could do with it
	}
	if p.Get("concat") == "true" {
		total, err1 := strconv.Atoi(p.Get("concat-total"))
		seq, err2 := strconv.Atoi(p.Get("concat-part"))
		if err1 != nil || err2 != nil {
			return web.Heard{}, fault.New(fault.Invalid, "concat: part %s", fmt.Sprintf("%.20q of %.20q", p.Get("concat-part"), p.Get("concat-total")))
		}
		e.Part = &web.Part{Group: p.Get("concat-ref"), Seq: seq, Total: total}
	}
	return web.Heard{Events: []web.Event{e}}, nil
}
