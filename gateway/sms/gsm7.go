package sms

import (
	"strings"
	"unicode/utf8"
)

const (
	escape    = 0x1B // to the single shift table
	undefined = '·'
)

// An alphabet is a pair of tables, both ways. A code above 0xFF is reached by
// the escape character.
type alphabet struct {
	ascii [utf8.RuneSelf]int16 // rune → code, -1 for none
	codes map[rune]int16       // the runes beyond ASCII
}

// decoders and encoders are the tables of national.go, unfolded.
var (
	lockingRunes = unfold(locking)
	singleRunes  = unfold(single)
	basic        = newAlphabet(Tables{})
)

func unfold(tables [Urdu + 1]string) (out [Urdu + 1][128]rune) {
	for l, s := range tables {
		i := 0
		for _, r := range s {
			out[l][i] = r
			i++
		}
		if s == "" { // Spanish has no locking table: the default stays in force
			out[l] = out[Default]
		}
	}
	return out
}

func newAlphabet(t Tables) *alphabet {
	a := &alphabet{codes: map[rune]int16{}}
	for i := range a.ascii {
		a.ascii[i] = -1
	}
	put := func(r rune, code int16) {
		switch {
		case r == undefined || code == escape:
		case r < utf8.RuneSelf:
			a.ascii[r] = code
		default:
			a.codes[r] = code
		}
	}
	for i, r := range singleRunes[t.Single] {
		put(r, int16(i)|0x100)
	}
	// Last, so that a character of both tables costs one septet.
	for i, r := range lockingRunes[t.Locking] {
		put(r, int16(i))
	}
	return a
}

// code gives the code of r, or -1.
func (a *alphabet) code(r rune) int16 {
	if r >= 0 && r < utf8.RuneSelf {
		return a.ascii[r]
	}
	if c, ok := a.codes[r]; ok {
		return c
	}
	return -1
}

// cost is the number of septets of r; 0 where the alphabet has it not.
func (a *alphabet) cost(r rune) int {
	switch c := a.code(r); {
	case c < 0:
		return 0
	case c > 0xFF:
		return 2
	}
	return 1
}

// septets writes s, one septet in each octet. s must fit.
func (a *alphabet) septets(dst []byte, s string) []byte {
	for _, r := range s {
		c := a.code(r)
		if c > 0xFF {
			dst = append(dst, escape)
		}
		dst = append(dst, byte(c&0x7F))
	}
	return dst
}

// fits tells the septets that s takes, if the alphabet has all of it.
func (a *alphabet) fits(s string) (septets int, ok bool) {
	for _, r := range s {
		n := a.cost(r)
		if n == 0 {
			return 0, false
		}
		septets += n
	}
	return septets, true
}

// FitsGSM7 tells whether text can be written in the default alphabet and its
// extension.
func FitsGSM7(text string) bool {
	_, ok := basic.fits(text)
	return ok
}

// decodeGSM7 reads unpacked septets. An escape before a code that the single
// shift table has not shows the locking table's character, and one before
// another escape or the end a space: 3GPP TS 23.038 §6.2.1.1.
func decodeGSM7(data []byte, t Tables) string {
	if t.Locking > Urdu {
		t.Locking = Default
	}
	if t.Single > Urdu {
		t.Single = Default
	}
	lock, shift := &lockingRunes[t.Locking], &singleRunes[t.Single]
	var b strings.Builder
	b.Grow(len(data))
	escaped := false
	for _, c := range data {
		switch {
		case c > 0x7F:
			b.WriteRune(utf8.RuneError)
			escaped = false
		case c == escape && !escaped:
			escaped = true
		case c == escape:
			b.WriteByte(' ')
			escaped = false
		case escaped && shift[c] != undefined:
			b.WriteRune(shift[c])
			escaped = false
		default:
			b.WriteRune(defined(lock[c]))
			escaped = false
		}
	}
	if escaped {
		b.WriteByte(' ')
	}
	return b.String()
}

func defined(r rune) rune {
	if r == undefined {
		return utf8.RuneError
	}
	return r
}

// Pack packs septets into octets, 3GPP TS 23.038 §6.1.2.1. fill is the number
// of bits before the first septet, which a header of so many octets asks for:
// Fill. Seven spare bits at the end hold a carriage return, so that nobody
// reads an @ there.
func Pack(septets []byte, fill int) []byte {
	bits := fill + 7*len(septets)
	out := make([]byte, (bits+7)/8)
	put := func(at int, s byte) {
		v := uint16(s&0x7F) << (at % 8)
		out[at/8] |= byte(v)
		if v > 0xFF {
			out[at/8+1] |= byte(v >> 8)
		}
	}
	for i, s := range septets {
		put(fill+7*i, s)
	}
	if len(out)*8-bits == 7 {
		put(bits, '\r')
	}
	return out
}

// Unpack takes octets apart into septets, after fill bits. Seven spare bits at
// the end that are zero, or hold a carriage return that padding would have put
// there, are no septet: only the length in septets could tell, and SMPP sends
// the length in octets.
func Unpack(data []byte, fill int) []byte {
	n := (len(data)*8 - fill) / 7
	if n <= 0 {
		return nil
	}
	out := make([]byte, n)
	for i := range out {
		at := fill + 7*i
		v := uint16(data[at/8]) >> (at % 8)
		if at%8 > 1 && at/8+1 < len(data) {
			v |= uint16(data[at/8+1]) << (8 - at%8)
		}
		out[i] = byte(v & 0x7F)
	}
	if spare := (len(data)*8 - fill) % 7; spare == 0 && (out[n-1] == 0 || out[n-1] == '\r') {
		out = out[:n-1]
	}
	return out
}

// Fill gives the fill bits that bring the septets after a header of n octets
// to a septet boundary, 3GPP TS 23.040 §9.2.3.24.
func Fill(n int) int { return (7 - n*8%7) % 7 }
