package media

import (
	"encoding/binary"
	"strings"
	"testing"

	"outdial/gateway/voice/audio"
)

// Whatever comes as events, a press is one key, and a key is one of the sixteen.
func FuzzKey(f *testing.F) {
	f.Add([]byte{1, 10, 0, 160, 1, 0x8A, 3, 32}, uint32(160))
	f.Add([]byte{16, 0, 0, 0, 255, 255, 255, 255}, uint32(0))
	f.Add([]byte{1, 2, 3}, uint32(1))
	f.Fuzz(func(t *testing.T, b []byte, ts uint32) {
		var r receiver
		got := map[[2]uint32]int{}
		for i := 0; i < 8 && len(b) > 0; i++ { // as many as are remembered
			at := ts
			if len(b) > 8 {
				at += uint32(binary.BigEndian.Uint16(b[len(b)-2:]))
			}
			packet := b[:min(4, len(b))]
			b = b[len(packet):]
			for range 3 { // the end of a key comes three times
				if k := r.key(at, packet); k != 0 {
					if strings.IndexByte(audio.Keys, k) < 0 {
						t.Fatalf("%q is no key", k)
					}
					if got[[2]uint32{at, uint32(k)}]++; got[[2]uint32{at, uint32(k)}] > 1 {
						t.Fatalf("%q came down twice at %d", k, at)
					}
				}
			}
		}
	})
}
