package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/web"
)

// Admit checks a web-hook's set-up by the word that we gave, and everything else
// by its signature.
// https://developers.facebook.com/docs/graph-api/webhooks/getting-started
func (c *cloud) Admit(_ context.Context, h *web.Hook) error {
	if h.Method == http.MethodGet {
		if h.Query.Get("hub.mode") != "subscribe" || !web.Same(c.Account.Verify, h.Query.Get("hub.verify_token")) {
			return web.Forged("hub.verify_token")
		}
		return nil
	}
	said, ok := strings.CutPrefix(h.Header.Get("X-Hub-Signature-256"), "sha256=")
	want := hex.EncodeToString(web.MAC(sha256.New, c.AppSecret, string(h.Body)))
	if !ok || !web.Same(want, strings.ToLower(said)) {
		return web.Forged("signature")
	}
	return nil
}

// Hear reads Meta's web-hook.
func (c *cloud) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	if h.Method == http.MethodGet {
		return web.Heard{Type: "text/plain", Body: h.Query.Get("hub.challenge")}, nil
	}
	var b struct {
		Object  string  `json:"object"`
		Entries []entry `json:"entry"`
	}
	if err := json.Unmarshal(h.Body, &b); err != nil {
		return web.Heard{}, fault.New(fault.Invalid, "body: not the JSON that was expected")
	}
	var out web.Heard
	byID := func(v *value) (string, bool) {
		n, ok := c.numbers[v.Metadata.ID]
		if !ok {
			out.Foreign = append(out.Foreign, strings.ToValidUTF8(v.Metadata.ID, "?"))
		}
		return n, ok
	}
	for i := range b.Entries {
		out.Events = append(out.Events, c.events(&b.Entries[i], byID, nil, c.file)...)
	}
	return out, nil
}

// file is a file at Meta: its id leads to an address, that to the file, both
// with the access token. Neither address is good for anybody else.
// The sum is checked where it is one; Meta tells it in hex here, and in base64 in
// the web-hook.
// https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
func (c *cloud) file(f *media) web.Media {
	bearer := http.Header{"Authorization": {"Bearer " + c.Token}}
	return web.Media{Type: f.Type, Name: f.Name, Sum: f.Sum,
		Get: web.Request{Method: http.MethodGet, URL: c.address(url.PathEscape(f.ID)), Header: bearer},
		Find: func(body []byte) (web.Place, error) {
			var in struct {
				URL  string      `json:"url"`
				Type string      `json:"mime_type"`
				Sum  string      `json:"sha256"`
				Size json.Number `json:"file_size"` // a text in some versions
			}
			if err := json.Unmarshal(body, &in); err != nil || !c.metasOwn(in.URL) {
				return web.Place{}, fault.New(fault.Invalid, "a file's address is not Meta's")
			}
			size, _ := in.Size.Int64()
			return web.Place{Get: web.Request{Method: http.MethodGet, URL: in.URL, Header: bearer}, Type: in.Type, Sum: in.Sum, Size: size}, nil
		},
	}
}

// metasOwn tells whether the access token may go to an address: one of Meta's,
// or of the host that the account's own API is at.
func (c *cloud) metasOwn(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	if own, err := url.Parse(c.URL); err == nil && u.Host == own.Host {
		return true
	}
	for _, domain := range []string{"facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net"} {
		if u.Host == domain || strings.HasSuffix(u.Host, "."+domain) {
			return true
		}
	}
	return false
}

// An entry is what one business account tells.
// https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
type entry struct {
	Changes []struct {
		Field string `json:"field"`
		Value value  `json:"value"`
	} `json:"changes"`
}

type value struct {
	Metadata struct {
		Display string `json:"display_phone_number"`
		ID      string `json:"phone_number_id"`
	} `json:"metadata"`
	Messages []message `json:"messages"`
	Statuses []status  `json:"statuses"`
}

type status struct {
	ID     string       `json:"id"`
	Status string       `json:"status"`
	At     string       `json:"timestamp"`
	To     string       `json:"recipient_id"`
	Errors []graphError `json:"errors"`
}

// statuses, as far as the house notes them.
// https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples#message-status-updates
var statuses = map[string]string{
	"sent": contact.StatusSent, "delivered": contact.StatusDelivered, "read": contact.StatusRead, "played": contact.StatusRead,
	"failed": contact.StatusFailed,
}

// events gives what an entry tells of our numbers. ours finds the number that a
// change is about; more are further references of a status's message.
func (w *whatsapp) events(e *entry, ours func(*value) (string, bool), more []string, file func(*media) web.Media) []web.Event {
	var out []web.Event
	for i := range e.Changes {
		if e.Changes[i].Field != "messages" {
			continue // templates, the account's quality: not a message's
		}
		v := &e.Changes[i].Value
		number, ok := ours(v)
		if !ok {
			continue // another number of the business account, which is not served here
		}
		for k := range v.Statuses {
			if ev, ok := w.status(&v.Statuses[k], number, more); ok {
				out = append(out, ev)
			}
		}
		for k := range v.Messages {
			if ev, ok := v.Messages[k].event(file); ok {
				ev.From, ev.To = w.known.dialled(number, canonical(v.Messages[k].From)), number
				out = append(out, ev)
			}
		}
	}
	return out
}

func (w *whatsapp) status(s *status, number string, more []string) (web.Event, bool) {
	st, ok := statuses[s.Status]
	if !ok || s.ID == "" {
		return web.Event{}, false
	}
	e := web.Event{Refs: append([]string{s.ID}, more...), Receipt: &gateway.Receipt{Status: st, At: unix(s.At)}}
	if len(s.Errors) > 0 {
		e.Receipt.Code, e.Receipt.Error = s.Errors[0].Code.String(), s.Errors[0].words()
	}
	if s.To != "" {
		e.Receipt.Customer = canonical(s.To)
		w.known.told(e.Refs, number, e.Receipt.Customer)
	}
	return e, true
}

// unix reads a time in seconds since 1970; zero where it is none.
func unix(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
