package flow

// authenticateParticipant would have the customer sign in at an Amazon Cognito
// user pool in the midst of a web chat. SMS and WhatsApp cannot carry that, there
// or here: the documented error branch. How it lies in JSON is not documented.
var authenticateParticipant = Spec{
	Doc:  "https://docs.aws.amazon.com/connect/latest/adminguide/authenticate-customer.html",
	Kind: Unavailable,
	Why:  "customers cannot sign in here: this kind of chat carries no Amazon Cognito sign-in",
	Params: []Param{
		{Name: "CognitoConfiguration", Shape: Object, Members: []Param{{Name: "UserPoolArn"}, {Name: "AppClientId"}}},
		{Name: "CustomerProfilesConfiguration", Shape: Object, Members: []Param{{Name: "ObjectTypeName"}}},
		{Name: "TimeLimitMinutes", Shape: Int, Min: 3, Max: 15},
	},
	Errors:   []ErrorRule{{Type: noMatch}, {Type: noCondition}, {Type: "TimeLimitExceeded"}},
	Results:  []ResultRule{{Ops: equals}},
	Channels: C,
	Flows:    I | MOD,
	Open:     true,
}
