package media

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"outdial/gateway/voice/audio"
)

// A Source is sound to be said.
type Source interface {
	// Next fills pcm with the next sound, and tells whether there was any left:
	// what it could not fill is silence.
	Next(pcm []int16) (more bool)
}

// sender is what a stream says.
type sender struct {
	to     netip.AddrPort
	name   string
	wishes string // of the other side, for the codec
	codec  audio.Codec
	unit   uint32 // a frame on the clock of the codec
	seq    uint16
	ts     uint32
	marker bool // the next packet begins something
	source Source
	done   func() // when the source is over
	keys   []byte // to be pressed
	press  press
	thin   thin

	pcm     []int16
	payload []byte
	packet  []byte
	sealed  []byte
	sent    uint32 // packets, for reports
	octets  uint32
}

func (o *sender) start() {
	o.seq, o.ts = uint16(rand.Uint32()), rand.Uint32()
	o.marker = true
	o.unit = frameUnits
	o.pcm = make([]int16, 320)
	o.packet = make([]byte, 0, 256)
}

// Play says src from now on, in place of what was said until then; done is
// called when it is over, and not where something else takes its place.
func (s *Session) Play(src Source, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.source, s.out.done = src, done
}

// Hush stops what is said, and tells whether something was.
func (s *Session) Hush() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.out.source != nil
	s.out.source, s.out.done = nil, nil
	return was
}

// send says the next frame. It gives what was said, and the function that wants
// to know that a source is over. s.mu is held.
func (s *Session) send(late int) (said []int16, done func()) {
	o := &s.out
	said = o.pcm[:s.rate/50]
	clear(said)
	o.ts += uint32(late) * o.unit
	if late > 0 {
		o.marker = true
	}
	if !s.terms.Sends {
		o.ts += o.unit
		o.marker = true
		return said, nil // what plays waits until the other side hears again
	}
	if s.pressing() {
		return said, nil
	}
	if o.source != nil && !o.source.Next(said) {
		o.source = nil
		done, o.done = o.done, nil
	}
	s.sendFrame(said)
	return said, done
}

// sendFrame sends one frame of sound, unless the codec leaves it out as silence.
func (s *Session) sendFrame(pcm []int16) {
	o := &s.out
	if o.payload = o.codec.Encode(o.payload[:0], pcm); len(o.payload) == 0 {
		o.ts += o.unit
		o.marker = true // what comes next begins a spurt of talk. RFC 3551 §4.1
		return
	}
	h := rtp.Header{Version: 2, Marker: o.marker, PayloadType: s.terms.Codec.Type, SequenceNumber: o.seq, Timestamp: o.ts, SSRC: s.ssrc}
	o.marker = false
	o.ts += o.unit
	s.write(&h, func(b []byte) []byte { return append(b, o.payload...) })
}

// write sends one packet. A packet that cannot be sent is lost, as packets are.
func (s *Session) write(h *rtp.Header, payload func(b []byte) []byte) {
	o := &s.out
	n := h.MarshalSize()
	b := o.packet[:cap(o.packet)][:n]
	if _, err := h.MarshalTo(b); err != nil {
		return
	}
	b = payload(b)
	o.packet = b[:0]
	o.seq++
	o.sent++
	o.octets += uint32(len(b) - n)
	s.stats.Sent++
	var err error
	if s.keeper.out != nil {
		if b, err = s.keeper.out.EncryptRTP(o.sealed[:0], b, h); err != nil {
			return
		}
		o.sealed = b
	}
	writeTo(s.pair.RTP, b, o.to)
}

func writeTo(c net.PacketConn, b []byte, to netip.AddrPort) {
	if u, ok := c.(*net.UDPConn); ok {
		_, _ = u.WriteToUDPAddrPort(b, to)
		return
	}
	_, _ = c.WriteTo(b, net.UDPAddrFromAddrPort(to))
}

// A clip is a Source that is known from beginning to end.
type clip struct {
	samples []int16
	at      int
	loop    bool
}

// Clip plays samples, over and over with loop.
func Clip(samples []int16, loop bool) Source {
	return &clip{samples: samples, loop: loop && len(samples) > 0}
}

func (c *clip) Next(pcm []int16) bool {
	n := copy(pcm, c.samples[c.at:])
	c.at += n
	for c.loop && n < len(pcm) {
		c.at = copy(pcm[n:], c.samples)
		n += c.at
	}
	return c.loop || c.at < len(c.samples)
}

// A Pipe is a Source that is fed by a tap: it joins two streams.
type Pipe struct {
	frames chan []int16
	up     *audio.Resampler
	ready  []int16
	primed bool
}

// pipeDepth is how many frames may wait in a pipe; beyond, the oldest goes.
const pipeDepth = 8

// NewPipe gives a pipe that gives sound at rate.
func NewPipe(rate int) *Pipe {
	p := &Pipe{frames: make(chan []int16, pipeDepth)}
	if rate != audio.Rate {
		p.up = audio.NewResampler(audio.Rate, rate)
	}
	return p
}

// Put takes a frame at audio.Rate. It does not keep the slice.
func (p *Pipe) Put(pcm []int16) {
	f := append([]int16(nil), pcm...)
	for {
		select {
		case p.frames <- f:
			return
		default:
		}
		select {
		case <-p.frames:
		default:
		}
	}
}

// Next gives what was put in, silence where nothing was, and never ends.
func (p *Pipe) Next(pcm []int16) bool {
	if !p.primed && len(p.frames) < 2 {
		return true // two frames are kept ahead: the clocks of two streams are not in step
	}
	p.primed = true
	for len(p.ready) < len(pcm) {
		select {
		case f := <-p.frames:
			if p.up != nil {
				p.ready = p.up.Next(p.ready, f)
			} else {
				p.ready = append(p.ready, f...)
			}
			continue
		default:
		}
		p.primed = false
		break
	}
	n := copy(pcm, p.ready)
	p.ready = append(p.ready[:0], p.ready[n:]...)
	return true
}

// untilHeard is how long the other side may need to play what was sent: its
// jitter buffer.
const untilHeard = 100 * time.Millisecond

// Tail is how long to wait before hanging up, so that the last words are heard.
func Tail() time.Duration { return untilHeard }
