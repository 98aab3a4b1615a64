package sms

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// typographic holds characters for which a plain one says the same. No letter
// of any language is in it: "ç" is not "c", and a name is not respelled.
var typographic = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '´': "'", 'ʼ': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': `"`, '»': `"`,
	'‹': "<", '›': ">",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
	'…': "...", '⁄': "/", '∕': "/", '•': "*", '‣': "*", '∗': "*",
	'ﬁ': "fi", 'ﬂ': "fl", 'ﬀ': "ff", 'ﬃ': "ffi", 'ﬄ': "ffl",
	'\t':     " ",
	'\u00a0': " ", '\u2000': " ", '\u2001': " ", '\u2002': " ", '\u2003': " ",
	'\u2004': " ", '\u2005': " ", '\u2006': " ", '\u2007': " ", '\u2008': " ",
	'\u2009': " ", '\u200a': " ", '\u202f': " ", '\u205f': " ", '\u3000': " ",
	'\u2028': "\n", '\u2029': "\n",
	'\u00ad': "", '\u200b': "", '\u2060': "", '\ufeff': "", // invisible, and only there to break lines
}

// Transliterate replaces typographic characters (curly quotes, dashes, unusual
// spaces, ligatures) by plain ones, and composes letters with their accents. It
// changes no letter, digit, currency sign or symbol.
func Transliterate(text string) string {
	text = norm.NFC.String(text)
	if strings.IndexFunc(text, func(r rune) bool { _, ok := typographic[r]; return ok }) < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if s, ok := typographic[r]; ok {
			b.WriteString(s)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
