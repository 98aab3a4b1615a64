package contact

import "time"

// Queued is where a contact waits, or waited.
type Queued struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Type     string    `json:"type,omitempty"` // AGENT; "" is STANDARD
	Enqueued time.Time `json:"enqueued"`
	Dequeued time.Time `json:"dequeued,omitzero"`
	// Offer is to whom it is offered just now; never changed in place.
	Offer    *Offer `json:"offer,omitempty"`
	Attempts int    `json:"attempts,omitempty"` // AgentConnectionAttempts: how often it was offered
	// Direct is for one agent only: the contact ends where that one does not take it.
	Direct bool `json:"direct,omitempty"`
}

// An Offer is a contact that rings at an agent's.
type Offer struct {
	Agent string    `json:"agent"`
	Name  string    `json:"name,omitempty"`
	Phone string    `json:"phone,omitempty"` // his telephone, which rings
	At    time.Time `json:"at"`
}

// An Agent is the person who took the contact.
type Agent struct {
	ID        string    `json:"id"`
	Name      string    `json:"name,omitempty"`
	Offered   time.Time `json:"offered,omitzero"`
	Accepted  time.Time `json:"accepted,omitzero"`
	Connected time.Time `json:"connected,omitzero"`
	Attempts  int       `json:"attempts,omitempty"`
	OnHold    bool      `json:"onHold,omitempty"` // the customer hears the hold flow
	Aside     bool      `json:"aside,omitempty"`  // the agent does: UpdatePreviousContactParticipantState
	Since     time.Time `json:"since,omitzero"`   // of the hold that goes on
	Holds     int       `json:"holds,omitempty"`
	Consults  int       `json:"consults,omitempty"` // how often he has consulted somebody
	Held      int       `json:"held,omitempty"`     // CustomerHoldDuration, seconds
	Longest   int       `json:"longest,omitempty"`  // LongestHoldDuration, seconds
	// After contact work: from the end of the conversation until the agent has
	// done with it.
	Work    time.Time `json:"work,omitzero"`
	WorkEnd time.Time `json:"workEnd,omitzero"`
	// Heard is what was said or shown to the agent alone: whispers, hold prompts.
	Heard []string `json:"heard,omitempty"`
}

// NoFlow is the value of an event hook that switches the default flow off.
const NoFlow = "-"

// Criteria are the steps by which agents of a queue are found for a contact.
// API_RoutingCriteria
type Criteria struct {
	Steps []Step    `json:"steps"`
	Since time.Time `json:"since,omitzero"` // ActivationTimestamp: since it waits with them
}

// A Step holds for Expiry seconds, and then the next one does; behind the last
// one every agent of the queue will do.
type Step struct {
	Expression Expression `json:"expression"`
	Expiry     int        `json:"expiry,omitempty"` // 0: it does not end
}

// An Expression is exactly one of its members.
type Expression struct {
	Attribute *Proficient  `json:"attribute,omitempty"`
	Not       *Proficient  `json:"not,omitempty"`
	And       []Expression `json:"and,omitempty"`
	Or        []Expression `json:"or,omitempty"`
}

// Proficient asks a proficiency of an agent, or for one of certain agents.
type Proficient struct {
	Name     string   `json:"name,omitempty"` // of the predefined attribute
	Value    string   `json:"value,omitempty"`
	Operator string   `json:"operator,omitempty"` // NumberGreaterOrEqualTo…
	Level    float64  `json:"level,omitempty"`    // 1..5
	Least    float64  `json:"least,omitempty"`    // of a Range
	Most     float64  `json:"most,omitempty"`
	Agents   []string `json:"agents,omitempty"` // ids, of Match
}

// A Callback is a call that waits in a queue for an agent, who is there before the
// customer is called.
type Callback struct {
	Delay int `json:"delay,omitempty"` // seconds until it is in the queue
	Tries int `json:"tries"`           // how often the customer is called, at most
	Try   int `json:"try"`             // which of them this is, from 1
	Retry int `json:"retry,omitempty"` // seconds between two of them
	// Since is when the call began in which it was asked for: among those who wait
	// it is as old as that call.
	Since time.Time `json:"since,omitzero"`
}

// A QuickConnect is one by which an agent handed a contact on.
type QuickConnect struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // USER, QUEUE, PHONE_NUMBER or FLOW
}

// A Consult is what an agent who talks with a customer knows of his talk with
// another agent.
type Consult struct {
	From   int    `json:"from"`            // visits of the other contact are above it
	Agent  string `json:"agent,omitempty"` // who was asked; "" until he is there
	Name   string `json:"name,omitempty"`
	Joined bool   `json:"joined,omitempty"` // the customer talks with both
}

// Apart is a contact in which an agent consults another one: until he leaves, the
// customer is the contact ID's.
type Apart struct {
	ID    ID     `json:"id"`
	Agent string `json:"agent"` // who asks
	Name  string `json:"name,omitempty"`
	Hears string `json:"hears,omitempty"` // who hears its flow: CustomerHears, AllHear; "" is the agent who asks
}

// Who hears the flow of a consult beside the agent who asks, or in his place.
const (
	CustomerHears = "customer"
	AllHear       = "all"
)

// Pause is the rest of a task that somebody put aside.
type Pause struct {
	Since time.Time `json:"since,omitzero"` // while it goes on
	Began time.Time `json:"began,omitzero"` // LastPausedTimestamp
	Last  time.Time `json:"last,omitzero"`  // LastResumedTimestamp
	Count int       `json:"count,omitempty"`
	Total int       `json:"total,omitempty"` // seconds
}
