package flow

// loadContactContent would load the text of an e-mail. There are no e-mails here,
// so it takes its error branch, as Amazon Connect does on every other channel.
var loadContactContent = Spec{
	Doc:      "https://docs.aws.amazon.com/connect/latest/adminguide/get-stored-content.html",
	Kind:     Unavailable,
	Why:      "e-mail contacts cannot be had",
	Params:   []Param{{Name: "ContentType", Use: S, Required: true, Enum: []string{"EmailMessage"}}},
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: E,
	Open:     true,
	Sets:     []string{"Email"},
}
