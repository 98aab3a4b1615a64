package smpp

import (
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// message makes what all parts of a contact's message have in common.
func (s *settings) message(c *contact.Contact) (pdu.Message, error) {
	from := c.System.Address
	if s.Source.From != "" {
		from = s.Source.From
	}
	kind := sms.KindOf(from)
	m := pdu.Message{
		ServiceType: s.ServiceType, ESMClass: byte(s.Mode), Protocol: byte(s.Protocol), Priority: byte(s.Priority),
		Validity: s.validity, Registered: s.registered,
		Source: s.source[kind].write(from, kind), Dest: s.dest.write(c.Customer.Address, sms.International),
	}
	if sms.KindOf(c.Customer.Address) == sms.Alphanumeric || len(m.Dest.Addr) > 20 {
		return m, &fault.Error{Kind: sms.BadNumber.Kind(), Message: "recipient: " + c.Customer.Address + " is no telephone number"}
	}
	if len(m.Source.Addr) > 20 {
		return m, &fault.Error{Kind: sms.OtherRoute.Kind(), Message: "sender: at most 20 octets: " + from}
	}
	return m, nil
}

// write writes an address as the carrier wants it.
func (r rule) write(address string, kind sms.AddressKind) pdu.Address {
	a := pdu.Address{TON: r.ton, NPI: r.npi, Addr: address}
	if kind != sms.International {
		return a
	}
	digits := strings.TrimPrefix(address, "+")
	switch r.form {
	case "plus":
		a.Addr = "+" + digits
	case "00":
		a.Addr = "00" + digits
	default:
		a.Addr = digits
	}
	return a
}

// submission makes the PDU of one part.
func (s *settings) submission(base pdu.Message, c *contact.Contact, seg sms.Segment, coding sms.Coding) *pdu.PDU {
	m := base
	p := &pdu.PDU{Command: pdu.SubmitSM, Message: &m}
	m.DataCoding = s.coding
	if coding == sms.UCS2 {
		m.DataCoding = s.unicode
	}
	data := seg.Data
	if coding == sms.GSM7 && s.Packed {
		data = sms.Pack(data, sms.Fill(len(seg.UDH)))
	}
	if len(seg.UDH) > 0 {
		m.ESMClass |= pdu.ClassUDHI
		data = append(append(make([]byte, 0, len(seg.UDH)+len(data)), seg.UDH...), data...)
	}
	if s.encode.Concat == sms.SAR && seg.Total > 1 {
		p.TLVs = append(p.TLVs, pdu.Uint16(pdu.SARRef, seg.Ref), pdu.Uint8(pdu.SARTotal, byte(seg.Total)), pdu.Uint8(pdu.SARSeq, byte(seg.Seq)))
	}
	switch {
	case s.Submit == "data_sm":
		p.Command = pdu.DataSM
		p.TLVs = append(p.TLVs, pdu.TLV{Tag: pdu.MessagePayload, Value: data})
		if s.Validity > 0 {
			p.TLVs = append(p.TLVs, pdu.Uint32(pdu.QosTimeToLive, uint32(s.Validity/time.Second)))
		}
	case len(data) > pdu.MaxShort, s.encode.Concat == sms.Payload && len(data) > whole(coding):
		p.TLVs = append(p.TLVs, pdu.TLV{Tag: pdu.MessagePayload, Value: data})
	default:
		m.Short = data
	}
	for _, t := range s.tlvs {
		v := t.value
		if t.attribute != "" {
			text := c.Attributes[t.attribute]
			if text == "" || len(text) > 255 {
				continue
			}
			v = pdu.CString(t.tag, text).Value
		}
		p.TLVs = append(p.TLVs, pdu.TLV{Tag: t.tag, Value: v})
	}
	return p
}

// whole is what fits into one part, in octets.
func whole(c sms.Coding) int {
	if c == sms.UCS2 {
		return 140
	}
	return 160
}
