package flow

import "outdial/contact"

// Statuses of answering machine detection that the lifecycle itself sets.
// API_Contact, AnsweringMachineDetectionStatus
const (
	amdNotApplicable = "AMD_NOT_APPLICABLE"
	amdUnanswered    = "AMD_UNANSWERED"
	sitBusy          = "SIT_TONE_BUSY"
	sitInvalid       = "SIT_TONE_INVALID_NUMBER"
)

// ringing notes that the phone rings.
func (t *Turn) ringing() {
	c := t.Contact
	if c.Call == nil || c.Call.State != "dialing" {
		t.out.Stale = true
		return
	}
	c.Call.State = "ringing"
	c.Call.Ringing = t.At
}

// answered begins the flow of a call, or waits for the detector's word.
func (t *Turn) answered(in contact.CallAnswered) error {
	c := t.Contact
	if c.Channel != contact.Voice || !c.Connected.IsZero() {
		t.out.Stale = true
		return nil
	}
	if c.Call == nil {
		c.Call = new(contact.Call)
	}
	c.Call.State = "connected"
	c.Call.Ref = in.Ref
	c.Connected = t.At
	if len(in.Headers) > 0 {
		t.SetMember("Media", "Sip", map[string]any{"Headers": plainTexts(in.Headers)})
	}
	if c.Callback != nil && c.Agent != nil {
		t.Event(contact.ConnectedSystem)
		return t.playFrom(outboundWhisper)
	}
	if c.AMD.Enable {
		c.Call.Await = true
		return nil
	}
	t.Event(contact.ConnectedSystem)
	if c.TrafficType == "CAMPAIGN" {
		t.Event(contact.AMDDisabled)
	}
	return t.begin(in)
}

// detected begins the flow once it is known who or what answered.
func (t *Turn) detected(in contact.MachineDetected) error {
	c := t.Contact
	if c.Call == nil || !c.Call.Await {
		t.out.Stale = true
		return nil
	}
	c.Call.Await = false
	c.Call.GreetStart, c.Call.GreetEnd = in.GreetStart, in.GreetEnd
	c.AMDStatus = in.Status
	t.Event(contact.ConnectedSystem)
	return t.begin(in)
}

// begin runs the flow that was fixed when the contact started. Where an action
// of it placed the call, it goes on from there.
func (t *Turn) begin(in contact.Input) error {
	p := &t.Contact.Position
	if p.Action != "" {
		return t.resume(in)
	}
	f, err := t.World.Content(p.Flow, p.Hash)
	if err != nil {
		return err
	}
	t.flow = f
	return t.run(f.start)
}

// callEnded ends the contact with its call. An unanswered call never runs its flow.
func (t *Turn) callEnded(in contact.CallEnded) {
	c := t.Contact
	if c.Channel != contact.Voice {
		t.out.Stale = true
		return
	}
	if c.Call == nil {
		c.Call = new(contact.Call)
	}
	answered := !c.Connected.IsZero()
	reason := DisconnectReason(in, answered, false)
	c.Call.Code, c.Call.Phrase, c.Call.RetryAfter = in.Code, in.Phrase, in.RetryAfter
	if c.AMD.Enable && c.AMDStatus == "" {
		c.AMDStatus = undetected(reason)
	}
	t.end(reason)
	t.again()
}

// undetected is the detector's status of a call that ended before there was
// anything to detect.
func undetected(reason string) string {
	switch reason {
	case "TELECOM_BUSY":
		return sitBusy
	case "TELECOM_NUMBER_INVALID":
		return sitInvalid
	case "TELECOM_UNANSWERED", "TELECOM_TIMEOUT":
		return amdUnanswered
	}
	return amdNotApplicable
}
