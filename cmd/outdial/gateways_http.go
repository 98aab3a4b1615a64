package main

import (
	"context"
	"net/url"
	"strings"

	"outdial/engine"
	"outdial/gateway"
	"outdial/gateway/smshttp"
	"outdial/gateway/web"
	"outdial/gateway/whatsapp"
)

// httpOptions are what carriers that are reached over HTTP are given.
func (h *house) httpOptions(ctx context.Context, name string) (web.Options, error) {
	proven, err := engine.Proven(ctx, h.st, name)
	return web.Options{HookURL: h.carrierHook(name), Sender: h.senderOf(name), Proven: proven, Log: h.log}, err
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

func checkSMSHTTP(name string, settings any) error {
	a := *settings.(*smshttp.Account)
	a.Name = name
	_, err := smshttp.New(a, smshttp.Options{}) // which does no I/O
	return err
}

func openSMSHTTP(ctx context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*smshttp.Account)
	a.Name = name
	o, err := h.httpOptions(ctx, name)
	if err != nil {
		return nil, err
	}
	return smshttp.New(a, o)
}

func checkWhatsApp(name string, settings any) error {
	a := *settings.(*whatsapp.Account)
	a.Name = name
	_, err := whatsapp.New(a, whatsapp.Options{}) // which does no I/O
	return err
}

func openWhatsApp(ctx context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*whatsapp.Account)
	a.Name = name
	o, err := h.httpOptions(ctx, name)
	if err != nil {
		return nil, err
	}
	return whatsapp.New(a, o)
}
