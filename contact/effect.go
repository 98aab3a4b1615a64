package contact

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// An Effect is something that a contact asks of the world. Effects are
// imperative. What answers one bears its Visit.
type Effect interface{ effect() }

// SendMessage sends one message to the customer.
type SendMessage struct {
	ID          string       `json:"id"` // of the message row; the carrier gets it as our client reference; "" until the engine numbers it
	Visit       int          `json:"visit,omitempty"`
	Text        string       `json:"text,omitempty"`
	ContentType string       `json:"contentType,omitempty"` // "" is text/plain
	Template    *Template    `json:"template,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Initial     bool         `json:"initial,omitempty"` // came with the request, not from the flow
	By          string       `json:"by,omitempty"`      // the agent who wrote it; "" is the system
}

// Interactive is the content type of Connect's interactive messages: lists,
// quick replies, panels, written as JSON.
const Interactive = "application/vnd.amazonaws.connect.message.interactive"

// A Template is an approved message with its variables filled in. Text of the
// message is the whole text, for channels that know no templates.
type Template struct {
	Name      string   `json:"name"` // the approved template's name
	Language  string   `json:"language,omitempty"`
	Variables []string `json:"variables,omitempty"` // of the body, in the approved order
	// Names are the body's variables by name, where the approved template has
	// named ones; as many as Variables.
	Names []string `json:"names,omitempty"`
	// Header and Buttons are those components that have variables of their own.
	Header  *TemplateHeader  `json:"header,omitempty"`
	Buttons []TemplateButton `json:"buttons,omitempty"`
}

// A TemplateHeader is the variable of a template's header.
type TemplateHeader struct {
	Type  string `json:"type"`           // text, image, video, document or location
	Value string `json:"value"`          // the text, the file's address, or "latitude,longitude"
	Name  string `json:"name,omitempty"` // of the text's variable, a document's file name, or a place's name
	// Address is a place's, in words.
	Address string `json:"address,omitempty"`
}

// A TemplateButton is the variable of one of a template's buttons.
type TemplateButton struct {
	Index int    `json:"index"` // from 0
	Type  string `json:"type"`  // url, quick_reply, copy_code or flow
	Value string `json:"value"` // the end of the address, the payload, the code, the flow's token
}

// PlaceCall rings the customer. It is never done twice: after a crash the call
// is over, and the phone does not ring again.
type PlaceCall struct {
	From        string    `json:"from"` // E.164, the caller id
	FromName    string    `json:"fromName,omitempty"`
	To          string    `json:"to"`          // E.164
	RingTimeout int       `json:"ringTimeout"` // seconds
	AMD         AMDConfig `json:"amd,omitzero"`
}

// A Prompt is what the caller hears: one of Text, SSML or URI.
type Prompt struct {
	Text     string `json:"text,omitempty"`
	SSML     string `json:"ssml,omitempty"`
	URI      string `json:"uri,omitempty"` // audio: s3://, https://, or a path that the operator declared
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"`
	Voice    Speech `json:"voice,omitzero"`
}

// PlayPrompt plays a prompt to its end. PromptEnded answers it.
type PlayPrompt struct {
	Visit  int    `json:"visit"`
	Prompt Prompt `json:"prompt"`
	// More follow the first, one after the other.
	More []Prompt `json:"more,omitempty"`
	Loop bool     `json:"loop,omitempty"` // over and over, until StopPrompt or the next effect
	// SkipOnDigits does not play it where digits already wait in the buffer.
	SkipOnDigits bool `json:"skipOnDigits,omitempty"`
}

// CollectDigits plays a prompt and listens. DigitsReceived answers it.
type CollectDigits struct {
	Visit       int    `json:"visit"`
	Prompt      Prompt `json:"prompt,omitzero"`
	First       int    `json:"first"`                // seconds to the first digit, after the prompt
	InterDigit  int    `json:"interDigit,omitempty"` // seconds between digits; 0 is 5
	Max         int    `json:"max"`                  // as many digits as end it
	Terminator  string `json:"terminator,omitempty"` // up to 5 of 0-9 * #
	NoCancelKey bool   `json:"noCancelKey,omitempty"`
	Buffer      bool   `json:"buffer,omitempty"` // digits pressed before the prompt count
	Key         string `json:"key,omitempty"`    // PEM; digits leave the gateway encrypted with it
	KeyID       string `json:"keyId,omitempty"`
	Single      bool   `json:"single,omitempty"` // one key decides, no terminator
}

// CollectSpeech plays a prompt and listens for words or digits.
// SpeechReceived or DigitsReceived answers it.
type CollectSpeech struct {
	Visit    int               `json:"visit"`
	Prompt   Prompt            `json:"prompt,omitzero"`
	Language string            `json:"language,omitempty"`
	Session  map[string]string `json:"session,omitempty"` // x-amz-lex:audio:… tunables
	Bot      string            `json:"bot,omitempty"`
	// Remote is set where the bot is Amazon Lex's, which may hear the sound itself,
	// in the session SessionID.
	Remote    bool   `json:"remote,omitempty"`
	SessionID string `json:"sessionId,omitempty"`
}

// StopPrompt silences what plays, and overtakes what waits to be played.
type StopPrompt struct{}

// EndCall hangs up. It overtakes and cancels what plays.
type EndCall struct {
	Reason string `json:"reason,omitempty"`
}

// TransferCall connects the caller with a third party. TransferEnded answers it.
type TransferCall struct {
	Visit   int    `json:"visit"`
	To      string `json:"to"`
	From    string `json:"from,omitempty"`
	Name    string `json:"name,omitempty"`
	Timeout int    `json:"timeout"` // seconds to the answer
	Digits  string `json:"digits,omitempty"`
	Resume  bool   `json:"resume,omitempty"` // the flow goes on when the third party hangs up
}

// RecordCall starts, stops, suspends or resumes the recording of a call.
type RecordCall struct {
	Parties []string `json:"parties,omitempty"` // Customer, Agent; none: stop
	Do      string   `json:"do,omitempty"`      // "", suspend, resume; suspend with Parties begins in silence
}

// StreamCall starts or stops live media streaming. StreamChanged answers it.
type StreamCall struct {
	Visit   int      `json:"visit,omitempty"`
	Enabled bool     `json:"enabled"`
	Tracks  []string `json:"tracks,omitempty"` // From, To
}

// InvokeFunction calls a function with AWS's own event.
type InvokeFunction struct {
	Visit      int             `json:"visit"`
	ARN        string          `json:"arn"`
	Payload    json.RawMessage `json:"payload"`
	Timeout    int             `json:"timeout"` // seconds
	Async      bool            `json:"async,omitempty"`
	Invocation string          `json:"invocation,omitempty"`
}

// CallService reaches a service by its own API at the operator's endpoint.
type CallService struct {
	Visit     int             `json:"visit"`
	Service   string          `json:"service"`   // lex, profile, cases, connect…
	Operation string          `json:"operation"` // RecognizeText, SearchProfiles…
	Target    string          `json:"target,omitempty"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	Timeout   int             `json:"timeout,omitempty"` // seconds
}

// StartContact asks for a new contact. ContactCreated answers it.
type StartContact struct {
	Visit   int      `json:"visit"`
	Contact *Contact `json:"contact"`
	// Deflect ends the asking contact's own channel in favour of the new one.
	Deflect bool `json:"deflect,omitempty"`
}

// Reply answers a keyword (STOP, HELP) where no contact is concerned: To is a
// stand-in that bears only the addresses.
type Reply struct {
	To      *Contact    `json:"to"`
	Message SendMessage `json:"message"`
}

// UpdateContact changes another contact: a related one.
type UpdateContact struct {
	ID     ID             `json:"id"`
	Update ContactUpdated `json:"update"`
}

// What a contact asks of routing.
const (
	QueueJoin   = "join"   // it waits in the queue ID now
	QueueLeave  = "leave"  // it does not any more; Agent is at whom it rings
	QueueAgent  = "agent"  // it shall ring at Agent, who may be busy: QueueMoved answers
	QueueMissed = "missed" // it rang at Agent in vain
	QueueDone   = "done"   // it was with Agent and is over, but for after contact work
	QueueMatch  = "match"  // time has passed: look again who gets whom in the queue ID
	QueueClear  = "clear"  // Agent's time for after contact work is over
)

// Queue moves the contact within routing.
type Queue struct {
	Visit int    `json:"visit,omitempty"`
	Do    string `json:"do"`
	ID    string `json:"id,omitempty"`
	Agent string `json:"agent,omitempty"`
	// Always asks for an agent who is in another status or has his hands full too
	// (RouteContactToAgent).
	Always bool `json:"always,omitempty"`
}

// TellAgent lets the agent alone hear or read something. On voice PromptEnded
// answers it where it bears a visit and does not loop.
type TellAgent struct {
	Visit   int      `json:"visit,omitempty"`
	Agent   string   `json:"agent"`
	Prompts []Prompt `json:"prompts,omitempty"`
	Loop    bool     `json:"loop,omitempty"`
	Text    string   `json:"text,omitempty"`
	From    string   `json:"from,omitempty"` // customer, where Text is the customer's
}

// What is done with an agent of a call.
const (
	BridgeRing   = "ring"   // his telephone rings: QueueMoved says what he does
	BridgeUnring = "unring" // and does not any more
	BridgeJoin   = "join"
	BridgeHold   = "hold"
	BridgeResume = "resume"
	BridgeSay    = "say"
	BridgeLeave  = "leave"
)

// Bridge connects the caller with an agent.
type Bridge struct {
	Do    string `json:"do"` // BridgeRing…
	Agent string `json:"agent"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"` // the agent's telephone, a number or a sip: address; "" is a soft phone
	Text  string `json:"text,omitempty"`  // of say, which only a simulated agent needs
}

// PublishEvent tells one sink what happened.
type PublishEvent struct {
	Sink string          `json:"sink"`
	ID   string          `json:"id"` // the webhook-id: the same at every try
	Body json.RawMessage `json:"body"`
}

// Wake is a timer: an effect that is due later.
type Wake struct {
	Name  string    `json:"name"`
	Visit int       `json:"visit,omitempty"`
	At    time.Time `json:"at,omitzero"` // zero where its job or its entry in the timeline says it
}

// Hear hands an input to the contact when it is due. Gateways that simulate the
// world ask for it, so that their time is the engine's and outlives a crash.
type Hear struct {
	Kind string          `json:"kind"`
	Doc  json.RawMessage `json:"doc,omitempty"`
	// Message and Status make it a receipt instead of an input.
	Message string `json:"message,omitempty"`
	Status  string `json:"status,omitempty"`
	Code    string `json:"code,omitempty"`
}

func (SendMessage) effect()    {}
func (PlaceCall) effect()      {}
func (PlayPrompt) effect()     {}
func (CollectDigits) effect()  {}
func (CollectSpeech) effect()  {}
func (StopPrompt) effect()     {}
func (EndCall) effect()        {}
func (TransferCall) effect()   {}
func (RecordCall) effect()     {}
func (StreamCall) effect()     {}
func (InvokeFunction) effect() {}
func (CallService) effect()    {}
func (StartContact) effect()   {}
func (Reply) effect()          {}
func (UpdateContact) effect()  {}
func (Queue) effect()          {}
func (TellAgent) effect()      {}
func (Bridge) effect()         {}
func (PublishEvent) effect()   {}
func (Wake) effect()           {}
func (Hear) effect()           {}

var effects = map[string]func(json.RawMessage) (Effect, error){
	"SendMessage":    read[SendMessage, Effect],
	"PlaceCall":      read[PlaceCall, Effect],
	"PlayPrompt":     read[PlayPrompt, Effect],
	"CollectDigits":  read[CollectDigits, Effect],
	"CollectSpeech":  read[CollectSpeech, Effect],
	"StopPrompt":     read[StopPrompt, Effect],
	"EndCall":        read[EndCall, Effect],
	"TransferCall":   read[TransferCall, Effect],
	"RecordCall":     read[RecordCall, Effect],
	"StreamCall":     read[StreamCall, Effect],
	"InvokeFunction": read[InvokeFunction, Effect],
	"CallService":    read[CallService, Effect],
	"StartContact":   read[StartContact, Effect],
	"Reply":          read[Reply, Effect],
	"UpdateContact":  read[UpdateContact, Effect],
	"Queue":          read[Queue, Effect],
	"TellAgent":      read[TellAgent, Effect],
	"Bridge":         read[Bridge, Effect],
	"PublishEvent":   read[PublishEvent, Effect],
	"Wake":           read[Wake, Effect],
	"Hear":           read[Hear, Effect],
}

// EffectKind names the kind of e, as it is kept and logged.
func EffectKind(e Effect) string { return typeName(e) }

// ReadEffect reads an effect that was kept as its kind and its JSON.
func ReadEffect(kind string, doc json.RawMessage) (Effect, error) {
	f := effects[kind]
	if f == nil {
		return nil, fmt.Errorf("unknown effect %q", kind)
	}
	return f(doc)
}

func typeName(v any) string {
	if v == nil {
		return ""
	}
	return reflect.TypeOf(v).Name()
}
