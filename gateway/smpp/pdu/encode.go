package pdu

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// MaxShort is the longest short_message, SMPP 3.4 §5.2.21.
const MaxShort = 254

// Append writes p at the end of dst. A string ends at its first NUL. With an
// error dst is as it was.
func Append(dst []byte, p *PDU) ([]byte, error) {
	out := append(dst, 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(p.Command))
	out = binary.BigEndian.AppendUint32(out, uint32(p.Status))
	out = binary.BigEndian.AppendUint32(out, p.Sequence)
	switch p.Command {
	case BindReceiver, BindTransmitter, BindTransceiver:
		if p.Bind == nil {
			return dst, fmt.Errorf("%v without its fields", p.Command)
		}
		out = appendBind(out, p.Bind)
	case SubmitSM, DeliverSM, DataSM:
		if p.Message == nil {
			return dst, fmt.Errorf("%v without its fields", p.Command)
		}
		if len(p.Message.Short) > MaxShort {
			return dst, fmt.Errorf("short_message: at most %d octets, not %d", MaxShort, len(p.Message.Short))
		}
		out = appendMessage(out, p.Message, p.Command == DataSM)
	case SubmitSM.Response(), DataSM.Response(),
		BindReceiver.Response(), BindTransmitter.Response(), BindTransceiver.Response():
		// No body with an error: SMPP 3.4 §4.1.2, §4.4.2. But what follows the
		// identifier must not be read as one.
		if p.Status == 0 || p.ID != "" || len(p.TLVs) > 0 {
			out = appendString(out, p.ID)
		}
	case DeliverSM.Response():
		out = appendString(out, p.ID) // unused, and there: §4.6.2
	default:
		out = append(out, p.Body...)
	}
	for _, t := range p.TLVs {
		if len(t.Value) > 0xFFFF {
			return dst, fmt.Errorf("optional parameter %#04x: at most 65535 octets, not %d", uint16(t.Tag), len(t.Value))
		}
		out = binary.BigEndian.AppendUint16(out, uint16(t.Tag))
		out = binary.BigEndian.AppendUint16(out, uint16(len(t.Value)))
		out = append(out, t.Value...)
	}
	n := len(out) - len(dst)
	if n > MaxLen {
		return dst, fmt.Errorf("%v: at most %d octets, not %d", p.Command, MaxLen, n)
	}
	binary.BigEndian.PutUint32(out[len(dst):], uint32(n))
	return out, nil
}

func appendString(dst []byte, s string) []byte {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return append(append(dst, s...), 0)
}

func appendAddress(dst []byte, a Address) []byte {
	return appendString(append(dst, a.TON, a.NPI), a.Addr)
}

func appendBind(dst []byte, b *Bind) []byte {
	dst = appendString(dst, b.SystemID)
	dst = appendString(dst, b.Password)
	dst = appendString(dst, b.SystemType)
	return appendString(append(dst, b.Version, b.TON, b.NPI), b.Range)
}

func appendMessage(dst []byte, m *Message, data bool) []byte {
	dst = appendString(dst, m.ServiceType)
	dst = appendAddress(dst, m.Source)
	dst = appendAddress(dst, m.Dest)
	if data {
		return append(dst, m.ESMClass, m.Registered, m.DataCoding)
	}
	dst = append(dst, m.ESMClass, m.Protocol, m.Priority)
	dst = appendString(dst, m.Schedule)
	dst = appendString(dst, m.Validity)
	dst = append(dst, m.Registered, m.Replace, m.DataCoding, m.DefaultID, byte(len(m.Short)))
	return append(dst, m.Short...)
}
