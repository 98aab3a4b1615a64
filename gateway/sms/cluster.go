package sms

import (
	"unicode"
	"unicode/utf8"
)

// cluster gives the length in octets of the first grapheme cluster of s: what a
// reader takes for one character. It is the rule of Unicode's annex 29 but for
// two simplifications, both of which only join more: whatever follows a
// zero-width joiner belongs to it, and a letter after any virama. s must not be
// empty.
func cluster(s string) int {
	prev, n := utf8.DecodeRuneInString(s)
	if prev < 0x300 && prev != '\r' && (n == len(s) || s[n] < 0xCC) {
		return n // the next rune is below U+0300 too, where nothing joins
	}
	flags := 0 // regional indicators in a row
	if regional(prev) {
		flags = 1
	}
	for n < len(s) {
		r, w := utf8.DecodeRuneInString(s[n:])
		switch {
		case regional(r) && flags == 1:
			flags = 2
		case joins(prev, r):
		default:
			return n
		}
		prev = r
		n += w
	}
	return n
}

const (
	zwj       = 0x200D
	firstMark = 0x300 // the first combining character
)

// joins tells whether r continues the cluster that ends in prev.
func joins(prev, r rune) bool {
	switch {
	case prev == '\r':
		return r == '\n'
	case r < firstMark || prev < 0x20:
		return false
	case prev == zwj:
		return !unicode.IsSpace(r)
	case extends(r):
		return true
	case virama(prev):
		return unicode.IsLetter(r)
	case r >= 0x1160 && r <= 0x11FF: // Hangul vowels and finals
		return hangul(prev)
	case prev >= 0x1100 && prev <= 0x115F: // a Hangul initial
		return hangul(r)
	}
	return false
}

// extends tells whether r always belongs to what stands before it.
func extends(r rune) bool {
	switch {
	case r == 0x200C, r == zwj, r == 0xFF9E, r == 0xFF9F, r == 0x0E33, r == 0x0EB3:
		return true
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return true
	case r >= 0xE0020 && r <= 0xE007F: // the tags of a flag
		return true
	}
	return unicode.Is(unicode.M, r)
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

func hangul(r rune) bool { return r >= 0x1100 && r <= 0x11FF || r >= 0xAC00 && r <= 0xD7A3 }

// virama tells whether r binds the consonants on its two sides into one.
func virama(r rune) bool {
	switch r {
	case 0x094D, 0x09CD, 0x0A4D, 0x0ACD, 0x0B4D, 0x0BCD, 0x0C4D, 0x0CCD, 0x0D4D, 0x0DCA, 0x1039, 0x17D2:
		return true
	}
	return false
}
