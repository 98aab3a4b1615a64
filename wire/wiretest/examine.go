// Package wiretest examines a table of operations by AWS's own model: it says
// wherever our structs and the model differ. It serves tests only; nothing of
// the model is kept in the program.
package wiretest

import "outdial/wire"

// A Report is what the examiner found.
type Report struct {
	Differences []string // failures: "StopContact input ContactId: len 1..100, the model says 1..256"
	NotHonoured []string // members that the model has and we have not: "StartOutboundVoiceContact input Name"
}

// Examine compares ops, and the catalogue of exceptions, with the model at path
// (AWS's service-2.json form). accepted lists differences that are meant, by
// their exact text; one that does not occur any more is itself a difference.
func Examine(path string, ops []wire.Operation, accepted ...string) (*Report, error) {
	panic("not yet")
}
