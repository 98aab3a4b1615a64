package main

import (
	"context"

	"outdial/engine"
	"outdial/gateway"
	"outdial/gateway/smpp"
)

// openers say how a gateway is made of the account of each kind of carrier.
func openers() map[string]func(ctx context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	return map[string]func(ctx context.Context, name string, settings any, h *house) (gateway.Gateway, error){
		"sip":      openSIP,
		"smpp":     openSMPP,
		"smshttp":  openSMSHTTP,
		"whatsapp": openWhatsApp,
	}
}

func openSMPP(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*smpp.Account)
	a.Name = name
	return smpp.New(a, smpp.Options{Log: h.log, Shelf: engine.NewShelf(h.st, name)})
}
