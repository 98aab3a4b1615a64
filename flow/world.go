package flow

import (
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// A World is what a step may look up: one unchanging picture of the instance.
// References are ids, ARNs (ours, or foreign ones that the instance's aliases
// map to ours), and for flows ARNs or ids with a qualifier (":$LATEST", ":3").
// What is not there is a fault.NotFound.
//
// The engine gives one from the store, a play gives one from its head.
type World interface {
	Instance() *resource.Instance
	// Flow gives the published content that ref names now.
	Flow(ref string) (*Flow, error)
	// FlowNamed gives the published flow of this name: a default one of the instance.
	FlowNamed(name string) (*Flow, error)
	// Content gives the content in which a parked contact stands.
	Content(id, hash string) (*Flow, error)
	Queue(ref string) (*resource.Queue, error)
	Hours(ref string) (*resource.Hours, error)
	Prompt(ref string) (*resource.Prompt, error)
	// Number finds a number by id, ARN or E.164.
	Number(ref string) (*resource.Number, error)
	User(ref string) (*resource.User, error)
	// Contact gives another contact as it stands: a related one.
	Contact(id contact.ID) (*contact.Contact, error)
	// Bot gives the local bot behind a Lex alias ARN (or a Lex V1 name).
	Bot(alias string) (Bot, bool)
	// Serves tells whether the operator has set an endpoint for a service:
	// "lambda:ARN", "lex", "profile", "cases"…
	Serves(service string) bool
	// Metrics gives the present state of a queue, on a channel or ("") all.
	Metrics(queue string, ch contact.Channel) Metrics
}

// Metrics is the present state of a queue and its agents.
type Metrics struct {
	Waiting    int           // contacts in queue
	Oldest     time.Duration // age of the oldest
	Wait       time.Duration // estimated wait
	Online     int           // agents
	Available  int
	Staffed    int
	AfterWork  int
	Busy       int
	Missed     int
	NonProduct int
	Since      []time.Time // when those who wait were put into the queue, longest first
}

// A Bot understands an utterance. It is pure: what it must remember of the
// conversation goes out in Heard.State and comes in again.
type Bot interface {
	Hear(text string, state json.RawMessage, session map[string]string, at time.Time) Heard
}

// Heard is what a bot understood.
type Heard struct {
	Intent     string             // "" and "FallbackIntent" when nothing fits
	Score      float64            // 0..1
	Slots      map[string]string  // filled ones
	Session    map[string]string  // session attributes
	Sentiment  string             // POSITIVE, NEGATIVE, NEUTRAL, MIXED; "" when not known
	Scores     map[string]float64 // of the sentiment: Positive, Negative, Mixed, Neutral
	Dialog     string             // ElicitIntent, ElicitSlot, ConfirmIntent, ReadyForFulfillment, Fulfilled, Failed, Close
	Reply      string             // what the bot says to the customer, before it goes on or ends
	State      json.RawMessage
	Alternates []Heard
}

// Closed tells whether the bot has done its part, and the flow goes on.
func (h Heard) Closed() bool {
	switch h.Dialog {
	case "ElicitIntent", "ElicitSlot", "ConfirmIntent":
		return false
	}
	return true
}

// An Out is what one step gave, besides the contact as it changed.
type Out struct {
	Effects []contact.Effect
	Events  []contact.Event
	Passed  []Passed
	Logs    []Logged // for the flow log, where it is on
	Notes   []string // what the operator should know
	// Next is the contact that follows this one. It begins in the same unit of
	// work, with Started, once it has an id; this one's NextID is that.
	Next *contact.Contact
	// Shared: the contact has ended, and its call or chat is another one's.
	Shared bool
	// Hidden: what the customer wrote is to be masked wherever it is kept to be
	// looked at.
	Hidden bool
	Stale  bool // the input answered something that is over; nothing changed
}

// Passed is one action that the contact went through, for the timeline and the
// coverage of plays.
type Passed struct {
	Flow   string `json:"flow,omitempty"`   // flow or module id; in a timeline "": that of the one before
	Action string `json:"action"`           // its identifier
	Type   string `json:"type"`             // its action type
	Branch string `json:"branch,omitempty"` // "next", "condition Equals 1", "error NoMatchingError", "wait", "end"
	Why    string `json:"why,omitempty"`
	Next   string `json:"next,omitempty"`
}
