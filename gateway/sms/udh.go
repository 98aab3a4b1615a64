package sms

import (
	"encoding/binary"
	"errors"
)

// Information element identifiers, 3GPP TS 23.040 §9.2.3.24.
const (
	ieConcat8  = 0x00
	iePort8    = 0x04
	iePort16   = 0x05
	ieConcat16 = 0x08
	ieSingle   = 0x24
	ieLocking  = 0x25
)

// A Header is what a user data header says. Elements that are not understood
// are skipped, as the standard asks.
type Header struct {
	Tables Tables
	// Ref, Total and Seq are zero where the message is not concatenated.
	Ref   uint16
	Wide  bool // the reference has 16 bits
	Total int
	Seq   int
	// Port is the application port that the message is for, where one is named;
	// -1 for none. A text that bears one is a text all the same.
	Port int
}

var errHeader = errors.New("user data header: longer than the message")

// ParseHeader reads the user data header at the start of data, and gives what
// follows it. With an error the whole of data is what follows.
func ParseHeader(data []byte) (h Header, rest []byte, err error) {
	h.Port = -1
	if len(data) == 0 {
		return h, data, errHeader
	}
	n := int(data[0])
	if n+1 > len(data) {
		return h, data, errHeader
	}
	rest = data[n+1:]
	ies := data[1 : n+1]
	for len(ies) >= 2 {
		id, l := ies[0], int(ies[1])
		if l+2 > len(ies) {
			break // the element is cut off; what was read before it stands
		}
		h.element(id, ies[2:l+2])
		ies = ies[l+2:]
	}
	return h, rest, nil
}

func (h *Header) element(id byte, v []byte) {
	switch {
	case id == ieConcat8 && len(v) == 3:
		h.concat(uint16(v[0]), false, v[1], v[2])
	case id == ieConcat16 && len(v) == 4:
		h.concat(binary.BigEndian.Uint16(v), true, v[2], v[3])
	case id == iePort8 && len(v) == 2:
		h.Port = int(v[0])
	case id == iePort16 && len(v) == 4:
		h.Port = int(binary.BigEndian.Uint16(v))
	case id == ieSingle && len(v) == 1 && v[0] <= byte(Urdu):
		h.Tables.Single = Language(v[0])
	case id == ieLocking && len(v) == 1 && v[0] <= byte(Urdu):
		h.Tables.Locking = Language(v[0])
	}
}

// concat keeps a concatenation that makes sense. The standard tells the
// receiver to ignore the element otherwise (3GPP TS 23.040 §9.2.3.24.1).
func (h *Header) concat(ref uint16, wide bool, total, seq byte) {
	if total == 0 || seq == 0 || seq > total {
		return
	}
	h.Ref, h.Wide, h.Total, h.Seq = ref, wide, int(total), int(seq)
}

// headerLen is the length of a header, its length octet included.
func headerLen(t Tables, c Concat, parts bool) int {
	n := 0
	if parts {
		n += 5
		if c == UDH16 {
			n++
		}
	}
	if t.Single != Default {
		n += 3
	}
	if t.Locking != Default {
		n += 3
	}
	if n > 0 {
		n++
	}
	return n
}

// header writes the header of part seq of total.
func header(t Tables, c Concat, ref uint16, seq, total int) []byte {
	h := []byte{0}
	if total > 1 {
		switch c {
		case UDH8:
			h = append(h, ieConcat8, 3, byte(ref), byte(total), byte(seq))
		case UDH16:
			h = append(h, ieConcat16, 4, byte(ref>>8), byte(ref), byte(total), byte(seq))
		}
	}
	if t.Single != Default {
		h = append(h, ieSingle, 1, byte(t.Single))
	}
	if t.Locking != Default {
		h = append(h, ieLocking, 1, byte(t.Locking))
	}
	if len(h) == 1 {
		return nil
	}
	h[0] = byte(len(h) - 1)
	return h
}
