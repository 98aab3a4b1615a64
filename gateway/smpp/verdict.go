package smpp

import (
	"sort"
	"strings"

	"outdial/fault"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// verdicts is what each status of a submission means for the message. An
// account's own table goes before it; what is in neither is OtherRoute, for a
// status that only this carrier knows says nothing of others.
var verdicts = map[pdu.Status]sms.Verdict{
	pdu.RINVMSGLEN:       sms.Refuse,
	pdu.RINVCMDLEN:       sms.OtherRoute,
	pdu.RINVCMDID:        sms.OtherRoute,
	pdu.RINVBNDSTS:       sms.Retry, // the bind is lost on their side: it is made anew
	pdu.RALYBND:          sms.Retry,
	pdu.RINVPRTFLG:       sms.OtherRoute,
	pdu.RINVREGDLVFLG:    sms.OtherRoute,
	pdu.RSYSERR:          sms.Retry,
	pdu.RINVSRCADR:       sms.OtherRoute,
	pdu.RINVDSTADR:       sms.BadNumber,
	pdu.RINVMSGID:        sms.OtherRoute,
	pdu.RBINDFAIL:        sms.Retry,
	pdu.RINVPASWD:        sms.OtherRoute,
	pdu.RINVSYSID:        sms.OtherRoute,
	pdu.RMSGQFUL:         sms.Retry,
	pdu.RINVSERTYP:       sms.OtherRoute,
	pdu.RINVESMCLASS:     sms.OtherRoute,
	pdu.RSUBMITFAIL:      sms.OtherRoute,
	pdu.RINVSRCTON:       sms.OtherRoute,
	pdu.RINVSRCNPI:       sms.OtherRoute,
	pdu.RINVDSTTON:       sms.OtherRoute,
	pdu.RINVDSTNPI:       sms.OtherRoute,
	pdu.RTHROTTLED:       sms.Retry,
	pdu.RINVSCHED:        sms.OtherRoute,
	pdu.RINVEXPIRY:       sms.OtherRoute,
	pdu.RXTAPPN:          sms.Retry,
	pdu.RXPAPPN:          sms.Refuse,
	pdu.RXRAPPN:          sms.Refuse,
	pdu.RINVOPTPARSTREAM: sms.OtherRoute,
	pdu.ROPTPARNOTALLWD:  sms.OtherRoute,
	pdu.RINVPARLEN:       sms.OtherRoute,
	pdu.RMISSINGOPTPARAM: sms.OtherRoute,
	pdu.RINVOPTPARAMVAL:  sms.OtherRoute,
	pdu.RDELIVERYFAILURE: sms.Refuse,
	pdu.RUNKNOWNERR:      sms.OtherRoute,
	pdu.RSERTYPUNAUTH:    sms.OtherRoute,
	pdu.RPROHIBITED:      sms.OtherRoute,
	pdu.RSERTYPUNAVAIL:   sms.Retry,
	pdu.RSERTYPDENIED:    sms.OtherRoute,
	pdu.RINVDCS:          sms.OtherRoute,
}

// Codes of faults that are ours: no status of the carrier is behind them.
const (
	CodeNotBound = "NOT_BOUND" // no bind is up
	CodeStopping = "STOPPING"  // the gateway is being stopped
	CodeWindow   = "WINDOW"    // no place in a window became free in time
	CodeNoAnswer = "NO_ANSWER" // submitted, and never answered
	CodeBroken   = "BROKEN"    // submitted, and the connection broke
)

// verdict tells what a status means on this account.
func (s *settings) verdict(st pdu.Status) sms.Verdict {
	if v, ok := s.verdicts[st]; ok {
		return v
	}
	if v, ok := verdicts[st]; ok {
		return v
	}
	return sms.OtherRoute
}

// refusal is the fault behind an answer that is not ESME_ROK.
func (s *settings) refusal(p *pdu.PDU) *fault.Error {
	v := s.verdict(p.Status)
	err := &fault.Error{Kind: v.Kind(), Code: p.Status.String(), Message: "the carrier answered: " + string(v)}
	if v == sms.OptedOut {
		err.Code, err.Message = sms.CodeOptedOut, "the recipient has opted out: "+p.Status.String()
	}
	if text, ok := p.Text(pdu.AdditionalStatus); ok && text != "" {
		err.Message += ": " + text
	}
	return err
}

func sorted(names []string) string {
	sort.Strings(names)
	return strings.Join(names, ", ")
}
