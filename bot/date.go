package bot

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var months = map[string]time.Month{
	"january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5, "june": 6,
	"jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "october": 10, "oct": 10,
	"november": 11, "nov": 11, "december": 12, "dec": 12,
}

var weekdays = map[string]time.Weekday{
	"sunday": 0, "sun": 0, "monday": 1, "mon": 1, "tuesday": 2, "tue": 2, "tues": 2, "wednesday": 3, "wed": 3,
	"thursday": 4, "thu": 4, "thur": 4, "thurs": 4, "friday": 5, "fri": 5, "saturday": 6, "sat": 6,
}

var (
	isoDate = regexp.MustCompile(`(?:^|\D)(\d{4})-(\d{1,2})-(\d{1,2})(?:\D|$)`)
	strokes = regexp.MustCompile(`(?:^|[^\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?:[^\d/.-]|$)`)
)

// date reads AMAZON.Date as YYYY-MM-DD. A date without a year is the next one;
// a week day is the next one too, today not counted.
func date(text string, w []word, h hearing, _ bool) (string, bool) {
	if m := isoDate.FindStringSubmatch(text); m != nil {
		return ymd(atoi(m[1]), time.Month(atoi(m[2])), atoi(m[3]))
	}
	if m := strokes.FindStringSubmatch(text); m != nil {
		d, mo := atoi(m[2]), atoi(m[1])
		if h.dayFirst || mo > 12 {
			d, mo = mo, d
		}
		return h.day(m[3], time.Month(mo), d)
	}
	p := plain(w)
	if v, ok := h.relative(p, w); ok {
		return v, true
	}
	return h.calendar(w)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // callers give digits, few enough
	return n
}

// ymd writes a date, if there is such a day.
func ymd(y int, m time.Month, d int) (string, bool) {
	t := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	if m < 1 || m > 12 || t.Day() != d || t.Month() != m {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

// day writes a date whose year may be missing ("") or short ("26").
func (h hearing) day(year string, m time.Month, d int) (string, bool) {
	if year != "" {
		y := atoi(year)
		if len(year) == 2 {
			y += h.at.Year() / 100 * 100
		}
		return ymd(y, m, d)
	}
	today := h.at.Format(time.DateOnly)
	for y := h.at.Year(); y <= h.at.Year()+8; y++ { // 29 February may be far
		if s, ok := ymd(y, m, d); ok && s >= today {
			return s, true
		}
	}
	return "", false
}

func (h hearing) plus(days int) (string, bool) {
	return h.at.AddDate(0, 0, days).Format(time.DateOnly), true
}

// relative reads dates that are counted from today.
func (h hearing) relative(p string, w []word) (string, bool) {
	switch p {
	case "today", "tonight", "now", "this morning", "this afternoon", "this evening":
		return h.plus(0)
	case "tomorrow", "tmrw", "tmr", "tomorow", "tommorow", "tommorrow", "tomorrow morning", "tomorrow afternoon", "tomorrow evening":
		return h.plus(1)
	case "the day after tomorrow", "day after tomorrow", "overmorrow":
		return h.plus(2)
	case "yesterday":
		return h.plus(-1)
	case "the day before yesterday", "day before yesterday":
		return h.plus(-2)
	case "next week", "a week from now", "a week from today":
		return h.plus(7)
	case "last week":
		return h.plus(-7)
	case "next month":
		return h.at.AddDate(0, 1, 0).Format(time.DateOnly), true
	case "next year":
		return h.at.AddDate(1, 0, 0).Format(time.DateOnly), true
	case "this weekend", "the weekend", "weekend":
		return h.plus(int(6-h.at.Weekday()+7) % 7)
	}
	if n := len(w); n >= 1 {
		if v, ok := h.weekday(w); ok {
			return v, true
		}
		if n >= 3 && w[0].text == "in" {
			return h.after(w[1:n-1], w[n-1].text, 1)
		}
		if n >= 3 && w[n-1].text == "ago" {
			return h.after(w[:n-2], w[n-2].text, -1)
		}
		if n >= 4 && w[n-2].text == "from" && (w[n-1].text == "now" || w[n-1].text == "today") {
			return h.after(w[:n-3], w[n-3].text, 1)
		}
	}
	return "", false
}

// weekday reads "friday", "on friday", "next friday", "last friday", "a week on
// friday". "Next friday" is the one of the week that begins on the next Monday.
func (h hearing) weekday(w []word) (string, bool) {
	day, ok := weekdays[w[len(w)-1].text]
	if !ok {
		return "", false
	}
	ahead := (int(day-h.at.Weekday())+6)%7 + 1 // 1..7
	switch plain(w[:len(w)-1]) {
	case "", "on", "this", "this coming", "coming", "the coming":
		return h.plus(ahead)
	case "next", "on next":
		monday := (int(time.Monday-h.at.Weekday())+6)%7 + 1
		return h.plus(monday + (int(day)+6)%7)
	case "last", "on last":
		return h.plus(ahead - 14 + 7*btoi(ahead != 7))
	case "a week on", "week on":
		return h.plus(ahead + 7)
	}
	return "", false
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// after counts n days, weeks, months or years from today.
func (h hearing) after(w []word, unit string, sign int) (string, bool) {
	n := 1
	if p := plain(w); p != "a" && p != "an" {
		s, ok := numeral(w)
		if !ok || len(s) > 4 || !isNumber(s) {
			return "", false
		}
		n = atoi(s)
	}
	n *= sign
	switch strings.TrimSuffix(unit, "s") {
	case "day":
		return h.plus(n)
	case "week":
		return h.plus(7 * n)
	case "month":
		return h.at.AddDate(0, n, 0).Format(time.DateOnly), true
	case "year":
		return h.at.AddDate(n, 0, 0).Format(time.DateOnly), true
	}
	return "", false
}

// calendar reads a day and a month in words, in either order, with or without a
// year; or "the 14th", the next one.
func (h hearing) calendar(w []word) (string, bool) {
	var m time.Month
	var d, y int
	for i := 0; i < len(w); i++ {
		s := w[i].text
		if mo, ok := months[s]; ok && m == 0 {
			m = mo
		} else if n, used := dayOf(w[i:]); used > 0 && d == 0 {
			d = n
			i += used - 1
		} else if isNumber(s) && len(s) == 4 && y == 0 && (m != 0 || d != 0) {
			y = atoi(s)
		} else if _, ok := weekdays[s]; !ok && s != "the" && s != "of" && s != "on" {
			return "", false
		}
	}
	switch {
	case d == 0:
		return "", false
	case m != 0 && y != 0:
		return ymd(y, m, d)
	case m != 0:
		return h.day("", m, d)
	case y != 0 || !ordinal(w):
		return "", false
	}
	for k := range 13 { // the next month that has such a day, and has not passed it
		first := time.Date(h.at.Year(), h.at.Month()+time.Month(k), 1, 12, 0, 0, 0, time.UTC)
		if s, ok := ymd(first.Year(), first.Month(), d); ok && s >= h.at.Format(time.DateOnly) {
			return s, true
		}
	}
	return "", false
}

// ordinal tells whether a day was named as one: "14th", "fourteenth".
func ordinal(w []word) bool {
	for i := range w {
		if _, ok := ordinals[w[i].text]; ok || stripOrdinal(w[i].text) != w[i].text {
			return true
		}
	}
	return false
}

func stripOrdinal(s string) string {
	for _, e := range []string{"st", "nd", "rd", "th"} {
		if n, ok := strings.CutSuffix(s, e); ok && isNumber(n) {
			return n
		}
	}
	return s
}

// dayOf reads a day of a month at the beginning of w, and says how many words
// it took.
func dayOf(w []word) (int, int) {
	s := stripOrdinal(w[0].text)
	if isNumber(s) && len(s) <= 2 {
		return atoi(s), 1
	}
	if n, ok := ordinals[s]; ok {
		return n, 1
	}
	if t, ok := tens[s]; ok && t <= 30 && len(w) > 1 {
		if n, ok := ordinals[w[1].text]; ok && n < 10 {
			return int(t) + n, 2
		}
		if n, ok := units[w[1].text]; ok && n > 0 && n < 10 {
			return int(t + n), 2
		}
	}
	if n, ok := units[s]; ok && n > 0 {
		return int(n), 1
	}
	return 0, 0
}
