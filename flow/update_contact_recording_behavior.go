package flow

// updateContactRecordingBehavior says who is recorded, and how the contact is
// analysed. It has no error branch, so it goes on whatever the channel.
var updateContactRecordingBehavior = Spec{
	Doc: docs + "contact-actions-updatecontactrecordingbehavior.html",
	Params: []Param{
		{Name: "RecordingBehavior", Shape: Object, Members: []Param{
			{Name: "RecordedParticipants", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: []string{"Agent", "Customer"}}}},
			{Name: "ScreenRecordedParticipants", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: []string{"Agent"}}}},
			{Name: "IVRRecordingBehavior", Use: S, Enum: []string{"Enabled", "Disabled"}},
		}},
		{Name: "AnalyticsBehavior", Shape: Object, Members: []Param{
			{Name: "Enabled", Shape: Bool, Use: S},
			{Name: "AnalyticsLanguage"},
			{Name: "AnalyticsRedactionBehavior", Use: S, Enum: []string{"Enabled", "Disabled"}},
			{Name: "AnalyticsRedactionResults", Enum: []string{"None", "RedactedAndOriginal", "RedactedOnly"}},
			{Name: "AnalyticsRedactionMaskMode", Use: S, Enum: maskModes},
			{Name: "AnalyticsRedactionEntities", Shape: List, Use: S, Min: 1, Members: []Param{{Use: S}}},
			{Name: "AnalyticsMode", Use: S, Enum: []string{"PostCall", "PostContact", "RealTime"}}, // of older exports
			{Name: "ChannelConfiguration", Shape: Object, Members: []Param{
				{Name: "Voice", Shape: Object, Members: []Param{modesOf(voiceModes)}},
				{Name: "Chat", Shape: Object, Members: []Param{modesOf(chatModes)}},
			}},
			{Name: "SentimentConfiguration", Shape: Object, Members: []Param{{Name: "Enabled", Shape: Bool, Use: S}}},
			{Name: "SummaryConfiguration", Shape: Object, Members: []Param{summaryModes}},
		}},
	},
	Groups:   []Group{{Names: []string{"RecordingBehavior", "AnalyticsBehavior"}, Rule: AtLeastOne}},
	Channels: V | C,
	Else:     ElseNext,
	Flows:    I | Q | OW | TA | TQ,
	Run:      runUpdateContactRecordingBehavior,
}

var (
	maskModes    = []string{"EntityType", "PII"}
	voiceModes   = []string{"PostContact", "RealTime", "AutomatedInteraction"}
	chatModes    = []string{"ContactLens"}
	summaryModes = Param{Name: "SummaryModes", Shape: List, Use: S, Empty: true,
		Members: []Param{{Use: S, Enum: []string{"PostContact", "AutomatedInteraction"}}}}
)

func modesOf(modes []string) Param {
	return Param{Name: "AnalyticsModes", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: modes}}}
}

func runUpdateContactRecordingBehavior(t *Turn) Next {
	r := recordingOf(t.Contact)
	if t.Has("RecordingBehavior") {
		r.Parties = t.Texts("RecordingBehavior", "RecordedParticipants")
		r.Screens = t.Texts("RecordingBehavior", "ScreenRecordedParticipants")
		r.System = t.Text("RecordingBehavior", "IVRRecordingBehavior")
	}
	r.Analytics = t.JSON("AnalyticsBehavior")
	return t.NextSaying(t.record(r))
}
