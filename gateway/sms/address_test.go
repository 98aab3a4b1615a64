package sms

import "testing"

func TestCanonical(t *testing.T) {
	for _, c := range []struct {
		address string
		ton     int
		country string
		want    string
	}{
		{"4915112345678", TONInternational, "", "+4915112345678"},
		{"+4915112345678", TONInternational, "", "+4915112345678"},
		{"004915112345678", TONInternational, "", "+4915112345678"},
		{"+49 151 1234-5678", TONUnknown, "", "+4915112345678"},
		{"004915112345678", TONUnknown, "", "+4915112345678"},
		{"4915112345678", TONUnknown, "", "+4915112345678"},
		{"015112345678", TONUnknown, "DE", "+4915112345678"},
		{"15112345678", TONNational, "DE", "+4915112345678"},
		{"015112345678", TONNational, "", "015112345678"}, // nobody knows where
		{"2025550123", TONUnknown, "US", "+12025550123"},
		{"12025550123", TONUnknown, "US", "+12025550123"},
		{"12345", TONUnknown, "US", "12345"},
		{"12345", TONNetwork, "", "12345"},
		{"447", TONAbbreviated, "GB", "447"},
		{"40612345", TONUnknown, "NO", "+4740612345"},
		{"Bank", TONAlphanumeric, "", "Bank"},
		{"Bank24", TONUnknown, "", "Bank24"},
		{"123456789", TONAlphanumeric, "", "123456789"},
		{"", TONInternational, "", ""},
		{"+", TONUnknown, "", "+"},
	} {
		if got := Canonical(c.address, c.ton, c.country); got != c.want {
			t.Errorf("%q of type %d in %q: %q, want %q", c.address, c.ton, c.country, got, c.want)
		}
	}
}

func TestKindOf(t *testing.T) {
	for address, want := range map[string]AddressKind{
		"+4915112345678": International, "4915112345678": International, "12345": ShortCode, "Bank24": Alphanumeric, "": Alphanumeric,
	} {
		if got := KindOf(address); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("+4915112345678", 0, "DE")
	f.Add("0", 2, "??")
	f.Fuzz(func(t *testing.T, address string, ton int, country string) {
		once := Canonical(address, ton, country)
		if KindOf(once) == International && once != "" && once[0] == '+' && Canonical(once, ton, country) != once && ton != TONAlphanumeric {
			t.Errorf("%q became %q and then %q", address, once, Canonical(once, ton, country))
		}
	})
}

func TestKnownCountry(t *testing.T) {
	for c, want := range map[string]bool{"DE": true, "US": true, "XX": false, "": false, "de": false} {
		if KnownCountry(c) != want {
			t.Errorf("%q: %v", c, !want)
		}
	}
}
