// Package contact holds the nouns of the house: the contact, what happens to it
// (an Input), what it asks of the world (an Effect) and what it tells others
// (an Event).
//
// It does nothing by itself: no I/O, no clock, no decisions. Everything here is
// a value that can be written down as JSON and read back.
package contact

import (
	"encoding/json"
	"maps"
	"time"
)

// An ID is a UUID in its 36-character form, as in AWS. Ours sort by the time of
// their making (UUIDv7).
type ID string

// A Channel is how the contact reaches the customer.
type Channel string

// The channels of Amazon Connect. SMS and WhatsApp are CHAT with a subtype.
const (
	Voice Channel = "VOICE"
	Chat  Channel = "CHAT"
	Task  Channel = "TASK"
	Email Channel = "EMAIL"
)

// Channel subtypes: the value of the segment attribute "connect:Subtype".
const (
	SMS       = "connect:SMS"
	WhatsApp  = "connect:WhatsApp"
	Telephony = "connect:Telephony"
	WebChat   = "connect:Chat"
	TaskType  = "connect:Task"
)

// Initiation methods, as DescribeContact names them.
const (
	MethodAPI           = "API"
	MethodInbound       = "INBOUND"
	MethodOutbound      = "OUTBOUND"
	MethodFlow          = "FLOW"
	MethodTransfer      = "TRANSFER"
	MethodQueueTransfer = "QUEUE_TRANSFER"
	MethodCallback      = "CALLBACK"
	MethodDisconnect    = "DISCONNECT"
)

// Endpoint types, as AWS names them.
const (
	TelephoneNumber = "TELEPHONE_NUMBER"
	PhoneNumberARN  = "CONNECT_PHONENUMBER_ARN"
)

// A Contact is one conversation with one customer, or one segment of it: a
// transfer or an event hook makes a new one, linked by InitialID and PreviousID.
type Contact struct {
	ID         ID `json:"id"`
	InitialID  ID `json:"initial,omitempty"`  // first of the chain; "" means this one
	PreviousID ID `json:"previous,omitempty"` // the segment before this one
	NextID     ID `json:"next,omitempty"`     // the segment after this one
	RelatedID  ID `json:"related,omitempty"`  // RelatedContactId of the request
	// LegID is the contact in whose name the carrier knows the call or the chat,
	// where an earlier segment opened it; "" is this one. See Leg.
	LegID ID `json:"leg,omitempty"`

	Instance string  `json:"instance"` // instance id
	Channel  Channel `json:"channel"`
	Subtype  string  `json:"subtype,omitempty"` // SMS, WhatsApp, Telephony…
	Method   string  `json:"method"`            // initiation method

	Customer Endpoint `json:"customer,omitzero"`
	System   Endpoint `json:"system,omitzero"`
	Account  string   `json:"account,omitempty"` // the carrier account that serves this contact; "" until known
	Node     string   `json:"node,omitempty"`    // the node that holds the live call

	Name         string                  `json:"name,omitempty"`
	Description  string                  `json:"description,omitempty"`
	DisplayName  string                  `json:"displayName,omitempty"` // of the customer as a participant
	LanguageCode string                  `json:"language,omitempty"`
	CustomerID   string                  `json:"customerId,omitempty"`
	Attributes   map[string]string       `json:"attributes,omitempty"` // user-defined
	Segment      map[string]SegmentValue `json:"segment,omitempty"`    // segment attributes, the system's among them
	References   map[string]Reference    `json:"references,omitempty"`
	Tags         map[string]string       `json:"tags,omitempty"`
	ContentTypes []string                `json:"contentTypes,omitempty"` // SupportedMessagingContentTypes

	Campaign    string    `json:"campaign,omitempty"`
	TrafficType string    `json:"traffic,omitempty"` // GENERAL or CAMPAIGN
	AMD         AMDConfig `json:"amd,omitzero"`
	AMDStatus   string    `json:"amdStatus,omitempty"` // AnsweringMachineDetectionStatus
	RingTimeout int       `json:"ringTimeout,omitempty"`

	Initiated    time.Time `json:"initiated"`
	Scheduled    time.Time `json:"scheduled,omitzero"`    // a task begins then
	Connected    time.Time `json:"connected,omitzero"`    // ConnectedToSystemTimestamp
	Disconnected time.Time `json:"disconnected,omitzero"` // zero while the contact is open
	Updated      time.Time `json:"updated,omitzero"`      // LastUpdateTimestamp
	Expires      time.Time `json:"expires,omitzero"`      // a chat ends then with EXPIRED
	Reason       string    `json:"reason,omitempty"`      // DisconnectReason
	Call         *Call     `json:"call,omitempty"`        // voice: what the network said

	Queue          *Queued   `json:"queue,omitempty"`  // where it waits or waited
	Target         string    `json:"target,omitempty"` // queue id set by UpdateContactTargetQueue or the request
	Agent          *Agent    `json:"agent,omitempty"`
	Priority       int       `json:"priority,omitempty"`       // QueuePriority; 0 means the default, 5
	AgeShift       int       `json:"ageShift,omitempty"`       // QueueTimeAdjustmentSeconds
	Criteria       *Criteria `json:"criteria,omitempty"`       // RoutingCriteria; never changed in place
	Transfers      int       `json:"transfers,omitempty"`      // from queue to queue, in this chain
	Callback       *Callback `json:"callback,omitempty"`       // of a queued callback
	CallbackNumber string    `json:"callbackNumber,omitempty"` // E.164: where UpdateContactCallbackNumber wants the customer called back
	Pause          Pause     `json:"pause,omitzero"`
	// Consult is the agent's talk with another one, in the contact NextID, while the
	// customer waits; Apart is set on that contact, as long as it has no customer.
	Consult *Consult `json:"consult,omitempty"`
	Apart   *Apart   `json:"apart,omitempty"`
	// Quick is the quick connect by which it went over to NextID.
	Quick *QuickConnect `json:"quick,omitempty"`

	Initial   []SendMessage     `json:"initialMessages,omitempty"` // sent before the flow's first message
	Delivered bool              `json:"delivered,omitempty"`       // a message of ours has left for good
	Position  Position          `json:"position,omitzero"`
	Vars      map[string]any    `json:"vars,omitempty"`    // namespaces of $. references that actions fill: External, Lex, StoredCustomerInput…
	Hooks     map[string]string `json:"hooks,omitempty"`   // event hooks: event → flow id; NoFlow runs none
	Voice     Speech            `json:"voice,omitzero"`    // how prompts are spoken
	Logging   bool              `json:"logging,omitempty"` // flow logging behaviour
	Recording json.RawMessage   `json:"recording,omitempty"`
	Streaming json.RawMessage   `json:"streaming,omitempty"`
	Kept      []Recording       `json:"kept,omitempty"` // recordings that were kept
	Extra     map[string]any    `json:"extra,omitempty"`
}

// Open tells whether the contact has not ended.
func (c *Contact) Open() bool { return c.Disconnected.IsZero() }

// First gives the first contact of the chain: attributes belong to it.
func (c *Contact) First() ID {
	if c.InitialID != "" {
		return c.InitialID
	}
	return c.ID
}

// Leg gives the contact in whose name the carrier knows the call or the chat: the
// segments of one conversation share it, so that no carrier hears of transfers.
func (c *Contact) Leg() ID {
	if c.LegID != "" {
		return c.LegID
	}
	return c.ID
}

// Waits tells whether the contact is in a queue.
func (c *Contact) Waits() bool { return c.Open() && c.Queue != nil && c.Queue.Dequeued.IsZero() }

// WithAgent tells whether an agent talks with the customer.
func (c *Contact) WithAgent() bool {
	return c.Open() && c.Agent != nil && !c.Agent.Connected.IsZero()
}

// Line gives the line that an inbound message would come on.
func (c *Contact) Line() Line {
	return Line{Instance: c.Instance, Subtype: c.Subtype, Customer: c.Customer.Address, System: c.System.Address}
}

// Clone gives a copy that shares no map or slice that a turn may change in place.
func (c *Contact) Clone() *Contact {
	d := *c
	d.Attributes = maps.Clone(c.Attributes)
	d.Segment = maps.Clone(c.Segment)
	d.References = maps.Clone(c.References)
	d.Tags = maps.Clone(c.Tags)
	d.Hooks = maps.Clone(c.Hooks)
	d.Vars = maps.Clone(c.Vars)
	d.Extra = maps.Clone(c.Extra)
	d.Position = c.Position.clone()
	if c.Call != nil {
		v := *c.Call
		d.Call = &v
	}
	if c.Queue != nil {
		v := *c.Queue
		d.Queue = &v
	}
	if c.Callback != nil {
		v := *c.Callback
		d.Callback = &v
	}
	if c.Agent != nil {
		v := *c.Agent
		d.Agent = &v
	}
	if c.Consult != nil {
		v := *c.Consult
		d.Consult = &v
	}
	if c.Apart != nil {
		v := *c.Apart
		d.Apart = &v
	}
	return &d
}

// A Line is what an inbound message knows of its contact: not the carrier, for
// a reply may come by another route than the message went. At most one open
// chat is on a line; calls are not unique on it.
type Line struct {
	Instance string `json:"instance"`
	Subtype  string `json:"subtype"`
	Customer string `json:"customer"` // E.164
	System   string `json:"system"`   // E.164, short code or sender id
}

// An Endpoint is an address and its AWS type.
type Endpoint struct {
	Type        string `json:"type,omitempty"`
	Address     string `json:"address,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// A SegmentValue is one of the five kinds of value of a segment attribute.
type SegmentValue struct {
	String  *string                 `json:"ValueString,omitempty"`
	Integer *int                    `json:"ValueInteger,omitempty"`
	Map     map[string]SegmentValue `json:"ValueMap,omitempty"`
	List    []SegmentValue          `json:"ValueList,omitempty"`
	ARN     *string                 `json:"ValueArn,omitempty"`
}

// A Reference is a link that is shown to an agent.
type Reference struct {
	Type  string `json:"type"`
	Value string `json:"value,omitempty"`
}

// AMDConfig is what the caller asked of answering machine detection.
type AMDConfig struct {
	Enable      bool `json:"enable,omitempty"`
	AwaitPrompt bool `json:"await,omitempty"` // play only after the machine's greeting (the beep)
}

// A Call is what the network said of a voice contact.
type Call struct {
	State      string    `json:"state"`                // dialing, ringing, connected, ended
	Code       string    `json:"code,omitempty"`       // SIP status or ISDN cause of its end: "486", "17"
	Phrase     string    `json:"phrase,omitempty"`     // the far side's words
	RetryAfter int       `json:"retryAfter,omitempty"` // seconds; the far side's Retry-After
	Ringing    time.Time `json:"ringing,omitzero"`
	GreetStart time.Time `json:"greetStart,omitzero"` // CustomerVoiceActivity
	GreetEnd   time.Time `json:"greetEnd,omitzero"`
	Ref        string    `json:"ref,omitempty"`   // the carrier's reference: the SIP Call-ID
	Tried      []Attempt `json:"tried,omitempty"` // accounts that would not dial, before the contact's
	Await      bool      `json:"await,omitempty"` // connected, and waiting for the detector before the flow runs
}

// Speech is how prompts are spoken.
type Speech struct {
	Name   string `json:"name,omitempty"`   // voice; "" is Joanna, as in Connect
	Engine string `json:"engine,omitempty"` // standard, neural, generative…
	Style  string `json:"style,omitempty"`
}

// A Recording is one that was kept.
type Recording struct {
	Path    string    `json:"path"`
	Party   string    `json:"party"` // AGENT, CUSTOMER, ALL
	Started time.Time `json:"started"`
	Stopped time.Time `json:"stopped,omitzero"`
	// Live is set where it was streamed, and is not kept here: Path is the address
	// that it went to, Last the number of its last message of sound.
	Live bool  `json:"live,omitempty"`
	Last int64 `json:"last,omitempty"`
	Lost int64 `json:"lost,omitempty"` // Live: messages that the far side did not get
}

// A Position is where the contact stands in its flow. A parked contact keeps
// the content with which it entered the flow: Hash names it.
type Position struct {
	Flow   string `json:"flow,omitempty"`   // flow (or module) id
	Hash   string `json:"hash,omitempty"`   // sha256 of the content, hex
	Action string `json:"action,omitempty"` // identifier of the action at which it stands; "" before the first and after the last
	// Visit numbers the actions entered, over the contact's whole life. A wait
	// is named by it: an input that answers an older visit is stale.
	Visit int `json:"visit,omitempty"`
	// Round counts the actions entered since the contact last waited for anything
	// but a contact that it asked for; 0 while it waits for something else.
	Round int `json:"round,omitempty"`
	// State is what the waiting action remembers, in its own JSON.
	State json.RawMessage   `json:"state,omitempty"`
	Loops map[string]int    `json:"loops,omitempty"` // loop counters by action identifier
	Attrs map[string]string `json:"attrs,omitempty"` // $.FlowAttributes
	Stack []Frame           `json:"stack,omitempty"` // callers of the module in which it stands, outermost first
	Kind  string            `json:"kind,omitempty"`  // flow type: "" or CONTACT_FLOW, CUSTOMER_QUEUE, MODULE…
	Input map[string]any    `json:"input,omitempty"` // $.Modules.Input of the module in which it stands; never changed in place
}

func (p Position) clone() Position {
	p.Loops = maps.Clone(p.Loops)
	p.Attrs = maps.Clone(p.Attrs)
	p.Stack = append([]Frame(nil), p.Stack...)
	return p
}

// A Frame is the place to which a module returns.
type Frame struct {
	Flow   string            `json:"flow"`
	Hash   string            `json:"hash"`
	Action string            `json:"action"`
	Kind   string            `json:"kind,omitempty"`
	Loops  map[string]int    `json:"loops,omitempty"`
	Attrs  map[string]string `json:"attrs,omitempty"`
	Input  map[string]any    `json:"input,omitempty"`
}
