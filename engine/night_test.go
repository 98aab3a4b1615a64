package engine

import (
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

func TestQuietUntil(t *testing.T) {
	var z zones
	for _, c := range []struct{ hours, to, at, want string }{
		{"21:00-08:00", "+4915112345678", "2026-01-10T19:59:00Z", ""}, // 20:59 in Berlin
		{"21:00-08:00", "+4915112345678", "2026-01-10T20:00:00Z", "2026-01-11T07:00:00Z"},
		{"21:00-08:00", "+4915112345678", "2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"},
		{"21:00-08:00", "+4915112345678", "2026-01-11T07:00:00Z", ""},
		{"12:30-14:00", "+4915112345678", "2026-07-01T11:00:00Z", "2026-07-01T12:00:00Z"}, // summer time
		{"21:00-08:00", "+12065550100", "2026-01-10T07:00:00Z", "2026-01-10T16:00:00Z"},   // Seattle
		{"21:00-08:00", "+919876543210", "2026-01-10T16:00:00Z", "2026-01-11T02:30:00Z"},  // a zone of half hours
		// The night in which the clock is put on, and the one in which it is put back.
		{"21:00-08:00", "+4915112345678", "2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z"},
		{"21:00-08:00", "+4915112345678", "2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"},
		{"01:00-02:30", "+4915112345678", "2026-03-29T00:30:00Z", "2026-03-29T00:30:00Z+"}, // an end that the day does not have
		// Whoever may be anywhere in North America, from Guam to Newfoundland.
		{"22:00-06:00", "+18005550100", "2026-01-10T18:00:00Z", "2026-01-10T20:00:00Z"},
		// Nights without an hour between them: the first zone of many decides.
		{"18:00-12:00", "+18005550100", "2026-01-10T18:00:00Z", "2026-01-10T22:00:00Z"},
		{"08:00-08:00", "+4915112345678", "2026-01-10T07:00:00Z", ""},
		{"nonsense", "+4915112345678", "2026-01-10T23:00:00Z", ""},
		{"21:00-08:00", "72345", "2026-01-10T07:00:00Z", "2026-01-10T16:00:00Z"}, // our own number's zone
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		n := &resource.Number{Number: "+12065550190", Quiet: c.hours}
		k := &contact.Contact{Customer: contact.Endpoint{Address: c.to}}
		until, zone := quietUntil(n.Quiet, z.of(n, k), at)
		got := ""
		if !until.IsZero() {
			got = until.UTC().Format(time.RFC3339)
			if zone == "" || !until.After(at) {
				t.Errorf("%s for %s at %s: until %s in %q", c.hours, c.to, c.at, got, zone)
			}
		}
		if c.want == c.at+"+" { // some time soon
			if until.Sub(at) > 2*time.Hour || got == "" {
				t.Errorf("%s for %s at %s: until %s", c.hours, c.to, c.at, got)
			}
		} else if got != c.want {
			t.Errorf("%s for %s at %s: until %q, want %q", c.hours, c.to, c.at, got, c.want)
		}
	}
}

func TestZoneOfAnAttribute(t *testing.T) {
	var z zones
	n := &resource.Number{Number: "+12065550190", QuietZone: "zone"}
	for attribute, want := range map[string]string{"Asia/Tokyo": "Asia/Tokyo", "": "Europe/Berlin", "Nowhere/None": "Europe/Berlin", "Local": "Europe/Berlin", "../../etc/passwd": "Europe/Berlin"} {
		c := &contact.Contact{Customer: contact.Endpoint{Address: "+4915112345678"}, Attributes: map[string]string{"zone": attribute}}
		if got := z.of(n, c); len(got) != 1 || got[0].String() != want {
			t.Errorf("%q: %v, want %s", attribute, got, want)
		}
	}
}
