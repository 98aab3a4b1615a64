// Package fault is an error with a kind, so that whoever gets it knows whose
// move it is: the caller's, the operator's, or time's.
//
// It knows no HTTP status, no AWS exception and no carrier: the api room turns
// a kind into an exception, the engine decides by it whether to try again.
package fault

import (
	"errors"
	"fmt"
)

// A Kind says whose move it is. The list is closed: do not add to it lightly,
// every reader switches over it.
type Kind int

const (
	// Internal is ours: a bug or a broken disk. The caller can do nothing.
	Internal Kind = iota
	// Invalid is the caller's: the request can never succeed as it stands.
	Invalid
	// NotFound names something that is not there.
	NotFound
	// Conflict is refused because of the state of something else.
	Conflict
	// Exceeded is over a limit or a quota.
	Exceeded
	// Denied is not permitted to this caller, or to anyone.
	Denied
	// Refused is the far side's final no: trying again changes nothing.
	Refused
	// Busy is the far side's "not now": the same again, later.
	Busy
)

// String names the kind as it is written in logs.
func (k Kind) String() string {
	names := [...]string{"internal", "invalid", "not found", "conflict", "exceeded", "denied", "refused", "busy"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// An Error has three readers: Message is for the caller, Err for the
// operator's log, Kind and Code for the program.
type Error struct {
	Kind    Kind
	Code    string // the far side's own word for it: "ESME_RTHROTTLED", "486"; or an AWS reason
	Message string // lower case, no full stop, names the field and the value
	Err     error  // the cause; never shown to the caller
}

// Error gives the message, and the cause behind it.
func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = e.Kind.String()
	}
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of kind k for the caller.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of kind k whose cause is err.
func Wrap(k Kind, err error, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), Err: err}
}

// KindOf tells the kind of err; an error without one is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf tells the far side's code in err, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Is tells whether err is of kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
