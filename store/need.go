package store

import "outdial/contact"

// A Need says what a unit of work will read. All of it is read by one statement
// per table for a whole batch; a contact that is needed is locked until the
// commit. What a unit reads beyond its needs costs a statement of its own.
type Need struct {
	Contacts []contact.ID
	// Lanes are contacts of which only jobs are struck off or sent, and nothing is
	// read.
	Lanes  []contact.ID
	Lines  []contact.Line // the contact that is on it is needed too
	Tokens []string
	Marks  []string
	Refs   []Ref // the message and its contact are needed too
	// New says that the unit makes something, and that none of its Lines, Tokens
	// and Marks is expected to be there. Its caller then runs it ahead of its
	// batch, on that expectation: callers are many, the committer is one.
	New bool
}

// A Ref is a carrier's reference of a message.
type Ref struct{ Account, Ref string }
