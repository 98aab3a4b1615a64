package flow

import (
	"strings"

	"outdial/contact"
)

// transferParticipantToThirdParty puts the caller through to somebody outside.
// With ContinueFlowExecution the flow goes on when they have hung up; without,
// the contact is over with their call.
var transferParticipantToThirdParty = Spec{
	Doc: "https://docs.aws.amazon.com/connect/latest/adminguide/transfer-to-phone-number.html",
	Params: []Param{
		{Name: "ThirdPartyPhoneNumber", Required: true, Valid: contact.E164, Want: "an E.164 number"},
		// LIVE: both are required.
		{Name: "ThirdPartyConnectionTimeLimitSeconds", Shape: Int, Use: J, Required: true, Min: 0, Max: 600},
		{Name: "ContinueFlowExecution", Shape: Bool, Use: S, Required: true},
		{Name: "ThirdPartyDTMFDigits", Use: J, Max: 50, Valid: dialable, Want: "made of 0-9 , * #"},
		{Name: "CallerId", Shape: Object, Members: []Param{{Name: "Number", Use: J}, {Name: "Name"}}},
	},
	Errors: []ErrorRule{
		{Type: noMatch},
		// LIVE: a transfer to an agent has neither.
		{Type: callFailed, Use: Required, When: resumes, Flows: I | Q | TQ | MOD},
		{Type: noAnswer, Use: Required, When: resumes, Flows: I | Q | TQ | MOD},
	},
	Channels: V,
	Flows:    I | Q | TA | TQ,
	Waits:    true,
	Run:      runTransferParticipantToThirdParty,
}

var resumes = When{Param: "ContinueFlowExecution", Is: "True"}

const (
	callFailed = "CallFailed"
	noAnswer   = "ConnectionTimeLimitExceeded"
)

// dialable tells whether s can be dialled behind a number; a comma is a pause.
func dialable(s string) bool { return s != "" && strings.Trim(s, "0123456789,*#") == "" }

func runTransferParticipantToThirdParty(t *Turn) Next {
	if t.Input == nil {
		return t.putThrough()
	}
	in, ok := t.Input.(contact.TransferEnded)
	if !ok || in.ByCaller {
		return Ignore // the call's own end follows
	}
	goesOn := t.Bool("ContinueFlowExecution")
	switch {
	case in.Outcome == "completed" && goesOn:
		return t.NextSaying("the third party hung up")
	case in.Outcome == "completed":
		return t.DisconnectAs("THIRD_PARTY_DISCONNECT", "the third party hung up")
	case !goesOn:
		return t.Fail(noMatch, join("the third party was not reached: "+in.Outcome, in.Code))
	case in.Outcome == "timeout":
		return t.Fail(noAnswer, "the third party did not answer in time")
	}
	return t.Fail(callFailed, join("the third party was not reached", in.Code))
}

// putThrough asks for the third party's call.
func (t *Turn) putThrough() Next {
	to := strings.TrimSpace(t.Text("ThirdPartyPhoneNumber"))
	if !contact.E164(to) {
		return t.Fail(noMatch, "\""+to+"\" is not an E.164 number")
	}
	limit, ok := t.Int("ThirdPartyConnectionTimeLimitSeconds")
	if !ok {
		return t.Fail(noMatch, "ThirdPartyConnectionTimeLimitSeconds is \""+t.Text("ThirdPartyConnectionTimeLimitSeconds")+"\", not a number up to 600")
	}
	digits := t.Text("ThirdPartyDTMFDigits")
	if digits != "" && (!dialable(digits) || len(digits) > 50) {
		return t.Fail(noMatch, "\""+digits+"\" cannot be dialled behind the number")
	}
	// Without a caller id of its own the third party sees the customer's number.
	from := t.Contact.Customer.Address
	if t.Has("CallerId", "Number") {
		why := ""
		if from, why = t.callerID(t.Text("CallerId", "Number")); why != "" {
			return t.Fail(noMatch, why)
		}
	}
	t.Do(contact.TransferCall{Visit: t.Visit(), To: to, From: from, Name: t.Text("CallerId", "Name"), Timeout: limit,
		Digits: digits, Resume: t.Bool("ContinueFlowExecution")})
	return Wait
}

// callerID gives the number to show: one of the instance, by id, ARN or itself.
func (t *Turn) callerID(ref string) (number, why string) {
	n, err := t.World.Number(ref)
	if err != nil {
		return "", "the caller id \"" + ref + "\" is no number of the instance"
	}
	return n.Number, ""
}
