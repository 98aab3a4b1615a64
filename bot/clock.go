package bot

import (
	"fmt"
	"regexp"
	"strings"
)

var hhmm = regexp.MustCompile(`(?i)(?:^|[^\d:])(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(a\.?m\.?|p\.?m\.?|h|o'?clock)?(?:[^\w:]|$)`)

// clock reads AMAZON.Time as HH:MM of 24 hours, or as Lex's words for a part of
// the day: MO, AF, EV, NI. A bare hour from 1 to 6 is meant in the afternoon.
func clock(text string, w []word, _ hearing, asked bool) (string, bool) {
	switch plain(w) {
	case "noon", "midday", "at noon", "12 noon":
		return "12:00", true
	case "midnight", "at midnight":
		return "00:00", true
	case "morning", "in the morning", "this morning":
		return "MO", true
	case "afternoon", "in the afternoon", "this afternoon":
		return "AF", true
	case "evening", "in the evening", "this evening":
		return "EV", true
	case "night", "at night", "tonight":
		return "NI", true
	}
	// A bare number within a sentence is no time: "at 5" is.
	if m := hhmm.FindStringSubmatch(text); m != nil && (asked || m[2] != "" || m[3] != "" || w[0].text == "at") && digits(w) <= 2 {
		return hour(atoi(m[1]), atoi(m[2]), half(m[3], w))
	}
	return said(w)
}

// digits counts the words that have a digit.
func digits(w []word) int {
	n := 0
	for i := range w {
		if strings.ContainsAny(w[i].text, "0123456789") {
			n++
		}
	}
	return n
}

// half tells which half of the day is meant: "a", "p", or "".
func half(mark string, w []word) string {
	switch m := strings.ToLower(mark); {
	case strings.HasPrefix(m, "a"):
		return "a"
	case strings.HasPrefix(m, "p"):
		return "p"
	case m == "h":
		return "h"
	}
	for i := range w {
		switch s := w[i].text; {
		case s == "am" || s == "morning" || strings.HasSuffix(s, "am") && isNumber(s[:len(s)-2]):
			return "a"
		case s == "pm" || s == "afternoon" || s == "evening" || s == "tonight" || strings.HasSuffix(s, "pm") && isNumber(s[:len(s)-2]):
			return "p"
		}
	}
	return ""
}

func hour(h, m int, half string) (string, bool) {
	if h > 24 || m > 59 || half != "h" && half != "" && (h > 12 || h == 0) {
		return "", false
	}
	switch {
	case half == "p" && h < 12:
		h += 12
	case half == "a" && h == 12:
		h = 0
	case half == "" && h >= 1 && h <= 6:
		h += 12
	}
	return fmt.Sprintf("%02d:%02d", h%24, m), true
}

// said reads a time in words: "half past five", "quarter to six in the
// evening", "five thirty pm", "five o'clock".
func said(w []word) (string, bool) {
	h2 := half("", w)
	var rest []word
	named := false
	for i := range w {
		switch w[i].text {
		case "at", "in", "the", "a", "minutes", "minute", "around", "about":
		case "am", "pm", "morning", "afternoon", "evening", "tonight", "oclock":
			named = true
		default:
			rest = append(rest, w[i])
		}
	}
	for i := range rest {
		if t := rest[i].text; (t == "past" || t == "after" || t == "to" || t == "till" || t == "before") && i > 0 && i+1 < len(rest) {
			m, ok1 := minutes(rest[:i])
			h, ok2 := small(rest[i+1:])
			if !ok1 || !ok2 || h > 12 {
				return "", false
			}
			if t == "past" || t == "after" {
				return hour(h, m, h2)
			}
			if h--; h == 0 {
				h = 12
			}
			if h2 == "" && h == 12 { // "ten to one": at night nobody says so
				return hour(12, 60-m, "p")
			}
			return hour(h, 60-m, h2)
		}
	}
	if len(rest) == 0 || !named && !(len(w) > 1 && w[0].text == "at") {
		return "", false
	}
	if h, ok := small(rest[:1]); ok && h <= 12 {
		if len(rest) == 1 {
			return hour(h, 0, h2)
		}
		if m, ok := small(rest[1:]); ok && m < 60 {
			return hour(h, m, h2)
		}
	}
	return "", false
}

func minutes(w []word) (int, bool) {
	switch plain(w) {
	case "half":
		return 30, true
	case "quarter":
		return 15, true
	}
	m, ok := small(w)
	return m, ok && m < 60 && m > 0
}

func small(w []word) (int, bool) {
	s, ok := numeral(w)
	if !ok || !isNumber(s) || len(s) > 2 {
		return 0, false
	}
	return atoi(s), true
}

// spans are the units of a duration; those that end in a T stand behind the T
// of ISO 8601 §4.4.3.
var spans = map[string]string{
	"second": "ST", "sec": "ST", "minute": "MT", "min": "MT", "hour": "HT", "hr": "HT",
	"day": "D", "week": "W", "month": "M", "year": "Y",
}

// duration reads AMAZON.Duration in the manner of ISO 8601: "P3D", "PT1H30M".
func duration(_ string, w []word, _ hearing, _ bool) (string, bool) {
	var days, clock, half string
	if n := len(w); n > 4 && plain(w[n-3:]) == "and a half" {
		half = map[string]string{"HT": "30M", "MT": "30S"}[spans[strings.TrimSuffix(w[n-4].text, "s")]]
		w = w[:n-3]
		if half == "" {
			return "", false
		}
	}
	from := 0
	for i := range w {
		unit := spans[strings.TrimSuffix(w[i].text, "s")]
		if unit == "" {
			continue
		}
		count := w[from:i]
		if len(count) > 0 && count[0].text == "and" {
			count = count[1:]
		}
		n, ok := "1", true
		if p := plain(count); p != "a" && p != "an" && p != "one" && p != "" {
			n, ok = numeral(count)
		}
		if !ok || strings.HasPrefix(n, "-") {
			return "", false
		}
		if u, ok := strings.CutSuffix(unit, "T"); ok {
			clock += n + u
		} else {
			days += n + unit
		}
		from = i + 1
	}
	if from != len(w) || from == 0 {
		return "", false
	}
	if clock += half; clock != "" {
		clock = "T" + clock
	}
	return "P" + days + clock, true
}
