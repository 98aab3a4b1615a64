package sms

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// A Concat is how the parts of a long message are told from each other.
type Concat uint8

// The ways to join parts.
const (
	UDH8    Concat = iota // a header with an 8-bit reference: every handset knows it
	UDH16                 // a header with a 16-bit reference: fewer mix-ups, one septet less
	SAR                   // fields beside the text; the carrier makes the header
	Payload               // one piece; the carrier cuts it
)

// MaxParts is the number of parts that a header can count.
const MaxParts = 255

// Options say how a carrier wants its texts. The zero value is what every
// carrier takes: GSM 03.38 where the text fits, UCS-2 otherwise, 8-bit references.
type Options struct {
	// Alphabet is how the carrier wants texts that fit GSM 03.38: GSM7, Latin1
	// or ASCII. A text is counted in septets all the same, as it is on the air;
	// one that fits GSM 03.38 but not Alphabet goes as UCS2.
	Alphabet Coding
	// Unicode sends everything as UCS2.
	Unicode bool
	// National are languages whose tables the recipients' handsets know. They
	// are used where that takes fewer parts than UCS2.
	National []Language
	// Transliterate replaces typographic characters where the text then fits
	// GSM 03.38; see Transliterate.
	Transliterate bool
	Concat        Concat
	// Ref is the reference of a long message. UDH8 and SAR use its low 8 bits.
	Ref uint16
}

// A plan is how a text will be written, and where it will be cut.
type plan struct {
	text   string
	coding Coding
	tables Tables
	seven  *alphabet // of GSM7
	parts  []string
}

// Encode cuts text into parts and writes them. Escape and surrogate pairs are
// never cut, and no grapheme cluster that fits into one part. A text that would
// take more than MaxParts gives no segments. The text that was sent, after any
// transliteration, is the segments' Text in a row.
func Encode(text string, o Options) ([]Segment, Coding) {
	p := o.plan(text)
	if len(p.parts) > MaxParts {
		return nil, p.coding
	}
	if o.Concat == Payload {
		return []Segment{{
			Data: p.write(p.text), UDH: header(p.tables, o.Concat, 0, 1, 1),
			Text: p.text, Ref: o.Ref, Seq: 1, Total: 1,
		}}, p.coding
	}
	if o.Concat != UDH16 {
		o.Ref &= 0xFF
	}
	out := make([]Segment, len(p.parts))
	for i, s := range p.parts {
		out[i] = Segment{
			Data: p.write(s), UDH: header(p.tables, o.Concat, o.Ref, i+1, len(out)),
			Text: s, Ref: o.Ref, Seq: i + 1, Total: len(out),
		}
	}
	return out, p.coding
}

// Count gives the number of parts that text takes on the air with the zero
// Options. Throttles count by it.
func Count(text string) int { return Options{}.Count(text) }

// Count gives the number of parts that text takes on the air. It may be more
// than MaxParts.
func (o Options) Count(text string) int { return len(o.plan(text).parts) }

func (o Options) plan(text string) plan {
	text = writable(text)
	if !o.Unicode {
		if p, ok := o.septetPlan(text); ok {
			return p
		}
	}
	p := plan{text: text, coding: UCS2, parts: split(text, 70, 67-o.wide(), units)}
	if o.Unicode {
		return p
	}
	for _, l := range o.National {
		if l == Default || l > Urdu {
			continue
		}
		for _, t := range []Tables{{Single: l}, {Single: l, Locking: l}} {
			if n, ok := o.nationalPlan(text, t); ok && len(n.parts) < len(p.parts) {
				p = n
			}
		}
	}
	return p
}

// writable takes out of a text what a receiver would not read as text: octets
// that are no UTF-8, and the byte order mark, which is invisible, and at the
// start of a part would tell the receiver how to read the rest.
func writable(text string) string {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	if strings.ContainsAny(text, "\ufeff\ufffe") {
		text = strings.NewReplacer("\ufeff", "", "\ufffe", string(utf8.RuneError)).Replace(text)
	}
	return text
}

// wide is what a part loses to a 16-bit reference, in septets or in UTF-16 units.
func (o Options) wide() int {
	if o.Concat == UDH16 {
		return 1
	}
	return 0
}

// septetPlan plans text in the default alphabet, if it fits.
func (o Options) septetPlan(text string) (plan, bool) {
	n, ok := basic.fits(text)
	if !ok && o.Transliterate {
		text = Transliterate(text)
		n, ok = basic.fits(text)
	}
	if !ok || o.Alphabet != GSM7 && !inLatin1(text, o.Alphabet) {
		return plan{}, false
	}
	p := plan{text: text, coding: o.Alphabet, seven: basic}
	if n <= 160 {
		p.parts = []string{text}
	} else {
		p.parts = split(text, 160, 153-o.wide(), basic.cost)
	}
	return p, true
}

// inLatin1 tells whether all of text is in Latin-1, or in ASCII.
func inLatin1(text string, c Coding) bool {
	limit := rune(0x100)
	if c == ASCII {
		limit = utf8.RuneSelf
	}
	for _, r := range text {
		if r >= limit {
			return false
		}
	}
	return true
}

func (o Options) nationalPlan(text string, t Tables) (plan, bool) {
	if o.Alphabet != GSM7 {
		return plan{}, false
	}
	a := newAlphabet(t)
	if _, ok := a.fits(text); !ok {
		return plan{}, false
	}
	room := func(parts bool) int { return (140 - headerLen(t, o.Concat, parts)) * 8 / 7 }
	return plan{text: text, coding: GSM7, tables: t, seven: a, parts: split(text, room(false), room(true), a.cost)}, true
}

// units is the number of UTF-16 units of r.
func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// split cuts s into as few parts as whole clusters allow: one of at most whole,
// or several of at most part. A cluster that is longer than a part is cut
// between its runes.
func split(s string, whole, part int, cost func(rune) int) []string {
	if total(s, cost) <= whole {
		return []string{s}
	}
	var out []string
	used, start, at := 0, 0, 0
	cut := func() {
		out = append(out, s[start:at])
		start, used = at, 0
	}
	for at < len(s) {
		n := cluster(s[at:])
		c := total(s[at:at+n], cost)
		if used+c > part && used > 0 && c <= part {
			cut()
		}
		if c <= part {
			at += n
			used += c
			continue
		}
		for end := at + n; at < end; {
			r, w := utf8.DecodeRuneInString(s[at:])
			if used+cost(r) > part {
				cut()
			}
			at += w
			used += cost(r)
		}
	}
	cut()
	return out
}

func total(s string, cost func(rune) int) (n int) {
	for _, r := range s {
		n += cost(r)
	}
	return n
}

func (p *plan) write(s string) []byte {
	switch p.coding {
	case GSM7:
		return p.seven.septets(make([]byte, 0, len(s)+8), s)
	case UCS2:
		return appendUTF16(make([]byte, 0, 2*len(s)), s)
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}

func appendUTF16(dst []byte, s string) []byte {
	for _, r := range s {
		if r > 0xFFFF {
			r -= 0x10000
			dst = binary.BigEndian.AppendUint16(dst, uint16(0xD800+r>>10))
			r = 0xDC00 + r&0x3FF
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(r))
	}
	return dst
}
