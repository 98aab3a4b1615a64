package wire

import (
	"fmt"
	"strings"
)

// A Kind says which exception a Violation becomes.
type Kind string

// The kinds of violations. Where an operation does not declare the exception, the next of kin is answered.
const (
	Syntax    Kind = "syntax"    // not JSON, or not a form or path that can be read: SerializationException
	Request   Kind = "request"   // missing or mistyped: InvalidRequestException
	Parameter Kind = "parameter" // out of bounds or pattern: InvalidParameterException
)

// exception is the name of the exception that a violation of kind k becomes.
func (k Kind) exception() string {
	switch k {
	case Syntax:
		return "SerializationException"
	case Parameter:
		return "InvalidParameterException"
	}
	return "InvalidRequestException"
}

// A Violation is one thing wrong with a request. An operation may return one
// too, for rules that tags cannot say.
type Violation struct {
	Kind    Kind
	Field   string // path of the member: "SegmentAttributes.connect:Subtype.ValueString"
	Problem string // "at least 60, not 7"
}

// Error returns "Field: Problem".
func (v *Violation) Error() string {
	if v.Field == "" {
		return v.Problem
	}
	return v.Field + ": " + v.Problem
}

// Violations is all that is wrong with a request, as far as it was listed.
type Violations []*Violation

// maxViolations is how many of a request's violations are listed.
const maxViolations = 10

// Error joins the messages with "; ".
func (v Violations) Error() string {
	var b strings.Builder
	for i, one := range v {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(one.Error())
	}
	return b.String()
}

// kind is that of the gravest violation.
func (v Violations) kind() Kind {
	kind := Parameter
	for _, one := range v {
		if one.Kind == Syntax {
			return Syntax
		}
		if one.Kind == Request {
			kind = Request
		}
	}
	return kind
}

// Invalid makes a Violation of kind Request: Invalid("QueueId", "needed where there is no SourcePhoneNumber").
func Invalid(field, format string, args ...any) *Violation {
	return &Violation{Request, field, fmt.Sprintf(format, args...)}
}

// OutOfBounds makes a Violation of kind Parameter.
func OutOfBounds(field, format string, args ...any) *Violation {
	return &Violation{Parameter, field, fmt.Sprintf(format, args...)}
}
