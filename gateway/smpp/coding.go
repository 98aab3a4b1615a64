package smpp

import "outdial/gateway/sms"

// codings are the data_coding values of SMPP 3.4 §5.2.19 below 0x10. Zero is
// the SMSC's default alphabet, and not in the table.
var codings = map[byte]sms.Coding{
	0x01: sms.ASCII,
	0x02: sms.Binary,
	0x03: sms.Latin1,
	0x04: sms.Binary,
	0x05: sms.Japanese,
	0x06: sms.Cyrillic,
	0x07: sms.Hebrew,
	0x08: sms.UCS2,
	0x0E: sms.Korean,
}

// codingOf reads the data_coding of an inbound message: SMPP's own values, and
// the data coding schemes of 3GPP TS 23.038 §4 that carriers pass on as they
// came from the air.
func (s *settings) codingOf(dc byte) sms.Coding {
	switch {
	case dc == 0 || dc == s.coding:
		return s.encode.Alphabet
	case dc == s.unicode:
		return sms.UCS2
	case dc < 0x10:
		if c, ok := codings[dc]; ok {
			return c
		}
		return s.encode.Alphabet // reserved: 3GPP TS 23.038 §4 tells receivers to assume the default
	case dc < 0xC0: // general data coding, and groups that read alike
		return schemeAlphabet(dc >> 2)
	case dc < 0xE0: // message waiting, the default alphabet
		return sms.GSM7
	case dc < 0xF0: // message waiting, UCS-2
		return sms.UCS2
	case dc&0x04 != 0: // data coding and message class
		return sms.Binary
	}
	return sms.GSM7
}

// alphabetOf is codingOf, but for senders that declare ASCII and write the
// default alphabet: ASCII texts hold no control characters but line ends.
func (s *settings) alphabetOf(dc byte, data []byte) sms.Coding {
	c := s.codingOf(dc)
	if c != sms.ASCII || s.encode.Alphabet == sms.ASCII {
		return c
	}
	for _, b := range data {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return sms.GSM7
		}
	}
	return c
}

// schemeAlphabet reads bits 3 and 2 of a general data coding scheme.
func schemeAlphabet(bits byte) sms.Coding {
	switch bits & 3 {
	case 1:
		return sms.Binary
	case 2:
		return sms.UCS2
	}
	return sms.GSM7
}
