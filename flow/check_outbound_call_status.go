package flow

// checkOutboundCallStatus branches on what the answering machine detector found.
var checkOutboundCallStatus = Spec{
	Doc:    docs + "flow-control-actions-checkoutboundcallstatus.html",
	Errors: []ErrorRule{{Type: noMatch}},
	Results: []ResultRule{{Ops: equals,
		Operands: []string{"CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"}}},
	Channels: V,
	Run:      runCheckOutboundCallStatus,
}

func runCheckOutboundCallStatus(t *Turn) Next {
	c := t.Contact
	if !c.AMD.Enable {
		return t.Fail(noMatch, "answering machine detection was not asked for: it needs TrafficType CAMPAIGN")
	}
	switch c.AMDStatus {
	case "HUMAN_ANSWERED", "ANSWERED":
		return t.Match("CallAnswered")
	case "VOICEMAIL_BEEP":
		return t.Match("VoicemailBeep")
	case "VOICEMAIL_NO_BEEP":
		return t.Match("VoicemailNoBeep")
	case "AMD_UNRESOLVED", "AMD_UNRESOLVED_SILENCE", "UNDETECTED", "FAX_MACHINE_DETECTED", "SIT_TONE_DETECTED", sitBusy, sitInvalid:
		return t.Match("NotDetected")
	}
	return t.Fail(noMatch, "the detector says "+c.AMDStatus)
}
