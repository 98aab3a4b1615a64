package engine

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"outdial/contact"
	"outdial/resource"
	"outdial/store"
)

// A Route says which accounts carry what goes from some of our numbers to some
// destinations. Of several the first that fits holds; where none does, the
// number's own account and its further ones.
type Route struct {
	From     []string `json:"from,omitempty"`     // numbers or senders of ours; none is every one
	To       []string `json:"to,omitempty"`       // beginnings of numbers ("+4915") or countries ("DE"); none is everywhere
	Channels []string `json:"channels,omitempty"` // SMS, WHATSAPP, VOICE; none is every one
	Accounts []string `json:"accounts"`           // in the order in which they are tried
}

// fits tells whether r is for what goes from one address to another. country
// gives the destination's, and is asked only where that decides.
func (r *Route) fits(from, to, channel string, country func() string) bool {
	if len(r.From) > 0 && !slices.Contains(r.From, from) || len(r.Channels) > 0 && !slices.Contains(r.Channels, channel) {
		return false
	}
	if len(r.To) == 0 {
		return true
	}
	return slices.ContainsFunc(r.To, func(v string) bool {
		if strings.HasPrefix(v, "+") {
			return strings.HasPrefix(to, v)
		}
		return v == country()
	})
}

// countryOf gives the ISO 3166 code of a number's country, "" where it has none.
// A number that no country has given out yet counts for the first of its calling
// code.
func countryOf(number string) string {
	n, err := phonenumbers.Parse(number, "")
	if err != nil {
		return ""
	}
	if region := phonenumbers.GetRegionCodeForNumber(n); region != "" {
		return region
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
}

// channelOf is how routes call the channel of a contact.
func channelOf(c *contact.Contact) string {
	if c.Channel == contact.Voice {
		return string(contact.Voice)
	}
	return messageChannel(c.Subtype)
}

// numberOf gives the number of ours that c is on; nil where it is none.
func (e *Engine) numberOf(t *store.Tx, c *contact.Contact) (*resource.Number, error) {
	return e.numberAt(t, c.Instance, c.System.Address)
}

// accountsOf gives the accounts that can carry what goes to c's customer, in the
// order in which they are tried.
func (e *Engine) accountsOf(t *store.Tx, c *contact.Contact) ([]string, error) {
	country := func() string { return countryOf(c.Customer.Address) }
	for _, r := range e.policy.Load().Routes {
		if r.fits(c.System.Address, c.Customer.Address, channelOf(c), country) {
			return r.Accounts, nil
		}
	}
	n, err := e.numberOf(t, c)
	if err != nil {
		return nil, err
	}
	var list []string
	if n == nil {
		return append(list, c.Account), nil
	}
	for _, name := range append([]string{c.Account, n.Account}, n.Routes...) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list, nil
}

// choose gives the first of the accounts whose circuit is closed, or the first
// of all where none is: it is waited for.
func (e *Engine) choose(list []string) string {
	e.allies(list)
	for _, name := range list {
		if e.Gateways[name] != nil && !e.circuit(name).open() {
			return name
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// route chooses the account that carries what c sends now.
func (w *writer) route() (string, error) {
	list, err := w.e.accountsOf(w.t, w.c)
	if err != nil {
		return "", err
	}
	return w.e.choose(list), nil
}
