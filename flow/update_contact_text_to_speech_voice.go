package flow

import "outdial/contact"

// updateContactTextToSpeechVoice sets the voice of the prompts that follow.
// Values are not checked when a flow is made.
var updateContactTextToSpeechVoice = Spec{
	Doc: docs + "contact-actions-updatecontacttexttospeechvoice.html",
	Params: []Param{
		{Name: "TextToSpeechVoice", Use: J, Required: true},
		{Name: "TextToSpeechEngine", Use: J},
		{Name: "TextToSpeechStyle", Use: J},
	},
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: V,
	Else:     ElseNext,
	Run: func(t *Turn) Next {
		if t.Text("TextToSpeechVoice") == "" {
			return t.Fail(noMatch, "no voice is named")
		}
		t.Contact.Voice = contact.Speech{Name: t.Text("TextToSpeechVoice"),
			Engine: t.Text("TextToSpeechEngine"), Style: t.Text("TextToSpeechStyle")}
		return t.Next()
	},
}
