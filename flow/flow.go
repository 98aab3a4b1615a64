// Package flow is the flow language of Amazon Connect: it parses a flow, checks
// it like the service checks it, and steps a contact through it on one input.
//
// It is pure: it does no I/O, reads no clock, starts no goroutine. The same
// contact, input, time and World give the same Out. It keeps nothing, sends
// nothing and knows no carrier: what is to be done it asks for as effects.
package flow

import (
	"time"

	"outdial/contact"
)

// Step moves c on one input. It changes c in place; on an error (content that
// is gone, a bug) c must be thrown away. It holds the whole life of a contact:
// before the flow, within it, and its end.
func Step(w World, c *contact.Contact, in contact.Input, at time.Time) (*Out, error) {
	return nil, errTodo
}
