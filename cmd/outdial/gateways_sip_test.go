package main

import "testing"

func TestCallsDir(t *testing.T) {
	for _, c := range [][3]string{
		{"", "file:data/outdial.db?_x=1", "data/outdial.db.calls/acme"}, {"", "postgres://db/outdial", ""},
		{"./calls", "postgres://db/outdial", "calls/acme"}, {"/var/lib/outdial", "file:outdial.db", "/var/lib/outdial/acme"},
	} {
		if got := callsDir(c[0], c[1], "acme"); got != c[2] {
			t.Errorf("%q, %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
