package flow

// connectParticipantWithAgenticCX would hand the conversation to an application of
// Agentic CX Designer. How it lies in JSON is not documented: this is what exports
// of the console hold.
var connectParticipantWithAgenticCX = Spec{
	Doc:  "https://docs.aws.amazon.com/connect/latest/adminguide/agentic-cx-block.html",
	Kind: Unavailable,
	Why:  "Agentic CX applications cannot be had",
	Params: []Param{
		{Name: "AgentConfiguration", Shape: Object, Required: true, Members: []Param{
			{Name: "WorkspaceId", Required: true}, {Name: "ApplicationId", Required: true}, {Name: "Alias", Required: true},
			{Name: "ContextVariables", Shape: Map, Members: []Param{{}}},
		}},
		{Name: "SpeechRecognitionConfiguration", Shape: Object, Members: []Param{{Name: "SpeechRecognitionEngine"}}},
		{Name: "AudioFillerConfiguration", Shape: Object, Members: []Param{
			{Name: "Enabled", Shape: Bool}, {Name: "AudioType"}, {Name: "StartDelayInMilliseconds", Shape: Int},
			{Name: "MinimumPlayDurationInMilliseconds", Shape: Int}, {Name: "ResponseDeliveryDelayInMilliseconds", Shape: Int},
		}},
	},
	Errors:   []ErrorRule{{Type: noMatch, Use: Required}, {Type: noCondition}, {Type: timeLimit}},
	Results:  []ResultRule{{Ops: equals}},
	Channels: V | C,
	Open:     true,
	Sets:     []string{"AgenticCX"},
}
