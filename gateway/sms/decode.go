package sms

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
)

// Decode reads the text of a message. What cannot be read becomes U+FFFD; it
// never fails. t counts for GSM7 only.
func Decode(data []byte, c Coding, t Tables) string {
	switch c {
	case GSM7:
		return decodeGSM7(data, t)
	case UCS2:
		return decodeUTF16(data)
	case Latin1:
		return decodeLatin1(data)
	case Cyrillic:
		return decodeBy(charmap.ISO8859_5, data)
	case Hebrew:
		return decodeBy(charmap.ISO8859_8, data)
	case Japanese:
		return decodeBy(japanese.ShiftJIS, data)
	case Korean:
		return decodeBy(korean.EUCKR, data)
	case ASCII:
		return decodeASCII(data)
	}
	return strings.ToValidUTF8(string(data), string(utf8.RuneError))
}

func decodeBy(e encoding.Encoding, data []byte) string {
	s, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return decodeASCII(data)
	}
	return strings.ToValidUTF8(string(s), string(utf8.RuneError))
}

func decodeLatin1(data []byte) string {
	var b strings.Builder
	b.Grow(len(data))
	for _, c := range data {
		b.WriteRune(rune(c))
	}
	return b.String()
}

func decodeASCII(data []byte) string {
	var b strings.Builder
	b.Grow(len(data))
	for _, c := range data {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			b.WriteRune(utf8.RuneError)
		}
	}
	return b.String()
}

// decodeUTF16 reads UTF-16, big endian unless a byte order mark says otherwise.
// Handsets send surrogate pairs where the standard knows UCS-2 only.
func decodeUTF16(data []byte) string {
	hi, lo := 0, 1
	if len(data) >= 2 {
		switch {
		case data[0] == 0xFE && data[1] == 0xFF:
			data = data[2:]
		case data[0] == 0xFF && data[1] == 0xFE:
			data = data[2:]
			hi, lo = 1, 0
		}
	}
	units := make([]uint16, 0, len(data)/2+1)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, uint16(data[hi])<<8|uint16(data[lo]))
	}
	if len(data) == 1 { // half a unit was lost
		units = append(units, utf8.RuneError)
	}
	return string(utf16.Decode(units))
}
