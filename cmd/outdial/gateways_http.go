package main

import (
	"context"
	"io"
	"net/url"
	"strings"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/smshttp"
	"outdial/gateway/web"
	"outdial/gateway/whatsapp"
)

// httpOptions are what carriers that are reached over HTTP are given.
func (h *house) httpOptions(name string) web.Options {
	o := web.Options{HookURL: h.carrierHook(name), Sender: h.senderOf(name), Log: h.log,
		Keep: h.kept.Keep, Open: func(ctx context.Context, a contact.Attachment) (io.ReadCloser, error) {
			_, r, err := h.kept.Open(ctx, a.ID)
			return r, err
		}}
	if h.config.PublicURL != "" {
		o.Link = h.fileLink
	}
	return o
}

// carrierHook is the address by which a carrier on the internet reaches an
// account's web-hook; "" where publicURL does not say, for ours is of no use to it.
func (h *house) carrierHook(account string) string {
	if h.config.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(h.config.PublicURL, "/") + "/_outdial/hooks/" + url.PathEscape(account)
}

// senderOf gives a number that an account serves: tests are sent from it.
func (h *house) senderOf(account string) string {
	for _, i := range h.config.Instances {
		for _, n := range i.Numbers {
			if n.Carrier == account || n.Carrier == "" && len(h.config.Carriers) == 1 {
				return n.Number
			}
		}
	}
	return ""
}

func openSMSHTTP(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*smshttp.Account)
	a.Name = name
	return smshttp.New(a, h.httpOptions(name))
}

func openWhatsApp(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*whatsapp.Account)
	a.Name = name
	return whatsapp.New(a, h.httpOptions(name))
}
