package bot

import (
	"regexp"
	"strings"
	"unicode"
)

// leads are how people begin an answer that is a name or a code.
var leads = [][]string{
	{"my", "first", "name", "is"}, {"my", "last", "name", "is"}, {"my", "name", "is"}, {"the", "name", "is"}, {"name", "is"},
	{"it", "is"}, {"this", "is"}, {"that", "is"}, {"i", "am"}, {"i", "live", "in"}, {"my", "code", "is"}, {"the", "code", "is"},
	{"call", "me"}, {"its"}, {"im"}, {"thats"}, {"in"}, {"at"}, {"from"},
}

// lead cuts off how an answer begins.
func lead(w []word) []word {
	for _, l := range leads {
		if len(w) <= len(l) {
			continue
		}
		same := true
		for i := range l {
			same = same && w[i].text == l[i]
		}
		if same {
			return w[len(l):]
		}
	}
	return w
}

// name reads a name of a person or a place, as it was written: letters, and no
// more than five words.
func name(text string, w []word, _ hearing, asked bool) (string, bool) {
	s := strings.Trim(text, "+-(%")
	if asked {
		if w = lead(w); len(w) > 0 {
			s = text[w[0].start:w[len(w)-1].end]
		}
	}
	if len(w) == 0 || len(w) > 5 {
		return "", false
	}
	letters := 0
	for i := range w {
		for _, r := range w[i].text {
			if unicode.IsLetter(r) {
				letters++
			}
		}
	}
	if letters < 2 {
		return "", false
	}
	// Some write all in small letters: a name begins with a capital.
	if s == strings.ToLower(s) {
		var up bool
		s = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) && !up {
				up = true
				return unicode.ToTitle(r)
			}
			up = unicode.IsLetter(r) || r == '\'' || r == '’'
			return r
		}, s)
	}
	return s, true
}

// alphaNumeric reads AMAZON.AlphaNumeric: letters and digits, with letters that
// were said one by one joined ("a b 1 2" is "ab12").
func alphaNumeric(text string, w []word, _ hearing, asked bool) (string, bool) {
	if asked {
		w = lead(w)
	}
	if len(w) == 0 {
		return "", false
	}
	single := true
	var b strings.Builder
	for i := range w {
		s := w[i].text
		if n, ok := units[s]; ok && n <= 9 && len(w) > 1 {
			s = string(rune('0' + n))
		}
		single = single && (len([]rune(s)) == 1 || isNumber(s))
		b.WriteString(s)
	}
	s := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, b.String())
	if len(w) > 1 && !single {
		// Words: a code is the one among them that has a digit.
		if asked {
			for _, f := range strings.Fields(text) {
				if s := strings.Join(pieces(words(f)), ""); strings.ContainsAny(s, "0123456789") {
					return s, true
				}
			}
		}
		return "", false
	}
	return s, s != ""
}

// freeForm reads AMAZON.FreeFormInput: whatever was said.
func freeForm(text string, _ []word, _ hearing, _ bool) (string, bool) {
	text = strings.TrimSpace(text)
	return text, text != ""
}

var postal = regexp.MustCompile(`^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$`)

// ukPostalCode reads AMAZON.UKPostalCode: "SW1A 1AA".
func ukPostalCode(_ string, w []word, _ hearing, asked bool) (string, bool) {
	if asked {
		w = lead(w)
	}
	s := strings.ToUpper(strings.Join(pieces(w), ""))
	if m := postal.FindStringSubmatch(s); m != nil {
		return m[1] + " " + m[2], true
	}
	return "", false
}
