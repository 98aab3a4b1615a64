package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A word is a piece of what was said, folded, and where it stood.
type word struct {
	text       string // folded; "{name}" for the place of a slot
	start, end int    // bytes of the original
}

// faces are what a lone emoji says. A skin tone changes nothing.
var faces = map[rune]string{
	'👍': "yes", '👌': "yes", '✅': "yes", '✔': "yes", '🆗': "ok", '☑': "yes", '🙆': "yes",
	'👎': "no", '❌': "no", '✖': "no", '🚫': "no", '🙅': "no", '🛑': "stop",
}

// clip cuts s to MaxText characters, and makes it valid UTF-8.
func clip(s string) string {
	s = strings.ToValidUTF8(s, " ")
	n := 0
	for i := range s {
		if n++; n > MaxText {
			return s[:i]
		}
	}
	return s
}

// words splits what was said into folded words: lower case, no accents, no
// punctuation. A text without a letter or a digit is read by its emoji.
func words(s string) []word {
	var out []word
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		if f := fold(s[start:end]); f != "" {
			out = append(out, word{f, start, end})
		}
		start = -1
	}
	for i, r := range s {
		if part(s, i, r, start) {
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
	}
	flush(len(s))
	if len(out) == 0 {
		for i, r := range s {
			if f, ok := faces[r]; ok {
				out = append(out, word{f, i, i + utf8.RuneLen(r)})
			} else if unicode.Is(unicode.So, r) {
				out = append(out, word{string(r), i, i + utf8.RuneLen(r)})
			}
		}
	}
	return out
}

// part tells whether r, at i, belongs to a word: a letter, a digit, a mark on
// one, an apostrophe between letters, or a point or comma between digits.
func part(s string, i int, r rune, start int) bool {
	if unicode.IsLetter(r) || unicode.IsNumber(r) {
		return true
	}
	if start < 0 {
		return false
	}
	if unicode.IsMark(r) || r == '\u200d' {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
	switch r {
	case '\'', '’', '`':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case '.', ',', ':':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// fold writes a word in lower case, without accents, width or apostrophes.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsMark(r), r == '\'', r == '’', r == '`', r == '\u200d':
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø', r == 'Ø':
			b.WriteByte('o')
		case r == 'ł', r == 'Ł':
			b.WriteByte('l')
		default:
			if d := digit(r); d >= 0 {
				b.WriteByte(byte('0' + d))
			} else {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

// digit gives the value of a decimal digit of any script, or -1.
func digit(r rune) int {
	if !unicode.Is(unicode.Nd, r) {
		return -1
	}
	// Decimal digits stand in runs of ten that begin at a zero; each run begins
	// where the rune before it is not a digit, or ten further on.
	n := 0
	for n < 60 && unicode.Is(unicode.Nd, r-rune(n)-1) {
		n++
	}
	return n % 10
}

// plain joins the folded words by single spaces: two texts with the same plain
// form are the same utterance.
func plain(w []word) string {
	var b strings.Builder
	for i := range w {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w[i].text)
	}
	return b.String()
}

// pieces gives the folded words alone.
func pieces(w []word) []string {
	out := make([]string, len(w))
	for i := range w {
		out[i] = w[i].text
	}
	return out
}
