package media

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/rtcp"
)

// reportTicks is how often we report: some five seconds. RFC 3550 §6.2
const reportTicks = 250

// control is RTCP.
type control struct {
	to       netip.AddrPort
	ticks    int
	lastSR   uint32    // middle of the time in their last report
	lastAt   time.Time // when it came
	priorExp uint32    // packets expected and received at our last report
	priorRcv uint32
}

// ntp is a time as in reports. RFC 3550 §4
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// middle is the middle of a time in a report, in 1/65536 s.
func middle(n uint64) uint32 { return uint32(n >> 16) }

// report sends a report when it is time for one. s.mu is held.
func (s *Session) report() {
	s.ctl.ticks++
	if s.ctl.ticks%reportTicks != int(s.ssrc%reportTicks) { // not everybody at once
		return
	}
	s.sendControl(s.senderReport(), s.description())
}

func (s *Session) description() rtcp.Packet {
	return &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: s.ssrc,
		Items:  []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: fmt.Sprintf("%08x", s.ssrc)}},
	}}}
}

// senderReport is RFC 3550 §6.4.1.
func (s *Session) senderReport() rtcp.Packet {
	r := &rtcp.SenderReport{
		SSRC: s.ssrc, NTPTime: ntp(time.Now()), RTPTime: s.out.ts, PacketCount: s.out.sent, OctetCount: s.out.octets,
	}
	if !s.in.seen.began {
		return r
	}
	w, c := &s.in.seen, &s.ctl
	expected := w.extended() - w.first + 1
	lost := int64(expected) - int64(s.in.received)
	b := rtcp.ReceptionReport{
		SSRC: s.in.ssrc, LastSequenceNumber: w.extended(), Jitter: uint32(s.in.jitter / 16), TotalLost: uint32(min(max(lost, 0), 0x7FFFFF)),
	}
	exp, rcv := expected-c.priorExp, s.in.received-c.priorRcv
	if exp > 0 && exp > rcv && exp < 1<<20 {
		b.FractionLost = uint8((exp - rcv) * 256 / exp)
	}
	c.priorExp, c.priorRcv = expected, s.in.received
	if c.lastSR != 0 {
		b.LastSenderReport = c.lastSR
		b.Delay = uint32(time.Since(c.lastAt) * 65536 / time.Second)
	}
	r.Reports = []rtcp.ReceptionReport{b}
	return r
}

// goodbye tells that the stream is over. s.mu is held.
func (s *Session) goodbye() {
	if s.terms != nil {
		s.sendControl(s.senderReport(), s.description(), &rtcp.Goodbye{Sources: []uint32{s.ssrc}})
	}
}

func (s *Session) sendControl(packets ...rtcp.Packet) {
	b, err := rtcp.Marshal(packets)
	if err != nil {
		return
	}
	if s.keeper.out != nil {
		if b, err = s.keeper.out.EncryptRTCP(nil, b, nil); err != nil {
			return
		}
	}
	c := s.pair.RTCP
	if s.ctl.to.Port() == s.out.to.Port() {
		c = s.pair.RTP // both on one port. RFC 5761
	}
	writeTo(c, b, s.ctl.to)
}

// hearControl takes one packet of RTCP.
func (s *Session) hearControl(b []byte, from netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.terms == nil || from.Addr() != s.out.to.Addr() && from.Addr() != s.in.named.Addr() {
		s.stats.Strangers++
		return
	}
	if s.keeper.in != nil {
		var err error
		if b, err = s.keeper.in.DecryptRTCP(nil, b, nil); err != nil {
			s.stats.Strangers++
			return
		}
	}
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		s.stats.Strangers++
		return
	}
	s.quiet = 0 // who reports is there, though it says nothing
	if !s.opt.Strict && from.Addr() == s.out.to.Addr() && s.ctl.to != s.out.to {
		s.ctl.to = from
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			s.ctl.lastSR, s.ctl.lastAt = middle(p.NTPTime), time.Now()
			s.reported(p.Reports)
		case *rtcp.ReceiverReport:
			s.reported(p.Reports)
		}
	}
}

// reported reads how our stream arrives over there.
func (s *Session) reported(blocks []rtcp.ReceptionReport) {
	for _, b := range blocks {
		if b.SSRC != s.ssrc {
			continue
		}
		s.stats.TheirLost = float64(b.FractionLost) / 256
		s.stats.TheirJitter = time.Duration(b.Jitter) * frame / time.Duration(s.out.unit)
		if b.LastSenderReport != 0 {
			if rtt := middle(ntp(time.Now())) - b.LastSenderReport - b.Delay; rtt < 1<<20 {
				s.stats.RTT = time.Duration(rtt) * time.Second / 65536
			}
		}
	}
}
