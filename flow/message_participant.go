package flow

import "outdial/contact"

// messageParticipant plays a prompt, or sends a message. On voice the flow stays
// until the prompt has ended; a message is on its way at once.
var messageParticipant = Spec{
	Doc: docs + "participant-actions-messageparticipant.html",
	Params: promptParams(
		// Not documented; in console exports.
		Param{Name: "SkipWhenDTMFBufferEnabled", Shape: Bool, Use: S}),
	Groups: []Group{{Names: promptNames, Rule: One}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  I | Q | CW | AW | OW | TA | TQ | CAM | MOD,
	Speaks: true,
	Waits:  true,
	// Without an error branch the Okay branch is always taken.
	Lenient: true,
	Run:     runMessageParticipant,
}

func runMessageParticipant(t *Turn) Next {
	if t.toAgent() {
		return t.whisper()
	}
	switch t.Contact.Channel {
	case contact.Voice:
		return t.playPrompt()
	case contact.Chat:
		text, why := t.message()
		if why != "" {
			return t.Fail(noMatch, why)
		}
		t.say(text)
		return t.Next()
	}
	// A task has nobody to hear it.
	return t.NextSaying("nobody hears it on " + t.channel())
}

// whisper says it to the agent alone.
func (t *Turn) whisper() Next {
	switch t.Input.(type) {
	case nil:
	case contact.PromptEnded:
		return t.Next()
	default:
		return Ignore
	}
	p, why := contact.Prompt{}, ""
	if t.voice() {
		p, why = t.prompt()
	} else {
		p.Text, why = t.message()
	}
	if why != "" {
		return t.Fail(noMatch, why)
	}
	if t.tellAgent([]contact.Prompt{p}, false) {
		return Wait
	}
	return t.Next()
}

func (t *Turn) playPrompt() Next {
	switch t.Input.(type) {
	case nil:
		p, why := t.prompt()
		if why != "" {
			return t.Fail(noMatch, why)
		}
		t.Do(contact.PlayPrompt{Visit: t.Visit(), Prompt: p, SkipOnDigits: t.Bool("SkipWhenDTMFBufferEnabled")})
		return Wait
	case contact.PromptEnded:
		return t.Next()
	}
	return Ignore
}
