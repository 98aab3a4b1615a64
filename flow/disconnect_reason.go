package flow

import (
	"strconv"
	"strings"

	"outdial/contact"
)

// DisconnectReason gives the reason of a call that ended, as the contact record
// spells it. Stopped says that StopContact was the cause. Where the network gave
// both a SIP status and a Q.850 cause the status decides, unless it says nothing.
func DisconnectReason(in contact.CallEnded, answered, stopped bool) string {
	if answered {
		return reasonAnswered(in.By, stopped)
	}
	switch {
	case stopped:
		return "TELECOM_ORIGINATOR_CANCEL"
	case in.By == contact.ByTimer:
		return "TELECOM_TIMEOUT"
	case in.By == contact.ByLostNode:
		return "OTHER"
	}
	status, cause := codes(in)
	if r := reasonOfStatus(status); r != "" {
		return r
	}
	if r := reasonOfCause(cause); r != "" {
		return r
	}
	return "TELECOM_PROBLEM"
}

func reasonAnswered(by string, stopped bool) string {
	if stopped {
		return "OTHER"
	}
	switch by {
	case contact.ByCustomer:
		return "CUSTOMER_DISCONNECT"
	case contact.BySystem:
		return "CONTACT_FLOW_DISCONNECT"
	case contact.ByAgent:
		return "AGENT_DISCONNECT"
	case contact.ByNetwork:
		return "TELECOM_PROBLEM"
	}
	return "OTHER"
}

// codes reads the SIP status and the Q.850 cause ("cause 17") of a call's end.
func codes(in contact.CallEnded) (status, cause int) {
	cause = in.Cause
	if rest, ok := strings.CutPrefix(in.Code, "cause "); ok {
		if n, err := strconv.Atoi(rest); err == nil {
			cause = n
		}
		return 0, cause
	}
	status, _ = strconv.Atoi(in.Code)
	return status, cause
}

// reasonOfStatus reads a SIP status. RFC 3261 §21, RFC 8197 (607), RFC 8688 (608)
func reasonOfStatus(status int) string {
	switch status {
	case 486, 600, 603:
		return "TELECOM_BUSY"
	case 404, 410, 484, 604:
		return "TELECOM_NUMBER_INVALID"
	case 408, 480:
		return "TELECOM_UNANSWERED"
	case 403, 607, 608:
		return "TELECOM_POTENTIAL_BLOCKING"
	}
	return ""
}

// reasonOfCause reads an ISDN cause. ITU-T Q.850
func reasonOfCause(cause int) string {
	switch cause {
	case 17:
		return "TELECOM_BUSY"
	case 1, 22, 28:
		return "TELECOM_NUMBER_INVALID"
	case 18, 19:
		return "TELECOM_UNANSWERED"
	case 21:
		return "TELECOM_POTENTIAL_BLOCKING"
	}
	return ""
}
