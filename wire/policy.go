package wire

import "strings"

// A Policy says what a key may do: what some statement allows and none denies.
type Policy struct{ Statements []Statement }

// A Statement allows or denies actions ("connect:StartOutbound*") on resources
// (ARNs, or "*"). In both, * stands for any text and ? for one character; actions
// do not mind case. No Resources means all.
type Statement struct {
	Deny      bool
	Actions   []string
	Resources []string
}

// Everything is the policy that allows all actions on all resources.
func Everything() *Policy { return &Policy{[]Statement{{Actions: []string{"*"}}}} }

// A Decision is a policy's answer.
type Decision int

// The decisions, as IAM evaluates them: an explicit deny wins.
const (
	NotAllowed Decision = iota // no statement allows it
	Allowed
	Denied // a statement denies it
)

// Decide returns what p says of an action on a resource. A nil policy allows nothing.
func (p *Policy) Decide(action, resource string) Decision {
	if p == nil {
		return NotAllowed
	}
	d := NotAllowed
	for i := range p.Statements {
		s := &p.Statements[i]
		if !s.covers(action) || len(s.Resources) > 0 && !matchAny(s.Resources, resource) {
			continue
		}
		if s.Deny {
			return Denied
		}
		d = Allowed
	}
	return d
}

func (s *Statement) covers(action string) bool {
	for _, a := range s.Actions {
		if wildcard(a, action, true) {
			return true
		}
	}
	return false
}

func matchAny(patterns []string, text string) bool {
	for _, p := range patterns {
		if wildcard(p, text, false) {
			return true
		}
	}
	return false
}

// mayEver tells whether some resource exists on which c could do action.
func (c Caller) mayEver(action string) bool {
	if c.Policy == nil {
		return false
	}
	for i := range c.Policy.Statements {
		if s := &c.Policy.Statements[i]; !s.Deny && s.covers(action) {
			return true
		}
	}
	return false
}

// Authorize returns nil if c may do action on resource, else the
// AccessDeniedException that names all three. A Router asks by itself; this is
// for faces without a table of operations.
func (c Caller) Authorize(action, resource string) error {
	switch c.Policy.Decide(action, resource) {
	case Allowed:
		return nil
	case Denied:
		return c.denied(action, resource, "with an explicit deny in an identity-based policy")
	}
	return c.denied(action, resource, "because no identity-based policy allows the "+action+" action")
}

// denied words the refusal as AWS does, so that what reads such messages can read ours.
func (c Caller) denied(action, resource, why string) error {
	who := c.ARN
	if who == "" {
		who = "anonymous"
	}
	return Errorf("AccessDenied", "User: %s is not authorized to perform: %s on resource: %s %s", who, action, resource, why)
}

// wildcard tells whether text is what pattern stands for; fold: whatever the case
// of its ASCII letters. It takes time in the product of their lengths at most,
// since only the last * is ever tried again.
func wildcard(pattern, text string, fold bool) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t] || fold && lower(pattern[p]) == lower(text[t])):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
