package flow

import (
	"strings"
	"testing"

	"outdial/contact"
)

func TestRecordingOfTheSystem(t *testing.T) {
	s := stageOf(t, "VOICE", `
		a UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"],"ScreenRecordedParticipants":["Agent"],"IVRRecordingBehavior":"Enabled"},"AnalyticsBehavior":{"Enabled":"True","AnalyticsLanguage":"$.LanguageCode"}} > b
		b UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent"],"IVRRecordingBehavior":"Enabled"}} > c
		c UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":[]}} > d
		d Wait {"TimeLimitSeconds":"60","ContinueExecution":"True"} ?Equals:Continue e ?Equals:WaitCompleted e > e
		e MessageParticipant {"Text":"x"} > e`)
	s.answer()
	// The second says the same for now; the third turns it off.
	if got := describe(s.out.Effects[:2]); got != `RecordCall{"parties":["Agent","Customer"]} RecordCall{}` {
		t.Error(got)
	}
	s.expectWhy("once an agent joins; screens cannot be recorded; nothing analyses contacts here")
	if string(s.c.Recording) != `{}` {
		t.Errorf("kept %s", s.c.Recording)
	}
}

// With an agent on the call, those who are named are recorded at once.
func TestRecordingOfTheConversation(t *testing.T) {
	s := stageOf(t, "VOICE", `
		a UpdateContactRecordingAndAnalyticsBehavior {"VoiceBehavior":{"VoiceRecordingBehavior":{"RecordedParticipants":["Agent","Customer"]},"VoiceAnalyticsBehavior":{"Enabled":"True","AnalyticsLanguage":"en-US"}},"ScreenRecordingBehavior":{"ScreenRecordedParticipants":[]}} !NoMatchingError b !ChannelMismatch b > b
		b MessageParticipant {"Text":"x"} > b`)
	s.c.Agent = &contact.Agent{ID: "u", Connected: noon}
	s.answer()
	if got := describe(s.out.Effects[:1]); got != `RecordCall{"parties":["Agent","Customer"]}` {
		t.Error(got)
	}
	s.expectEvents(contact.ConnectedSystem, contact.DataUpdated)
	if got := string(s.c.Recording); got != `{"RecordedParticipants":["Agent","Customer"],"AnalyticsBehavior":{"AnalyticsLanguage":"en-US","Enabled":"True"}}` {
		t.Error(got)
	}
}

func TestRecordingOnOtherChannels(t *testing.T) {
	const both = ` !NoMatchingError oops !ChannelMismatch other > done
		done DisconnectParticipant
		other DisconnectParticipant
		oops DisconnectParticipant`
	for _, c := range []struct{ channel, params, path string }{
		{"SMS", `{"VoiceBehavior":{}}`, "a:error ChannelMismatch, other:end"},
		{"TASK", `{"ChatBehavior":{}}`, "a:error ChannelMismatch, other:end"},
		{"VOICE", `{"ChatBehavior":{}}`, "a:error ChannelMismatch, other:end"},
		{"EMAIL", `{"ScreenRecordingBehavior":{"ScreenRecordedParticipants":["Agent"]}}`, "a:error ChannelMismatch, other:end"},
		{"TASK", `{"ScreenRecordingBehavior":{"ScreenRecordedParticipants":["Agent"]}}`, "a:next, done:end"},
		{"SMS", `{"ChatBehavior":{"ChatAnalyticsBehavior":{"Enabled":"True"}}}`, "a:next, done:end"},
		{"SMS", `{"ChatBehavior":{"ChatAnalyticsBehavior":{"InFlightChatRedactionConfiguration":{"Enabled":"True"}}}}`, "a:error NoMatchingError, oops:end"},
	} {
		s := stageOf(t, c.channel, "a UpdateContactRecordingAndAnalyticsBehavior "+c.params+both)
		if s.start(); c.channel == "VOICE" {
			s.hear(contact.CallAnswered{})
		}
		s.expectPath(c.path)
	}
	s := stageOf(t, "SMS", `a UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"]}} > b
		b DisconnectParticipant`)
	s.start()
	s.expectPath("a:next, b:end")
	s.expectWhy("in the transcript")
	s = stageOf(t, "TASK", `a UpdateContactRecordingBehavior {"RecordingBehavior":{"RecordedParticipants":["Agent"]}} > b
		b DisconnectParticipant`)
	s.start()
	s.expectPath("a:next, b:end")
	s.expectWhy("does not run on TASK")
}

func TestStreaming(t *testing.T) {
	const line = `{"MediaStreamingState":"%s","Participants":[{"ParticipantType":"Customer","MediaDirections":[%s]}],"MediaStreamType":"Audio"}`
	action := func(id, state, directions, next string) string {
		return id + " UpdateContactMediaStreamingBehavior " + strings.Replace(strings.Replace(line, "%s", state, 1), "%s", directions, 1) + " > " + next + "\n"
	}
	s := stageOf(t, "VOICE", action("a", "Enabled", `"From"`, "b")+action("b", "Enabled", `"From","To"`, "c")+`c MessageParticipant {"Text":"x"} > d
		`+action("d", "Disabled", `"From"`, "e")+`e MessageParticipant {"Text":"x"} > e`)
	s.answer()
	for _, want := range []string{`StreamCall{"visit":1,"enabled":true,"tracks":["From"]}`, `StreamCall{"visit":2,"enabled":true,"tracks":["From","To"]}`} {
		if got := describe(s.out.Effects[:1]); got != want {
			t.Error(got)
		}
		s.hear(contact.StreamChanged{Visit: s.c.Position.Visit})
	}
	s.expectVar("$.MediaStreams.Customer.Audio.StartTimestamp [$.MediaStreams.Customer.Audio.StopTimestamp]", "1795176000000 []")
	s.later(1e9).hear(contact.PromptEnded{Visit: 3})
	if got := describe(s.out.Effects[:1]); got != `StreamCall{"visit":4,"enabled":false}` {
		t.Error(got)
	}
	s.hear(contact.StreamChanged{Visit: 3}) // is of an earlier visit
	s.hear(contact.StreamChanged{Visit: 4})
	s.expectVar("$.MediaStreams.Customer.Audio.StartTimestamp $.MediaStreams.Customer.Audio.StopTimestamp", "1795176000000 1795176001000")
}

// What cannot be streamed takes the error branch, and is not streamed.
func TestStreamingFails(t *testing.T) {
	const on = `UpdateContactMediaStreamingBehavior {"MediaStreamingState":"Enabled","Participants":[{"ParticipantType":"Customer","MediaDirections":["From"]}],"MediaStreamType":"Audio"}`
	s := stageOf(t, "VOICE", "a "+on+` !NoMatchingError c > b
		b MessageParticipant {"Text":"x"} > b
		c MessageParticipant {"Text":"y"} > c`)
	s.answer()
	s.hear(contact.EffectFailed{Visit: s.c.Position.Visit, Effect: "StreamCall", Message: "nobody is there"})
	s.expectPath("a:error NoMatchingError, c:wait")
	s.expectVar("[$.MediaStreams.Customer.Audio.StartTimestamp]", "[]")
}
