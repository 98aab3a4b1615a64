package flow

import "outdial/contact"

// completeOutboundCall dials the customer of an outbound call that has not been
// placed yet. It has no error branch: a call that is not answered ends the
// contact, as every call that is not answered does.
var completeOutboundCall = Spec{
	Doc: docs + "contact-actions-completeoutboundcall.html",
	Params: []Param{
		{Name: "CallerId", Shape: Object, Members: []Param{{Name: "Number", Use: J, Required: true}}},
		{Name: "VoiceConnector", Shape: Object, Members: []Param{
			{Name: "VoiceConnectorType", Use: S, Required: true, Enum: []string{"ChimeConnector"}},
			{Name: "VoiceConnectorArn", Required: true},
			{Name: "FromUser", Required: true},
			{Name: "ToUser", Required: true},
			{Name: "UserToUserInformation"},
		}},
		{Name: "ConnectionTimeLimitSeconds", Shape: Int, Min: 1, Max: 600},
	},
	Channels: V,
	Flows:    OW,
	Waits:    true,
	Run:      runCompleteOutboundCall,
}

func runCompleteOutboundCall(t *Turn) Next {
	switch t.Input.(type) {
	case nil:
		return t.completeCall()
	case contact.CallAnswered, contact.MachineDetected:
		return t.Next()
	}
	return Ignore
}

func (t *Turn) completeCall() Next {
	c := t.Contact
	switch {
	case !c.Connected.IsZero():
		return t.NextSaying("the call is up already")
	case c.Call != nil && (c.Call.State == "dialing" || c.Call.State == "ringing"):
		return Wait // somebody else has placed it
	case t.Has("VoiceConnector"):
		return t.Disconnect("voice connectors of Amazon Chime cannot be had")
	}
	from := c.System.Address
	if t.Has("CallerId") {
		why := ""
		if from, why = t.callerID(t.Text("CallerId", "Number")); why != "" {
			return t.Disconnect(why)
		}
	}
	ring := c.RingTimeout
	if ring == 0 {
		ring = defaultRing
	}
	c.Call = &contact.Call{State: "dialing"}
	t.Do(contact.PlaceCall{From: from, FromName: c.System.DisplayName, To: c.Customer.Address, RingTimeout: ring, AMD: c.AMD})
	return Wait
}
