// Package sms is what every short-message carrier needs to know of short
// messages: alphabets, parts, headers, receipts, addresses, keywords.
//
// It is pure: it does no I/O, reads no clock and starts no goroutine. It knows
// no carrier and no protocol; gateway/smpp and gateway/smshttp stand on it. It
// will not do multimedia, pictures, ringtones or compressed texts.
package sms

// A Coding is how the octets of a message stand for its text.
type Coding uint8

// The codings in use. Only the first four are ever written; the others are read.
const (
	GSM7     Coding = iota // 3GPP TS 23.038 §6.2.1, one septet in each octet
	UCS2                   // UTF-16, big endian, surrogates and all
	Latin1                 // ISO 8859-1
	ASCII                  // IA5
	Binary                 // no text, or nobody knows which
	Cyrillic               // ISO 8859-5
	Hebrew                 // ISO 8859-8
	Japanese               // Shift JIS
	Korean                 // KS C 5601
	UTF8
)

var codingNames = [...]string{"GSM-7", "UCS-2", "Latin-1", "ASCII", "binary", "ISO 8859-5", "ISO 8859-8", "Shift JIS", "KS C 5601", "UTF-8"}

// String names the coding as it is written in logs.
func (c Coding) String() string {
	if int(c) < len(codingNames) {
		return codingNames[c]
	}
	return "unknown coding"
}

// A Language is a national language identifier, 3GPP TS 23.038 §6.2.1.2.4.
type Language uint8

// The languages that have tables of their own.
const (
	Default Language = iota
	Turkish
	Spanish
	Portuguese
	Bengali
	Gujarati
	Hindi
	Kannada
	Malayalam
	Oriya
	Punjabi
	Tamil
	Telugu
	Urdu
)

var languageNames = [Urdu + 1]string{
	"default", "turkish", "spanish", "portuguese", "bengali", "gujarati", "hindi",
	"kannada", "malayalam", "oriya", "punjabi", "tamil", "telugu", "urdu",
}

// String names the language as a configuration does.
func (l Language) String() string {
	if l <= Urdu {
		return languageNames[l]
	}
	return "reserved language"
}

// LanguageNamed finds a language by the name that String gives.
func LanguageNamed(name string) (Language, bool) {
	for i, s := range languageNames {
		if s == name {
			return Language(i), true
		}
	}
	return Default, false
}

// Tables are the two 7-bit tables in force in one message.
type Tables struct {
	Locking Language // in the place of the default alphabet
	Single  Language // behind the escape character
}

// A Segment is one part of a message as it goes on the air.
type Segment struct {
	// Data is the text in its coding, without the header. GSM7 is unpacked:
	// one septet in each octet.
	Data []byte
	// UDH is the whole user data header, its length octet included; nil for none.
	UDH []byte
	// Text is what Data says.
	Text string
	// Ref, Seq and Total are for carriers that want them as SAR fields. A
	// message of one part has Seq 1 and Total 1.
	Ref   uint16
	Seq   int
	Total int
}
