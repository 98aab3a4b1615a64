package flow

import (
	"slices"
	"testing"
	"time"

	"outdial/contact"
)

const greet = `
	say MessageParticipant {"Text":"Hello $.Attributes.name"} > bye
	bye DisconnectParticipant`

const hold = `
	wait Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted bye !NoMatchingError bye > bye
	bye DisconnectParticipant`

func TestChatStarts(t *testing.T) {
	s := stageOf(t, "SMS", greet)
	s.c.Attributes = map[string]string{"name": "Ann"}
	s.c.Expires = noon.Add(time.Hour)
	s.c.Initial = []contact.SendMessage{{Text: "First"}}
	s.start()
	s.expectEvents(contact.Initiated, contact.ConnectedSystem, contact.DisconnectedType, contact.Completed)
	s.expectEffects(contact.Wake{Name: "expire", At: noon.Add(time.Hour)},
		contact.SendMessage{Text: "First", Initial: true}, contact.SendMessage{Visit: 1, Text: "Hello Ann"})
	s.expectPath("say:next, bye:end")
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	if !s.c.Connected.Equal(noon) || !s.c.Disconnected.Equal(noon) || !s.c.Updated.Equal(noon) {
		t.Errorf("times %v %v %v", s.c.Connected, s.c.Disconnected, s.c.Updated)
	}
}

func TestVoiceWaitsForTheAnswer(t *testing.T) {
	s := stageOf(t, "VOICE", greet)
	s.start()
	s.expectEvents(contact.Initiated)
	first := s.out
	s.hear(contact.Started{})
	s.expectStale()
	s.out = first
	s.expectEffects(contact.PlaceCall{From: "+12065550199", To: "+12065550100", RingTimeout: 60})
	s.hear(contact.CallRinging{})
	s.expectEvents()
	s.hear(contact.CallAnswered{Ref: "x"})
	s.expectEvents(contact.ConnectedSystem)
	s.expectPath("say:wait")
	s.hear(contact.CallAnswered{})
	s.expectStale()
	s.hear(contact.PromptEnded{Visit: 7})
	s.expectStale()
	s.hear(contact.PromptEnded{Visit: 1})
	s.expectPath("say:next, bye:end")
	s.expectEffects(contact.EndCall{Reason: "flow"})
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.hear(contact.CallEnded{By: contact.BySystem})
	s.expectStale()
}

func TestVoiceInbound(t *testing.T) {
	s := stageOf(t, "VOICE", greet)
	s.c.Method = contact.MethodInbound
	s.c.Connected, s.c.Call = noon, &contact.Call{State: "connected", Ref: "x"}
	s.start()
	s.expectEvents(contact.Initiated)
	s.expectPath("say:wait")
	if s.c.Connected.IsZero() {
		t.Error("not connected")
	}
}

func TestAnsweringMachine(t *testing.T) {
	const lines = `
		check CheckOutboundCallStatus ?Equals:CallAnswered human ?Equals:VoicemailBeep machine !NoMatchingError oops > oops
		human DisconnectParticipant
		machine DisconnectParticipant
		oops DisconnectParticipant`
	for status, want := range map[string]string{
		"HUMAN_ANSWERED": "check:condition Equals CallAnswered, human:end",
		"VOICEMAIL_BEEP": "check:condition Equals VoicemailBeep, machine:end",
		"AMD_ERROR":      "check:error NoMatchingError, oops:end",
		"AMD_UNRESOLVED": "check:next, oops:end",
	} {
		s := stageOf(t, "VOICE", lines)
		s.c.AMD.Enable, s.c.TrafficType = true, "CAMPAIGN"
		s.answer()
		s.expectEvents()
		s.expectPath("")
		s.hear(contact.MachineDetected{Status: status, GreetStart: noon, GreetEnd: noon})
		s.expectPath(want)
		if s.c.AMDStatus != status {
			t.Errorf("status %q", s.c.AMDStatus)
		}
		s.hear(contact.MachineDetected{Status: "AMD_ERROR"})
		s.expectStale()
	}
}

func TestCampaignWithoutDetection(t *testing.T) {
	s := stageOf(t, "VOICE", greet)
	s.c.TrafficType = "CAMPAIGN"
	s.answer()
	s.expectEvents(contact.ConnectedSystem, contact.AMDDisabled)
}

func TestDisconnectReason(t *testing.T) {
	code := func(s string) contact.CallEnded { return contact.CallEnded{By: contact.ByNetwork, Code: s} }
	cause := func(n int) contact.CallEnded { return contact.CallEnded{By: contact.ByNetwork, Code: "500", Cause: n} }
	by := func(s string) contact.CallEnded { return contact.CallEnded{By: s} }
	for _, c := range []struct {
		in                contact.CallEnded
		answered, stopped bool
		want              string
	}{
		{code("486"), false, false, "TELECOM_BUSY"}, {code("600"), false, false, "TELECOM_BUSY"},
		{code("603"), false, false, "TELECOM_BUSY"}, {cause(17), false, false, "TELECOM_BUSY"},
		{code("cause 17"), false, false, "TELECOM_BUSY"},
		{code("404"), false, false, "TELECOM_NUMBER_INVALID"}, {code("410"), false, false, "TELECOM_NUMBER_INVALID"},
		{code("484"), false, false, "TELECOM_NUMBER_INVALID"}, {code("604"), false, false, "TELECOM_NUMBER_INVALID"},
		{cause(1), false, false, "TELECOM_NUMBER_INVALID"}, {cause(22), false, false, "TELECOM_NUMBER_INVALID"},
		{cause(28), false, false, "TELECOM_NUMBER_INVALID"},
		{code("408"), false, false, "TELECOM_UNANSWERED"}, {code("480"), false, false, "TELECOM_UNANSWERED"},
		{cause(18), false, false, "TELECOM_UNANSWERED"}, {cause(19), false, false, "TELECOM_UNANSWERED"},
		{by(contact.ByTimer), false, false, "TELECOM_TIMEOUT"},
		{by(contact.BySystem), false, true, "TELECOM_ORIGINATOR_CANCEL"},
		{code("403"), false, false, "TELECOM_POTENTIAL_BLOCKING"}, {code("607"), false, false, "TELECOM_POTENTIAL_BLOCKING"},
		{code("608"), false, false, "TELECOM_POTENTIAL_BLOCKING"}, {cause(21), false, false, "TELECOM_POTENTIAL_BLOCKING"},
		{code("503"), false, false, "TELECOM_PROBLEM"}, {code(""), false, false, "TELECOM_PROBLEM"},
		{code("x"), false, false, "TELECOM_PROBLEM"}, {code("cause x"), false, false, "TELECOM_PROBLEM"},
		{contact.CallEnded{Code: "486", Cause: 21}, false, false, "TELECOM_BUSY"},
		{by(contact.ByLostNode), false, false, "OTHER"}, {by(contact.ByLostNode), true, false, "OTHER"},
		{by(contact.ByCustomer), true, false, "CUSTOMER_DISCONNECT"},
		{by(contact.BySystem), true, false, "CONTACT_FLOW_DISCONNECT"},
		{by(contact.BySystem), true, true, "OTHER"},
		{by(contact.ByAgent), true, false, "AGENT_DISCONNECT"},
		{by(contact.ByNetwork), true, false, "TELECOM_PROBLEM"},
	} {
		if got := DisconnectReason(c.in, c.answered, c.stopped); got != c.want {
			t.Errorf("%+v answered %v stopped %v: %s, want %s", c.in, c.answered, c.stopped, got, c.want)
		}
	}
}

func TestUnanswered(t *testing.T) {
	for _, c := range []struct {
		in          contact.CallEnded
		reason, amd string
	}{
		{contact.CallEnded{By: contact.ByNetwork, Code: "486", Phrase: "Busy Here", RetryAfter: 9}, "TELECOM_BUSY", sitBusy},
		{contact.CallEnded{By: contact.ByNetwork, Code: "404"}, "TELECOM_NUMBER_INVALID", sitInvalid},
		{contact.CallEnded{By: contact.ByTimer}, "TELECOM_TIMEOUT", amdUnanswered},
		{contact.CallEnded{By: contact.ByNetwork, Code: "503"}, "TELECOM_PROBLEM", amdNotApplicable},
	} {
		s := stageOf(t, "VOICE", greet)
		s.c.AMD.Enable = true
		s.start()
		s.hear(contact.CallRinging{})
		s.hear(c.in)
		s.expectEnd(c.reason)
		s.expectPath("")
		s.expectEffects()
		s.expectEvents(contact.DisconnectedType, contact.Completed)
		if s.c.AMDStatus != c.amd || s.c.Call.Code != c.in.Code || s.c.Call.RetryAfter != c.in.RetryAfter {
			t.Errorf("amd %q, call %+v", s.c.AMDStatus, s.c.Call)
		}
	}
}

func TestHangUpWhileDetecting(t *testing.T) {
	s := stageOf(t, "VOICE", greet)
	s.c.AMD.Enable = true
	s.answer()
	s.hear(contact.CallEnded{By: contact.ByCustomer})
	s.expectEnd("CUSTOMER_DISCONNECT")
	if s.c.AMDStatus != amdNotApplicable {
		t.Errorf("status %q", s.c.AMDStatus)
	}
}

func TestStop(t *testing.T) {
	s := stageOf(t, "SMS", hold)
	s.start()
	s.hear(contact.StopRequested{})
	s.expectEnd("API")
	s.hear(contact.StopRequested{})
	s.expectStale()

	s = stageOf(t, "VOICE", greet)
	s.start()
	s.hear(contact.StopRequested{})
	s.expectEnd("TELECOM_ORIGINATOR_CANCEL")
	s.expectEffects(contact.EndCall{Reason: "API"})

	s = stageOf(t, "VOICE", greet)
	s.answer()
	s.hear(contact.StopRequested{})
	s.expectEnd("OTHER")
	s.expectEffects(contact.EndCall{Reason: "API"})
	s.hear(contact.CallEnded{By: contact.BySystem})
	s.expectStale()
}

func TestExpire(t *testing.T) {
	s := stageOf(t, "SMS", hold)
	s.c.Expires = noon.Add(time.Minute)
	s.start()
	s.hear(contact.TimerFired{Name: "expire"})
	s.expectEffects(contact.Wake{Name: "expire", At: noon.Add(time.Minute)})
	s.later(time.Minute).hear(contact.TimerFired{Name: "expire"})
	s.expectEnd("EXPIRED")
}

func TestMessageRefused(t *testing.T) {
	s := stageOf(t, "SMS", hold)
	s.start()
	s.hear(contact.MessageRefused{ID: "m", Code: "21610"})
	s.expectEnd("CUSTOMER_CONNECTION_NOT_ESTABLISHED")

	s = stageOf(t, "SMS", hold)
	s.start()
	s.hear(contact.MessageSent{ID: "m"})
	s.hear(contact.MessageRefused{ID: "m", Visit: 9, Code: "21610"})
	s.expectOpen("wait")
	s.expectNote("21610")
	s.hear(contact.MessageRefused{ID: "m", Visit: s.c.Position.Visit})
	s.expectPath("wait:error NoMatchingError, bye:end")
}

func TestUpdatedAfterTheEnd(t *testing.T) {
	s := stageOf(t, "SMS", greet)
	s.start()
	s.later(time.Hour).hear(contact.ContactUpdated{Attributes: map[string]string{"a": "1"}})
	s.expectEvents(contact.DataUpdated)
	s.hear(contact.ContactUpdated{Attributes: map[string]string{"a": ""}, Tag: map[string]string{"k": "v"}})
	s.expectEvents(contact.DataUpdated, contact.DataUpdated)
	if _, there := s.c.Attributes["a"]; there || s.c.Tags["k"] != "v" || !s.c.Updated.Equal(s.at) {
		t.Errorf("contact %+v", s.c)
	}
	s.hear(contact.RecordingKept{Recording: contact.Recording{Path: "p", Started: s.at}})
	s.hear(contact.RecordingKept{Recording: contact.Recording{Path: "q", Started: s.at}})
	s.hear(contact.RecordingKept{Recording: contact.Recording{Path: "p", Started: s.at, Stopped: s.at}})
	if k := s.c.Kept; len(k) != 2 || k[0].Path != "p" || k[0].Stopped.IsZero() || !k[1].Stopped.IsZero() {
		t.Errorf("kept %+v", k)
	}
	s.hear(contact.MessageReceived{Text: "hi"})
	s.expectStale()
}

func TestErrorWithoutBranch(t *testing.T) {
	s := stageOf(t, "SMS", `
		go TransferToFlow {"ContactFlowId":"nowhere"} > bye
		bye DisconnectParticipant`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote("nowhere")
	s.expectPath("go:end")
}

func TestSpin(t *testing.T) {
	s := stageOf(t, "SMS", `
		a UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Disabled"} > b
		b UpdateFlowLoggingBehavior {"FlowLoggingBehavior":"Disabled"} > a`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote(`["a" "b"]`)
	if len(s.out.Passed) != maxActions {
		t.Errorf("passed %d", len(s.out.Passed))
	}
}

// A loop that speaks does not write to the customer a thousand times; what came
// before it is said in full.
func TestSpinSpeaks(t *testing.T) {
	s := stageOf(t, "SMS", `
		l Loop {"LoopCount":"3"} > a ?Equals:ContinueLooping hi ?Equals:DoneLooping a
		hi MessageParticipant {"Text":"hi"} > l
		a UpdateContactAttributes {"Attributes":{"n":"$.Attributes.n,"}} > b
		b MessageParticipant {"Text":"n $.Attributes.n"} > a`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	var said []string
	for _, e := range s.out.Effects {
		if m, ok := e.(contact.SendMessage); ok {
			said = append(said, m.Text)
		}
	}
	if !slices.Equal(said, []string{"hi", "hi", "hi", "n ,"}) {
		t.Errorf("said %q", said)
	}
	s.expectNote("is not sent")
}

// A loop that only starts contacts spins, though it waits for each of them; one
// that hears from outside in between does not.
func TestSpinStartsContacts(t *testing.T) {
	made := func(s *stage) {
		s.hear(contact.ContactCreated{Visit: s.c.Position.Visit, ID: "made"})
	}
	s := stageOf(t, "SMS", `a CreateTask {"Name":"x","ContactFlowId":"f"} > a`)
	s.start()
	for range maxActions - 1 {
		made(s)
	}
	if !s.c.Open() || s.c.Position.Visit != maxActions {
		t.Fatalf("open %t after %d actions", s.c.Open(), s.c.Position.Visit)
	}
	made(s)
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote("spins")

	s = stageOf(t, "SMS", `
		a CreateTask {"Name":"x","ContactFlowId":"f"} > w
		w Wait {"TimeLimitSeconds":"60"} ?Equals:WaitCompleted a !NoMatchingError a > a`)
	s.start()
	for range maxActions {
		made(s)
		if s.c.Position.Round != 0 || s.c.Position.Action != "w" {
			t.Fatalf("round %d at a wait", s.c.Position.Round)
		}
		s.later(time.Minute).hear(contact.TimerFired{Name: "wait", Visit: s.c.Position.Visit})
	}
	if !s.c.Open() {
		t.Errorf("it ended: %v", s.out.Notes)
	}
}

func TestUnknownTypeAndMissingAction(t *testing.T) {
	s := stageOf(t, "SMS", `a MakeCoffee > b`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote("MakeCoffee")
	s = stageOf(t, "SMS", `a MessageParticipant {"Text":"x"} > b`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote(`"b", which is not there`)
}

func TestParkedContactKeepsItsFlow(t *testing.T) {
	s := stageOf(t, "SMS", hold)
	s.start()
	s.publish("f", greet)
	s.hear(contact.TimerFired{Name: "wait", Visit: 1})
	s.expectPath("wait:condition Equals WaitCompleted, bye:end")
}

func TestFlowThatIsGone(t *testing.T) {
	s := stageOf(t, "SMS", greet)
	s.c.Position.Flow = "gone"
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	s.expectNote("gone")
}

func TestMessageThatNothingWaitsFor(t *testing.T) {
	s := stageOf(t, "SMS", hold)
	s.start()
	s.hear(contact.MessageReceived{Text: "hello?"})
	s.expectOpen("wait")
	s.expectNote("MessageReceived")
}
