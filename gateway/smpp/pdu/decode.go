package pdu

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// An Error is a PDU whose length was right, so that the stream can go on, and
// whose body cannot be read. Status is what its sender should be told.
type Error struct {
	Status Status
	Field  string
}

func (e *Error) Error() string { return "unreadable " + e.Field }

// Decode reads a PDU as Read gives it. The PDU shares the memory of frame. With
// an *Error its header is there all the same; any other error says that frame is
// no PDU at all.
func Decode(frame []byte) (*PDU, error) {
	if len(frame) < HeaderLen || int(binary.BigEndian.Uint32(frame)) != len(frame) {
		return nil, fmt.Errorf("%w: %d octets", ErrLength, len(frame))
	}
	p := &PDU{
		Command:  Command(binary.BigEndian.Uint32(frame[4:])),
		Status:   Status(binary.BigEndian.Uint32(frame[8:])),
		Sequence: binary.BigEndian.Uint32(frame[12:]),
	}
	b := body{rest: frame[HeaderLen:]}
	switch p.Command {
	case BindReceiver, BindTransmitter, BindTransceiver:
		p.Bind = b.bind()
	case SubmitSM, DeliverSM:
		p.Message = b.message()
	case DataSM:
		p.Message = b.data()
	case SubmitSM.Response(), DeliverSM.Response(), DataSM.Response(),
		BindReceiver.Response(), BindTransmitter.Response(), BindTransceiver.Response():
		// With an error the body may be missing (SMPP 3.4 §4.1.2, §4.4.2), and
		// there are carriers that forget the NUL or botch what follows. The
		// identifier is too precious to be lost for that.
		p.ID = b.lastString()
		p.TLVs, _ = b.tlvs()
		return p, nil
	default:
		p.Body = b.rest
		return p, nil
	}
	if b.bad != "" {
		return p, &Error{Status: RINVCMDLEN, Field: b.bad}
	}
	var ok bool
	if p.TLVs, ok = b.tlvs(); !ok {
		return p, &Error{Status: RINVOPTPARSTREAM, Field: "optional parameters"}
	}
	return p, nil
}

// A body is read from its front. The first field that cannot be read is bad;
// those after it are zero.
type body struct {
	rest []byte
	bad  string
}

func (b *body) fail(field string) {
	if b.bad == "" {
		b.bad = field
	}
	b.rest = nil
}

func (b *body) octet(field string) byte {
	if len(b.rest) == 0 {
		b.fail(field)
		return 0
	}
	c := b.rest[0]
	b.rest = b.rest[1:]
	return c
}

// string reads a C-octet string. Its length is not held against the standard's
// limits: carriers exceed them.
func (b *body) string(field string) string {
	i := bytes.IndexByte(b.rest, 0)
	if i < 0 {
		b.fail(field)
		return ""
	}
	s := string(b.rest[:i])
	b.rest = b.rest[i+1:]
	return s
}

// lastString reads a C-octet string that may lack its NUL.
func (b *body) lastString() string {
	if i := bytes.IndexByte(b.rest, 0); i >= 0 {
		return b.string("message_id")
	}
	s := string(b.rest)
	b.rest = nil
	return s
}

func (b *body) octets(n int, field string) []byte {
	if n > len(b.rest) {
		b.fail(field)
		return nil
	}
	v := b.rest[:n:n]
	b.rest = b.rest[n:]
	return v
}

func (b *body) address(field string) Address {
	return Address{TON: b.octet(field), NPI: b.octet(field), Addr: b.string(field)}
}

func (b *body) bind() *Bind {
	return &Bind{
		SystemID: b.string("system_id"), Password: b.string("password"), SystemType: b.string("system_type"),
		Version: b.octet("interface_version"), TON: b.octet("addr_ton"), NPI: b.octet("addr_npi"), Range: b.string("address_range"),
	}
}

func (b *body) message() *Message {
	m := &Message{
		ServiceType: b.string("service_type"),
		Source:      b.address("source_addr"), Dest: b.address("destination_addr"),
		ESMClass: b.octet("esm_class"), Protocol: b.octet("protocol_id"), Priority: b.octet("priority_flag"),
		Schedule: b.string("schedule_delivery_time"), Validity: b.string("validity_period"),
		Registered: b.octet("registered_delivery"), Replace: b.octet("replace_if_present_flag"),
		DataCoding: b.octet("data_coding"), DefaultID: b.octet("sm_default_msg_id"),
	}
	m.Short = b.octets(int(b.octet("sm_length")), "short_message")
	return m
}

func (b *body) data() *Message {
	return &Message{
		ServiceType: b.string("service_type"),
		Source:      b.address("source_addr"), Dest: b.address("destination_addr"),
		ESMClass: b.octet("esm_class"), Registered: b.octet("registered_delivery"), DataCoding: b.octet("data_coding"),
	}
}

// tlvs reads the optional parameters; not ok where the last is cut off.
func (b *body) tlvs() (list []TLV, ok bool) {
	for len(b.rest) >= 4 {
		tag, n := Tag(binary.BigEndian.Uint16(b.rest)), int(binary.BigEndian.Uint16(b.rest[2:]))
		if n > len(b.rest)-4 {
			return list, false
		}
		list = append(list, TLV{tag, b.rest[4 : 4+n : 4+n]})
		b.rest = b.rest[4+n:]
	}
	return list, len(b.rest) == 0
}
