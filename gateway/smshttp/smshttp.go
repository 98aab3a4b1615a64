// Package smshttp sends and receives short messages by the HTTP APIs of
// carriers: one file for each, listed in carriers.go.
//
// What they have in common, from the fate of a request to the answer of a
// web-hook, is gateway/web's. It will not send in bulk, schedule, shorten links
// or look up numbers, though carriers offer it. No carrier can be reached where
// it is made: each was written from its public documentation, and an account is
// unproven until its operator's `lines test` has passed.
package smshttp

import (
	"maps"
	"slices"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// Options are what a gateway must be given from outside.
type Options = web.Options

// New makes a gateway of an account. It does no I/O. An error is of kind
// fault.Invalid and names the field.
func New(a Account, o Options) (*web.Gateway, error) {
	s, k, err := a.check()
	if err != nil {
		return nil, err
	}
	s.http = o.HTTP
	c, err := k.new(s)
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{
		Name: a.Name, Kind: a.Carrier, Subtype: contact.SMS, Carrier: c, Verdicts: k.verdicts, Errors: s.errors,
		Throttles: k.throttles, Segments: s.encode.Count, Timeout: s.Timeout,
	}, o), nil
}

// Carriers lists the carriers that there are.
func Carriers() []string { return slices.Sorted(maps.Keys(carriers)) }

// Documentation is where a carrier's API is described; "" for one that is not
// there.
func Documentation(carrier string) string { return carriers[carrier].docs }

// check turns an account into settings, or says which field is wrong.
func (a Account) check() (*settings, *kind, error) {
	s := &settings{Account: a}
	k, ok := carriers[a.Carrier]
	if !ok {
		return nil, nil, invalid("carrier", "one of %s, not %q", strings.Join(Carriers(), ", "), a.Carrier)
	}
	for _, f := range []func(*kind) error{s.checkKeys, s.checkText, s.checkAddresses, s.checkErrors} {
		if err := f(&k); err != nil {
			return nil, nil, err
		}
	}
	return s, &k, nil
}

// content is what a message says to a carrier: its text, and the addresses of
// files that go as MMS where the carrier has that. Other files are named in the
// text, by their addresses.
func (s *settings) content(m *web.Message, most int) (text string, media []string, err error) {
	if t := m.ContentType; t != "" && !strings.HasPrefix(t, "text/") {
		return "", nil, fault.New(fault.Refused, "contentType: %s cannot be sent as a short message", t)
	}
	text = m.Text
	mms := s.mms(m) && len(m.Attachments) <= most
	for _, a := range m.Attachments {
		if a.URL == "" || a.ID != "" && !strings.HasPrefix(a.URL, "http") {
			return "", nil, fault.New(fault.Refused, "attachments: %.100s is at no address that the carrier can reach: is publicURL set?", a.Name)
		}
		if mms {
			media = append(media, a.URL)
			continue
		}
		if text != "" {
			text += "\n"
		}
		text += a.URL
	}
	if text == "" && len(media) == 0 {
		return "", nil, fault.New(fault.Invalid, "text: is needed")
	}
	if s.Transliterate {
		segs, _ := sms.Encode(text, s.encode)
		var b strings.Builder
		for _, seg := range segs {
			b.WriteString(seg.Text)
		}
		if len(segs) > 0 {
			text = b.String()
		}
	}
	return text, media, nil
}

// mms tells whether files go as MMS: between numbers of North America, where it
// is everywhere, unless the account says otherwise.
func (s *settings) mms(m *web.Message) bool {
	switch s.Media {
	case "mms":
		return true
	case "link":
		return false
	}
	return strings.HasPrefix(m.To, "+1") && (strings.HasPrefix(s.sender(m), "+1") || sms.KindOf(s.sender(m)) == sms.ShortCode)
}

// sender is whom the customer sees.
func (s *settings) sender(m *web.Message) string {
	if s.From != "" {
		return s.From
	}
	return m.From
}

// canonical gives the house's form of an address that came in.
func (s *settings) canonical(address string) string {
	if n, ok := s.Numbers[address]; ok {
		return n
	}
	return sms.Canonical(strings.ToValidUTF8(address, "?"), sms.TONUnknown, s.Country)
}

// international is canonical for carriers that write all telephone numbers with
// their country code, with or without a plus sign. No country code begins with 0:
// such a number is national all the same.
func (s *settings) international(address string) string {
	if n, ok := s.Numbers[address]; ok {
		return n
	}
	a := strings.TrimSpace(strings.ToValidUTF8(address, "?"))
	if digits(a) && len(a) > 8 && a[0] != '0' {
		return "+" + a
	}
	return s.canonical(a)
}

// digits tells whether s is all digits.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// bare is an address without its plus sign, for carriers that want it so.
func bare(address string) string { return strings.TrimPrefix(address, "+") }

// unicode tells whether a text does not fit GSM 03.38.
func (s *settings) unicode(text string) bool {
	_, coding := sms.Encode(text, s.encode)
	return coding == sms.UCS2
}
