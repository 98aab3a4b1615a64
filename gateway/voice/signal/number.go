package signal

import (
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/nyaruka/phonenumbers"
)

// write gives a number, in E.164 with its plus, as the rule wants it. What is no
// such number is written as it is.
func (r NumberRule) write(number string) string {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok || !allDigits(digits) {
		return r.Prefix + number
	}
	switch r.Form {
	case "digits":
		return r.Prefix + digits
	case "00":
		return r.Prefix + "00" + digits
	case "national":
		if rest, ok := strings.CutPrefix(digits, r.Country); ok {
			switch r.Trunk {
			case "":
				return r.Prefix + "0" + rest
			case "-":
				return r.Prefix + rest
			}
			return r.Prefix + r.Trunk + rest
		}
		return r.Prefix + "00" + digits
	}
	return r.Prefix + number
}

// shortest is the length of the shortest number that is tried as a national one.
const shortest = 5

// read gives a number that came in as the house knows it: in E.164 with a plus
// where it can be told, else as it stands.
func (s *settings) read(user string) string {
	user, _, _ = strings.Cut(user, ";") // tel parameters within a user part. RFC 3261 §19.1.6
	plain := strings.NewReplacer("-", "", ".", "", "(", "", ")", "", " ", "", "%23", "#", "%2B", "+", "%2b", "+").Replace(user)
	digits := strings.TrimPrefix(plain, "+")
	switch {
	case !allDigits(digits):
		return user
	case strings.HasPrefix(plain, "+"):
		return plain
	case strings.HasPrefix(digits, "00") && len(digits) > 8:
		return "+" + digits[2:]
	case len(digits) < shortest:
		return digits
	}
	if s.Country != "" {
		if n, err := phonenumbers.Parse(digits, s.Country); err == nil && phonenumbers.IsValidNumber(n) {
			return phonenumbers.Format(n, phonenumbers.E164)
		}
	}
	if n, err := phonenumbers.Parse("+"+digits, ""); err == nil && phonenumbers.IsValidNumber(n) {
		return "+" + digits
	}
	return digits
}

// caller tells who calls: by the asserted identity, which a trusted far side
// vouches for, else by From. RFC 3325
func (s *settings) caller(req *sip.Request) string {
	for _, name := range []string{"P-Asserted-Identity", "Remote-Party-ID"} {
		for _, h := range req.GetHeaders(name) {
			var uri sip.Uri
			if _, err := sip.ParseAddressValue(h.Value(), &uri, nil); err != nil {
				continue
			}
			if n := s.read(numberOf(&uri)); n != "" {
				return n
			}
		}
	}
	if f := req.From(); f != nil {
		return s.read(numberOf(&f.Address))
	}
	return ""
}

// numberOf gives the user of a SIP address, or the number of a tel one.
func numberOf(u *sip.Uri) string {
	if strings.EqualFold(u.Scheme, "tel") {
		n, _, _ := strings.Cut(u.Raw(), ";")
		return n
	}
	return u.User
}

// called tells who was called: by the request's own address, which is rewritten
// on its way to us, or To where that names a contact of ours and no number.
func (s *settings) called(req *sip.Request) string {
	n := s.read(numberOf(&req.Recipient))
	if strings.HasPrefix(n, "+") || allDigits(n) {
		return n
	}
	if to := req.To(); to != nil {
		return s.read(numberOf(&to.Address))
	}
	return n
}
