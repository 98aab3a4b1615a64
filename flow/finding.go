package flow

import "fmt"

// A Severity says whether a flow may be published with it.
type Severity int

const (
	// Problem is refused, as the service refuses it.
	Problem Severity = iota
	// Warning is published.
	Warning
)

// String names the severity.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "problem"
}

// A Finding is one thing that the check found.
type Finding struct {
	Severity Severity `json:"-"`
	Message  string   `json:"message"`          // the service's own wording, where it is known
	Action   string   `json:"action,omitempty"` // identifier of the action
	Path     string   `json:"path,omitempty"`   // in the content: Actions[13].Parameters.Text
	Hint     string   `json:"hint,omitempty"`   // what to do about it
}

// String writes a finding on one line.
func (f Finding) String() string {
	s := f.Severity.String() + ": " + f.Message
	if f.Action != "" {
		s += fmt.Sprintf(" (action %q, %s)", f.Action, f.Path)
	} else if f.Path != "" {
		s += " (" + f.Path + ")"
	}
	if f.Hint != "" {
		s += ": " + f.Hint
	}
	return s
}

// Findings are all that a check found, in the order of the content.
type Findings []Finding

// Problems gives those that refuse the flow.
func (f Findings) Problems() Findings { return f.of(Problem) }

// Warnings gives those that do not.
func (f Findings) Warnings() Findings { return f.of(Warning) }

func (f Findings) of(s Severity) Findings {
	var out Findings
	for _, x := range f {
		if x.Severity == s {
			out = append(out, x)
		}
	}
	return out
}
