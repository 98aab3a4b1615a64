package flow

import "outdial/contact"

// updateContactMediaProcessing would put each message of a chat through a
// function on its way between customer and agent. There is no such way here:
// turning it on takes the error branch, turning it off has nothing to do.
var updateContactMediaProcessing = Spec{
	Doc: docs + "contact-actions-updatecontactmediaprocessing.html",
	Params: []Param{{Name: "ChatProcessor", Shape: Object, Required: true, Members: []Param{
		{Name: "ProcessingEnabled", Shape: Bool, Use: S, Required: true},
		{Name: "LambdaProcessorARN"},
		// LIVE: required, where the documentation says nothing.
		{Name: "ChatProcessorSettings", Shape: Object, Required: true, Members: []Param{
			{Name: "DeliverUnprocessedMessages", Shape: Bool, Use: S},
		}},
	}}},
	Errors: []ErrorRule{{Type: noMatch}, {Type: channelMismatch}},
	Run:    runUpdateContactMediaProcessing,
}

func runUpdateContactMediaProcessing(t *Turn) Next {
	switch {
	case t.Contact.Channel != contact.Chat:
		return t.Fail(channelMismatch, "messages are of chats, and the contact is "+t.channel())
	case t.Bool("ChatProcessor", "ProcessingEnabled"):
		return t.Fail(noMatch, "messages cannot be put through a function on their way")
	}
	return t.NextSaying("no function processes the messages of this chat")
}
