package wire

// A Kind says which exception a Violation becomes.
type Kind string

const (
	Syntax    Kind = "syntax"    // not JSON at all: SerializationException
	Request   Kind = "request"   // missing or mistyped: InvalidRequestException
	Parameter Kind = "parameter" // out of bounds or pattern: InvalidParameterException where declared, else InvalidRequestException
)

// A Violation is one thing wrong with a request. An operation may return one
// too, for rules that tags cannot say.
type Violation struct {
	Kind    Kind
	Field   string // path of the member: "SegmentAttributes.connect:Subtype.ValueString"
	Problem string // "at least 60, not 7"
}

// Error returns "Field: Problem".
func (v *Violation) Error() string { panic("not yet") }

// Violations is all that is wrong with a request.
type Violations []*Violation

// Error joins the messages with "; ".
func (v Violations) Error() string { panic("not yet") }

// Invalid makes a Violation of kind Request: Invalid("QueueId", "or SourcePhoneNumber is needed").
func Invalid(field, format string, args ...any) *Violation { panic("not yet") }

// OutOfBounds makes a Violation of kind Parameter.
func OutOfBounds(field, format string, args ...any) *Violation { panic("not yet") }
