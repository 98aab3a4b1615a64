package flow

import (
	"slices"
	"strings"

	"outdial/contact"
	"outdial/resource"
)

// A Spec declares one action type: what the check demands of it, and how it
// runs. It is read only.
type Spec struct {
	Doc      string           // address of the documentation
	Kind     Kind             // how far it can be done here
	Service  string           // of kind Service: what the World must serve; "" when Run finds out by itself
	Why      string           // of kind Unavailable: what is missing, for the timeline
	Params   []Param          // top level of Parameters
	Groups   []Group          // rules across members of Parameters
	Errors   []ErrorRule      // error types that may, must, must not be declared
	Results  []ResultRule     // conditions; the first whose When holds applies; none: no conditions
	Channels Channels         // where it runs; 0 is everywhere
	Else     Elsewhere        // what happens on another channel
	Flows    FlowTypes        // where it may stand; 0 is everywhere
	Terminal bool             // has no transitions
	NoNext   bool             // may omit NextAction
	Speaks   bool             // the customer hears or reads something
	Waits    bool             // it waits for the world (MessageParticipant: on voice)
	Bounded  bool             // a loop through it ends by itself
	Lenient  bool             // an error without a branch takes NextAction
	Open     bool             // its parameters are not documented: others than these are only warned of
	Sets     []string         // namespaces that it fills: "External", "Lex"…
	Check    func(a *Checked) // what the tables cannot say
	Run      func(t *Turn) Next
}

// A Kind says how far an action type can be done here.
type Kind int

const (
	// Runs is done for real.
	Runs Kind = iota
	// Service reaches a service by its own API, at the operator's endpoint.
	Service
	// Unavailable needs what cannot be had: its error branch, and the reason said.
	Unavailable
)

// String names the kind as it is listed.
func (k Kind) String() string {
	return [...]string{"run", "service", "unavailable"}[k]
}

// A Restriction says whether a parameter may hold references.
// https://docs.aws.amazon.com/connect/latest/devguide/flow-language-actions-parameter-restrictions.html
type Restriction int

const (
	// D may be static, or hold references anywhere.
	D Restriction = iota
	// J is static as a whole, or one single reference.
	J
	// S is static.
	S
	// P is one single reference with a leaf: static values are refused.
	P
)

// A Shape is the JSON form of a parameter.
type Shape int

const (
	// Text is a JSON string (a number or a boolean is read as its text).
	Text Shape = iota
	// Int is a whole number, as a rule written as a string: "10".
	Int
	// Bool is "True" or "False" in any case.
	Bool
	// Object has the named Members.
	Object
	// Map has any names; its values are like Members[0].
	Map
	// List has items like Members[0].
	List
	// Any is any JSON; the texts in it may hold references.
	Any
)

// A Param declares one parameter, at any depth.
type Param struct {
	Name     string
	Shape    Shape
	Use      Restriction
	Required bool
	When     When     // with Required: only when it holds. Without: allowed only when it holds.
	Enum     []string // the values that are allowed when static
	Fold     bool     // Enum is compared without regard to case
	Min, Max int      // of an Int: bounds; of a Text: length; of a List or Map: entries. Max 0: none
	Valid    func(string) bool
	Want     string        // what Valid wants, for the hint: "an E.164 number"
	Empty    bool          // may be an empty string or an empty list
	Ref      resource.Kind // names a resource of this kind
	Members  []Param
	Hidden   bool // never shown in logs
}

// A Group rules which of several members stand together.
type Group struct {
	At    []string // path of the object; none is Parameters itself
	Names []string
	Rule  GroupRule
	When  When
}

// A GroupRule is the rule of a Group.
type GroupRule int

const (
	// One: exactly one of them.
	One GroupRule = iota
	// AtMostOne of them.
	AtMostOne
	// AtLeastOne of them.
	AtLeastOne
	// Together: all of them or none.
	Together
)

// When is a condition on another parameter of the same action. The zero When
// always holds.
type When struct {
	Param string // path from Parameters, dots between: "InputValidation.CustomValidation"
	Is    string // its text, in any case; "" is: is present
	Not   bool
}

// An ErrorRule says of one error type whether it is to be declared. An error
// type that no rule names is refused.
type ErrorRule struct {
	Type string
	Use  ErrorUse
	When When // where it does not hold the rule is not there
	// Flows are the types of flow in which the rule is there; 0: in all.
	Flows FlowTypes
}

// ErrorUse says whether an error is to be declared.
type ErrorUse int

const (
	// Allowed may be declared.
	Allowed ErrorUse = iota
	// Required must be declared.
	Required
)

// A ResultRule says which conditions an action may have.
type ResultRule struct {
	When     When
	Ops      []string // allowed operators; nil: no conditions at all
	Operands []string // allowed operands; nil: any
	Require  []string // operands that must be there
	Least    int      // at least so many conditions
	Numeric  bool     // operands are numbers
	Valid    func(string) bool
}

// Channels is a set of channels; 0 is all.
type Channels int

// The channels of the tables.
const (
	V Channels = 1 << iota
	C
	T
	E
)

func (s Channels) has(ch contact.Channel) bool {
	if s == 0 {
		return true
	}
	switch ch {
	case contact.Voice:
		return s&V != 0
	case contact.Chat:
		return s&C != 0
	case contact.Task:
		return s&T != 0
	case contact.Email:
		return s&E != 0
	}
	return false
}

// String lists the channels.
func (s Channels) String() string {
	var names []string
	for i, n := range []string{"voice", "chat", "task", "email"} {
		if s&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

// Elsewhere says what an action does on a channel that it is not for.
type Elsewhere int

const (
	// ElseError takes the NoMatchingError branch.
	ElseError Elsewhere = iota
	// ElseNext goes on without effect.
	ElseNext
)

// FlowTypes is a set of flow types; 0 is all.
type FlowTypes int

// The flow types, by the letters of the tables.
const (
	I   FlowTypes = 1 << iota // CONTACT_FLOW
	Q                         // CUSTOMER_QUEUE
	CH                        // CUSTOMER_HOLD
	CW                        // CUSTOMER_WHISPER
	OW                        // OUTBOUND_WHISPER
	AH                        // AGENT_HOLD
	AW                        // AGENT_WHISPER
	TA                        // AGENT_TRANSFER
	TQ                        // QUEUE_TRANSFER
	CAM                       // CAMPAIGN
	MOD                       // MODULE
)

// Flow types as the API names them, in the order of the letters.
var flowTypes = [...]string{"CONTACT_FLOW", "CUSTOMER_QUEUE", "CUSTOMER_HOLD", "CUSTOMER_WHISPER", "OUTBOUND_WHISPER",
	"AGENT_HOLD", "AGENT_WHISPER", "AGENT_TRANSFER", "QUEUE_TRANSFER", "CAMPAIGN", "MODULE"}

// Flow types as an export's Metadata names them.
var exportTypes = [...]string{"contactFlow", "customerQueue", "customerHold", "customerWhisper", "outboundWhisper",
	"agentHold", "agentWhisper", "agentTransfer", "queueTransfer", "campaign", "flowModule"}

// flowType gives the letter of a type by either name; 0 when it is not known.
func flowType(name string) FlowTypes {
	if i := slices.Index(flowTypes[:], name); i >= 0 {
		return 1 << i
	}
	if i := slices.IndexFunc(exportTypes[:], func(s string) bool { return strings.EqualFold(s, name) }); i >= 0 {
		return 1 << i
	}
	return 0
}

// allow tells whether an action may stand in a flow of type kind. No table says
// what campaign flows and modules allow: a campaign flow takes everything, and a
// module what an inbound flow takes.
func (f FlowTypes) allow(kind FlowTypes) bool {
	return f == 0 || kind == CAM || f&kind != 0 || kind == MOD && f&I != 0
}

// String lists the API's names.
func (f FlowTypes) String() string {
	var names []string
	for i, n := range flowTypes {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}

// member finds the declaration of a member of an object.
func member(params []Param, name string) *Param {
	for i := range params {
		if params[i].Name == name {
			return &params[i]
		}
	}
	return nil
}
