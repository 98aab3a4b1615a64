package contact

import "testing"

func TestE164(t *testing.T) {
	for s, want := range map[string]bool{
		"+12065550100": true, "+49": true, "+123456789012345": true,
		"": false, "+": false, "+1": false, "+0123": false, "12065550100": false, "+1206 555": false, "+1206x": false,
		"+1234567890123456": false, "+12\n": false, "+१२३": false,
	} {
		if got := E164(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
