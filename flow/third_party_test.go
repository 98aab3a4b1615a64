package flow

import (
	"reflect"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

func thirdParty(t *testing.T, params string) *stage {
	s := stageOf(t, "VOICE", `
		a TransferParticipantToThirdParty `+params+` !NoMatchingError oops !CallFailed failed !ConnectionTimeLimitExceeded late > back
		back DisconnectParticipant
		failed DisconnectParticipant
		late DisconnectParticipant
		oops DisconnectParticipant`)
	s.w.numbers = map[string]*resource.Number{"desk": {Number: "+12065550188"}}
	s.c.Attributes = map[string]string{"n": "+12065550177"}
	s.answer()
	return s
}

func TestThirdParty(t *testing.T) {
	const params = `{"ThirdPartyPhoneNumber":"$.Attributes.n","ThirdPartyConnectionTimeLimitSeconds":"20","ContinueFlowExecution":"True","ThirdPartyDTMFDigits":"1,#","CallerId":{"Number":"desk","Name":"x"}}`
	for _, c := range []struct {
		in   contact.Input
		path string
	}{
		{contact.TransferEnded{Visit: 1, Outcome: "completed"}, "a:next, back:end"},
		{contact.TransferEnded{Visit: 1, Outcome: "failed", Code: "486"}, "a:error CallFailed, failed:end"},
		{contact.TransferEnded{Visit: 1, Outcome: "timeout"}, "a:error ConnectionTimeLimitExceeded, late:end"},
		{contact.TransferEnded{Visit: 1, Outcome: "completed", ByCaller: true}, ""},
		{contact.MessageReceived{Text: "x"}, ""},
	} {
		s := thirdParty(t, params)
		s.expectEffects(contact.TransferCall{Visit: 1, To: "+12065550177", From: "+12065550188", Name: "x", Timeout: 20, Digits: "1,#", Resume: true})
		s.hear(c.in)
		s.expectPath(c.path)
	}
	// The customer hangs up: the whole call is over.
	s := thirdParty(t, params)
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	s.hear(contact.TransferEnded{Visit: 1, Outcome: "completed"})
	s.expectStale()
}

// Without going on, the contact is over with the third party's call.
func TestThirdPartyForGood(t *testing.T) {
	const params = `{"ThirdPartyPhoneNumber":"+12065550177","ThirdPartyConnectionTimeLimitSeconds":"0","ContinueFlowExecution":"False"}`
	s := thirdParty(t, params)
	s.expectEffects(contact.TransferCall{Visit: 1, To: "+12065550177", From: "+12065550100"})
	s.hear(contact.TransferEnded{Visit: 1, Outcome: "completed"})
	s.expectEnd("THIRD_PARTY_DISCONNECT")
	s.expectEffects(contact.EndCall{Reason: "flow"})
	for _, outcome := range []string{"failed", "timeout"} {
		s = thirdParty(t, params)
		s.hear(contact.TransferEnded{Visit: 1, Outcome: outcome})
		s.expectPath("a:error NoMatchingError, oops:end")
	}
}

func TestThirdPartyRefused(t *testing.T) {
	for params, why := range map[string]string{
		`{"ThirdPartyPhoneNumber":"$.External.none","ThirdPartyConnectionTimeLimitSeconds":"20"}`:                           "is not an E.164 number",
		`{"ThirdPartyPhoneNumber":"+12065550177","ThirdPartyConnectionTimeLimitSeconds":"601"}`:                             "not a number up to 600",
		`{"ThirdPartyPhoneNumber":"+12065550177","ThirdPartyConnectionTimeLimitSeconds":"20","ThirdPartyDTMFDigits":"1a"}`:  "cannot be dialled",
		`{"ThirdPartyPhoneNumber":"+12065550177","ThirdPartyConnectionTimeLimitSeconds":"20","CallerId":{"Number":"gone"}}`: "is no number of the instance",
	} {
		s := thirdParty(t, params)
		s.expectPath("a:error NoMatchingError, oops:end")
		s.expectWhy(why)
	}
}

// A contact whose call has not been placed yet: what a whisper flow runs on.
func undialled(t *testing.T, params string) *stage {
	s := stageOf(t, "VOICE", `
		a CompleteOutboundCall `+params+` > b
		b MessageParticipant {"Text":"Hello."} > c
		c EndFlowExecution`)
	s.w.numbers = map[string]*resource.Number{"desk": {Number: "+12065550188"}}
	f := s.w.flows["f"]
	turn := &Turn{World: s.w, Contact: s.c, At: s.at}
	turn.enter(f, "OUTBOUND_WHISPER")
	if err := turn.run(f.start); err != nil {
		t.Fatal(err)
	}
	s.out = &turn.out
	return s
}

func TestCompleteOutboundCall(t *testing.T) {
	s := undialled(t, `{"CallerId":{"Number":"desk"}}`)
	s.expectEffects(contact.PlaceCall{From: "+12065550188", To: "+12065550100", RingTimeout: 60})
	s.hear(contact.CallRinging{})
	s.expectOpen("a")
	s.hear(contact.CallAnswered{})
	s.expectEvents(contact.ConnectedSystem)
	s.expectPath("a:next, b:wait")

	// Where the phone rings already it is not called twice.
	turn := &Turn{World: s.w, Contact: s.c, At: s.at, flow: s.w.flows["f"]}
	turn.node = turn.flow.start
	s.c.Connected, s.c.Call = time.Time{}, &contact.Call{State: "ringing"}
	if next := turn.completeCall(); !reflect.DeepEqual(next, Wait) || len(turn.out.Effects) > 0 {
		t.Errorf("%+v, effects %s", next, describe(turn.out.Effects))
	}

	s = undialled(t, `{}`)
	s.expectEffects(contact.PlaceCall{From: "+12065550199", To: "+12065550100", RingTimeout: 60})
	s.hear(contact.CallEnded{By: contact.ByNetwork, Code: "486"})
	s.expectEnd("TELECOM_BUSY")

	s = undialled(t, `{"CallerId":{"Number":"gone"}}`)
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote("no number of the instance")
	s = undialled(t, `{"VoiceConnector":{"VoiceConnectorType":"ChimeConnector"}}`)
	s.expectNote("cannot be had")

	s = stageOf(t, "VOICE", `
		a CompleteOutboundCall {} > b
		b DisconnectParticipant`)
	s.answer()
	s.expectPath("a:next, b:end")
	s.expectWhy("up already")
}

// The detector's word comes to the action too.
func TestCompleteOutboundCallToAMachine(t *testing.T) {
	s := undialled(t, `{}`)
	s.c.AMD.Enable = true
	s.hear(contact.CallAnswered{})
	s.expectOpen("a")
	s.hear(contact.MachineDetected{Status: "VOICEMAIL_BEEP"})
	s.expectPath("a:next, b:wait")
}
