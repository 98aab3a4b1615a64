// Package resource holds the nouns of an instance: the documents that contacts
// and flows refer to (numbers, queues, hours, flows, prompts, templates, keys).
//
// It does nothing by itself: the store keeps these as JSON by kind and id, the
// faces show them, the flow language reads them.
package resource

import (
	"fmt"
	"strings"
	"time"
)

// A Kind names a sort of resource, as the store keeps it and as an ARN spells it.
type Kind string

// The kinds.
const (
	KindInstance Kind = "instance"
	KindNumber   Kind = "phone-number"
	KindQueue    Kind = "queue"
	KindHours    Kind = "operating-hours"
	KindFlow     Kind = "contact-flow"
	KindModule   Kind = "flow-module"
	KindPrompt   Kind = "prompt"
	KindTemplate Kind = "message-template"
	KindUser     Kind = "agent"
	KindProfile  Kind = "routing-profile"
	KindFunction Kind = "lambda"
	KindBot      Kind = "bot-alias"
	KindKey      Kind = "access-key"
	KindContent  Kind = "flow-content" // a flow's content by its hash: parked contacts stand in it
)

// Meta is what every resource has.
type Meta struct {
	ID          string            `json:"id"`
	ARN         string            `json:"arn,omitempty"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	File        bool              `json:"file,omitempty"` // declared by the configuration: read-only over the API
	Created     time.Time         `json:"created,omitzero"`
	Modified    time.Time         `json:"modified,omitzero"`
}

// Head gives what every resource has, of whatever kind it is.
func (m *Meta) Head() *Meta { return m }

// An Instance is an Amazon Connect instance.
type Instance struct {
	Meta             // Name is the alias
	Account   string `json:"account"` // 12 digits
	Region    string `json:"region"`
	Partition string `json:"partition,omitempty"` // "" is aws
	Inbound   bool   `json:"inbound"`             // InboundCallsEnabled
	Outbound  bool   `json:"outbound"`            // OutboundCallsEnabled
	FlowLogs  bool   `json:"flowLogs,omitempty"`  // CONTACTFLOW_LOGS
	// Destinations is "open" (default) or "aws": which countries may be called.
	Destinations string `json:"destinations,omitempty"`
	// Quotas is "" (none) or "aws": AWS's own concurrency and rate limits.
	Quotas string `json:"quotas,omitempty"`
	// References is "lenient" (default) or "strict": what an unresolved ARN in a flow means.
	References string `json:"references,omitempty"`
	// Domains are those of customer profiles ("profile", a name) and of cases
	// ("cases", an id).
	Domains map[string]string `json:"domains,omitempty"`
	// Aliases maps a foreign instance's ARN, or a single foreign ARN, to ours.
	Aliases map[string]string `json:"aliases,omitempty"`
}

// A Number is a phone number of the instance.
type Number struct {
	Meta               // Name is the number itself
	Number    string   `json:"number"`              // E.164, short code or sender id
	Channels  []string `json:"channels"`            // SMS, VOICE, WHATSAPP
	Country   string   `json:"country,omitempty"`   // ISO 3166 alpha-2
	Type      string   `json:"type,omitempty"`      // DID, TOLL_FREE, SHORT_CODE…
	Flow      string   `json:"flow,omitempty"`      // inbound flow id
	Account   string   `json:"account,omitempty"`   // carrier account
	Routes    []string `json:"routes,omitempty"`    // further accounts, tried in order
	OptOut    string   `json:"optOut,omitempty"`    // opt-out list; "" is the number's own
	SelfOptIn bool     `json:"selfOptIn,omitempty"` // self-managed opt-outs
	Quiet     string   `json:"quiet,omitempty"`     // quiet hours "21:00-08:00"
	QuietDo   string   `json:"quietDo,omitempty"`   // hold (default) or refuse
	QuietZone string   `json:"quietZone,omitempty"` // contact attribute with the recipient's IANA time zone
	Throttle  float64  `json:"throttle,omitempty"`  // segments per second; 0 is no limit
}

// A Queue is where contacts wait for agents.
type Queue struct {
	Meta
	Type         string `json:"type,omitempty"`     // STANDARD or AGENT
	Status       string `json:"status,omitempty"`   // ENABLED or DISABLED
	Hours        string `json:"hours"`              // hours-of-operation id
	CallerNumber string `json:"callerId,omitempty"` // phone number id of the outbound caller id
	CallerName   string `json:"callerName,omitempty"`
	OutboundFlow string `json:"outboundFlow,omitempty"`
	Max          int    `json:"max,omitempty"` // MaxContacts; 0 is no limit
	// QuickConnects are ids: what the queue's agents are shown.
	QuickConnects []string `json:"quickConnects,omitempty"`
}

// Hours are hours of operation in a time zone.
type Hours struct {
	Meta
	TimeZone  string        `json:"timeZone"` // IANA name
	Config    []HoursOfDay  `json:"config"`
	Overrides []HoursExcept `json:"overrides,omitempty"`
	Parents   []string      `json:"parents,omitempty"` // ids of hours whose overrides hold here too
	// Inherited are the overrides of the parents, put in by who reads the hours to
	// ask whether it is open; they are not kept here.
	Inherited []HoursExcept `json:"-" yaml:"-"`
}

// HoursOfDay is one opening of one week day; End 00:00 is midnight at its end.
type HoursOfDay struct {
	Day   string `json:"day"`   // SUNDAY…SATURDAY; "" in an override is every day it lies on
	Start string `json:"start"` // "09:00"
	End   string `json:"end"`
}

// HoursExcept replaces the hours on the days from From to Till (inclusive), adds to
// them, or takes away from them.
type HoursExcept struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	From        string       `json:"from"` // "2026-12-24"
	Till        string       `json:"till"`
	Config      []HoursOfDay `json:"config"` // none: closed
	// Type is STANDARD ("", too), OPEN or CLOSED.
	Type   string      `json:"type,omitempty"`
	Recurs *Recurrence `json:"recurs,omitempty"` // nil: on every day
}

// A Recurrence says on which days of its time an override lies.
// API_RecurrencePattern
type Recurrence struct {
	Frequency  string `json:"frequency"`            // WEEKLY, MONTHLY or YEARLY
	Interval   int    `json:"interval"`             // each so many of them
	Month      int    `json:"month,omitempty"`      // 1..12; 0: that of its first day
	MonthDay   int    `json:"monthDay,omitempty"`   // 1..31, -1 is the last; 0: that of its first day
	Occurrence int    `json:"occurrence,omitempty"` // 1..4, -1 is the last weekday of the month
}

// Flow states and statuses, as AWS names them.
const (
	Published = "PUBLISHED"
	Saved     = "SAVED"
	Active    = "ACTIVE"
	Archived  = "ARCHIVED"
)

// A Flow is a flow or a flow module.
type Flow struct {
	Meta
	Type     string        `json:"type"`               // CONTACT_FLOW, CUSTOMER_QUEUE… ; MODULE for a module
	State    string        `json:"state,omitempty"`    // ACTIVE or ARCHIVED
	Content  string        `json:"content,omitempty"`  // the newest published content
	Hash     string        `json:"hash,omitempty"`     // sha256 of Content, hex; "" when never published
	Draft    string        `json:"draft,omitempty"`    // $SAVED, where it differs from Content
	Settings string        `json:"settings,omitempty"` // of a module
	Versions []FlowVersion `json:"versions,omitempty"`
	Aliases  []FlowAlias   `json:"aliases,omitempty"`
}

// A FlowVersion is a numbered, frozen content.
type FlowVersion struct {
	Version     int64     `json:"version"`
	Description string    `json:"description,omitempty"`
	Content     string    `json:"content"`
	Hash        string    `json:"hash"`
	Settings    string    `json:"settings,omitempty"`
	Created     time.Time `json:"created"`
}

// A FlowAlias points at a version.
type FlowAlias struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Version     int64     `json:"version"`
	Modified    time.Time `json:"modified,omitzero"`
}

// A Prompt is a recorded prompt.
type Prompt struct {
	Meta
	URI  string `json:"uri"`            // s3://… or a path
	Text string `json:"text,omitempty"` // what it says, for the simulator and the timeline
}

// A Template is a message template.
type Template struct {
	Meta                   // ID is the MessageTemplateId
	KnowledgeBase string   `json:"knowledgeBase"`        // its id
	Channel       string   `json:"channel"`              // SMS or WHATSAPP
	Text          string   `json:"text"`                 // with {{Attributes.Custom.name}} or {{name}}
	Attributes    []string `json:"attributes,omitempty"` // the variables, in the approved template's order
	Approved      string   `json:"approved,omitempty"`   // WhatsApp: the approved template's name
	Language      string   `json:"language,omitempty"`   // WhatsApp: its language, "en_US"
	Named         bool     `json:"named,omitempty"`      // WhatsApp: the approved template knows its variables by name
	// Header and Buttons are those components of the approved template that have
	// variables of their own, with placeholders as in Text.
	Header  *TemplateHeader  `json:"header,omitempty"`
	Buttons []TemplateButton `json:"buttons,omitempty"`
}

// A TemplateHeader is the header of an approved WhatsApp template.
type TemplateHeader struct {
	Type  string `json:"type"` // text, image, video, document or location
	Value string `json:"value"`
	Name  string `json:"name,omitempty"` // of the text's variable, the document or the place
	// Address is a place's, in words; with variables.
	Address string `json:"address,omitempty"`
}

// A TemplateButton is a button of an approved WhatsApp template.
type TemplateButton struct {
	Index int    `json:"index"` // from 0
	Type  string `json:"type"`  // url, quick_reply, copy_code or flow
	Value string `json:"value"`
}

// A User is an agent.
type User struct {
	Meta             // Name is the user name
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	Profile   string `json:"profile,omitempty"` // routing profile id
	Phone     string `json:"phone,omitempty"`   // desk phone; "" is a soft phone
	Email     string `json:"email,omitempty"`
	Mobile    string `json:"mobile,omitempty"`
	// SecondEmail, Directory and Persistent are kept and told: agents do not log
	// in here.
	SecondEmail string `json:"secondEmail,omitempty"`
	Directory   string `json:"directory,omitempty"` // DirectoryUserId
	Persistent  bool   `json:"persistent,omitempty"`
	// Security are the security profiles' ids, kept and told.
	Security   []string `json:"security,omitempty"`
	AutoAccept bool     `json:"autoAccept,omitempty"`
	AfterWork  int      `json:"afterWork,omitempty"` // seconds of after contact work; 0 is no limit
	Group      string   `json:"group,omitempty"`     // hierarchy group id
	// Proficiencies are what routing criteria ask for.
	Proficiencies []Proficiency `json:"proficiencies,omitempty"`
}

// A Profile is a routing profile: which queues an agent serves, in which order.
type Profile struct {
	Meta
	Queues      []ProfileQueue `json:"queues,omitempty"`
	Outbound    string         `json:"outbound,omitempty"`    // default outbound queue id
	Concurrency map[string]int `json:"concurrency,omitempty"` // VOICE, CHAT, TASK → contacts at once
}

// A ProfileQueue is a queue that a routing profile serves on one channel.
type ProfileQueue struct {
	Queue    string `json:"queue"`
	Channel  string `json:"channel"`
	Priority int    `json:"priority"` // 1 is served first
	Delay    int    `json:"delay"`    // seconds that a contact waits before this profile gets it
}

// A Key is an access key and what it may do.
type Key struct {
	Meta              // ID is the access key id
	Account string    `json:"account"`
	Secret  string    `json:"secret"`          // needed in clear: SigV4 is symmetric
	Allow   []Rule    `json:"allow,omitempty"` // none: everything
	Deny    []Rule    `json:"deny,omitempty"`
	Revoked time.Time `json:"revoked,omitzero"`
}

// A Rule lists actions ("connect:StartOutbound*") and resources (ARN patterns); wildcards * and ?.
type Rule struct {
	Actions   []string `json:"actions"`
	Resources []string `json:"resources,omitempty"` // none: all
}

// Wrong names the member that can match nothing, and says why; both are "" where
// the rule is well formed.
func (r Rule) Wrong() (member, why string) {
	if len(r.Actions) == 0 {
		return "actions", "at least one is needed, such as \"connect:*\""
	}
	for i, a := range r.Actions {
		if a != "*" && !strings.Contains(a, ":") {
			return fmt.Sprintf("actions[%d]", i), fmt.Sprintf("wants SERVICE:ACTION, such as connect:StartOutbound*, not %q", a)
		}
	}
	for i, a := range r.Resources {
		if !strings.HasPrefix(a, "arn:") && !strings.HasPrefix(a, "*") {
			return fmt.Sprintf("resources[%d]", i), fmt.Sprintf("wants an ARN, with the wildcards * and ?, not %q", a)
		}
	}
	return "", ""
}
