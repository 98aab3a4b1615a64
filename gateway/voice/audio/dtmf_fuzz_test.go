package audio

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Whatever sound comes, and however it is cut, the same keys are heard in it.
func FuzzDTMF(f *testing.F) {
	f.Add(toBytes(KeyTone(Rate, '5', 80*time.Millisecond, 7000)), uint16(160))
	f.Add(toBytes(join(KeyTone(Rate, '1', 60*time.Millisecond, 7000), Silence(Rate, 60*time.Millisecond), KeyTone(Rate, '#', 60*time.Millisecond, 4000))), uint16(7))
	f.Add([]byte("no sound of any key"), uint16(1))
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		sound := FromBytes(nil, b)
		whole := NewDTMF().Add(nil, sound)
		d := NewDTMF()
		var pieces []byte
		for len(sound) > 0 {
			n := min(1+int(cut)%2000, len(sound))
			pieces = d.Add(pieces, sound[:n])
			sound = sound[n:]
		}
		if !bytes.Equal(whole, pieces) {
			t.Fatalf("%q in one piece, %q in pieces of %d", whole, pieces, cut)
		}
		for _, k := range whole {
			if strings.IndexByte(Keys, k) < 0 {
				t.Fatalf("%q is no key", k)
			}
		}
	})
}

func join(parts ...[]int16) (all []int16) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func toBytes(sound []int16) (b []byte) {
	for _, s := range sound {
		b = append(b, byte(s), byte(uint16(s)>>8))
	}
	return b
}
