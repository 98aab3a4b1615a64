package play

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
)

// Options say how a play is performed.
type Options struct {
	// Restart sends every contact through JSON between any two turns, as if the
	// house went down and came up again each time.
	Restart bool
}

// A Failure is a line that went otherwise.
type Failure struct {
	File string `json:"file"`
	Line int    `json:"line"` // the last line of the file where something came after it
	Want string `json:"want"` // the line; "" where nothing was to come
	Got  string `json:"got"`  // what came; "" for nothing
	Why  string `json:"why,omitempty"`
}

// String says it in lines for a terminal.
func (f Failure) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:", f.File, f.Line)
	if f.Why != "" {
		b.WriteString(" " + f.Why)
	}
	item := func(label, s string) {
		b.WriteString("\n  " + label + strings.ReplaceAll(s, "\n", "\n"+strings.Repeat(" ", 2+len(label))))
	}
	if f.Want != "" {
		item("expected  ", f.Want)
	} else if f.Why == "" {
		item("expected  ", "nothing more")
	}
	if f.Got != "" {
		item("got       ", f.Got)
	} else if f.Why == "" {
		item("got       ", "nothing")
	}
	return b.String()
}

// A Result is how a play went.
type Result struct {
	Play *Play
	// Failures: the first is the one to look at, for the others may follow from it.
	Failures []Failure
	// Went is the play as it went: what Update writes.
	Went *Play
	// Rest is how the conversation went on from the first failure, as lines of a play.
	Rest     []string
	Coverage *Coverage
	Notes    []string // what the operator would be told, with the time on stage
	Err      error    // the play could not be performed at all, or not to its end
	Took     time.Duration
	Stage    *Stage // as it was left; nil where there was none
}

// OK tells whether all went as it was written.
func (r *Result) OK() bool { return r.Err == nil && len(r.Failures) == 0 }

// Perform performs a play.
func Perform(p *Play, files Files, o Options) *Result {
	r := &run{res: &Result{Play: p, Went: &Play{File: p.File, Head: p.Head}, Coverage: NewCoverage()}}
	begin := func() error {
		var err error
		if r.stage, err = raise(p.Head, files, o.Restart, r.res.Coverage.take); err != nil {
			return fault.Wrap(fault.Invalid, err, "%s", p.File)
		}
		return nil
	}
	if r.res.Err = begin(); r.res.Err != nil {
		return r.res
	}
	r.res.Stage = r.stage
	for i := range p.Body {
		r.next = p.Body[i+1:]
		r.line(p.Body[i])
	}
	r.over()
	r.res.Coverage.flows(r.stage.world.flows)
	r.res.Took = r.stage.now.Sub(r.begun())
	r.res.Err = r.stage.err
	return r.res
}

func raise(h Head, files Files, restart bool, passed func(flow.Passed)) (*Stage, error) {
	s, err := prepare(h, files)
	if err != nil {
		return nil, err
	}
	s.restart, s.passed = restart, passed
	return s, s.begin()
}

// A run is one performance.
type run struct {
	res   *Result
	stage *Stage
	items []Item // taken from the stage, and not yet matched
	next  []Line // of the body, behind the present one
	fell  int    // lines of Went at the first failure; -1 or 0 before it
}

func (r *run) begun() time.Time { return r.stage.cast[0].c.Initiated }

func (r *run) went(l Line) { r.res.Went.Body = append(r.res.Went.Body, l) }

func (r *run) fail(l Line, want, got, why string) {
	if len(r.res.Failures) == 0 {
		r.fell = len(r.res.Went.Body)
	}
	r.res.Failures = append(r.res.Failures, Failure{File: r.res.Play.File, Line: l.No, Want: want, Got: got, Why: why})
}

// line performs one line.
func (r *run) line(l Line) {
	switch l.Sign {
	case Blank, Remark:
		r.went(l)
	case Gets, Ends:
		r.gets(l)
	case Asks:
		r.asks(l)
	case Checks:
		r.checks(l)
	default:
		r.does(l)
	}
}

// take brings in what the stage has to show.
func (r *run) take() {
	for _, it := range r.stage.Take() {
		if it.Note != "" {
			r.res.Notes = append(r.res.Notes, fmt.Sprintf("+%s %s", r.since(it.At), it.Note))
		}
		if p := it.Passed; p != nil && p.Why != "" && p.Branch != "wait" {
			r.res.Notes = append(r.res.Notes, fmt.Sprintf("+%s %s (%s): %s: %s", r.since(it.At), p.Action, p.Type, p.Branch, p.Why))
		}
		if it.Sign != 0 {
			r.items = append(r.items, it)
		}
	}
}

func (r *run) since(t time.Time) time.Duration { return t.Sub(r.begun()) }

// strict lets things happen until there is something that a play must mention,
// and gives its place among the items; -1 where nothing more happens by itself.
func (r *run) strict() int {
	seen := 0
	for {
		r.take()
		for ; seen < len(r.items); seen++ {
			if r.items[seen].strict() {
				return seen
			}
		}
		if !r.stage.pump() {
			r.take()
			return -1
		}
	}
}

// gets compares what the phone gets, or the end.
func (r *run) gets(l Line) {
	i := r.strict()
	if i < 0 {
		r.fail(l, l.String(), "", "")
		return
	}
	got := r.items[i].Line
	r.items = r.items[i+1:]
	if got.Sign == l.Sign && (like(l.Text, got.Text) || l.Sign == Ends && l.Text == "end") {
		r.went(l)
		return
	}
	r.fail(l, l.String(), got.String(), "")
	r.went(got)
}

// asks looks for an effect among what happened before the next message.
func (r *run) asks(l Line) {
	want, err := readAsk(l.Text)
	if err != nil {
		r.fail(l, l.String(), "", err.Error())
		return
	}
	n := r.strict()
	if n < 0 {
		n = len(r.items)
	}
	first, same := -1, -1
	for i := range r.items[:n] {
		got := r.items[i].Line
		if want.is(got.Text) {
			r.items = r.items[i+1:]
			r.went(l)
			return
		}
		if first < 0 {
			first = i
		}
		if kind, _, _ := strings.Cut(got.Text, " "); kind == want.kind && same < 0 {
			same = i
		}
	}
	if same >= 0 {
		got := r.items[same].Line
		r.fail(l, l.String(), got.String(), "")
		r.items = r.items[same+1:]
		r.went(got)
		return
	}
	got := ""
	if n < len(r.items) {
		got = r.items[n].Line.String()
	}
	r.fail(l, l.String(), got, "")
}

// checks compares a reference.
func (r *run) checks(l Line) {
	if r.stage.Rest() != nil {
		return
	}
	ref, op, want, err := check(l.Text)
	got := ""
	if err == nil {
		got, err = r.stage.Value(ref)
	}
	if err != nil {
		r.fail(l, l.String(), "", err.Error())
		return
	}
	if like(want, got) == (op == "=") {
		r.went(l)
		return
	}
	is := Line{Sign: Checks, Text: ref + " = " + shown(got)}
	r.fail(l, l.String(), is.String(), "")
	r.went(is)
}

// Value gives what a reference names on the contact with which the play goes
// on: one of the flow language ("$.Attributes.x"), or "contact.priority" for
// what the language cannot see.
func (s *Stage) Value(ref string) (string, error) {
	c := s.Contact()
	path, ok := strings.CutPrefix(ref, "contact.")
	if !ok {
		return flow.Lookup(s.world, c, ref)
	}
	v := toJSON(c)
	for _, name := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			v = nil
			for i := range at {
				if fmt.Sprint(i) == name {
					v = at[i]
				}
			}
		default:
			v = nil
		}
	}
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	doc, err := json.Marshal(v)
	return string(doc), err
}

// does lets a line of input happen. What came before it must have been mentioned.
func (r *run) does(l Line) {
	// Keys, a hang-up and what becomes of a message may come while the last
	// prompt or message is under way; all else comes when everything is at rest.
	if l.Sign == Says || l.Sign == Later {
		for r.strict() >= 0 {
			r.unexpected(l)
		}
	}
	r.take()
	for r.first() >= 0 {
		r.unexpected(l)
	}
	err := r.stage.Do(l)
	if l.Sign == Presses && err == nil && !r.pressesOn() {
		if d, ok := r.stage.Pressing(); ok {
			err = r.stage.Advance(d)
		}
	}
	if err != nil && r.stage.err == nil {
		r.fail(l, l.String(), "", err.Error())
	}
	r.went(l)
}

func (r *run) first() int {
	for i := range r.items {
		if r.items[i].strict() {
			return i
		}
	}
	return -1
}

// unexpected reports the first thing that came and was not mentioned.
func (r *run) unexpected(l Line) {
	i := r.first()
	got := r.items[i].Line
	r.items = r.items[i+1:]
	r.fail(l, "", got.String(), "")
	r.went(got)
}

// pressesOn tells whether the next line that does something presses more keys,
// or says itself how long it takes.
func (r *run) pressesOn() bool {
	for _, l := range r.next {
		switch l.Sign {
		case Blank, Remark:
		case Presses, Later, Happens:
			return true
		default:
			return false
		}
	}
	return false
}

// over ends the performance: nothing may be left that a play must mention.
func (r *run) over() {
	end := Line{No: 1}
	if n := len(r.res.Play.Body); n > 0 {
		end = r.res.Play.Body[n-1]
	}
	for r.strict() >= 0 {
		r.unexpected(end)
	}
	if len(r.res.Failures) > 0 {
		for _, l := range r.res.Went.Body[min(r.fell, len(r.res.Went.Body)):] {
			r.res.Rest = append(r.res.Rest, l.String())
		}
	}
}

// left is what a contact of the play looks like at its end; for tests.
func (r *Result) left() []*contact.Contact {
	var out []*contact.Contact
	for _, a := range r.Stage.cast {
		out = append(out, a.c)
	}
	return out
}
