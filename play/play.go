// Package play is conversations as text: it reads a play, performs it on a flow
// in memory with a clock of its own, compares, and writes down how it went. It
// also explores a flow by itself, to see which of its branches can be reached.
//
// It is pure: it is handed the files that a play names, and gives text back. It
// carries nothing to anybody: functions, bots, services, queues and hours are
// what the head of the play says they are.
package play

import (
	"strings"
	"time"
)

// A Sign is the character with which a line of a play begins.
type Sign byte

// The signs. A line that begins with Goes belongs to the one above it.
const (
	Gets    Sign = '<' // what the phone gets: a message, or a prompt
	Says    Sign = '>' // what the customer writes or says
	Presses Sign = '#' // keys of the phone
	Happens Sign = '!' // answer, busy, hangup…
	Later   Sign = '+' // time goes by
	Checks  Sign = '?' // a reference and its value
	Asks    Sign = '*' // an effect that is no message, or an event
	Ends    Sign = '=' // end REASON
	Remark  Sign = '/' // a comment
	Blank   Sign = ' '
	Goes    Sign = '|'
)

// A Play is one conversation.
type Play struct {
	File string // as it was named when it was read; for messages
	Head Head
	Body []Line
}

// A Line is one line of the body, with those that go on from it.
type Line struct {
	No   int    // in the file, from 1; 0 when it comes from no file
	Sign Sign   // what kind of line it is
	Text string // without the sign; a Remark has it whole
}

// String writes the line as it stands in a play, without the last line's end.
func (l Line) String() string {
	switch l.Sign {
	case Blank:
		return ""
	case Remark:
		return l.Text
	case Presses, Happens, Later:
		return string(rune(l.Sign)) + l.Text
	}
	if l.Text == "" {
		return string(rune(l.Sign))
	}
	var b strings.Builder
	b.WriteByte(byte(l.Sign))
	for i, part := range strings.Split(l.Text, "\n") {
		if i > 0 {
			b.WriteString("\n|")
		}
		if part != "" {
			b.WriteString(" " + part)
		}
	}
	return b.String()
}

// String writes the play: what it gives is read as the same play.
func (p *Play) String() string {
	var b strings.Builder
	b.WriteString(p.Head.String())
	for _, l := range p.Body {
		b.WriteString(l.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Name gives what the play calls itself, or else its file.
func (p *Play) Name() string {
	if p.Head.Name != "" {
		return p.Head.Name
	}
	return p.File
}

// shown is a text as a play shows and compares it: line ends are \n, and blanks
// at the end of a line do not count, since nobody sees them.
func shown(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n"), "\r", "\n")
	if !strings.ContainsAny(s, "\n\t ") && !strings.ContainsFunc(s, control) {
		return s
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(strings.Map(func(r rune) rune {
			if control(r) {
				return ' '
			}
			return r
		}, lines[i]), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func control(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }

// like tells whether got is what want says, where … stands for any text, on
// several lines too.
func like(want, got string) bool {
	want, got = shown(want), shown(got)
	parts := strings.Split(want, "…")
	if len(parts) == 1 {
		return want == got
	}
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	got = got[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(got, p)
		if i < 0 {
			return false
		}
		got = got[i+len(p):]
	}
	return len(got) >= len(last) && strings.HasSuffix(got, last)
}

// Start is the time at which a play begins whose head names none: a Monday
// morning in UTC.
var Start = time.Date(2026, time.January, 5, 10, 0, 0, 0, time.UTC)
