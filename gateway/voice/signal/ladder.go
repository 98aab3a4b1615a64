package signal

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// rungs is how many messages of a call are remembered: the first half of them
// and the last, where there are more.
const rungs = 60

// A Ladder is what was said on the wire for one call, one line a message.
type Ladder struct {
	mu      sync.Mutex
	begin   time.Time
	first   []string
	last    []string
	dropped int
}

// add notes a message. out: we sent it; about is what to know of it.
func (l *Ladder) add(out bool, peer, line, about string) {
	arrow := "<-"
	if out {
		arrow = "->"
	}
	l.note(fmt.Sprintf("%s %s %s%s", arrow, peer, line, bracket(about)))
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// Note adds a line that is no message.
func (l *Ladder) Note(text string) { l.note("-- " + text) }

func (l *Ladder) note(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.begin.IsZero() {
		l.begin = now
		l.first = append(l.first, "   "+now.UTC().Format(time.RFC3339Nano))
	}
	line = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, line)
	line = fmt.Sprintf("%8.3f %s", now.Sub(l.begin).Seconds(), line[:min(len(line), 200)])
	if len(l.first) < rungs/2 {
		l.first = append(l.first, line)
		return
	}
	if len(l.last) == rungs/2 {
		l.last = append(l.last[:0], l.last[1:]...)
		l.dropped++
	}
	l.last = append(l.last, line)
}

// String gives the lines.
func (l *Ladder) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append([]string(nil), l.first...)
	if l.dropped > 0 {
		all = append(all, fmt.Sprintf("   ... %d more", l.dropped))
	}
	return strings.Join(append(all, l.last...), "\n")
}
