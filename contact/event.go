package contact

import "time"

// An Event is what the house tells others, by AWS's names.
// https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
type Event struct {
	Type    string    `json:"type"`
	Contact ID        `json:"contact"`
	At      time.Time `json:"at"`
	Updated []string  `json:"updated,omitempty"` // updatedProperties of CONTACT_DATA_UPDATED
	Message *Message  `json:"message,omitempty"` // of MESSAGE_STATUS, an event of ours
}

// Event types.
const (
	Initiated        = "INITIATED"
	ConnectedSystem  = "CONNECTED_TO_SYSTEM"
	DataUpdated      = "CONTACT_DATA_UPDATED"
	QueuedEvent      = "QUEUED"
	ConnectedAgent   = "CONNECTED_TO_AGENT"
	DisconnectedType = "DISCONNECTED"
	Completed        = "COMPLETED"
	Paused           = "PAUSED"
	Resumed          = "RESUMED"
	AMDDisabled      = "AMD_DISABLED"
	MessageStatus    = "MESSAGE_STATUS" // ours: the delivery of one message
)

// Statuses of a message, in the order in which they can follow each other.
const (
	StatusQueued    = "QUEUED"    // kept, not yet with the carrier
	StatusSent      = "SENT"      // the carrier took it
	StatusDelivered = "DELIVERED" // the handset has it
	StatusRead      = "READ"      // the customer saw it
	StatusFailed    = "FAILED"    // refused, or undeliverable
	StatusUnknown   = "UNKNOWN"   // the send's outcome was never learned, or no receipt came
	StatusCancelled = "CANCELLED" // its contact ended first
	StatusReceived  = "RECEIVED"  // inbound
)

// A Message is one message of a contact and what became of it.
type Message struct {
	ID          string       `json:"id"`
	Contact     ID           `json:"contact"`
	Direction   string       `json:"direction"` // OUTBOUND or INBOUND
	From        string       `json:"from"`
	To          string       `json:"to"`
	Channel     string       `json:"channel,omitempty"` // SMS or WHATSAPP
	Text        string       `json:"text,omitempty"`
	By          string       `json:"by,omitempty"` // the agent who wrote it
	ContentType string       `json:"contentType,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Template    string       `json:"template,omitempty"`
	Status      string       `json:"status"`
	Account     string       `json:"account,omitempty"`
	Ref         string       `json:"ref,omitempty"` // the carrier's reference
	Code        string       `json:"code,omitempty"`
	Error       string       `json:"error,omitempty"`
	Segments    int          `json:"segments,omitempty"` // parts on the air
	Resent      int          `json:"resent,omitempty"`   // times sent again after an unknown outcome
	Tried       []Attempt    `json:"tried,omitempty"`    // accounts that did not take it, before Account
	Created     time.Time    `json:"created"`
	Sent        time.Time    `json:"sent,omitzero"`
	Delivered   time.Time    `json:"delivered,omitzero"`
	Read        time.Time    `json:"read,omitzero"`
	Failed      time.Time    `json:"failed,omitzero"`

	// Parts are the statuses of its parts by the carrier's references, where it
	// has more than one.
	Parts map[string]string `json:"parts,omitempty"`
}

// An Attempt is a route on which a message did not leave.
type Attempt struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	Code    string    `json:"code,omitempty"` // the carrier's own
	Error   string    `json:"error,omitempty"`
	// Refused says that the account will never take it; else it could not be
	// reached.
	Refused bool `json:"refused,omitempty"`
}
