package wire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a JSON body. The deepest input of the model
// that does not hold itself nests 10 deep.
const maxDepth = 64

// A scanner reads one JSON text (RFC 8259), strictly: no duplicate names, no bad
// UTF-8, nothing behind the end. After the first fault it stands at the end and
// yields nothing more. encoding/json is not used since it lets all of these
// pass, and cannot say at which member a value is of the wrong type. A zero
// character is refused too, escaped or not.
type scanner struct {
	s     string
	i     int
	depth int
	bad   string
	at    int  // where that fault is
	copy  bool // strings are copied, not cut out of s
}

func (c *scanner) fail(format string, args ...any) {
	if c.bad == "" {
		c.bad, c.at = fmt.Sprintf(format, args...), c.i
		c.i = len(c.s)
	}
}

// peek returns the next byte that is not white space, or 0 at the end.
func (c *scanner) peek() byte {
	for c.i < len(c.s) {
		switch b := c.s[c.i]; b {
		case ' ', '\t', '\n', '\r':
			c.i++
		case 0:
			c.fail("a zero byte")
		default:
			return b
		}
	}
	return 0
}

// take reads the byte b, or fails.
func (c *scanner) take(b byte) bool {
	if got := c.peek(); got != b {
		c.unexpected(got, strconv.QuoteRune(rune(b)))
		return false
	}
	c.i++
	return true
}

func (c *scanner) unexpected(got byte, want string) {
	if got == 0 {
		c.fail("it ends where %s should follow", want)
		return
	}
	r, _ := utf8.DecodeRuneInString(c.s[c.i:])
	c.fail("%s where %s should follow", strconv.QuoteRune(r), want)
}

// open reads the bracket that begins an object or list.
func (c *scanner) open(b byte) bool {
	if c.depth++; c.depth > maxDepth {
		c.fail("nested deeper than %d levels", maxDepth)
		return false
	}
	return c.take(b)
}

// next tells whether another entry follows, and reads the comma or the closing
// bracket before or behind it; first is so before the first entry.
func (c *scanner) next(closing byte, first bool) bool {
	switch b := c.peek(); {
	case b == closing:
		c.i++
		c.depth--
		return false
	case first:
		return c.bad == "" && b != 0 || c.ended(closing)
	case b == ',':
		c.i++
		if c.peek() == closing {
			c.unexpected(closing, "another entry")
			return false
		}
		return true
	default:
		c.unexpected(b, fmt.Sprintf("',' or %q", rune(closing)))
		return false
	}
}

func (c *scanner) ended(closing byte) bool {
	c.unexpected(0, strconv.QuoteRune(rune(closing)))
	return false
}

// name reads an object's next name and the colon behind it.
func (c *scanner) name() string {
	if b := c.peek(); b != '"' {
		c.unexpected(b, "a name in double quotes")
		return ""
	}
	n := c.text()
	c.take(':')
	return n
}

// null reads a null, if one is next.
func (c *scanner) null() bool {
	if c.peek() != 'n' {
		return false
	}
	c.literal("null")
	return true
}

func (c *scanner) literal(word string) {
	if !strings.HasPrefix(c.s[c.i:], word) {
		c.fail("neither a value nor %s", word)
		return
	}
	c.i += len(word)
}

// text reads a string whose opening quote is next.
func (c *scanner) text() string {
	c.i++
	start := c.i
	ascii := true
	for c.i < len(c.s) {
		switch b := c.s[c.i]; {
		case b == '"':
			out := c.s[start:c.i]
			if !ascii && !utf8.ValidString(out) {
				c.fail("a string that is not UTF-8")
				return ""
			}
			c.i++
			if c.copy {
				out = strings.Clone(out)
			}
			return out
		case b == '\\':
			return c.escaped(start)
		case b < ' ':
			c.fail("a control character (0x%02x) in a string", b)
			return ""
		default:
			ascii = ascii && b < utf8.RuneSelf
			c.i++
		}
	}
	c.fail("a string that does not end")
	return ""
}

// escaped reads on a string that began at start and has come to its first backslash.
func (c *scanner) escaped(start int) string {
	out := make([]byte, 0, c.i-start+64)
	out = append(out, c.s[start:c.i]...)
	for c.i < len(c.s) {
		switch b := c.s[c.i]; {
		case b == '"':
			if !utf8.Valid(out) {
				c.fail("a string that is not UTF-8")
				return ""
			}
			c.i++
			return string(out)
		case b == '\\':
			out = c.escape(out)
		case b < ' ':
			c.fail("a control character (0x%02x) in a string", b)
			return ""
		default:
			out = append(out, b)
			c.i++
		}
	}
	c.fail("a string that does not end")
	return ""
}

// escape reads one escape, RFC 8259 §7.
func (c *scanner) escape(out []byte) []byte {
	if c.i+1 == len(c.s) {
		c.i++
		return out
	}
	b := c.s[c.i+1]
	if b == 'u' {
		return c.escapeU(out)
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	k := strings.IndexByte(from, b)
	if k < 0 {
		c.fail("an unknown escape \\%c in a string", b)
		return out
	}
	c.i += 2
	return append(out, to[k])
}

// escapeU reads \uXXXX, or two of them that are a surrogate pair.
func (c *scanner) escapeU(out []byte) []byte {
	r, ok := c.hex4(c.i)
	if !ok {
		c.fail("\\u without four hexadecimal digits in a string")
		return out
	}
	if r == 0 { // well-formed, but no database and no carrier takes it
		c.fail("a zero character in a string")
		return out
	}
	if !utf16.IsSurrogate(r) {
		c.i += 6
		return utf8.AppendRune(out, r)
	}
	low, ok := c.hex4(c.i + 6)
	pair := utf16.DecodeRune(r, low)
	if !ok || pair == utf8.RuneError {
		c.fail("half a surrogate pair (\\u%04x) in a string", r)
		return out
	}
	c.i += 12
	return utf8.AppendRune(out, pair)
}

// hex4 reads the \uXXXX at i.
func (c *scanner) hex4(i int) (rune, bool) {
	if i+6 > len(c.s) || c.s[i] != '\\' || c.s[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range []byte(c.s[i+2 : i+6]) {
		switch {
		case '0' <= b && b <= '9':
			r = r<<4 | rune(b-'0')
		case 'a' <= b|0x20 && b|0x20 <= 'f':
			r = r<<4 | rune(b|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// number reads a number, RFC 8259 §6, and returns it as it is written.
func (c *scanner) number() string {
	start := c.i
	digits := func() bool {
		from := c.i
		for c.i < len(c.s) && '0' <= c.s[c.i] && c.s[c.i] <= '9' {
			c.i++
		}
		return c.i > from
	}
	is := func(set string) bool {
		if c.i < len(c.s) && strings.IndexByte(set, c.s[c.i]) >= 0 {
			c.i++
			return true
		}
		return false
	}
	is("-")
	ok := is("0") || digits()
	if is(".") {
		ok = digits() && ok
	}
	if is("eE") {
		is("+-")
		ok = digits() && ok
	}
	if !ok || c.i < len(c.s) && '0' <= c.s[c.i] && c.s[c.i] <= '9' {
		c.fail("a number that is not well formed")
		return ""
	}
	return c.s[start:c.i]
}

// skip reads one value and throws it away; its syntax counts nevertheless.
func (c *scanner) skip() {
	switch b := c.peek(); {
	case b == '{':
		if !c.open('{') {
			return
		}
		var seen names
		for first := true; c.next('}', first); first = false {
			if n := c.name(); c.bad == "" && !seen.add(n) {
				c.fail("the name %s twice in one object", quoted(n))
			}
			c.skip()
		}
	case b == '[':
		if !c.open('[') {
			return
		}
		for first := true; c.next(']', first); first = false {
			c.skip()
		}
	case b == '"':
		c.text()
	case b == '-' || '0' <= b && b <= '9':
		c.number()
	case b == 't':
		c.literal("true")
	case b == 'f':
		c.literal("false")
	case b == 'n':
		c.literal("null")
	default:
		c.unexpected(b, "a value")
	}
}

// names is a set of an object's names; few are the rule.
type names struct {
	few  []string
	many map[string]struct{}
}

// add adds n, or returns false if it was there.
func (s *names) add(n string) bool {
	if s.many == nil && len(s.few) < 16 {
		for _, f := range s.few {
			if f == n {
				return false
			}
		}
		s.few = append(s.few, n)
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{}, 64)
		for _, f := range s.few {
			s.many[f] = struct{}{}
		}
	}
	if _, ok := s.many[n]; ok {
		return false
	}
	s.many[n] = struct{}{}
	return true
}

// kindOf names what kind of value begins with b, for messages.
func kindOf(b byte) string {
	switch b {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
