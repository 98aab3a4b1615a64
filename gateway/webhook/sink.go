// Package webhook is what leaves the house by HTTP and is no carrier: contact
// events to web-hooks (and to files, which get the same lines), functions, and
// services that a flow reaches by their own API.
//
// It knows no event, no function and no service by heart: what is posted comes
// from above, what is answered goes back as it came. It keeps nothing and
// follows no redirect; secrets never leave it but as signatures.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// sinkLimit is how long a web-hook has for its answer. Standard Webhooks advises
// 15 to 30 seconds.
const sinkLimit = 15 * time.Second

// HookConfig is what a web-hook is made of.
type HookConfig struct {
	URL string
	// Secret signs: "whsec_" and base64 of 24 to 64 bytes. Several, separated by
	// blanks, all sign: so a secret can be changed while both are good.
	Secret string
	HTTP   http.RoundTripper
	Log    *slog.Logger
}

// A Hook is a sink that posts events as Standard Webhooks wants it. It is a
// gateway.Gateway. https://github.com/standard-webhooks/standard-webhooks
type Hook struct {
	to   endpoint
	keys [][]byte
	log  *slog.Logger
	gone atomic.Bool // it answered 410: no more is sent until the next start
}

// NewHook makes a web-hook, or says what is wrong with its URL or secret.
func NewHook(c HookConfig) (*Hook, error) {
	u, err := target(c.URL)
	if err != nil {
		return nil, err
	}
	h := &Hook{to: endpoint{u, c.HTTP}, log: c.Log}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	for _, s := range strings.Fields(c.Secret) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, "whsec_"))
		if err != nil || len(key) < 24 || len(key) > 64 {
			return nil, fault.New(fault.Invalid, "secret: whsec_ and base64 of 24 to 64 bytes") // the value is nobody's business
		}
		h.keys = append(h.keys, key)
	}
	if len(h.keys) == 0 {
		return nil, fault.New(fault.Invalid, "secret: whsec_ and base64 of 24 to 64 bytes")
	}
	return h, nil
}

// Run waits until ctx is done: a web-hook tells us nothing by itself.
func (h *Hook) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// Do posts an event. A web-hook that is gone (410) refuses, all others are busy
// until they answer 2xx.
func (h *Hook) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	p, ok := e.(contact.PublishEvent)
	if !ok {
		return gateway.Result{}, foreign(e)
	}
	if h.gone.Load() {
		return gateway.Result{}, goneFor(p.Sink)
	}
	ctx, cancel := context.WithTimeout(ctx, sinkLimit)
	defer cancel()
	now := time.Now().Unix() // signatures are of real time
	r, err := h.to.request(ctx, http.MethodPost, "", p.Body)
	if err != nil {
		return gateway.Result{}, err
	}
	// A map of canonical names would spell these Webhook-Id; HTTP does not mind.
	r.Header.Set("webhook-id", p.ID)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now, 10))
	r.Header.Set("webhook-signature", h.sign(p.ID, now, p.Body))
	a, err := h.to.do(r, 0)
	if err != nil {
		return gateway.Result{}, fault.Wrap(fault.Busy, err, "sink %s", p.Sink)
	}
	switch {
	case a.status >= 200 && a.status < 300:
		return gateway.Result{}, nil
	case a.status == http.StatusGone:
		h.gone.Store(true)
		h.log.Error("a web-hook says that it is gone: nothing more is sent to it until the next start", "sink", p.Sink)
		return gateway.Result{}, goneFor(p.Sink)
	}
	return gateway.Result{}, &fault.Error{Kind: fault.Busy, Code: strconv.Itoa(a.status), Message: fmt.Sprintf("sink %s answered %d", p.Sink, a.status)}
}

func goneFor(sink string) error {
	return &fault.Error{Kind: fault.Refused, Code: "410", Message: "sink " + sink + " is gone"}
}

// sign gives one signature for each secret.
func (h *Hook) sign(id string, at int64, body []byte) string {
	var b bytes.Buffer
	for i, key := range h.keys {
		m := hmac.New(sha256.New, key)
		fmt.Fprintf(m, "%s.%d.", id, at)
		m.Write(body)
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("v1," + base64.StdEncoding.EncodeToString(m.Sum(nil)))
	}
	return b.String()
}

func foreign(e contact.Effect) error {
	return fault.New(fault.Refused, "%s: this is no work for a web-hook", contact.EffectKind(e))
}

// target reads the URL of an endpoint.
func target(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		var why *url.Error
		if errors.As(err, &why) {
			err = why.Err // the URL may hold a password
		}
		return nil, fault.Wrap(fault.Invalid, err, "url: cannot be read")
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fault.New(fault.Invalid, "url: http:// or https:// and a host")
	}
	return u, nil
}
