package flow

import (
	"strings"

	"outdial/contact"
)

// updateContactCallbackNumber sets where the customer is called back.
var updateContactCallbackNumber = Spec{
	Doc:      docs + "contact-actions-updatecontactcallbacknumber.html",
	Params:   []Param{{Name: "CallbackNumber", Use: P, Required: true}},
	Errors:   []ErrorRule{{Type: badCallback, Use: Required}, {Type: notDialable, Use: Required}},
	Channels: V,
	Flows:    I | Q | TA | TQ | MOD,
	Run:      runUpdateContactCallbackNumber,
}

const (
	badCallback = "InvalidCallbackNumber"
	notDialable = "CallbackNumberNotDialable"
)

func runUpdateContactCallbackNumber(t *Turn) Next {
	number := t.callable(t.Text("CallbackNumber"))
	if number == "" {
		return t.Fail(badCallback, "\""+t.Text("CallbackNumber")+"\" is no telephone number")
	}
	if !t.instance().Outbound {
		return t.Fail(notDialable, "the instance makes no outbound calls")
	}
	t.Contact.CallbackNumber = number
	return t.Next()
}

// callable makes an E.164 number of what a customer entered: one with its calling
// code, or a national one of the country of our own number; "" where it is none.
func (t *Turn) callable(s string) string {
	s = strings.TrimSpace(s)
	if contact.E164(s) {
		return s
	}
	number, _ := phoneNumber(s, codeOf(strings.TrimPrefix(t.Contact.System.Address, "+")))
	return number
}
