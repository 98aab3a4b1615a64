package play

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"outdial/fault"
)

// MaxSize is how many bytes a play may have.
const MaxSize = 1 << 20

// A lineError says what is wrong with which line.
func lineError(file string, line int, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s:%d: %s", file, line, fmt.Sprintf(format, args...))
}

// Read reads a play; file is its name, for messages. The error, of kind
// fault.Invalid, bears the file and the line.
func Read(file string, doc []byte) (*Play, error) {
	if len(doc) > MaxSize {
		return nil, fault.New(fault.Invalid, "%s: over %d bytes", file, MaxSize)
	}
	if !utf8.Valid(doc) {
		return nil, fault.New(fault.Invalid, "%s: is not UTF-8", file)
	}
	text := strings.TrimPrefix(string(doc), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimSuffix(text, "\n")
	lines := strings.Split(text, "\n")
	n := 0
	for n < len(lines) && !body(lines[n]) {
		n++
	}
	p := &Play{File: file}
	if err := p.Head.read(file, lines[:n]); err != nil {
		return nil, err
	}
	for i := n; i < len(lines); i++ {
		from := i
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|") {
			i++
		}
		if err := p.line(from+1, lines[from:i+1]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// body tells whether a line belongs to the body.
func body(l string) bool {
	return l != "" && strings.IndexByte("<>#!+?*=|", l[0]) >= 0
}

// line reads one line of the body, with those that go on from it.
func (p *Play) line(no int, lines []string) error {
	if strings.HasPrefix(lines[0], "|") {
		return lineError(p.File, no, "a line that goes on from none")
	}
	l, err := ReadLine(lines[0])
	if err != nil {
		return lineError(p.File, no, "%v", err)
	}
	if len(lines) > 1 {
		switch l.Sign {
		case Gets, Says, Asks, Checks:
		default:
			return lineError(p.File, no+1, "only lines that begin with < > * ? may go on")
		}
		parts := []string{l.Text}
		for _, more := range lines[1:] {
			parts = append(parts, trimEnd(strings.TrimPrefix(more[1:], " ")))
		}
		l.Text = strings.Join(parts, "\n")
	}
	l.No = no
	p.Body = append(p.Body, l)
	return nil
}

func trimEnd(s string) string { return strings.TrimRight(s, " \t") }

// ReadLine reads one line of a body, as it is typed.
func ReadLine(l string) (Line, error) {
	l = trimEnd(l)
	if l == "" {
		return Line{Sign: Blank}, nil
	}
	if strings.HasPrefix(l, "//") || strings.HasPrefix(l, ";") {
		return Line{Sign: Remark, Text: l}, nil
	}
	if !body(l) || l[0] == '|' {
		return Line{}, fmt.Errorf("%q: a line begins with one of < > # ! + ? * = or // for a comment", l)
	}
	line := Line{Sign: Sign(l[0]), Text: trimEnd(strings.TrimPrefix(l[1:], " "))}
	var err error
	switch line.Sign {
	case Presses:
		line.Text = strings.ReplaceAll(line.Text, " ", "")
		if line.Text == "" && len(l) > 1 || strings.Trim(line.Text, "0123456789*#") != "" {
			err = fmt.Errorf("%q: keys are 0 to 9, * and #", l)
		}
		if line.Text == "" { // "#" by itself is the key
			err = fmt.Errorf("%q: which keys? # alone is ##", l)
		}
	case Later:
		line.Text = strings.TrimSpace(line.Text)
		_, err = ParseDuration(line.Text)
	case Happens:
		line.Text = strings.TrimSpace(line.Text)
		err = happening(line.Text)
	case Checks:
		_, _, _, err = check(line.Text)
	case Ends:
		line.Text = strings.TrimSpace(line.Text)
		if word, rest, _ := strings.Cut(line.Text, " "); word != "end" || len(strings.Fields(rest)) > 1 {
			err = fmt.Errorf("%q: wants = end REASON", l)
		}
	case Asks:
		_, err = readAsk(line.Text)
	}
	return line, err
}

// maxLater is the longest time that one line may let go by: ten years.
const maxLater = 10 * 366 * 24 * time.Hour

// ParseDuration reads a time span: numbers with a unit (d, h, m, s, ms) one
// after the other, as "25h", "1h30m" or "7d".
func ParseDuration(s string) (time.Duration, error) {
	var total time.Duration
	rest := s
	for rest != "" {
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		u := n
		for u < len(rest) && rest[u] >= 'a' && rest[u] <= 'z' {
			u++
		}
		var unit time.Duration
		switch rest[n:u] {
		case "d":
			unit = 24 * time.Hour
		case "h":
			unit = time.Hour
		case "m", "min":
			unit = time.Minute
		case "s":
			unit = time.Second
		case "ms":
			unit = time.Millisecond
		}
		f, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil || unit == 0 || f*float64(unit) > float64(maxLater) {
			return 0, fmt.Errorf("%q: a time is a number and one of d, h, m, s, up to ten years", s)
		}
		total += time.Duration(f * float64(unit))
		rest = rest[u:]
	}
	if s == "" || total > maxLater {
		return 0, fmt.Errorf("%q: a time is a number and one of d, h, m, s, up to ten years", s)
	}
	return total, nil
}

// check reads "$.Attributes.x = y" or "$.Attributes.x != y".
func check(s string) (ref, op, want string, err error) {
	ref, want, ok := strings.Cut(s, "=")
	op = "="
	if strings.HasSuffix(ref, "!") {
		ref, op = strings.TrimSuffix(ref, "!"), "!="
	}
	ref = strings.TrimSpace(ref)
	if !ok || !strings.HasPrefix(ref, "$") && !strings.HasPrefix(ref, "contact.") {
		return "", "", "", fmt.Errorf("%q: wants ? $.Reference = value", s)
	}
	return ref, op, strings.TrimPrefix(want, " "), nil
}
