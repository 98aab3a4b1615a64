// Package whatsapp speaks WhatsApp by Meta's Cloud API, and by AWS End User
// Messaging Social, which carries the same messages in an envelope of its own.
//
// What it has in common with other carriers, from the fate of a request to the
// answer of a web-hook, is gateway/web's. It does not keep the customer service
// window, which is the engine's, nor approve templates or register numbers. It
// was written from public documentation: an account is unproven until its
// operator's `lines test` has passed.
package whatsapp

import (
	"context"
	"net/http"

	"outdial/contact"
	"outdial/gateway/awskey"
	"outdial/gateway/web"
	"outdial/wire"
)

// Options are what a gateway must be given from outside.
type Options = web.Options

// New makes a gateway of an account. It does no I/O. An error is of kind
// fault.Invalid and names the field.
func New(a Account, o Options) (*web.Gateway, error) {
	s, err := a.check()
	if err != nil {
		return nil, err
	}
	w := &whatsapp{settings: s, opt: o, known: newKnown()}
	var c web.Carrier = &cloud{w}
	if s.Provider == aws {
		c = &social{w, &web.SNS{HTTP: o.HTTP, Topics: s.Topics}, &awskey.Source{Region: s.Region,
			Static: wire.Credentials{AccessKeyID: s.User, SecretAccessKey: s.Secret, SessionToken: s.Session}}}
	}
	return web.New(web.Config{
		Name: a.Name, Kind: "whatsapp " + s.Provider, Subtype: contact.WhatsApp, Carrier: c, Verdicts: verdicts, Errors: s.errors,
		Throttles: throttles, Timeout: s.Timeout, Trial: s.trial(),
	}, o), nil
}

// A whatsapp is what both ways have in common.
type whatsapp struct {
	*settings
	opt   Options
	known *known
}

// trial is what a test sends: outside of the customer service window only a
// template may go, and every account has Meta's own.
func (s *settings) trial() *contact.SendMessage {
	return &contact.SendMessage{Text: "Hello World", Template: &contact.Template{Name: s.TestTemplate, Language: s.TestLanguage}}
}

// cloud is Meta's Cloud API.
type cloud struct{ *whatsapp }

// Requests: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
func (c *cloud) Requests(ctx context.Context, m *web.Message) ([]web.Request, error) {
	id, err := c.phone(m.From)
	if err != nil {
		return nil, err
	}
	list, err := c.messages(ctx, m, func(ctx context.Context, a contact.Attachment) (string, error) { return c.upload(ctx, id, a) })
	if err != nil {
		return nil, err
	}
	out := make([]web.Request, 0, len(list))
	for _, body := range list {
		out = append(out, web.Request{URL: c.address(id) + "/messages", Body: body,
			Header: http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + c.Token}}})
	}
	return out, nil
}

func (c *cloud) address(object string) string { return c.URL + "/" + c.Version + "/" + object }
