package bot

import (
	"fmt"
	"regexp"
	"strings"
)

// An example is one utterance of an intent, made ready.
type example struct {
	words []word // a slot is the word "{name}"
	plain string
	slots []string // in order
	raw   string   // as it was written, for what has no words
	weigh float64
	digit bool // nothing but numbers: they must stand nearly alone
}

var slotMark = regexp.MustCompile(`\{\s*([A-Za-z0-9_.-]+)\s*\}`)

func newExample(u string, known map[string]bool) (*example, error) {
	e := &example{raw: strings.TrimSpace(u), digit: true}
	at := 0
	add := func(s string) { e.words = append(e.words, words(s)...) }
	for _, m := range slotMark.FindAllStringSubmatchIndex(u, -1) {
		name := u[m[2]:m[3]]
		if !known[name] {
			return nil, fmt.Errorf("utterance %q: no slot %q", u, name)
		}
		add(u[at:m[0]])
		e.words = append(e.words, word{text: "{" + name + "}"})
		e.slots = append(e.slots, name)
		at = m[1]
	}
	add(u[at:])
	if e.raw == "" {
		return nil, fmt.Errorf("utterance %q: empty", u)
	}
	e.plain = plain(e.words)
	for _, w := range e.words {
		e.weigh += weight(w.text)
		e.digit = e.digit && isNumber(w.text)
	}
	return e, nil
}

func isNumber(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// light words say little about what somebody wants.
var light = map[string]bool{
	"a": true, "an": true, "the": true, "to": true, "of": true, "for": true, "my": true, "me": true,
	"i": true, "im": true, "id": true, "ill": true, "you": true, "your": true, "it": true, "its": true,
	"is": true, "am": true, "are": true, "be": true, "do": true, "can": true, "could": true, "would": true,
	"will": true, "like": true, "want": true, "wanna": true, "need": true, "please": true, "pls": true,
	"thanks": true, "thank": true, "hi": true, "hello": true, "hey": true, "just": true, "this": true,
	"that": true, "with": true, "on": true, "in": true, "at": true, "and": true, "have": true, "we": true,
}

// against are the words that turn a wish into its opposite.
var against = map[string]bool{
	"no": true, "not": true, "dont": true, "cant": true, "wont": true, "never": true, "cannot": true,
	"doesnt": true, "didnt": true, "isnt": true, "without": true, "nope": true, "shouldnt": true,
}

func weight(s string) float64 {
	if light[s] {
		return 0.25
	}
	return 1
}

// score tells how well heard fits the example: 1 is the same words. All of the
// example being there counts for more than nothing else being there, since
// people add words ("I confirm that I am coming").
func (e *example) score(heard []word) float64 {
	if len(e.words) == 0 || len(heard) == 0 {
		return 0
	}
	if e.plain == plain(heard) {
		return 1
	}
	used := make([]bool, len(heard))
	var hit, said float64
	var denied, denies bool
	for _, w := range heard {
		said += weight(w.text)
		denied = denied || against[w.text]
	}
	for _, w := range e.words {
		denies = denies || against[w.text]
		best, at := 0.0, -1
		for k := range heard {
			if used[k] {
				continue
			}
			if a := alike(w.text, heard[k].text); a > best {
				best, at = a, k
			}
		}
		if at >= 0 {
			used[at] = true
			hit += best * weight(w.text)
		}
	}
	if hit == 0 {
		return 0
	}
	r, p := hit/e.weigh, hit/said
	b := 2.0 // all of the example weighs twice as much as nothing else
	if e.digit {
		b = 0.5 // "1" is an answer; "1 question about 20 things" is not
	}
	f := (1 + b*b) * p * r / (b*b*p + r)
	if denied != denies {
		f *= 0.5
	}
	return min(f, 0.99)
}

// alike tells how alike two words are: 1 the same, above 0 a slip of the finger.
func alike(a, b string) float64 {
	if a == b {
		return 1
	}
	if strings.HasPrefix(a, "{") || len(a) < 4 || len(b) < 4 {
		return 0
	}
	// One is the other and an ending: confirm, confirmed, confirming.
	if s, l := short(a, b); len(s) >= 4 && strings.HasPrefix(l, s) && len(l)-len(s) <= 3 {
		return 0.9
	}
	d, n := distance(a, b), max(len([]rune(a)), len([]rune(b)))
	switch {
	case d == 1:
		return 0.9
	case d == 2 && n >= 8:
		return 0.8
	}
	return 0
}

func short(a, b string) (string, string) {
	if len(a) > len(b) {
		return b, a
	}
	return a, b
}

// distance is the number of letters put in, left out, changed, or swapped with
// their neighbour (optimal string alignment); 9 when it is surely above 2.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > 2 || d < -2 || len(x) > 64 {
		return 9
	}
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		old, prev, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], old[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = prev, row, old
	}
	return rows[1][len(y)]
}

// A match is how well one intent fits, and the slots that its example found.
type match struct {
	intent *intent
	score  float64
	slots  map[string]string
}

// best gives the intents that fit, the best first; of equals the one that is
// defined first.
func (b *Bot) best(text string, w []word, h hearing) []match {
	var out []match
	for i := range b.intents {
		in := &b.intents[i]
		top := match{intent: in}
		for k := range in.examples {
			e := &in.examples[k]
			var m match
			switch {
			case strings.EqualFold(e.raw, strings.TrimSpace(text)) && len(e.slots) == 0:
				m = match{score: 1}
			case len(e.slots) == 0:
				m = match{score: e.score(w)}
			default:
				m = b.fit(in, e, text, w, h)
			}
			if m.score > top.score {
				top.score, top.slots = m.score, m.slots
			}
		}
		if top.score > 0 {
			at := len(out)
			for at > 0 && out[at-1].score < top.score {
				at--
			}
			out = append(out, match{})
			copy(out[at+1:], out[at:])
			out[at] = top
		}
	}
	return out
}

// fit finds the example's slots in what was heard, puts their marks in the
// place of their words, and scores the rest.
func (b *Bot) fit(in *intent, e *example, text string, w []word, h hearing) match {
	left, found := w, map[string]string{}
	for _, name := range e.slots {
		s := in.slot(name)
		from, to, v := b.find(in, s, e, text, left, h)
		if to <= from {
			continue
		}
		found[name] = v
		mark := word{"{" + name + "}", left[from].start, left[to-1].end}
		next := append([]word{}, left[:from]...)
		left = append(append(next, mark), left[to:]...)
	}
	m := match{score: e.score(left), slots: found}
	// An example that is nothing but a slot fits only where nothing else is said.
	if len(e.slots) == len(e.words) && len(left) > len(e.words) {
		m.score = min(m.score, 0.6)
	}
	if len(found) == 0 && e.weigh <= float64(len(e.slots)) {
		m.score = 0
	}
	return m
}

// maxSpan is how many words one slot's value may have within a sentence.
const maxSpan = 8

// find looks for the longest run of words that is a value of slot s. A type
// that takes anything is held between the example's own neighbouring words.
func (b *Bot) find(in *intent, s *Slot, e *example, text string, w []word, h hearing) (from, to int, value string) {
	lo, hi := 0, len(w)
	if b.loose(s.Type) {
		lo, hi = e.between(s.Name, w)
	}
	for n := min(hi-lo, maxSpan); n > 0; n-- {
		for i := lo; i+n <= hi; i++ {
			if marked(w[i : i+n]) {
				continue
			}
			if v, ok := b.resolve(in, s, passage(text, w[i:i+n]), w[i:i+n], h, false); ok {
				return i, i + n, v
			}
		}
	}
	return 0, 0, ""
}

func marked(w []word) bool {
	for i := range w {
		if strings.HasPrefix(w[i].text, "{") {
			return true
		}
	}
	return false
}

// between gives the words that stand where the example has slot name: after the
// word before it, up to the word behind it. Without the word before it there is
// no such place.
func (e *example) between(name string, w []word) (int, int) {
	at := 0
	for i := range e.words {
		if e.words[i].text == "{"+name+"}" {
			at = i
		}
	}
	lo, hi := 0, len(w)
	if at > 0 {
		lo = len(w)
		for i := range w {
			if alike(e.words[at-1].text, w[i].text) > 0 {
				lo = i + 1
				break
			}
		}
	}
	if at+1 < len(e.words) {
		for i := lo; i < len(w); i++ {
			if alike(e.words[at+1].text, w[i].text) > 0 {
				hi = i
				break
			}
		}
	}
	return lo, hi
}
