package smsctest

import (
	"time"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// A Phone puts submissions together as the recipients' phones would.
type Phone struct{ groups map[group]*sms.Group }

// group tells the messages of a phone apart.
type group struct {
	from, to string
	ref      uint16
	wide     bool
	total    int
}

// Read gives the text that a submission is, or makes whole.
func (h *Phone) Read(s Submission) (text string, whole bool) {
	m := s.PDU.Message
	p := sms.Part{From: m.Source.Addr, To: m.Dest.Addr, Data: s.Data()}
	if m.DataCoding == 8 {
		p.Coding = sms.UCS2
	}
	if m.ESMClass&pdu.ClassUDHI != 0 {
		u, rest, _ := sms.ParseHeader(p.Data)
		p.Data, p.Ref, p.Wide, p.Total, p.Seq, p.Tables = rest, u.Ref, u.Wide, u.Total, u.Seq, u.Tables
	}
	if total, ok := s.PDU.Uint(pdu.SARTotal); ok {
		ref, _ := s.PDU.Uint(pdu.SARRef)
		seq, _ := s.PDU.Uint(pdu.SARSeq)
		p.Ref, p.Total, p.Seq = uint16(ref), int(total), int(seq)
	}
	return h.Join(p)
}

// Join gives the text that a part is, or makes whole.
func (h *Phone) Join(p sms.Part) (text string, whole bool) {
	if p.Whole() {
		return sms.Decode(p.Data, p.Coding, p.Tables), true
	}
	key := group{p.From, p.To, p.Ref, p.Wide, p.Total}
	g := h.groups[key]
	if g == nil {
		g = sms.NewGroup(p, time.Time{})
	}
	state := g.Add(p)
	if state == sms.Other { // the references have come round
		g = sms.NewGroup(p, time.Time{})
		state = g.Add(p)
	}
	if h.groups == nil {
		h.groups = map[group]*sms.Group{}
	}
	h.groups[key] = g
	if state != sms.Complete {
		return "", false
	}
	text = g.Whole().Text
	g.Finish(time.Time{})
	return text, true
}
