package dtmf

import (
	"testing"
	"time"

	"outdial/contact"
)

func TestCollector(t *testing.T) {
	for _, c := range []struct {
		name   string
		want   contact.CollectDigits
		keys   string
		over   bool
		digits string
		end    string // after a time-out where it is not over
	}{
		{"single key", contact.CollectDigits{Single: true}, "7", true, "7", contact.Complete},
		{"single star", contact.CollectDigits{Single: true}, "*", true, "*", contact.Complete},
		{"single hash", contact.CollectDigits{Single: true}, "#", true, "#", contact.Complete},
		{"default terminator", contact.CollectDigits{Max: 20}, "123#9", true, "123", contact.Terminated},
		{"nothing but the terminator", contact.CollectDigits{Max: 20}, "#", true, "", contact.Terminated},
		{"maximum", contact.CollectDigits{Max: 4}, "12345", true, "1234", contact.Complete},
		{"cancel key", contact.CollectDigits{Max: 4}, "12*3456", true, "3456", contact.Complete},
		{"no cancel key", contact.CollectDigits{Max: 4, NoCancelKey: true}, "12*3", true, "12*3", contact.Complete},
		{"long terminator", contact.CollectDigits{Max: 20, Terminator: "##"}, "1#2##", true, "1#2", contact.Terminated},
		{"terminator at the maximum", contact.CollectDigits{Max: 3, Terminator: "##"}, "123", true, "123", contact.Complete},
		{"terminator begun at the maximum", contact.CollectDigits{Max: 3, Terminator: "##"}, "12##", true, "12", contact.Terminated},
		{"terminator broken off", contact.CollectDigits{Max: 3, Terminator: "#0#"}, "12#4", true, "12#", contact.Complete},
		{"star in the terminator", contact.CollectDigits{Max: 9, Terminator: "*#", NoCancelKey: true}, "5*#", true, "5", contact.Terminated},
		{"no key", contact.CollectDigits{Max: 4}, "", false, "", contact.TimedOut},
		{"too few", contact.CollectDigits{Max: 4}, "12", false, "12", contact.InterDigit},
		{"cancelled and silent", contact.CollectDigits{Max: 4}, "12*", false, "", contact.TimedOut},
		{"not keys", contact.CollectDigits{Max: 4}, "aD 1\x002", false, "12", contact.InterDigit},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.Visit = 3
			k := New(c.want)
			over := false
			for i := range len(c.keys) {
				over = k.Press(c.keys[i])
			}
			if over != c.over {
				t.Fatalf("over = %v", over)
			}
			if !over {
				k.TimeOut()
			}
			got, err := k.Received()
			want := contact.DigitsReceived{Visit: 3, Digits: c.digits, End: c.end}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	k := New(contact.CollectDigits{First: 9, InterDigit: 2, Max: 9})
	if k.Wait() != 9*time.Second || k.Pause() != 2*time.Second || k.Pressed() {
		t.Errorf("before the first key: %v, %v, %v", k.Wait(), k.Pause(), k.Pressed())
	}
	k.Press('1')
	if k.Wait() != 2*time.Second || !k.Pressed() {
		t.Errorf("after a key: %v", k.Wait())
	}
	k.Press('*')
	if k.Wait() != 9*time.Second {
		t.Errorf("after the cancel key: %v", k.Wait())
	}
	if k = New(contact.CollectDigits{}); k.Wait() != 5*time.Second || k.Pause() != 5*time.Second {
		t.Errorf("defaults: %v, %v", k.Wait(), k.Pause())
	}
}

func FuzzCollector(f *testing.F) {
	f.Add("12#", "#", 4, false)
	f.Add("1*2##", "##", 0, true)
	f.Fuzz(func(t *testing.T, keys, terminator string, most int, star bool) {
		k := New(contact.CollectDigits{Max: most, Terminator: terminator, NoCancelKey: star})
		for i := range len(keys) {
			k.Press(keys[i])
		}
		k.TimeOut()
		d, err := k.Received()
		if err != nil || d.End == "" {
			t.Errorf("%q %q: %+v, %v", keys, terminator, d, err)
		}
		for i := range len(d.Digits) {
			if !IsKey(d.Digits[i]) {
				t.Errorf("%q: %q", keys, d.Digits)
			}
		}
	})
}
