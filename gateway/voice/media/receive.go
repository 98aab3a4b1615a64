package media

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/pion/rtp"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
)

// moves is how long nobody may have sent before sound from another address is
// taken for the same peer's, if it goes on in the same stream.
const moves = 400 * time.Millisecond

// fades is for how many frames in a row a codec is asked what is missing: longer
// than the pauses that it makes itself in silence (400 ms), and after them there is
// nothing left of what was heard.
const fades = 25

// decoder is a codec that may come.
type decoder struct {
	audio.Format
	codec audio.Codec
}

// receiver is what a stream hears.
type receiver struct {
	named   netip.AddrPort // what the description says
	locked  netip.AddrPort // where it really comes from; not valid until something came
	fresh   bool           // the next valid packet may lock again: the terms are new
	ssrc    uint32
	last    time.Time // when the last packet came
	buffer  jitterBuffer
	seen    window
	decode  map[string]*decoder
	speaks  *decoder // whose sound came last; nil: nobody's yet
	pcm     []int16  // decoded, and not heard yet
	frame   []int16
	before  []int16 // the frame before, to fill a gap with
	gaps    int     // frames in a row that were made up
	pressed [8]pressed
	presses int
	tones   *audio.DTMF
	thin    thin

	// for reports
	received   uint32
	jitter     float64 // times 16
	transit    int64
	hasTransit bool
}

func (r *receiver) start() {
	r.frame, r.before = make([]int16, 320), make([]int16, 320)
	r.buffer.clock = audio.Rate
}

// agree takes new terms. s.mu is held.
func (r *receiver) agree(t, before *sdp.Terms, named netip.AddrPort) {
	r.named = named
	if before == nil || before.Host != t.Host || before.Port != t.Port {
		r.fresh = true
	}
	r.last = time.Now()
	r.decode, r.speaks = map[string]*decoder{}, nil
	for _, f := range audio.Formats() {
		for _, name := range t.Receive {
			if name == f.Name && r.decode[name] == nil {
				r.decode[name] = &decoder{f, f.New()}
			}
		}
	}
	r.buffer.reset()
	r.pcm = r.pcm[:0]
}

// read hears one socket until it is closed.
func (s *Session) read(c net.PacketConn, control bool) {
	b := make([]byte, 2048)
	for {
		n, from, err := readFrom(c, b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if s.isClosed() {
				return
			}
			continue // an ICMP error that was meant for what we sent
		}
		if control || isControl(b[:n]) {
			s.hearControl(b[:n], from)
			continue
		}
		if key := s.hear(b[:n], from); key != 0 && s.opt.Events.Key != nil {
			s.opt.Events.Key(key)
		}
	}
}

func (s *Session) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func readFrom(c net.PacketConn, b []byte) (int, netip.AddrPort, error) {
	if u, ok := c.(*net.UDPConn); ok {
		n, from, err := u.ReadFromUDPAddrPort(b)
		return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), err
	}
	n, a, err := c.ReadFrom(b)
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	from, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), nil
}

// isControl tells RTCP from RTP on one port. RFC 5761 §4
func isControl(b []byte) bool { return len(b) >= 2 && b[1] >= 192 && b[1] <= 223 }

// hear takes one packet of RTP, and gives the key that came down with it.
func (s *Session) hear(b []byte, from netip.AddrPort) (key byte) {
	var h rtp.Header
	n, err := h.Unmarshal(b)
	if err != nil || h.Version != 2 {
		s.stranger()
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.terms == nil {
		return 0
	}
	name, isSound := s.terms.Receive[h.PayloadType]
	isKey := s.terms.EventIn[h.PayloadType]
	const comfort = 13 // RFC 3389
	if !isSound && !isKey && h.PayloadType != comfort || !s.admit(&h, from) {
		s.stats.Strangers++
		return 0
	}
	if s.keeper.in != nil {
		if b, err = s.keeper.in.DecryptRTP(nil, b, &h); err != nil {
			s.stats.Strangers++
			return 0
		}
	}
	payload, ok := unpad(&h, b[n:])
	if !ok {
		s.stats.Strangers++
		return 0
	}
	s.lock(&h, from)
	if s.in.seen.again(h.SequenceNumber) {
		s.stats.Repeated++
		return 0
	}
	s.in.received++
	s.stats.Received++
	switch {
	case isKey:
		if key = s.in.key(h.Timestamp, payload); key != 0 {
			s.stats.Keys++
		}
	case isSound:
		s.in.sound(&h, name, payload)
	}
	return key
}

// sound takes a packet of sound. Where its codec has another clock than the one
// before, timestamps begin anew.
func (r *receiver) sound(h *rtp.Header, name string, payload []byte) {
	d := r.decode[name]
	if d == nil {
		return
	}
	if d.Clock != r.buffer.clock {
		r.buffer.use(d.Clock)
		r.hasTransit, r.jitter = false, 0
	}
	r.arrived(h, r.last)
	if units := d.Units(payload); units > 0 && units <= r.buffer.frames(8) {
		r.buffer.put(packet{ts: h.Timestamp, units: units, codec: name, payload: payload})
	}
}

func (s *Session) stranger() {
	s.mu.Lock()
	s.stats.Strangers++
	s.mu.Unlock()
}

// unpad takes the padding off. RFC 3550 §5.1
func unpad(h *rtp.Header, b []byte) ([]byte, bool) {
	if !h.Padding {
		return b, true
	}
	if len(b) == 0 || int(b[len(b)-1]) == 0 || int(b[len(b)-1]) > len(b) {
		return nil, false
	}
	return b[:len(b)-int(b[len(b)-1])], true
}

// admit tells whether a packet may be the other side's, by where it comes from.
func (s *Session) admit(h *rtp.Header, from netip.AddrPort) bool {
	r := &s.in
	switch {
	case s.opt.Strict:
		return from == r.named
	case !r.locked.IsValid() || r.fresh || from == r.locked:
		return true
	case from == r.named:
		// Whoever came first was not whom the description named.
		return true
	}
	// The other side moved without a word (a router that forgot it): its stream
	// goes on under the same number, and the old address is silent.
	return h.SSRC == r.ssrc && time.Since(r.last) > moves
}

// lock notes where the stream comes from, and sends there from now on.
func (s *Session) lock(h *rtp.Header, from netip.AddrPort) {
	r := &s.in
	r.last = time.Now()
	s.quiet = 0
	if from == r.locked && h.SSRC == r.ssrc && !r.fresh {
		return
	}
	if h.SSRC != r.ssrc || !r.locked.IsValid() {
		r.ssrc = h.SSRC
		r.seen = window{}
		r.hasTransit, r.received = false, 0
		s.ctl.priorExp, s.ctl.priorRcv = 0, 0
		r.buffer.reset()
	}
	r.locked, r.fresh = from, false
	if !s.opt.Strict {
		s.out.to = from
		s.stats.Latched = s.stats.Latched || from != r.named
	}
}

// arrived keeps the books of a packet for the reports. RFC 3550 §A.8
func (r *receiver) arrived(h *rtp.Header, at time.Time) {
	clock := int64(r.buffer.clock)
	transit := at.UnixMicro()*(clock/1000)/1000 - int64(h.Timestamp)
	if r.hasTransit {
		d := float64(int32(transit - r.transit))
		if d < 0 {
			d = -d
		}
		if d < float64(clock) { // longer than a second is no jitter
			r.jitter += (d*16 - r.jitter) / 16
		}
	}
	r.transit, r.hasTransit = transit, true
}

// take gives the next frame of sound. It is good until the next call.
func (r *receiver) take(rate int) []int16 {
	n, unit := rate/50, r.buffer.frames(1)
	hurry := r.buffer.tick()
	for len(r.pcm) < n {
		p, gap, ok := r.buffer.take()
		switch {
		case ok && hurry:
			hurry = false // left out
			continue
		case ok:
			r.decodePacket(p, rate)
		case gap > 0:
			r.conceal(gap*n/unit, rate)
		default:
			missing := n - len(r.pcm)
			r.buffer.hungry(missing * unit / n)
			r.conceal(missing, rate)
		}
	}
	out := r.frame[:n]
	copy(out, r.pcm)
	r.pcm = append(r.pcm[:0], r.pcm[n:]...)
	copy(r.before[:n], out)
	return out
}

func (r *receiver) decodePacket(p packet, rate int) {
	d := r.decode[p.codec]
	if d == nil {
		return
	}
	from := len(r.pcm)
	r.pcm = d.codec.Decode(r.pcm, p.payload)
	if len(r.pcm) == from {
		r.conceal(p.units*rate/d.Clock, rate) // what came is no sound
		return
	}
	r.gaps, r.speaks = 0, d
	if d.Rate != rate { // another one than we send with
		other := audio.Clip{Rate: d.Rate, Samples: append([]int16(nil), r.pcm[from:]...)}
		r.pcm = append(r.pcm[:from], other.At(rate).Samples...)
	}
}

// conceal makes up n samples that are missing: what the codec knows of them, or
// what was heard last, softer each time, and silence after three frames.
func (r *receiver) conceal(n, rate int) {
	r.gaps++
	if d := r.speaks; d != nil && d.Rate == rate && r.gaps <= fades {
		if pcm, ok := d.codec.Conceal(r.pcm, n, r.buffer.following(d.Name)); ok {
			r.pcm = pcm
			return
		}
	}
	for i := range n {
		var v int16
		if r.gaps <= 3 {
			v = r.before[i%len(r.before)] >> r.gaps
		}
		r.pcm = append(r.pcm, v)
	}
}

// inband gives the key that is heard in a frame at audio.Rate, 0 for none.
func (r *receiver) inband(heard []int16) byte {
	if r.tones == nil {
		r.tones = audio.NewDTMF()
	}
	if keys := r.tones.Add(nil, heard); len(keys) > 0 {
		return keys[0]
	}
	return 0
}

// window remembers the last 64 sequence numbers.
type window struct {
	highest uint16
	bits    uint64
	cycles  uint32 // how often the numbers began anew
	first   uint32 // extended number of the first packet
	began   bool
}

// again tells whether a number came before. One that is older than the window
// counts as new.
func (w *window) again(seq uint16) bool {
	if !w.began {
		*w = window{highest: seq, bits: 1, first: uint32(seq), began: true}
		return false
	}
	ahead := int16(seq - w.highest)
	if ahead > 0 {
		if seq < w.highest {
			w.cycles++
		}
		w.bits = w.bits<<uint(ahead) | 1
		w.highest = seq
		return false
	}
	back := uint(-ahead)
	if back >= 64 {
		return false
	}
	was := w.bits&(1<<back) != 0
	w.bits |= 1 << back
	return was
}

// extended is the highest number with the cycles above it. RFC 3550 §A.1
func (w *window) extended() uint32 { return w.cycles<<16 | uint32(w.highest) }
