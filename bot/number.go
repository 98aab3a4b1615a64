package bot

import (
	"regexp"
	"strconv"
	"strings"
)

var units = map[string]int64{
	"zero": 0, "oh": 0, "nought": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
	"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
	"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "dozen": 12,
}

var tens = map[string]int64{
	"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

var powers = map[string]int64{"thousand": 1e3, "million": 1e6, "billion": 1e9}

var (
	grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)
	plainly = regexp.MustCompile(`^\d+(\.\d+)?$`)
)

// number reads AMAZON.Number: digits, or words ("two hundred and five").
func number(text string, w []word, _ hearing, _ bool) (string, bool) {
	v, ok := numeral(w)
	if !ok {
		return "", false
	}
	if strings.HasPrefix(strings.TrimSpace(text), "-") && v[0] != '-' {
		v = "-" + v
	}
	return v, true
}

// numeral reads the whole of w as one number that is not negative.
func numeral(w []word) (string, bool) {
	neg := ""
	if len(w) > 1 && (w[0].text == "minus" || w[0].text == "negative") {
		neg, w = "-", w[1:]
	}
	if len(w) == 1 {
		s := w[0].text
		if grouped.MatchString(s) {
			s = strings.ReplaceAll(s, ",", "")
		}
		if plainly.MatchString(s) && len(s) <= 24 {
			return neg + s, true
		}
		if n, ok := strings.CutSuffix(s, "k"); ok && isNumber(n) && len(n) < 10 {
			return neg + n + "000", true
		}
	}
	if s, ok := dictated(w); ok {
		return neg + s, true
	}
	n, ok := spoken(w)
	return neg + strconv.FormatInt(n, 10), ok
}

// dictated reads digits said one by one: "one two double three".
func dictated(w []word) (string, bool) {
	var b strings.Builder
	times := 1
	for i := range w {
		s := w[i].text
		if n, ok := units[s]; ok && n <= 9 {
			s = strconv.FormatInt(n, 10)
		} else if s == "double" && times == 1 {
			times = 2
			continue
		} else if s == "triple" && times == 1 {
			times = 3
			continue
		} else if !isNumber(s) || len(s) > 15 {
			return "", false
		}
		b.WriteString(strings.Repeat(s, times))
		times = 1
	}
	return b.String(), len(w) > 1 && times == 1 && b.Len() <= 24
}

// spoken reads a number in words, below a million billions.
func spoken(w []word) (int64, bool) {
	var total, part int64
	var any bool
	last := int64(0) // what the part's last word was worth: units do not follow units
	for i := range w {
		s := w[i].text
		switch {
		case s == "and" && any && i+1 < len(w):
			continue
		case s == "a" && !any && i+1 < len(w):
			continue
		case s == "hundred" && part < 100:
			part, last = max(part, 1)*100, 100
		case powers[s] > 0 && part < 1000:
			total += max(part, 1) * powers[s]
			part, last = 0, 0
		case tens[s] > 0 && (last == 0 || last >= 100):
			part, last = part+tens[s], 10
		default:
			n, ok := units[s]
			if !ok && isNumber(s) && len(s) < 4 {
				n, _ = strconv.ParseInt(s, 10, 64)
				ok = last == 0 && len(w) > 1
			}
			if !ok || last == 1 || last == 10 && n > 9 || total > 1e15 {
				return 0, false
			}
			part, last = part+n, 1
		}
		any = true
	}
	return total + part, any
}

// ordinals are the days of a month in words.
var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
	"tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
	"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}

// percentage reads AMAZON.Percentage: the number alone.
func percentage(text string, w []word, h hearing, asked bool) (string, bool) {
	if n := len(w); n > 1 && (w[n-1].text == "percent" || w[n-1].text == "per" || w[n-1].text == "pct") {
		return numeral(w[:n-1])
	} else if n > 2 && w[n-1].text == "cent" && w[n-2].text == "per" {
		return numeral(w[:n-2])
	}
	if strings.Contains(text, "%") || asked {
		return number(text, w, h, asked)
	}
	return "", false
}

var dotted = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)

// email reads AMAZON.EmailAddress, as it is written or as it is said ("ann at
// example dot com").
func email(text string, w []word, _ hearing, _ bool) (string, bool) {
	if m := dotted.FindString(text); m != "" {
		return m, true
	}
	var b strings.Builder
	var at bool
	for i := range w {
		switch s := w[i].text; {
		case s == "at" && !at && i > 0:
			at = true
			b.WriteByte('@')
		case s == "dot" || s == "point":
			b.WriteByte('.')
		case s == "underscore":
			b.WriteByte('_')
		case s == "dash" || s == "hyphen":
			b.WriteByte('-')
		default:
			b.WriteString(s)
		}
	}
	s := b.String()
	return s, dotted.FindString(s) == s && s != ""
}

// phone reads AMAZON.PhoneNumber: its digits, with the + where there was one.
func phone(text string, w []word, _ hearing, _ bool) (string, bool) {
	var b strings.Builder
	if strings.HasPrefix(strings.TrimLeft(text, " (\t"), "+") {
		b.WriteByte('+')
	}
	digits := 0
	times := 1
	for i := range w {
		s := w[i].text
		if n, ok := units[s]; ok && n <= 9 {
			s = strconv.FormatInt(n, 10)
		}
		switch {
		case s == "plus" && b.Len() == 0:
			b.WriteByte('+')
			continue
		case s == "double" || s == "triple":
			times = 2
			if s == "triple" {
				times = 3
			}
			continue
		}
		s = strings.Map(func(r rune) rune {
			if r == '.' || r == ',' || r == ':' {
				return -1
			}
			return r
		}, s)
		if !isNumber(s) || times > 1 && len(s) > 1 {
			return "", false
		}
		b.WriteString(strings.Repeat(s, times))
		digits += len(s) * times
		times = 1
	}
	return b.String(), times == 1 && digits >= 3 && digits <= 15 // E.164 §6.2.1
}
