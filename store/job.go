package store

import (
	"encoding/json"
	"time"

	"outdial/contact"
)

// Lanes. Within a lane of a contact an effect is not handed out while an
// earlier one is under way; what has no lane goes when it is due.
const (
	LaneCustomer = "customer"
	LaneSink     = "sink:" // followed by the sink's name
)

// A Job is an effect that waits to be done, or is under way.
type Job struct {
	// ID sorts by the time of its making. Zero until Send gave it one.
	ID      int64
	Contact contact.ID
	Lane    string // "" for what has no lane
	// Account names the gateway that does it: a carrier account, "functions",
	// "timer" for what the engine does itself.
	Account string
	// Node, where set, is the only node that may do it: it holds the live call.
	Node string
	// Due is in the engine's time.
	Due time.Time
	// Tries is how many times it was handed out before this one.
	Tries int
	// Lost is true where an earlier try was handed out and never struck off:
	// the node died in the middle, and the outcome is unknown.
	Lost bool
	// Segments is what it takes out of the account's throttle; 0 is nothing.
	Segments int
	// Held keeps it from being handed over in memory after the commit: it
	// waits for Lease, which knows the throttle.
	Held bool
	Kind string
	Doc  json.RawMessage
	// First is when it was sent, in real time: sinks give up after three days.
	First time.Time
	// Why is the last try's error.
	Why string
}

// A Need says what a unit of work will read. All of it is read by one statement
// per table for a whole batch; a contact that is needed is locked until the
// commit. What a unit reads beyond its needs costs a statement of its own.
type Need struct {
	Contacts []contact.ID
	Lines    []contact.Line // the contact that is on it is needed too
	Tokens   []string
	Marks    []string
	Refs     []Ref // the message and its contact are needed too
}

// A Ref is a carrier's reference of a message.
type Ref struct{ Account, Ref string }

// A Token is what is kept of a ClientToken.
type Token struct {
	Key     string // scope and token, "chat/INSTANCE/TOKEN"
	Contact contact.ID
	Hashes  map[string]string // short hash of each member of the request
	Expires time.Time         // real time
}

// A Record is one entry of a contact's timeline: usually one turn.
type Record struct {
	Contact contact.ID
	Seq     int64 // sorts by time; zero until kept
	At      time.Time
	Doc     json.RawMessage
}

// An EventRow is an event as it was told to the sinks.
type EventRow struct {
	ID      string // UUIDv7
	Contact contact.ID
	At      time.Time
	Type    string // INITIATED…, or CONTACT_RECORD
	Body    json.RawMessage
}

// A Row is a resource as it is kept.
type Row struct {
	Kind     string
	Instance string // "" for what belongs to the server
	ID       string
	Name     string // unique within kind and instance; "" is not checked
	Doc      json.RawMessage
}

// A ContactQuery selects contacts of one instance, newest first.
type ContactQuery struct {
	Instance string
	From, To time.Time // by initiation; zero is open
	Channels []string
	Methods  []string
	Customer string // address
	Open     *bool
	After    string // key of the last one seen
	Limit    int    // 0 is 100
}

// An EventQuery selects events, oldest first.
type EventQuery struct {
	Contact  contact.ID
	From, To time.Time
	Types    []string
	After    string // id of the last one seen
	Limit    int
}
