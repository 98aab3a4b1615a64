package play

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// A Report is how many plays went.
type Report struct {
	Results  []Ran
	Coverage *Coverage
}

// A Ran is one play that was performed, and how long that took in truth.
type Ran struct {
	File string
	*Result
	Real    time.Duration
	Updated bool // its file was written anew
}

// Failed tells how many plays went otherwise, or could not be performed.
func (r *Report) Failed() int {
	n := 0
	for i := range r.Results {
		if !r.Results[i].OK() && !r.Results[i].Updated {
			n++
		}
	}
	return n
}

// Under gives the coverage with the flows' ids below a folder: plays of several
// folders name the same flow by different ways.
func (c *Coverage) Under(folder string) *Coverage {
	out := NewCoverage()
	at := func(b Branch) Branch {
		b.Flow = path.Join(folder, b.Flow)
		return b
	}
	for b := range c.all {
		out.all[at(b)] = true
	}
	for b, n := range c.taken {
		out.taken[at(b)] = n
	}
	for b, n := range c.order {
		out.order[at(b)] = n
	}
	for f := range c.seen {
		out.seen[path.Join(folder, f)] = true
	}
	return out
}

// WriteText reports for people: what went otherwise, and a line at the end; with
// all, what went well too, and the branches that no play took.
func (r *Report) WriteText(w io.Writer, all bool) error {
	var b strings.Builder
	for i := range r.Results {
		ran := &r.Results[i]
		switch {
		case ran.Updated:
			fmt.Fprintf(&b, "wrote  %s\n", ran.File)
		case ran.Err != nil:
			fmt.Fprintf(&b, "FAIL   %s\n  %v\n", ran.File, ran.Err)
		case !ran.OK():
			fmt.Fprintf(&b, "FAIL   %s\n", ran.File)
			ran.explain(&b)
		case all:
			fmt.Fprintf(&b, "ok     %s  %s on stage in %s\n", ran.File, ran.Took, ran.Real.Round(100*time.Microsecond))
		}
	}
	if all {
		r.coverage(&b)
	}
	taken, of := r.Coverage.Count()
	fmt.Fprintf(&b, "%s, %d failed; %d of %d branches of %s taken\n", count(len(r.Results), "play"), r.Failed(), taken, of,
		count(len(r.Coverage.seen), "flow"))
	if taken < of && !all {
		b.WriteString("-v lists the branches that no play takes\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// explain says what went otherwise, and how it went on.
func (r *Ran) explain(b *strings.Builder) {
	indent := func(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") + "\n" }
	b.WriteString(indent(r.Failures[0].String()))
	if n := len(r.Failures) - 1; n > 0 {
		fmt.Fprintf(b, "  and %s after it\n", count(n, "more line"))
	}
	if len(r.Rest) > 0 {
		b.WriteString("  it went on:\n")
		for _, l := range r.Rest {
			b.WriteString(indent("  " + strings.ReplaceAll(l, "\n", "\n  ")))
		}
	}
	if len(r.Notes) > 0 {
		b.WriteString("  notes:\n")
		for _, n := range r.Notes[:min(len(r.Notes), 20)] {
			b.WriteString(indent("  " + n))
		}
	}
}

// coverage lists the branches that nobody took.
func (r *Report) coverage(b *strings.Builder) {
	flow := ""
	for _, m := range r.Coverage.Missing() {
		if m.Flow != flow {
			flow = m.Flow
			taken, of := r.Coverage.Of(flow)
			fmt.Fprintf(b, "%s: %d of %d branches taken; not taken:\n", flow, taken, of)
		}
		fmt.Fprintf(b, "  %s (%s): %s\n", m.Action, m.Type, m.Label)
	}
}

// WriteJSON reports for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	type ran struct {
		File     string    `json:"file"`
		Name     string    `json:"name,omitempty"`
		OK       bool      `json:"ok"`
		Updated  bool      `json:"updated,omitempty"`
		Error    string    `json:"error,omitempty"`
		Failures []Failure `json:"failures,omitempty"`
		Rest     []string  `json:"rest,omitempty"`
		Notes    []string  `json:"notes,omitempty"`
		Stage    float64   `json:"stageSeconds"`
		Seconds  float64   `json:"seconds"`
	}
	type covered struct {
		Flow    string   `json:"flow"`
		Taken   int      `json:"taken"`
		Of      int      `json:"of"`
		Missing []Branch `json:"missing,omitempty"`
	}
	out := struct {
		Plays    []ran     `json:"plays"`
		Failed   int       `json:"failed"`
		Coverage []covered `json:"coverage"`
	}{Plays: []ran{}, Failed: r.Failed(), Coverage: []covered{}}
	for i := range r.Results {
		x := &r.Results[i]
		one := ran{File: x.File, OK: x.OK(), Updated: x.Updated, Failures: x.Failures, Rest: x.Rest, Notes: x.Notes, Stage: x.Took.Seconds(), Seconds: x.Real.Seconds()}
		if x.Play != nil {
			one.Name = x.Play.Head.Name
		}
		if x.Err != nil {
			one.Error = x.Err.Error()
		}
		out.Plays = append(out.Plays, one)
	}
	missing := map[string][]Branch{}
	for _, b := range r.Coverage.Missing() {
		missing[b.Flow] = append(missing[b.Flow], b)
	}
	for _, f := range r.Coverage.Flows() {
		taken, of := r.Coverage.Of(f)
		out.Coverage = append(out.Coverage, covered{f, taken, of, missing[f]})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// The JUnit form that CI services read.
// https://github.com/testmoapp/junitxml
type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"`
	// Properties tell the coverage.
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out,omitempty"` // the branches that no play takes
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value int    `xml:"value,attr"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	File    string      `xml:"file,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure,omitempty"`
	Error   *junitFault `xml:"error,omitempty"`
	Out     string      `xml:"system-out,omitempty"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit reports for CI services.
func (r *Report) WriteJUnit(w io.Writer) error {
	s := junitSuite{Name: "plays", Tests: len(r.Results)}
	var total time.Duration
	for i := range r.Results {
		x := &r.Results[i]
		total += x.Real
		c := junitCase{Name: path.Base(x.File), Class: path.Dir(x.File), File: x.File, Time: fmt.Sprintf("%.4f", x.Real.Seconds())}
		if x.Play != nil && x.Play.Head.Name != "" {
			c.Name = x.Play.Head.Name
		}
		switch {
		case x.Updated || x.OK():
		case x.Err != nil:
			s.Errors++
			c.Error = &junitFault{Message: clean(x.Err.Error())}
		default:
			s.Failures++
			var b strings.Builder
			x.explain(&b)
			c.Failure = &junitFault{Message: clean(fmt.Sprintf("%s:%d", x.Failures[0].File, x.Failures[0].Line)), Text: clean(b.String())}
		}
		s.Cases = append(s.Cases, c)
	}
	s.Time = fmt.Sprintf("%.4f", total.Seconds())
	taken, of := r.Coverage.Count()
	s.Properties = []junitProperty{{"branches taken", taken}, {"branches", of}}
	var missing strings.Builder
	r.coverage(&missing)
	s.Out = clean(missing.String())
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// clean drops what XML 1.0 §2.2 does not allow.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, s)
}
