package flow

import (
	"slices"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// The text of a template is its parts in their order, and rendering never fails.
func FuzzReference(f *testing.F) {
	for _, s := range []string{"", "$", "$.", "a $.Attributes.name b", "$['Attributes']['x']", "$.External.['`$.Attributes.k`']",
		"$.External['`$.Attributes['k']`'].a[0]", "$.Attributes.['", "$[']']", "$.A['`b`c']", "$.Channel.x", "\xff$.\xff", "$.A['``']"} {
		f.Add(s)
	}
	turn := &Turn{World: &testWorld{}, Contact: &contact.Contact{Attributes: map[string]string{"k": "v"},
		Vars: map[string]any{"External": map[string]any{"v": []any{1.0}}}}}
	f.Fuzz(func(t *testing.T, s string) {
		tpl := parseTemplate(s)
		turn.render(&tpl)
		if tpl.static() {
			return
		}
		whole := ""
		for _, p := range tpl.parts {
			if p.ref != nil {
				whole += p.ref.source
			} else {
				whole += p.literal
			}
		}
		if whole != s {
			t.Errorf("%q is made of %q", s, whole)
		}
	})
}

// Whatever a flow says and whatever is heard: no panic, no hang, and the same
// after the contact was kept.
func FuzzFlow(f *testing.F) {
	for _, lines := range []string{greet, hold, menu, talkLines, lambda(""),
		"a InvokeFlowModule {\"FlowModuleId\":\"f\"} > a", "a TransferToFlow {\"ContactFlowId\":\"f\"} > a",
		"a Loop {\"LoopCount\":\"3\"} ?Equals:ContinueLooping a ?Equals:DoneLooping b > b\nb EndFlowModuleExecution",
		"a Wait {\"TimeLimitSeconds\":\"3\",\"ContinueExecution\":\"True\"} ?Equals:Continue b > b\nb MessageParticipant {\"Text\":\"x\"} > b",
		"a UpdateFlowAttributes {\"FlowAttributes\":{\"k\":{\"Value\":\"1\"}}} > b\nb CheckHoursOfOperation {} > a"} {
		f.Add(script(lines), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, true)
		f.Add(script(lines), []byte{2, 2, 9, 9, 7}, false)
	}
	for _, lines := range contactLines() {
		f.Add(script(lines), []byte{0, 1, 6, 18, 2, 19, 17, 16, 14}, true)
		f.Add(script(lines), []byte{1, 18, 6, 6, 14, 1}, false)
	}
	f.Add([]byte(`{"Actions":[{"Identifier":"a","Type":"Loop","Parameters":null,"Transitions":[]}],"StartAction":"a"}`), []byte{1}, true)
	f.Fuzz(func(t *testing.T, doc, heard []byte, voice bool) {
		Check(doc, CheckOptions{Strict: voice, Channel: contact.Chat})
		fl, err := Parse("f", doc)
		if err != nil || len(heard) > 50 {
			return
		}
		s := stageOf(t, "SMS", greet)
		s.w.flows["f"] = fl
		s.w.bots = bookable()
		s.w.hours = map[string]*resource.Hours{"": {TimeZone: "UTC"}}
		s.w.serves = map[string]bool{profiles: true, cases: true, tables: true}
		if voice {
			s.c.Channel, s.c.Subtype = contact.Voice, ""
		}
		s.hear(contact.Started{})
		for _, b := range heard {
			s.later(time.Second).hear(anyInput(b, s.c.Position.Visit))
		}
	})
}

// contactLines gives flows of one action each: those that reach a service, and
// those that do something with the contact.
func contactLines() []string {
	all := append(slices.Clone(serviceLines),
		`TransferParticipantToThirdParty {"ThirdPartyPhoneNumber":"+12065550177","ThirdPartyConnectionTimeLimitSeconds":"20","ContinueFlowExecution":"True"}`,
		`CompleteOutboundCall {}`,
		`ShowView {"ViewResource":{"Id":"form"},"InvocationTimeLimitSeconds":"60","ViewData":{"Sections":[{"Type":"FormInput","Name":"n"}],"Next":"x"}} ?Equals:Next a`,
		`CreateTask {"Name":"x","ContactFlowId":"f","References":{"URL":"x"},"DelaySeconds":"5"}`,
		`UpdateContactData {"Name":"$.Views.Action","TargetContact":"Related"}`,
		`UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent"],"IVRRecordingBehavior":"Enabled"}}`,
		`UpdateContactRecordingAndAnalyticsBehavior {"VoiceBehavior":{"VoiceAnalyticsBehavior":{"Enabled":true}}}`,
		`UpdateContactMediaStreamingBehavior {"MediaStreamingState":"Enabled","Participants":[{"MediaDirections":["From"]}]}`,
		`UpdateContactMediaProcessing {"ChatProcessor":{"ProcessingEnabled":"False"}}`,
		`TagContact {"Tags":{"a":"$.Customer"}}`,
		`UntagContact {"TagKeys":["a"]}`,
		`CreatePersistentContactAssociation {"RehydrationType":"FROM_SEGMENT","SourceContactId":"x"}`,
		`AuthenticateParticipant {}`,
		`CheckVoiceId {"CheckVoiceIdOption":"fraudDetection"}`)
	for i := range all {
		all[i] = "a " + all[i] + " !NoMatchingError b > b\nb MessageParticipant {\"Text\":\"$.Customer $.Case $.Views $.DataTableList\"} > a"
	}
	return all
}

// anyInput gives one of all inputs.
func anyInput(b byte, visit int) contact.Input {
	switch b % 20 {
	case 0:
		return contact.CallAnswered{}
	case 1:
		return contact.MessageReceived{Text: "mon"}
	case 2:
		return contact.PromptEnded{Visit: visit}
	case 3:
		return contact.DigitsReceived{Visit: visit, Digits: "1", End: contact.Complete}
	case 4:
		return contact.TimerFired{Name: "wait", Visit: visit}
	case 5:
		return contact.FunctionReturned{Visit: visit, Payload: []byte(`{"a":"b"}`)}
	case 6:
		return contact.ServiceReturned{Visit: visit, Payload: []byte(`{"sessionState":{}}`)}
	case 7:
		return contact.SpeechReceived{Visit: visit, Text: "book"}
	case 8:
		return contact.MessageRefused{Visit: visit}
	case 9:
		return contact.MessageSent{}
	case 10:
		return contact.ContactUpdated{Attributes: map[string]string{"k": "v"}}
	case 11:
		return contact.EffectFailed{Visit: visit, Effect: "PlayPrompt"}
	case 12:
		return contact.QueueMoved{Outcome: "joined"}
	case 13:
		return contact.TimerFired{Name: "wait 1"}
	case 14:
		return contact.ContactCreated{Visit: visit, ID: "c-2"}
	case 16:
		return contact.TransferEnded{Visit: visit, Outcome: "failed"}
	case 17:
		return contact.TransferEnded{Visit: visit, Outcome: "completed"}
	case 18:
		return contact.ServiceReturned{Visit: visit, Payload: []byte(`{"Items":[{"ProfileId":"p","Object":"{}"}],"ProfileId":"p","caseId":"c","cases":[{"caseId":"c"}],"Values":[{"AttributeName":"a"}]}`)}
	case 19:
		return contact.MachineDetected{Status: "HUMAN_ANSWERED"}
	}
	return contact.CallEnded{By: contact.ByCustomer}
}
