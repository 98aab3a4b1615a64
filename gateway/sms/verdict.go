package sms

import "outdial/fault"

// A Verdict is what a carrier's error means for the message.
type Verdict string

// The verdicts.
const (
	Retry      Verdict = "retry"       // the same again, later
	OtherRoute Verdict = "other-route" // this carrier will not; another may
	Refuse     Verdict = "refuse"      // nobody will: the message is at fault
	OptedOut   Verdict = "opted-out"   // the recipient wants none
	BadNumber  Verdict = "bad-number"  // there is no such recipient
	Uncertain  Verdict = "unknown"     // the carrier may have it
)

// CodeOptedOut is the code of a fault whose verdict is OptedOut, as AWS names it.
const CodeOptedOut = "DESTINATION_PHONE_NUMBER_OPTED_OUT"

// Known tells whether v is one of the verdicts: configurations name them.
func (v Verdict) Known() bool {
	switch v {
	case Retry, OtherRoute, Refuse, OptedOut, BadNumber, Uncertain:
		return true
	}
	return false
}

// Kind is the kind of fault that a gateway gives for v.
func (v Verdict) Kind() fault.Kind {
	switch v {
	case Retry:
		return fault.Busy
	case OtherRoute:
		return fault.Denied
	case OptedOut:
		return fault.Conflict
	case BadNumber:
		return fault.Invalid
	case Uncertain:
		return fault.Internal
	}
	return fault.Refused
}

// VerdictOf tells the verdict behind a gateway's fault.
func VerdictOf(err error) Verdict {
	switch fault.KindOf(err) {
	case fault.Busy, fault.Exceeded:
		return Retry
	case fault.Denied:
		return OtherRoute
	case fault.Conflict:
		return OptedOut
	case fault.Invalid, fault.NotFound:
		return BadNumber
	case fault.Internal:
		return Uncertain
	}
	return Refuse
}
