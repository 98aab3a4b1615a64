package wire

// A Policy says what a key may do: what some statement allows and none denies.
type Policy struct{ Statements []Statement }

// A Statement allows or denies actions ("connect:StartOutbound*") on resources
// (ARNs). In both * stands for any text and ? for one character; actions do not
// mind case. No Resources means all.
type Statement struct {
	Deny      bool
	Actions   []string
	Resources []string
}

// Decision is a policy's answer.
type Decision int

const (
	NotAllowed Decision = iota // no statement speaks of it
	Allowed
	Denied // a statement denies it
)

// Decide returns what p says of an action on a resource. A nil policy allows nothing.
func (p *Policy) Decide(action, resource string) Decision { panic("not yet") }

// Authorize returns nil if c may do action on resource, else the
// AccessDeniedException that names all three. For faces without a table of
// operations; a Router asks by itself.
func (c Caller) Authorize(action, resource string) error { panic("not yet") }
