package legacy_test

// ok is the branch of success, err that of an error.
const (
	ok  = `{"condition":"Success","transition":"end"}`
	err = `{"condition":"Error","transition":"end"}`
)

// modules are one of each type, and what each is today.
var modules = []struct {
	name, kind, was, is string
	says                []string
}{
	{name: "a prompt", was: `{"id":"a","type":"PlayPrompt","branches":[` + ok + `],"parameters":[{"name":"Text","value":"Hi $.External.Name","namespace":null},{"name":"TextToSpeechType","value":"text"}]}`,
		is: `{"Identifier":"a","Type":"MessageParticipant","Parameters":{"Text":"Hi $.External.Name"},"Transitions":{"NextAction":"end"}}`},
	{name: "SSML of an attribute", was: `{"id":"a","type":"PlayAudio","branches":[` + ok + `],"parameters":[{"name":"Text","value":"greeting","namespace":"User Defined"},{"name":"TextToSpeechType","value":"ssml"}]}`,
		is: `{"Identifier":"a","Type":"MessageParticipant","Parameters":{"SSML":"$.Attributes.greeting"},"Transitions":{"NextAction":"end"}}`},
	{name: "a recording", was: `{"id":"a","type":"PlayPrompt","branches":[` + ok + `],"parameters":[{"name":"AudioPrompt","value":"beep","namespace":"External"}]}`,
		is: `{"Identifier":"a","Type":"MessageParticipant","Parameters":{"PromptId":"$.External.beep"},"Transitions":{"NextAction":"end"}}`},
	{name: "keys", was: `{"id":"a","type":"GetUserInput","target":"Digits","branches":[{"condition":"Evaluate","conditionType":"Equals","conditionValue":"1","transition":"end"},{"condition":"Timeout","transition":"end"},{"condition":"NoMatch","transition":"end"},` + err + `],` +
		`"parameters":[{"name":"Text","value":"Press 1"},{"name":"TextToSpeechType","value":"text"},{"name":"Timeout","value":"8"},{"name":"MaxDigits","value":"1"}]}`,
		is: `{"Identifier":"a","Type":"GetParticipantInput","Parameters":{"Text":"Press 1","StoreInput":"False","InputTimeLimitSeconds":"8"},"Transitions":{"NextAction":"end",` +
			`"Errors":[{"NextAction":"end","ErrorType":"InputTimeLimitExceeded"},{"NextAction":"end","ErrorType":"NoMatchingCondition"},{"NextAction":"end","ErrorType":"NoMatchingError"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["1"]}}]}}`},
	{name: "digits, encrypted", was: `{"id":"a","type":"StoreCustomerInput","branches":[` + ok + `,` + err + `],"parameters":[{"name":"Text","value":"Card?"},{"name":"CustomerInputType","value":"Custom"},{"name":"Timeout","value":"6"},` +
		`{"name":"MaxDigits","value":16},{"name":"EncryptEntry","value":true},{"name":"EncryptionKeyId","value":"k"},{"name":"EncryptionKey","value":"pem"}]}`,
		is: `{"Identifier":"a","Type":"GetParticipantInput","Parameters":{"Text":"Card?","StoreInput":"True","InputTimeLimitSeconds":"6","InputValidation":{"CustomValidation":{"MaximumLength":"16"}},` +
			`"InputEncryption":{"EncryptionKeyId":"k","Key":"pem"}},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "a phone number", was: `{"id":"a","type":"StoreUserInput","branches":[` + ok + `,{"condition":"InvalidNumber","transition":"end"},` + err + `],"parameters":[{"name":"Text","value":"Number?"},` +
		`{"name":"CustomerInputType","value":"PhoneNumber"},{"name":"Timeout","value":"6"},{"name":"PhoneNumberFormat","value":"Local"},{"name":"CountryCode","value":"US"}]}`,
		is: `{"Identifier":"a","Type":"GetParticipantInput","Parameters":{"Text":"Number?","StoreInput":"True","InputTimeLimitSeconds":"6","InputValidation":{"PhoneNumberValidation":{"NumberFormat":"Local","CountryCode":"US"}}},` +
			`"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"InvalidPhoneNumber"},{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "attributes", was: `{"id":"a","type":"SetAttributes","branches":[` + ok + `,` + err + `],"parameters":[{"name":"Attribute","key":"one","value":"1","namespace":null},{"name":"Attribute","key":"two","value":"State","namespace":"External"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"one":"1","two":"$.External.State"}},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "a screen pop", was: `{"id":"a","type":"SetScreenPop","branches":[` + ok + `,` + err + `],"parameters":[{"name":"key","value":"card"},{"name":"value","value":"Stored customer input","namespace":"System"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"card":"$.StoredCustomerInput"}},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "a comparison", was: `{"id":"a","type":"CheckAttribute","branches":[{"condition":"Evaluate","conditionType":"LessThanOrEqualTo","conditionValue":3,"transition":"end"},{"condition":"NoMatch","transition":"end"}],` +
		`"parameters":[{"name":"Attribute","value":"tries left"},{"name":"Namespace","value":"User Defined"}]}`,
		is: `{"Identifier":"a","Type":"Compare","Parameters":{"ComparisonValue":"$.Attributes['tries left']"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingCondition"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"NumberLessOrEqualTo","Operands":["3"]}}]}}`},
	{name: "hours", was: `{"id":"a","type":"CheckHoursOfOperation","branches":[{"condition":"True","transition":"end"},{"condition":"False","transition":"end"},` + err + `],"parameters":[]}`,
		is: `{"Identifier":"a","Type":"CheckHoursOfOperation","Parameters":{},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["True"]}},{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["False"]}}]}}`},
	{name: "two figures of a queue", was: `{"id":"a","type":"CheckQueueStatus","branches":[{"condition":"CheckQueueTime","conditionType":"LessThan","conditionValue":300000,"transition":"end"},` +
		`{"condition":"CheckQueueCapacity","conditionType":"GreaterThan","conditionValue":5,"transition":"end"},{"condition":"NoMatch","transition":"end"},` + err + `],"parameters":[]}`,
		is: `{"Identifier":"a","Type":"CheckMetricData","Parameters":{"MetricType":"OldestContactInQueueAgeSeconds"},"Transitions":{"NextAction":"a 2","Errors":[{"NextAction":"a 2","ErrorType":"NoMatchingCondition"},{"NextAction":"end","ErrorType":"NoMatchingError"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"NumberLessThan","Operands":["300"]}}]}},` +
			`{"Identifier":"a 2","Type":"CheckMetricData","Parameters":{"MetricType":"NumberOfContactsInQueue"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingCondition"},{"NextAction":"end","ErrorType":"NoMatchingError"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"NumberGreaterThan","Operands":["5"]}}]}}`},
	{name: "staff", was: `{"id":"a","type":"CheckStaffing","branches":[{"condition":"True","transition":"end"},{"condition":"False","transition":"end"},` + err + `],"parameters":[{"name":"Status","value":"Available"}]}`,
		is: `{"Identifier":"a","Type":"CheckMetricData","Parameters":{"MetricType":"NumberOfAgentsAvailable"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"},{"NextAction":"end","ErrorType":"NoMatchingCondition"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"NumberGreaterThan","Operands":["0"]}}]}}`},
	{name: "shares", was: `{"id":"a","type":"PercentileBranching","branches":[{"condition":"Evaluate","conditionType":"Equals","conditionValue":"3","transition":"end"},{"condition":"Evaluate","conditionType":"Equals","conditionValue":"6","transition":"end"},` +
		`{"condition":"NoMatch","conditionType":"Equals","conditionValue":"91","transition":"end"}],"parameters":[]}`,
		is: `{"Identifier":"a","Type":"DistributeByPercentage","Parameters":{},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingCondition"}],` +
			`"Conditions":[{"NextAction":"end","Condition":{"Operator":"NumberLessThan","Operands":["4"]}},{"NextAction":"end","Condition":{"Operator":"NumberLessThan","Operands":["10"]}}]}}`},
	{name: "a loop", was: `{"id":"a","type":"Loop","branches":[{"condition":"Looping","transition":"a"},{"condition":"Complete","transition":"end"}],"parameters":[{"name":"LoopCount","namespace":"User Defined","value":"times"}]}`,
		is: `{"Identifier":"a","Type":"Loop","Parameters":{"LoopCount":"$.Attributes.times"},"Transitions":{"NextAction":"end","Conditions":[{"NextAction":"a","Condition":{"Operator":"Equals","Operands":["ContinueLooping"]}},` +
			`{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["DoneLooping"]}}]}}`},
	{name: "a function", was: `{"id":"a","type":"InvokeExternalResource","target":"Lambda","branches":[` + ok + `,` + err + `],"parameters":[{"name":"FunctionArn","value":"arn:aws:lambda:us-east-1:111122223333:function:look"},{"name":"TimeLimit","value":"4"},` +
		`{"name":"Parameter","key":"who","value":"Customer Number","namespace":"System"}]}`,
		is: `{"Identifier":"a","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"arn:aws:lambda:us-east-1:111122223333:function:look","InvocationTimeLimitSeconds":"4","LambdaInvocationAttributes":{"who":"$.CustomerEndpoint.Address"}},` +
			`"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "a queue", was: `{"id":"a","type":"SetQueue","branches":[` + ok + `,` + err + `],"parameters":[{"name":"Queue","value":"queue","namespace":"Lex Slots"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"$.Lex.Slots.queue"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "a hook", was: `{"id":"a","type":"SetContactFlow","branches":[` + ok + `],"parameters":[{"name":"ContactFlowId","value":"flow","namespace":"External"},{"name":"Type","value":"CustomerQueue"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactEventHooks","Parameters":{"EventHooks":{"CustomerQueue":"$.External.flow"}},"Transitions":{"NextAction":"end"}}`},
	{name: "recording", was: `{"id":"a","type":"SetRecordingBehavior","branches":[` + ok + `],"parameters":[{"name":"RecordingBehaviorOption","value":"Enable"},{"name":"RecordingParticipantOption","value":"Both"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactRecordingBehavior","Parameters":{"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"]}},"Transitions":{"NextAction":"end"}}`},
	{name: "no recording", was: `{"id":"a","type":"SetRecordingBehavior","branches":[` + ok + `],"parameters":[{"name":"RecordingBehaviorOption","value":"Disable"},{"name":"RecordingParticipantOption","value":"Both"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactRecordingBehavior","Parameters":{"RecordingBehavior":{"RecordedParticipants":[]}},"Transitions":{"NextAction":"end"}}`},
	{name: "logs", was: `{"id":"a","type":"SetLoggingBehavior","branches":[` + ok + `],"parameters":[{"name":"LoggingBehavior","value":"Enable"}]}`,
		is: `{"Identifier":"a","Type":"UpdateFlowLoggingBehavior","Parameters":{"FlowLoggingBehavior":"Enabled"},"Transitions":{"NextAction":"end"}}`},
	{name: "a voice", was: `{"id":"a","type":"SetVoice","branches":[` + ok + `],"parameters":[{"name":"GlobalVoice","value":"Mizuki"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactTextToSpeechVoice","Parameters":{"TextToSpeechVoice":"Mizuki"},"Transitions":{"NextAction":"end"}}`},
	{name: "a place in the queue", was: `{"id":"a","type":"UpdateRoutingPriority","branches":[` + ok + `],"parameters":[{"name":"TimeOffset","value":600}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactRoutingBehavior","Parameters":{"QueueTimeAdjustmentSeconds":"600"},"Transitions":{"NextAction":"end"}}`},
	{name: "a number to call back", was: `{"id":"a","type":"SetCallBackNumber","branches":[` + ok + `,{"condition":"InvalidPhoneNumber","transition":"end"},{"condition":"NonDialableNumber","transition":"end"}],` +
		`"parameters":[{"name":"CallBackNumber","value":"Stored customer input","namespace":"System"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactCallbackNumber","Parameters":{"CallbackNumber":"$.StoredCustomerInput"},"Transitions":{"NextAction":"end",` +
			`"Errors":[{"NextAction":"end","ErrorType":"InvalidCallbackNumber"},{"NextAction":"end","ErrorType":"CallbackNumberNotDialable"}]}}`},
	{name: "a callback", was: `{"id":"a","type":"CreateCallback","branches":[` + ok + `,` + err + `],"parameters":[{"name":"InitialDelaySeconds","value":5},{"name":"RetryDelaySeconds","value":600},{"name":"MaxRetryAttempts","value":1}]}`,
		is: `{"Identifier":"a","Type":"CreateCallbackContact","Parameters":{"InitialCallDelaySeconds":"5","RetryDelaySeconds":"600","MaximumConnectionAttempts":"1"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "streaming", was: `{"id":"a","type":"StartMediaStreaming","branches":[` + ok + `,` + err + `],"parameters":[{"name":"Track","value":"FromCustomer"},{"name":"Track","value":"ToCustomer"},{"name":"MediaStreamTypes","value":"Audio"}]}`,
		is: `{"Identifier":"a","Type":"UpdateContactMediaStreamingBehavior","Parameters":{"MediaStreamingState":"Enabled","Participants":[{"ParticipantType":"Customer","MediaDirections":["From","To"]}],"MediaStreamType":"Audio"},` +
			`"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "into the queue", was: `{"id":"a","type":"Transfer","target":"Queue","branches":[{"condition":"AtCapacity","transition":"end"},` + err + `],"parameters":[]}`,
		is: `{"Identifier":"a","Type":"TransferContactToQueue","Parameters":{},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"QueueAtCapacity"},{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "out of one queue into another", kind: "customerQueue", was: `{"id":"a","type":"Transfer","target":"Queue","branches":[` + ok + `,{"condition":"AtCapacity","transition":"end"},` + err + `],"parameters":[{"name":"Queue","value":"q","namespace":"External"}]}`,
		is: `{"Identifier":"a","Type":"DequeueContactAndTransferToQueue","Parameters":{"QueueId":"$.External.q"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"QueueAtCapacity"},{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "prompts in a loop", kind: "customerQueue", was: `{"id":"a","type":"LoopPrompts","branches":[{"condition":"Timeout","transition":"end"}],"parameters":[{"name":"Text","value":"<speak>wait</speak>","key":"ssml"},{"name":"InterruptSeconds","value":60}]}`,
		is: `{"Identifier":"a","Type":"MessageParticipantIteratively","Parameters":{"Messages":[{"SSML":"<speak>wait</speak>"}],"InterruptFrequencySeconds":"60"},` +
			`"Transitions":{"Conditions":[{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["MessagesInterrupted"]}}]}}`},
	{name: "no flow", was: `{"id":"a","type":"Transfer","target":"Flow","branches":[` + err + `],"parameters":[{"name":"ContactFlowId","value":""}]}`,
		is:   `{"Identifier":"a","Type":"TransferToFlow","Parameters":{"ContactFlowId":""},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`,
		says: []string{"a (Transfer): it names no flow"}},
	{name: "another flow", was: `{"id":"a","type":"Transfer","target":"Flow","branches":[` + err + `],"parameters":[{"name":"ContactFlowId","value":"next","namespace":"External"}]}`,
		is: `{"Identifier":"a","Type":"TransferToFlow","Parameters":{"ContactFlowId":"$.External.next"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}]}}`},
	{name: "another number", was: `{"id":"a","type":"Transfer","target":"PhoneNumber","branches":[{"condition":"Success","transition":"end"},{"condition":"CallFailure","transition":"end"},{"condition":"Timeout","transition":"end"},` + err + `],` +
		`"parameters":[{"name":"PhoneNumber","value":"+12065550100"},{"name":"TimeLimit","value":"20"}]}`,
		is: `{"Identifier":"a","Type":"TransferParticipantToThirdParty","Parameters":{"ThirdPartyPhoneNumber":"+12065550100","ThirdPartyConnectionTimeLimitSeconds":"20","ContinueFlowExecution":"True"},"Transitions":{"NextAction":"end",` +
			`"Errors":[{"NextAction":"end","ErrorType":"CallFailed"},{"NextAction":"end","ErrorType":"NoMatchingError"},{"NextAction":"end","ErrorType":"ConnectionTimeLimitExceeded"}]}}`},
	{name: "what is not known", was: `{"id":"a","type":"RollDice","branches":[` + ok + `],"parameters":[{"name":"Sides","value":6}]}`,
		is:   `{"Identifier":"a","Type":"RollDice","Parameters":{"Sides":"6"},"Transitions":{"NextAction":"end"}}`,
		says: []string{"a (RollDice): nothing of today is known for this type: it is kept under its own name, and the check will refuse it"}},
	{name: "a parameter that is not known", was: `{"id":"a","type":"SetVoice","branches":[` + ok + `],"parameters":[{"name":"GlobalVoice","value":"Amy"},{"name":"Mood","value":"calm"}]}`,
		is:   `{"Identifier":"a","Type":"UpdateContactTextToSpeechVoice","Parameters":{"TextToSpeechVoice":"Amy"},"Transitions":{"NextAction":"end"}}`,
		says: []string{`a (SetVoice): the parameter Mood = "calm" has no place today and is left out`}},
	{name: "a namespace that is not known", was: `{"id":"a","type":"SetVoice","branches":[` + ok + `],"parameters":[{"name":"GlobalVoice","value":"x","namespace":"Moon"}]}`,
		is:   `{"Identifier":"a","Type":"UpdateContactTextToSpeechVoice","Parameters":{"TextToSpeechVoice":"$.Attributes.x"},"Transitions":{"NextAction":"end"}}`,
		says: []string{`a (SetVoice): the value "x" of "Moon" is not known: it is kept as an attribute of the contact`}},
}
