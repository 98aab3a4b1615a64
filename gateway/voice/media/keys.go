package media

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/pion/rtp"

	"outdial/gateway/voice/audio"
)

// press is a key that we press now. RFC 4733 §2.5.1
type press struct {
	code   int // its event; -1: a pause
	ts     uint32
	units  int // so long by now, on the clock of the event
	total  int // so long in all
	step   int // a frame
	ends   int // packets with the end bit that were sent
	sound  []int16
	active bool
}

// endings is how often the last packet of a key is sent, in case it is lost.
// RFC 4733 §2.5.1.4
const endings = 3

// comma is the pause that a comma among keys stands for.
const comma = 500 * time.Millisecond

// Press presses keys, one after the other: 0-9, *, #, A-D, and a comma for a
// pause. Other signs are left out.
func (s *Session) Press(keys string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range []byte(strings.ToUpper(keys)) {
		if strings.IndexByte(audio.Keys+",", k) >= 0 {
			s.out.keys = append(s.out.keys, k)
		}
	}
}

// Pressing tells whether keys are still to be pressed.
func (s *Session) Pressing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.press.active || len(s.out.keys) > 0
}

// units is a length, where a frame is so long.
func units(d time.Duration, step int) int { return int(d * time.Duration(step) / frame) }

// longest is the most that the length of a key can say: 1.36 s on the clock of Opus.
const longest = 0xFFFF

// pressing does this frame's part of pressing keys. It is false where no key is
// pressed now, and sound may be sent. s.mu is held.
func (s *Session) pressing() bool {
	o := &s.out
	p := &o.press
	if !p.active {
		if len(o.keys) == 0 {
			return false
		}
		s.beginKey(o.keys[0])
		o.keys = o.keys[1:]
	}
	switch {
	case p.code < 0:
		return s.pausing()
	case s.terms.EventOut == 0:
		return s.sounding()
	}
	p.units = min(p.units+p.step, p.total)
	over := p.units == p.total
	h := rtp.Header{Version: 2, Marker: p.units == min(p.step, p.total), PayloadType: s.terms.EventOut, SequenceNumber: o.seq, Timestamp: p.ts, SSRC: s.ssrc}
	s.write(&h, func(b []byte) []byte {
		flags := byte(10) // -10 dBm0
		if over {
			flags |= 0x80
		}
		b = append(b, byte(p.code), flags)
		return binary.BigEndian.AppendUint16(b, uint16(p.units))
	})
	o.ts += o.unit
	if over {
		if p.ends++; p.ends == endings {
			s.endKey()
		}
	}
	return true
}

func (s *Session) beginKey(k byte) {
	p := &s.out.press
	*p = press{active: true, ts: s.out.ts, code: strings.IndexByte(audio.Keys, k), step: frameUnits}
	if s.terms.EventClock != 0 {
		p.step = s.terms.EventClock / 50
	}
	p.total = min(units(s.opt.KeyTone, p.step), longest)
	if p.code < 0 {
		p.total = units(comma, p.step)
	} else if s.terms.EventOut == 0 {
		p.sound = audio.KeyTone(s.rate, k, s.opt.KeyTone, 7000)
	}
}

// endKey goes on to the pause after a key.
func (s *Session) endKey() {
	s.out.press = press{active: true, code: -1, total: units(s.opt.KeyPause, frameUnits), step: frameUnits}
	s.out.marker = true
}

// pausing lets silence be sent.
func (s *Session) pausing() bool {
	p := &s.out.press
	if p.units += p.step; p.units >= p.total {
		p.active = false
	}
	s.sendFrame(s.out.pcm[:s.rate/50])
	return true
}

// sounding presses a key by its sound.
func (s *Session) sounding() bool {
	p := &s.out.press
	pcm := s.out.pcm[:s.rate/50]
	n := copy(pcm, p.sound)
	p.sound = p.sound[n:]
	s.sendFrame(pcm)
	if len(p.sound) == 0 {
		s.endKey()
	}
	return true
}

// key takes an event packet, and gives the key that came down with it. Only the
// timestamp tells one press from the next: gateways forget markers, send no
// duration, and repeat the end. RFC 4733 §2.5.2
func (r *receiver) key(ts uint32, payload []byte) byte {
	if len(payload) < 4 || int(payload[0]) >= len(audio.Keys) {
		return 0 // a flash, or a tone
	}
	for _, seen := range r.pressed {
		if seen.ts == ts && seen.code == payload[0]+1 {
			return 0
		}
	}
	// The memory reaches back some presses, since packets overtake each other.
	r.pressed[r.presses%len(r.pressed)] = pressed{ts: ts, code: payload[0] + 1}
	r.presses++
	return audio.Keys[payload[0]]
}

// pressed is a key that came; code is one above its event, 0 for none.
type pressed struct {
	ts   uint32
	code byte
}
