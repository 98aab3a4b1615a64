package contact

import (
	"encoding/json"
	"fmt"
	"time"
)

// An Input is something that happened to a contact. Inputs are past tense.
// One that answers an effect bears the Visit of that effect: it is stale, and
// ignored, once the contact has moved on.
type Input interface{ input() }

// Started is the first input of every contact.
type Started struct{}

// MessageReceived is a message from the customer.
type MessageReceived struct {
	ID          string       `json:"id,omitempty"` // ours, of the message row
	Text        string       `json:"text"`
	ContentType string       `json:"contentType,omitempty"` // "" is text/plain
	Attachments []Attachment `json:"attachments,omitempty"`
}

// An Attachment is a file that came with a message, or goes with one.
type Attachment struct {
	// ID is ours, of a file that is kept here; "" where it lies elsewhere.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	Type string `json:"type"`           // MIME
	Size int64  `json:"size,omitempty"` // octets; 0 where nobody told
	URL  string `json:"url,omitempty"`
	// Error is why a file that came with a message is not kept here.
	Error string `json:"error,omitempty"`
}

// MessageSent says that the carrier took a message: it left for good.
type MessageSent struct {
	ID string `json:"id"`
}

// MessageRefused says that a message will never be delivered: the carrier
// refused it, before or after it took it.
type MessageRefused struct {
	ID      string `json:"id"`
	Visit   int    `json:"visit,omitempty"`
	Code    string `json:"code,omitempty"` // the carrier's own
	Message string `json:"message,omitempty"`
}

// EffectFailed says that an effect which the contact waits for cannot be done:
// a prompt that is not there, a transfer that no trunk takes.
type EffectFailed struct {
	Visit   int    `json:"visit"`
	Effect  string `json:"effect"` // its kind
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// CallRinging says that the phone rings.
type CallRinging struct{}

// CallAnswered says that somebody, or something, answered.
type CallAnswered struct {
	Ref string `json:"ref,omitempty"`
	// Headers of SIP that flows may read: P-Charge-Info, From, To, ISUP-OLI, JIP…
	Headers map[string]string `json:"headers,omitempty"`
}

// MachineDetected is the detector's finding, by the statuses of
// DescribeContact: HUMAN_ANSWERED, VOICEMAIL_BEEP…
type MachineDetected struct {
	Status     string    `json:"status"`
	GreetStart time.Time `json:"greetStart,omitzero"`
	GreetEnd   time.Time `json:"greetEnd,omitzero"`
}

// Who ended a call.
const (
	ByCustomer = "customer"
	BySystem   = "system"   // our EndCall was carried out
	ByNetwork  = "network"  // never answered, or broken off
	ByTimer    = "timer"    // our ring timer
	ByLostNode = "lostNode" // the node that held the call is gone
	ByAgent    = "agent"
)

// CallEnded says that the call is over, or never came to be.
type CallEnded struct {
	By         string `json:"by"`
	Code       string `json:"code,omitempty"`   // SIP status ("486") or "Q.850;cause=17" as "cause 17"
	Cause      int    `json:"cause,omitempty"`  // Q.850 cause where the Reason header gave one
	Phrase     string `json:"phrase,omitempty"` // the far side's words
	RetryAfter int    `json:"retryAfter,omitempty"`
	Ladder     string `json:"ladder,omitempty"` // what was said on the wire, one line a message; for people
}

// PromptEnded says that a prompt was played to its end, or broken off by the
// next effect.
type PromptEnded struct {
	Visit int `json:"visit"`
}

// How a collection of digits ended.
const (
	Terminated = "terminator" // the terminating key
	Complete   = "length"     // as many as were asked for
	TimedOut   = "timeout"    // no first digit in time
	InterDigit = "interdigit" // some digits, then silence
)

// DigitsReceived is what the caller pressed.
type DigitsReceived struct {
	Visit  int    `json:"visit"`
	Digits string `json:"digits"`
	End    string `json:"end"` // Terminated, Complete, TimedOut, InterDigit
}

// SpeechReceived is what the caller said, as text; "" after silence.
type SpeechReceived struct {
	Visit int    `json:"visit"`
	Text  string `json:"text"`
	End   string `json:"end,omitempty"` // TimedOut when nothing was said
	// Answer is what the bot answered, where it heard the sound itself: as
	// RecognizeText's.
	Answer json.RawMessage `json:"answer,omitempty"`
}

// TimerFired says that a Wake came due.
type TimerFired struct {
	Name  string `json:"name"`
	Visit int    `json:"visit,omitempty"` // 0: belongs to the contact, not to a visit
}

// FunctionReturned is a function's answer.
type FunctionReturned struct {
	Visit      int             `json:"visit"`
	Invocation string          `json:"invocation,omitempty"`
	Payload    json.RawMessage `json:"payload,omitempty"`
	Error      string          `json:"error,omitempty"` // why there is no payload
}

// ServiceReturned is the answer of a service that an action reached by its own
// API (a bot, a profile, a case): the payload is that service's answer.
type ServiceReturned struct {
	Visit   int             `json:"visit"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Code    string          `json:"code,omitempty"` // the service's exception, or ours
	Error   string          `json:"error,omitempty"`
}

// ContactCreated says that a contact which this one asked for exists.
type ContactCreated struct {
	Visit int    `json:"visit"`
	ID    ID     `json:"id,omitempty"`
	Code  string `json:"code,omitempty"` // why it does not
	Error string `json:"error,omitempty"`
}

// TransferEnded says how a third-party transfer went.
type TransferEnded struct {
	Visit    int    `json:"visit"`
	Outcome  string `json:"outcome"` // completed, failed, timeout
	Code     string `json:"code,omitempty"`
	ByCaller bool   `json:"byCaller,omitempty"`
}

// StopRequested is StopContact, or the operator's word.
type StopRequested struct {
	Code string `json:"code,omitempty"` // DisconnectReason.Code
}

// ContactUpdated is a change from outside: UpdateContactAttributes,
// UpdateContact, TagContact, UntagContact. Nil members stay as they are.
type ContactUpdated struct {
	Attributes  map[string]string       `json:"attributes,omitempty"` // "" removes
	Name        *string                 `json:"name,omitempty"`
	Description *string                 `json:"description,omitempty"`
	References  map[string]Reference    `json:"references,omitempty"`
	Segment     map[string]SegmentValue `json:"segment,omitempty"`
	Priority    *int                    `json:"priority,omitempty"`
	AgeShift    *int                    `json:"ageShift,omitempty"`
	Tag         map[string]string       `json:"tag,omitempty"`
	Untag       []string                `json:"untag,omitempty"`
	Language    *string                 `json:"language,omitempty"`
	CustomerID  *string                 `json:"customerId,omitempty"`
	Criteria    *Criteria               `json:"criteria,omitempty"`
	Scheduled   *time.Time              `json:"scheduled,omitempty"` // of a task that has not begun
	Hold        string                  `json:"hold,omitempty"`      // AgentOnHold, CustomerOnHold, OffHold
	Record      *RecordingAsked         `json:"record,omitempty"`    // of a call that is up
	By          string                  `json:"by,omitempty"`        // the operation
	// Consult is a word between the two contacts of a consult; Text is what is said.
	Consult string `json:"consult,omitempty"`
	Text    string `json:"text,omitempty"`
}

// A RecordingAsked is what somebody outside wants of the recording of a call.
type RecordingAsked struct {
	Do      string   `json:"do"`                // start, stop, suspend, resume
	Type    string   `json:"type,omitempty"`    // AGENT, the conversation; IVR, what the customer says to the flow; "" is both
	Parties []string `json:"parties,omitempty"` // start of AGENT: Agent, Customer
}

// What may be asked of a recording, and of which.
const (
	RecordingStart   = "start"
	RecordingStop    = "stop"
	RecordingSuspend = "suspend"
	RecordingResume  = "resume"
	RecordingAgent   = "AGENT"
	RecordingIVR     = "IVR"
)

// Words between the contacts of a consult.
const (
	ConsultTaken = "taken" // to the customer's: the agent By, called Text, is there
	ConsultOver  = "over"  // to the customer's: the other one has ended
	ConsultSaid  = "said"  // the agent called By says Text; a flow where By is empty
	ConsultYours = "yours" // to the other one: the customer is now yours
	ConsultGone  = "gone"  // to the other one: the customer's call is over
	ConsultDrop  = "drop"  // to the other one: who asked wants no more of it
)

// What routing and agents say to a contact.
const (
	Offered   = "offered"   // it rings at an agent's
	Accepted  = "accepted"  // who takes it
	Rejected  = "rejected"  // who does not
	Missed    = "missed"    // who let it ring
	Capacity  = "capacity"  // the agent asked for cannot take it
	Hold      = "hold"      // the agent puts the customer on hold, or a task aside
	Resume    = "resume"    // and goes on with it
	Said      = "said"      // the agent says something
	Left      = "left"      // the agent hangs up
	Withdrawn = "withdrawn" // the agent it rings at is gone
	Moved     = "moved"     // the agent hands it on: to a queue, or to another agent
	Worked    = "completed" // the agent's after contact work is done
	Consulted = "consulted" // the agent consults a queue, or another agent
	Joined    = "joined"    // and lets the customer talk with both
	Dropped   = "dropped"   // and ends that

	// Asked from outside, whoever has the contact: PauseContact, ResumeContact,
	// TransferContact.
	SetAside = "setAside"
	TakenUp  = "takenUp"
	Handed   = "handed"
)

// QueueMoved is what routing and agents say to a contact.
type QueueMoved struct {
	Visit   int    `json:"visit,omitempty"` // of the action that asked, if any
	Agent   string `json:"agent,omitempty"` // id
	Name    string `json:"name,omitempty"`
	Outcome string `json:"outcome"`
	Ring    int    `json:"ring,omitempty"`  // Offered: for how many seconds; 0 is 20
	Text    string `json:"text,omitempty"`  // Said
	Queue   string `json:"queue,omitempty"` // Moved: to this queue…
	To      string `json:"to,omitempty"`    // …or this agent
	Flow    string `json:"flow,omitempty"`  // SetAside, TakenUp, Handed and Moved: the flow that runs then
	// Quick is the quick connect by which it is handed on.
	Quick *QuickConnect `json:"quick,omitempty"`
	// Attachments go with what is Said on a chat.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// RecordingKept says that a recording was written, or what was streamed live.
type RecordingKept struct {
	Recording Recording `json:"recording"`
}

// StreamChanged says that the live stream of a call has begun, or has ended, as
// StreamCall wanted.
type StreamChanged struct {
	Visit int `json:"visit"`
}

func (Started) input()          {}
func (MessageReceived) input()  {}
func (MessageSent) input()      {}
func (MessageRefused) input()   {}
func (EffectFailed) input()     {}
func (CallRinging) input()      {}
func (CallAnswered) input()     {}
func (MachineDetected) input()  {}
func (CallEnded) input()        {}
func (PromptEnded) input()      {}
func (DigitsReceived) input()   {}
func (SpeechReceived) input()   {}
func (TimerFired) input()       {}
func (FunctionReturned) input() {}
func (ServiceReturned) input()  {}
func (ContactCreated) input()   {}
func (TransferEnded) input()    {}
func (StopRequested) input()    {}
func (ContactUpdated) input()   {}
func (QueueMoved) input()       {}
func (RecordingKept) input()    {}
func (StreamChanged) input()    {}

var inputs = map[string]func(json.RawMessage) (Input, error){
	"Started":          read[Started, Input],
	"MessageReceived":  read[MessageReceived, Input],
	"MessageSent":      read[MessageSent, Input],
	"MessageRefused":   read[MessageRefused, Input],
	"EffectFailed":     read[EffectFailed, Input],
	"CallRinging":      read[CallRinging, Input],
	"CallAnswered":     read[CallAnswered, Input],
	"MachineDetected":  read[MachineDetected, Input],
	"CallEnded":        read[CallEnded, Input],
	"PromptEnded":      read[PromptEnded, Input],
	"DigitsReceived":   read[DigitsReceived, Input],
	"SpeechReceived":   read[SpeechReceived, Input],
	"TimerFired":       read[TimerFired, Input],
	"FunctionReturned": read[FunctionReturned, Input],
	"ServiceReturned":  read[ServiceReturned, Input],
	"ContactCreated":   read[ContactCreated, Input],
	"TransferEnded":    read[TransferEnded, Input],
	"StopRequested":    read[StopRequested, Input],
	"ContactUpdated":   read[ContactUpdated, Input],
	"QueueMoved":       read[QueueMoved, Input],
	"RecordingKept":    read[RecordingKept, Input],
	"StreamChanged":    read[StreamChanged, Input],
}

// InputKind names the kind of in, as it is kept and logged.
func InputKind(in Input) string { return typeName(in) }

// ReadInput reads an input that was kept as its kind and its JSON.
func ReadInput(kind string, doc json.RawMessage) (Input, error) {
	f := inputs[kind]
	if f == nil {
		return nil, fmt.Errorf("unknown input %q", kind)
	}
	return f(doc)
}

// read decodes doc into a T and hands it out as an I.
func read[T any, I any](doc json.RawMessage) (I, error) {
	var v T
	var none I
	if len(doc) > 0 {
		if err := json.Unmarshal(doc, &v); err != nil {
			return none, err
		}
	}
	return any(v).(I), nil
}
