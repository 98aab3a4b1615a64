package wire

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// A pattern is a regular expression of the model. AWS writes them for Java and
// matches the whole value; of what RE2 lacks only a leading (?!a|b) occurs in
// plain places, so that is taken off and checked by itself. It is compiled when the
// first value is held against it: most never meet one, and all of them compiled
// are the greater half of an idle server's heap.
type pattern struct {
	not   []string
	re    func() *regexp.Regexp
	times Bounds // in characters, where the pattern is one class so and so often
}

func compilePattern(src string) (*pattern, error) {
	p := &pattern{}
	rest := src
	if body, ok := strings.CutPrefix(strings.TrimPrefix(src, "^"), "(?!"); ok {
		list, tail, ok := strings.Cut(body, ")")
		if !ok || regexp.QuoteMeta(list) != strings.ReplaceAll(list, "|", `\|`) {
			return nil, fmt.Errorf("pattern %q: only a plain list may be excluded", src)
		}
		p.not, rest = strings.Split(list, "|"), tail
	}
	if class, times, ok := repeatedClass(rest); ok {
		rest, p.times = class+"*", times
	}
	whole := `\A(?:` + rest + `)\z`
	if _, err := syntax.Parse(whole, syntax.Perl); err != nil { // what Compile may refuse
		return nil, fmt.Errorf("pattern %q: %w", src, err)
	}
	p.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(whole) })
	return p, nil
}

// counted is a class of characters that is repeated so and so often, and nothing else.
var counted = regexp.MustCompile(`^\^?(\[(?:[^\]\\]|\\.)*\])\{(\d+),(\d+)\}\$$`)

// repeatedClass takes such a pattern apart. Package regexp writes the class down
// once for each repetition: [\P{C}]{1,250} takes 9 MB.
func repeatedClass(src string) (class string, times Bounds, ok bool) {
	m := counted.FindStringSubmatch(src)
	if m == nil {
		return "", Bounds{}, false
	}
	least, err := strconv.Atoi(m[2])
	most, err2 := strconv.Atoi(m[3])
	return m[1], Bounds{Min: float64(least), Max: float64(most), HasMin: true, HasMax: true}, err == nil && err2 == nil && least <= most
}

func (p *pattern) match(s string) bool {
	if p.times.HasMax && p.times.outside(float64(utf8.RuneCountInString(s)), "", "") != "" {
		return false
	}
	return !slices.ContainsFunc(p.not, func(n string) bool { return strings.HasPrefix(s, n) }) && p.re().MatchString(s)
}

// outside says on which side of b the number n of units lies, "" if it lies within.
func (b Bounds) outside(n float64, one, many string) string {
	side, bound := "at least ", b.Min
	switch {
	case b.HasMin && n < b.Min:
	case b.HasMax && n > b.Max:
		side, bound = "at most ", b.Max
	default:
		return ""
	}
	if bound == 1 {
		many = one
	}
	return side + plain(bound) + many + ", not " + plain(n)
}

// checkString returns what is wrong with v, or "".
func (s *Shape) checkString(v string) string {
	if s.Len.HasMin || s.Len.HasMax {
		// Bytes are no fewer than characters, so short ASCII needs no counting.
		n := len(v)
		if s.Len.HasMin && s.Len.Min > 1 || s.Len.HasMax && float64(n) > s.Len.Max {
			n = utf8.RuneCountInString(v)
		}
		if w := s.Len.outside(float64(n), " character", " characters"); w != "" {
			return w
		}
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return "one of " + strings.Join(s.Enum, " | ") + ", not " + quoted(v)
	}
	if s.pattern != nil && !s.pattern.match(v) {
		return quoted(v) + " does not match the pattern " + s.Pattern
	}
	return ""
}

// checkNumber returns what is wrong with n, or "".
func (s *Shape) checkNumber(n float64) string { return s.Range.outside(n, "", "") }

// checkItems returns what is wrong with n entries, or "".
func (s *Shape) checkItems(n int) string { return s.Items.outside(float64(n), " entry", " entries") }

// quoted returns a caller's value as a message may show it: quoted, and cut short.
func quoted(v string) string {
	const most = 80
	if len(v) > most {
		cut := most
		for cut > most-utf8.UTFMax+1 && !utf8.RuneStart(v[cut]) {
			cut--
		}
		return strconv.Quote(v[:cut]) + "…"
	}
	return strconv.Quote(v)
}
