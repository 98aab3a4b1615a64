package sms

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Types of number, SMPP 3.4 §5.2.5 and 3GPP TS 23.040 §9.1.2.5.
const (
	TONUnknown       = 0
	TONInternational = 1
	TONNational      = 2
	TONNetwork       = 3
	TONSubscriber    = 4
	TONAlphanumeric  = 5
	TONAbbreviated   = 6
)

// shortest is the length of the shortest national number worth trying to read
// as one; anything shorter is a short code.
const shortest = 7

// Canonical gives the one form in which the house knows an address: E.164 with
// its plus sign for telephone numbers; short codes and alphanumeric senders as
// they stand. ton is the type of number that came with it, TONUnknown where the
// carrier tells none; country is the account's own ("DE"), for national numbers,
// or "".
func Canonical(address string, ton int, country string) string {
	s := strings.TrimSpace(address)
	digits := onlyDigits(s)
	switch {
	case digits == "" || ton == TONAlphanumeric:
		return s
	case strings.HasPrefix(s, "+"):
		return "+" + digits
	case ton == TONInternational:
		return "+" + strings.TrimPrefix(digits, "00")
	case ton == TONNetwork || ton == TONAbbreviated || len(digits) < shortest:
		return digits
	case ton == TONNational || ton == TONSubscriber:
		if n, ok := national(digits, country); ok {
			return n
		}
		return digits
	}
	return unknownType(digits, country)
}

// unknownType reads a number of which nobody said what it is.
func unknownType(digits, country string) string {
	if strings.HasPrefix(digits, "00") && len(digits) > 9 {
		return "+" + digits[2:]
	}
	if strings.HasPrefix(digits, "0") || len(digits) <= 8 {
		if n, ok := national(digits, country); ok {
			return n
		}
		return digits
	}
	if valid("+" + digits) {
		return "+" + digits
	}
	if n, ok := national(digits, country); ok {
		return n
	}
	return "+" + digits
}

// national reads a number as one dials it within country.
func national(digits, country string) (string, bool) {
	if country == "" {
		return "", false
	}
	n, err := phonenumbers.Parse(digits, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// KnownCountry tells whether there are national numbers of a country ("DE").
func KnownCountry(country string) bool {
	return phonenumbers.GetCountryCodeForRegion(country) != 0
}

func valid(e164 string) bool {
	n, err := phonenumbers.Parse(e164, "")
	return err == nil && phonenumbers.IsValidNumber(n)
}

// onlyDigits gives the digits of s without the signs that people write between
// them; "" where there is anything else in it.
func onlyDigits(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, r == ' ', r == '-', r == '(', r == ')', r == '.':
		default:
			return ""
		}
	}
	return b.String()
}

// An AddressKind is what an address of ours is.
type AddressKind int

// The kinds.
const (
	International AddressKind = iota // E.164
	ShortCode
	Alphanumeric
)

// KindOf tells what an address in canonical form is.
func KindOf(address string) AddressKind {
	digits := onlyDigits(address)
	switch {
	case digits == "":
		return Alphanumeric
	case strings.HasPrefix(address, "+"), len(digits) > 8:
		return International
	}
	return ShortCode
}
