// Package gateway is the contract between the house and the world: what leaves
// the house leaves through a Gateway, what comes in comes through an Inbox.
//
// It knows no carrier. Each carrier is a room below it; they do not know each
// other, nor the flow, the store or the engine.
package gateway

import (
	"context"
	"net/http"
	"time"

	"outdial/contact"
)

// A Gateway speaks with one far side. There is one for each carrier account,
// for functions, for services, and for each sink.
type Gateway interface {
	// Do performs one effect for c. The kind of its error says whose move it is:
	// fault.Busy is tried again later; fault.Internal is of unknown outcome (a
	// timed-out submit); fault.Denied is this account's own no, and another that
	// serves the number is tried next; any other comes back to the contact as
	// refused. With Busy and Denied nothing has gone out. It must not block longer
	// than ctx allows. c is a snapshot: changing it changes nothing.
	Do(ctx context.Context, c *contact.Contact, e contact.Effect) (Result, error)
	// Run serves the far side until ctx is done, and hands what it hears to in.
	// It returns when everything of its own has ended.
	Run(ctx context.Context, in Inbox) error
}

// A Result is what came of an effect. It is kept in the same transaction that
// strikes the effect off.
type Result struct {
	// Ref is the far side's reference: receipts and hang-ups come by it.
	Ref string
	// Refs are further references of the same message: one for each part.
	Refs []string
	// PartReceipts says which receipts tell what became of a message of several
	// parts: EachPart, LastPart, OnePart.
	PartReceipts string
	// Segments is the number of parts on the air; 0 where it has none.
	Segments int
	// Status is a message's status now; "" is StatusSent.
	Status string
	// Input is what happened to the contact by it, if anything.
	Input contact.Input
	// Later are things that happen after a while, in the engine's time. Only
	// gateways that simulate the world use it.
	Later []Later
	// Note is a line for the timeline: what the operator should know.
	Note string
	// Account is the account that took it, where another route was used; "" is
	// the one that was asked.
	Account string
	// Customer is the address by which the far side knows the customer, where it
	// is not the one that was written to (a wa_id): what the customer writes
	// comes from it, and is told apart from others' by it.
	Customer string
}

// What a far side sends receipts for, of a message of several parts.
const (
	EachPart = ""     // one for each: it has arrived when all of its parts have
	LastPart = "last" // that for the last part counts, and the failure of any
	OnePart  = "one"  // one for all of them, by the reference of any
)

// A Later is an arrival in the future.
type Later struct {
	After   time.Duration
	Arrival Arrival
	// Again, where set, stands in place of Arrival: a Wake that comes back to
	// this gateway's own Do when its time has come, and what Do answers then
	// counts as it does for any effect. For what may be overtaken by what a
	// person does meanwhile: a ring timer, a time limit for digits.
	Again contact.Effect
}

// An Inbox takes what a gateway hears. It returns after the commit, so that the
// far side is answered when nothing can be lost any more, and never before. An
// error of kind fault.NotFound: nobody is there for it. Busy: try again.
type Inbox func(context.Context, Arrival) error

// An Arrival is something that came from the far side. It is addressed by
// Contact, or by Ref (of an earlier Result), or by Line; the first that is set
// counts.
type Arrival struct {
	// Account is the gateway's own name, as the configuration calls it.
	Account string
	// Contact is known for what happens on a live call.
	Contact contact.ID
	// Ref is the reference of what this is about: a receipt's message.
	Ref string
	// Line is where an inbound message or call came in. Instance may be empty:
	// the engine finds it by the number.
	Line contact.Line
	// Key is the carrier's own id of this arrival. Repeats are dropped for as long
	// as Within says; 0 is seven days.
	Key    string
	Within time.Duration
	// Forget are keys of which no repeat can come any more: who comes with one of
	// them now is new, this arrival included. It may be all that is set.
	Forget []string
	// Input is what happened; nil for a receipt.
	Input contact.Input
	// Receipt is a message's new status.
	Receipt *Receipt
	// Voice is true for an inbound call: Line is its line.
	Voice bool
	// ReplyTo is the carrier's reference of our message that the customer
	// replied to, where the channel tells.
	ReplyTo string
	// Taken, where set, is told which contact took an inbound message, after the
	// commit; nobody is told of a keyword, or of a repeat.
	Taken func(contact.ID) `json:"-"`
}

// A Receipt is a delivery receipt.
type Receipt struct {
	Status string    // contact.StatusDelivered…
	Code   string    // the carrier's own
	Error  string    // its words
	At     time.Time // the carrier's time; zero is now
	// Customer is as in Result, for far sides that tell it only now.
	Customer string
}

// A State is how an account does, at one moment, as its gateway knows it.
type State struct {
	// Up is false where there is no sense in trying: no bind is up, nobody
	// answers at the carrier's address.
	Up bool `json:"up"`
	// LastError is the last thing that went wrong, and when.
	LastError string    `json:"lastError,omitempty"`
	ErrorAt   time.Time `json:"errorAt,omitzero"`
	// Detail is the gateway's own: binds, counts, pauses. It is shown as JSON.
	Detail any `json:"detail,omitempty"`
}

// A Stated gateway tells how its account does.
type Stated interface{ State() State }

// A Tester tries its account out for the operator: it sends one message, or
// places one call, from a number of ours ("" is its own) to another and waits for
// what becomes of it, as long as ctx allows. It tells what happened step by step,
// also where it did not pass; the error is why it did not.
type Tester interface {
	Test(ctx context.Context, from, to string) (steps []string, err error)
}

// A Hooked gateway hears by web-hook. The handler gets every request below the
// account's own path, as it came: the path still has its prefix.
type Hooked interface{ Hook() http.Handler }
