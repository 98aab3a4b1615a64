package smshttp

import (
	"context"
	"crypto/sha1" //nolint:gosec // Twilio signs with HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// twilioVerdicts is what Twilio's errors mean.
// https://www.twilio.com/docs/api/errors
var twilioVerdicts = map[string]sms.Verdict{
	"14107": sms.Retry,      // SMS send rate limit exceeded
	"20003": sms.OtherRoute, // authentication
	"20008": sms.OtherRoute, // test credentials
	"20404": sms.OtherRoute,
	"20429": sms.Retry,
	"20500": sms.Uncertain,
	"20503": sms.Retry,
	"21211": sms.BadNumber,
	"21212": sms.OtherRoute, // From is none
	"21214": sms.BadNumber,
	"21217": sms.BadNumber,
	"21219": sms.OtherRoute, // To is not verified on a trial account
	"21266": sms.BadNumber,  // To and From are the same
	"21408": sms.OtherRoute, // the region is not enabled
	"21601": sms.OtherRoute, // From cannot send SMS
	"21602": sms.Refuse,     // no body
	"21603": sms.OtherRoute,
	"21604": sms.BadNumber,
	"21606": sms.OtherRoute,
	"21608": sms.OtherRoute,
	"21609": sms.OtherRoute, // our status callback
	"21610": sms.OptedOut,
	"21611": sms.Retry,      // the sender's queue is full
	"21612": sms.OtherRoute, // no route between From and To
	"21614": sms.BadNumber,  // no mobile number
	"21617": sms.Refuse,     // more than 1,600 characters
	"21619": sms.Refuse,     // nothing in it
	"21620": sms.Refuse,     // media address
	"21623": sms.Refuse,     // too many files
	"21635": sms.BadNumber,  // a landline
	"21654": sms.Refuse,
	"21660": sms.OtherRoute, // From is not the account's
	"21703": sms.OtherRoute, // the service has no sender
	"21705": sms.OtherRoute,
	"30001": sms.Retry,
	"30002": sms.OtherRoute,
	"30003": sms.BadNumber, // unreachable handset
	"30004": sms.OtherRoute,
	"30005": sms.BadNumber,
	"30006": sms.BadNumber,
	"30007": sms.OtherRoute, // filtered
	"30008": sms.OtherRoute,
	"30022": sms.Retry,
	"30023": sms.OtherRoute, // the day's allowance is used up
	"30034": sms.OtherRoute, // 10DLC registration
	"63038": sms.OtherRoute,
}

// twilioStatuses, as far as the house notes them.
// https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
var twilioStatuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "read": contact.StatusRead,
	"undelivered": contact.StatusFailed, "failed": contact.StatusFailed, "canceled": contact.StatusFailed,
}

type twilio struct{ *settings }

func newTwilio(s *settings) (web.Carrier, error) {
	if s.HookSecret == "" && s.Key == "" {
		s.HookSecret = s.Secret // web-hooks are signed with the auth token
	}
	if s.HookSecret == "" {
		return nil, invalid("hook_secret", "twilio signs web-hooks with the auth token, which is needed beside an API key")
	}
	return &twilio{s}, nil
}

// Requests: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
func (t *twilio) Requests(_ context.Context, m *web.Message) ([]web.Request, error) {
	text, media, err := t.content(m, 10)
	if err != nil {
		return nil, err
	}
	f := url.Values{"To": {m.To}}
	if text != "" {
		f.Set("Body", text)
	}
	if from := t.sender(m); from != "" {
		f.Set("From", from)
	}
	if t.Service != "" {
		f.Set("MessagingServiceSid", t.Service)
	}
	if len(media) > 0 {
		f["MediaUrl"] = media
	}
	if m.HookURL != "" {
		f.Set("StatusCallback", m.HookURL)
	}
	t.put(f)
	q := form(t.URL+"/2010-04-01/Accounts/"+url.PathEscape(t.User)+"/Messages.json", f)
	authorize(&q, t.basic())
	return []web.Request{q}, nil
}

func (t *twilio) basic() string {
	if t.Key != "" {
		return web.Basic(t.Key, t.Secret)
	}
	return web.Basic(t.User, t.Secret)
}

func (t *twilio) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		SID      string          `json:"sid"`
		Segments string          `json:"num_segments"`
		Code     json.RawMessage `json:"code"`
		Message  string          `json:"message"`
	}
	err := json.Unmarshal(a.Body, &b)
	if a.Status >= 300 {
		return web.Taken{}, &web.Refusal{Code: strings.Trim(string(b.Code), `" `), Text: b.Message}
	}
	if err != nil {
		return web.Taken{}, err
	}
	n, _ := strconv.Atoi(b.Segments) // 0 where a service has not chosen a sender yet
	return taken(web.Taken{Ref: b.SID, Segments: n}, "sid")
}

// Admit: https://www.twilio.com/docs/usage/security#validating-requests
func (t *twilio) Admit(_ context.Context, h *web.Hook) error {
	said := h.Header.Get("X-Twilio-Signature")
	if said == "" {
		return fault.New(fault.Denied, "signature: none was given")
	}
	rest := sortedParameters(h.Form)
	if sum := h.Query.Get("bodySHA256"); sum != "" { // a body that is no form
		have := sha256.Sum256(h.Body)
		if !web.Same(hex.EncodeToString(have[:]), strings.ToLower(sum)) {
			return web.Forged("bodySHA256")
		}
		rest = ""
	}
	for _, address := range []string{h.URL, withoutPort(h.URL)} {
		if web.Same(base64.StdEncoding.EncodeToString(web.MAC(sha1.New, t.HookSecret, address, rest)), said) {
			return nil
		}
	}
	return web.Forged("signature")
}

// sortedParameters writes each name followed by its values, by name.
func sortedParameters(f url.Values) string {
	names := make([]string, 0, len(f))
	for k := range f {
		names = append(names, k)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, k := range names {
		values := slices.Clone(f[k])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(k + v)
		}
	}
	return b.String()
}

// withoutPort is an address without its port: Twilio leaves it out of https.
func withoutPort(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, ':'); i > 0 && digits(host[i+1:]) {
		host = host[:i]
	}
	return scheme + "://" + host + path
}

// twiml is an answer that says nothing to the customer.
const twiml = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`

// Hear: https://www.twilio.com/docs/messaging/guides/webhook-request and
// https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
func (t *twilio) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	out := web.Heard{Type: "text/xml", Body: twiml}
	id := h.Value("MessageSid")
	if id == "" {
		return out, fault.New(fault.Invalid, "MessageSid: is missing")
	}
	st := h.Value("MessageStatus")
	if st == "" {
		st = h.Value("SmsStatus")
	}
	if st != "received" && st != "receiving" && st != "" {
		out.Events = status(twilioStatuses, st, h.Value("ErrorCode"), h.Value("ErrorMessage"), id)
		return out, nil
	}
	e := web.Event{Key: id, From: t.canonical(h.Value("From")), To: t.canonical(h.Value("To")), Text: h.Value("Body")}
	n, _ := strconv.Atoi(h.Value("NumMedia"))
	for i := range min(n, 50) {
		address := h.Value("MediaUrl" + strconv.Itoa(i))
		if address == "" {
			continue
		}
		e.Media = append(e.Media, web.Media{Type: h.Value("MediaContentType" + strconv.Itoa(i)), Get: t.file(address)})
	}
	out.Events = []web.Event{e}
	return out, nil
}

// file fetches a file that came with a message. Credentials go to Twilio alone.
func (t *twilio) file(address string) web.Request {
	q := web.Request{Method: http.MethodGet, URL: address, Header: http.Header{}}
	if strings.HasPrefix(address, t.URL+"/") {
		authorize(&q, t.basic())
	}
	return q
}
