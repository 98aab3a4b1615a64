// Package gatewaytest is the suite that every message carrier passes: order,
// texts that arrive unchanged, receipts, inbound messages and their repeats,
// verdicts on refusals, and a stop that loses nothing.
//
// It knows no carrier: a carrier's own test makes a gateway with a far side that
// it controls, and hands both over. It does not test voice.
package gatewaytest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway"
)

// A Carrier is a gateway and the far side that it speaks with. The functions of
// the far side are called from the test's goroutine, but for Took.
type Carrier struct {
	Gateway gateway.Gateway
	// Account is the gateway's own name, as its arrivals bear it.
	Account string
	// Contact gives the i-th of any number of open contacts, each with another
	// customer, that this carrier can serve.
	Contact func(i int) *contact.Contact
	// Ready waits until the gateway can send; nil: at once.
	Ready func(ctx context.Context) error

	// Took gives the next message that the far side took, whole and decoded.
	Took func(ctx context.Context) (Taken, error)
	// Receipt lets the far side report what became of the message with this
	// reference; nil where receipts come with the Result (a simulated world's).
	Receipt func(ctx context.Context, ref, status string) error
	// Reply lets the far side hand in a message of the contact's customer under
	// the far side's own id. It fails unless the message was acknowledged.
	Reply func(ctx context.Context, c *contact.Contact, id, text string) error
	// Busy lets the far side answer the next send with "not now"; Refuse, with a
	// final no. The contact is the one to which it is sent.
	Busy, Refuse func(c *contact.Contact)
}

// A Taken is a message that the far side took.
type Taken struct {
	From, To string
	Text     string
	Ref      string // "" where the far side does not know it
}

// Texts are what every carrier must bring over unchanged.
var texts = []string{
	"Hi Ann! 1 confirms, 2 puts off.",
	"^{}\\[~]|€ and @£$¥",
	"Grüße, dein Termin ist um 9 Uhr",
	"שלום! מה שלומך?",
	"👩‍👩‍👧‍👦 tomorrow 🙂",
	"two\nlines",
	long,
}

const long = "A long text that takes several parts on the air, whatever the alphabet, and comes out in one piece at " +
	"the other end: it goes on for a while, and then for a while more, so that even a carrier that counts in " +
	"single bytes has to cut it, number the parts, and have them put together again by whoever reads them. The " +
	"last word of it is the one that counts, because a part that went missing takes it along: here."

// patience bounds every wait of the suite.
const patience = 20 * time.Second

// cases are the suite, in the order in which a new carrier gets them to pass.
var cases = []struct {
	name string
	run  func(*bench)
}{
	{"texts arrive unchanged and in order", (*bench).textsInOrder},
	{"contacts do not mix", (*bench).contactsApart},
	{"receipts", (*bench).receipts},
	{"inbound messages", (*bench).inbound},
	{"an inbound message that is repeated", (*bench).repeated},
	{"an inbound message that cannot be kept", (*bench).notKept},
	{"busy", (*bench).busy},
	{"refused", (*bench).refused},
	{"a context that is over", (*bench).cancelled},
	{"an effect that is not the carrier's", (*bench).foreign},
	{"a stop waits for what was heard", (*bench).drained},
}

// Run runs the suite; New makes a fresh carrier for each case.
func Run(t *testing.T, New func(t *testing.T) Carrier) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(begin(t, New(t))) })
	}
}

// RunInBubble runs the suite with each case in a synctest bubble: for carriers
// whose connections are net.Pipes, so that their timers cost no time.
func RunInBubble(t *testing.T, New func(t *testing.T) Carrier) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.run(begin(t, New(t))) })
		})
	}
}
