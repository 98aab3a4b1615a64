package sms

import (
	"math/big"
	"strings"
)

// IDs says how a carrier writes its message ids: the same in its answers and
// its receipts, or hexadecimal in one and decimal in the other.
type IDs string

// The ways that are known.
const (
	IDsAlike      IDs = "" // as they stand
	IDsHexDecimal IDs = "hex-decimal"
	IDsDecimalHex IDs = "decimal-hex"
)

// Answer gives the reference of an id in the answer to a submission.
func (f IDs) Answer(id string) string {
	switch f {
	case IDsHexDecimal:
		return decimal(id, 16)
	case IDsDecimalHex:
		return decimal(id, 10)
	}
	return plainID(id)
}

// Receipt gives the reference of an id in a receipt: what Answer gave for the
// same message.
func (f IDs) Receipt(id string) string {
	switch f {
	case IDsHexDecimal:
		return decimal(id, 10)
	case IDsDecimalHex:
		return decimal(id, 16)
	}
	return plainID(id)
}

// maxDigits bounds the arithmetic on ids: 65 octets is the longest of SMPP.
const maxDigits = 65

// decimal writes an id of a base as a decimal number. One that is not a number
// of that base stays as it is.
func decimal(id string, base int) string {
	s := strings.TrimSpace(id)
	if len(s) == 0 || len(s) > maxDigits || !isDigits(s, base) {
		return plainID(id)
	}
	n, ok := new(big.Int).SetString(s, base)
	if !ok {
		return plainID(id)
	}
	return n.String()
}

// plainID takes away what carriers are careless about: white space, the case of
// hexadecimal digits and leading zeros.
func plainID(id string) string {
	s := strings.Trim(id, " \t\r\n\x00")
	if s == "" || !isDigits(s, 16) {
		return s
	}
	if t := strings.TrimLeft(s, "0"); t != "" {
		s = t
	} else {
		s = "0"
	}
	return strings.ToLower(s)
}

func isDigits(s string, base int) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
		case base == 16 && (c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'):
		default:
			return false
		}
	}
	return true
}
