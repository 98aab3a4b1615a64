package flow

// createWisdomSession would give an agent recommendations in real time. The
// newer block of the same action is for chats too.
var createWisdomSession = Spec{
	Doc:    docs + "createwisdomsession.html",
	Kind:   Unavailable,
	Why:    "Wisdom (Amazon Q in Connect) cannot be had",
	Params: []Param{{Name: "WisdomAssistantArn", Required: true}},
	Errors: []ErrorRule{{Type: noMatch}},
	Open:   true,
	Sets:   []string{"Wisdom"},
}
