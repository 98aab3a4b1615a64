package flow

import "outdial/contact"

// updateContactRecordingAndAnalyticsBehavior says who is recorded and how the
// contact is analysed, for one channel. The documentation lets the recording of
// screens stand beside either channel.
var updateContactRecordingAndAnalyticsBehavior = Spec{
	Doc: docs + "contact-actions-updatecontactrecordingandanalyticsbehavior.html",
	Params: []Param{
		{Name: "VoiceBehavior", Shape: Object, Members: []Param{
			{Name: "VoiceRecordingBehavior", Shape: Object, Members: []Param{
				{Name: "RecordedParticipants", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: []string{"Agent", "Customer"}}}},
				{Name: "IVRRecordingBehavior", Use: S, Enum: []string{"Enabled", "Disabled"}},
			}},
			{Name: "VoiceAnalyticsBehavior", Shape: Object, Members: analyticsParams(voiceModes)},
		}},
		{Name: "ChatBehavior", Shape: Object, Members: []Param{
			{Name: "ChatAnalyticsBehavior", Shape: Object, Members: append(analyticsParams(chatModes),
				Param{Name: "InFlightChatRedactionConfiguration", Shape: Object, Members: []Param{
					{Name: "Enabled", Shape: Bool, Use: S},
					{Name: "RedactionMaskMode", Use: S, Enum: maskModes},
					{Name: "RedactionEntities", Shape: List, Use: S, Min: 1, Members: []Param{{Use: S}}},
					{Name: "DeliverUnprocessedMessages", Shape: Bool, Use: S},
				}})},
		}},
		{Name: "ScreenRecordingBehavior", Shape: Object, Members: []Param{
			{Name: "ScreenRecordedParticipants", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: []string{"Agent"}}}},
		}},
	},
	Groups: []Group{
		{Names: []string{"VoiceBehavior", "ChatBehavior"}, Rule: AtMostOne},
		{Names: []string{"VoiceBehavior", "ChatBehavior", "ScreenRecordingBehavior"}, Rule: AtLeastOne},
	},
	Errors: []ErrorRule{
		{Type: noMatch, Use: Required},
		{Type: channelMismatch, Use: Required},
		{Type: noRedaction, Use: Required, When: When{Param: "ChatBehavior"}},
	},
	Run: runUpdateContactRecordingAndAnalyticsBehavior,
}

const (
	channelMismatch = "ChannelMismatch"
	noRedaction     = "InFlightRedactionConfigurationFailed"
)

func analyticsParams(modes []string) []Param {
	return []Param{
		{Name: "Enabled", Shape: Bool, Use: S},
		{Name: "AnalyticsLanguage"},
		modesOf(modes),
		{Name: "ConversationalAnalyticsRedactionConfiguration", Shape: Object, Members: []Param{
			{Name: "Enabled", Shape: Bool, Use: S},
			{Name: "RedactionResults", Enum: []string{"None", "RedactedAndOriginal", "RedactedOnly"}},
			{Name: "RedactionMaskMode", Use: S, Enum: maskModes},
			{Name: "RedactionEntities", Shape: List, Use: S, Min: 1, Members: []Param{{Use: S}}},
		}},
		{Name: "SentimentConfiguration", Shape: Object, Members: []Param{{Name: "Enabled", Shape: Bool, Use: S}}},
		{Name: "SummaryConfiguration", Shape: Object, Members: []Param{summaryModes}},
	}
}

func runUpdateContactRecordingAndAnalyticsBehavior(t *Turn) Next {
	ch := t.Contact.Channel
	switch {
	case t.Has("VoiceBehavior") && ch != contact.Voice:
		return t.Fail(channelMismatch, "a behaviour of voice, and the contact is "+t.channel())
	case t.Has("ChatBehavior") && ch != contact.Chat:
		return t.Fail(channelMismatch, "a behaviour of chat, and the contact is "+t.channel())
	case ch == contact.Email:
		return t.Fail(channelMismatch, "screens are recorded with calls, chats and tasks")
	}
	r := recordingOf(t.Contact)
	if t.Has("VoiceBehavior", "VoiceRecordingBehavior") {
		r.Parties = t.Texts("VoiceBehavior", "VoiceRecordingBehavior", "RecordedParticipants")
		r.System = t.Text("VoiceBehavior", "VoiceRecordingBehavior", "IVRRecordingBehavior")
	}
	if t.Has("ScreenRecordingBehavior") {
		r.Screens = t.Texts("ScreenRecordingBehavior", "ScreenRecordedParticipants")
	}
	chat := []string{"ChatBehavior", "ChatAnalyticsBehavior"}
	if t.Bool(append(chat, "InFlightChatRedactionConfiguration", "Enabled")...) {
		return t.Fail(noRedaction, "messages cannot be redacted on their way")
	}
	if a := t.JSON("VoiceBehavior", "VoiceAnalyticsBehavior"); a != nil {
		r.Analytics = a
	}
	if a := t.JSON(chat...); a != nil {
		r.Analytics = a
	}
	return t.NextSaying(t.record(r))
}
