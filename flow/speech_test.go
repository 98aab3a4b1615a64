package flow

import (
	"strings"
	"testing"

	"outdial/contact"
	"outdial/resource"
)

func TestMessageParticipant(t *testing.T) {
	const end = ` !NoMatchingError oops > ok
		ok DisconnectParticipant
		oops DisconnectParticipant`
	long := strings.Repeat("ä", 1025)
	for _, c := range []struct{ channel, params, want string }{
		{"SMS", `{"Text":"hi"}`, "m:next, ok:end"},
		{"SMS", `{"SSML":"<speak>hi</speak>"}`, "m:error NoMatchingError, oops:end"},
		{"SMS", `{"PromptId":"p"}`, "m:error NoMatchingError, oops:end"},
		{"SMS", `{"Text":"$.Attributes.none"}`, "m:error NoMatchingError, oops:end"},
		{"SMS", `{"Text":"` + long + `"}`, "m:error NoMatchingError, oops:end"},
		{"WhatsApp", `{"Text":"` + long + `"}`, "m:next, ok:end"},
		{"TASK", `{"Text":"hi"}`, "m:next, ok:end"},
	} {
		s := stageOf(t, c.channel, "m MessageParticipant "+c.params+end)
		s.start()
		s.expectPath(c.want)
	}
	for params, want := range map[string]contact.Prompt{
		`{"Text":"hi $.Attributes.n"}`:                  {Text: "hi Ann", Language: "en-US"},
		`{"SSML":"<speak>$.Attributes.n</speak>"}`:      {SSML: "<speak>Ann</speak>", Language: "en-US"},
		`{"Text":"<speak/>","TextToSpeechType":"ssml"}`: {SSML: "<speak/>", Language: "en-US"},
		`{"PromptId":"p"}`:                              {Name: "Beep.wav", Text: "beep", URI: "s3://b/p.wav", Language: "en-US"},
		`{"Media":{"Uri":"s3://b/$.Attributes.n.wav","SourceType":"S3","MediaType":"Audio"}}`: {URI: "s3://b/Ann.wav", Language: "en-US"},
	} {
		s := stageOf(t, "VOICE", "m MessageParticipant "+params+end)
		s.c.Attributes = map[string]string{"n": "Ann"}
		s.w.prompts = map[string]*resource.Prompt{"p": {Meta: resource.Meta{Name: "Beep.wav"}, URI: "s3://b/p.wav", Text: "beep"}}
		s.answer()
		s.expectEffects(contact.PlayPrompt{Visit: 1, Prompt: want})
	}
	s := stageOf(t, "VOICE", `m MessageParticipant {"PromptId":"gone"}`+end)
	s.answer()
	s.expectPath("m:error NoMatchingError, oops:end")
	// Without an error branch the Okay branch is always taken.
	s = stageOf(t, "SMS", `
		m MessageParticipant {"SSML":"x"} > ok
		ok DisconnectParticipant`)
	s.start()
	s.expectPath("m:next, ok:end")
}

const menu = `
	ask GetParticipantInput {"Text":"1 or 2","InputTimeLimitSeconds":"7","StoreInput":"False"} ?Equals:1 one ?Equals:* star !NoMatchingCondition none !NoMatchingError oops !InputTimeLimitExceeded late > none
	one DisconnectParticipant
	star DisconnectParticipant
	none DisconnectParticipant
	late DisconnectParticipant
	oops DisconnectParticipant`

func TestGetParticipantInput(t *testing.T) {
	for in, want := range map[contact.DigitsReceived]string{
		{Visit: 1, Digits: "1", End: contact.Complete}: "ask:condition Equals 1, one:end",
		{Visit: 1, Digits: "*", End: contact.Complete}: "ask:condition Equals *, star:end",
		{Visit: 1, Digits: "9", End: contact.Complete}: "ask:error NoMatchingCondition, none:end",
		{Visit: 1, End: contact.TimedOut}:              "ask:error InputTimeLimitExceeded, late:end",
	} {
		s := stageOf(t, "VOICE", menu)
		s.answer()
		s.expectEffects(contact.CollectDigits{Visit: 1, Prompt: contact.Prompt{Text: "1 or 2", Language: "en-US"},
			First: 7, Max: 1, Single: true})
		s.hear(contact.PromptEnded{Visit: 1})
		s.expectOpen("ask")
		s.hear(in)
		s.expectPath(want)
	}
	s := stageOf(t, "SMS", menu)
	s.start()
	s.expectPath("ask:error NoMatchingError, oops:end")
	if w := s.whys(); len(w) != 1 || !strings.Contains(w[0], "SMS") {
		t.Errorf("whys %q", w)
	}
}

func TestStoreInput(t *testing.T) {
	const end = ` !NoMatchingError oops !InvalidPhoneNumber bad > ok
		ok DisconnectParticipant
		bad DisconnectParticipant
		oops DisconnectParticipant`
	ask := func(rest string) string {
		return `ask GetParticipantInput {"Text":"?","InputTimeLimitSeconds":"5","StoreInput":"True",` + rest + `}` + end
	}
	s := stageOf(t, "VOICE", ask(`"InputValidation":{"CustomValidation":{"MaximumLength":"4"}},
		"InputEncryption":{"EncryptionKeyId":"k1","Key":"PEM"},
		"DTMFConfiguration":{"InputTerminationSequence":"*#","DisableCancelKey":"True","InterdigitTimeLimitSeconds":"3"}`))
	s.answer()
	s.expectEffects(contact.CollectDigits{Visit: 1, Prompt: contact.Prompt{Text: "?", Language: "en-US"}, First: 5, InterDigit: 3,
		Max: 4, Terminator: "*#", NoCancelKey: true, Key: "PEM", KeyID: "k1"})
	s.hear(contact.DigitsReceived{Visit: 1, Digits: "12", End: contact.InterDigit})
	s.expectVar("$.StoredCustomerInput", "12")
	s.expectPath("ask:next, ok:end")

	phone := `"InputValidation":{"PhoneNumberValidation":{"NumberFormat":%q,"CountryCode":%q}}`
	for _, c := range []struct{ format, country, digits, want, path string }{
		{"Local", "US", "2065550100", "+12065550100", "ask:next, ok:end"},
		{"Local", "+1", "12065550100", "+12065550100", "ask:next, ok:end"},
		{"Local", "US", "1065550100", "", "ask:error InvalidPhoneNumber, bad:end"},
		{"Local", "DE", "030123456", "+4930123456", "ask:next, ok:end"},
		{"Local", "IT", "0612345678", "+390612345678", "ask:next, ok:end"},
		{"E164", "", "12065550100", "+12065550100", "ask:next, ok:end"},
		{"E164", "", "004930123456", "+4930123456", "ask:next, ok:end"},
		{"E164", "", "4930123456", "+4930123456", "ask:next, ok:end"},
		{"E164", "", "99912345678", "", "ask:error InvalidPhoneNumber, bad:end"},
		{"E164", "", "1", "", "ask:error InvalidPhoneNumber, bad:end"},
		{"E164", "", "4912345678901234", "", "ask:error InvalidPhoneNumber, bad:end"},
		{"E164", "", "49*", "", "ask:error InvalidPhoneNumber, bad:end"},
	} {
		p := strings.Replace(phone, "%q", `"`+c.format+`"`, 1)
		p = strings.Replace(p, "%q", `"`+c.country+`"`, 1)
		s := stageOf(t, "VOICE", ask(p))
		s.answer()
		s.hear(contact.DigitsReceived{Visit: 1, Digits: c.digits, End: contact.Terminated})
		s.expectVar("$.StoredCustomerInput", c.want)
		s.expectPath(c.path)
	}
	s = stageOf(t, "VOICE", ask(`"InputValidation":{"CustomValidation":{"MaximumLength":"4"}}`))
	s.answer()
	s.hear(contact.DigitsReceived{Visit: 1, End: contact.TimedOut})
	s.expectVar("$.StoredCustomerInput", "Timeout")
	s.expectPath("ask:next, ok:end")
}

const talkLines = `
	bot ConnectParticipantWithLexBot {"Text":"When?","LexV2Bot":{"AliasArn":"arn:aws:lex:us-east-1:1:bot-alias/B/A"},"LexSessionAttributes":{"k":"$.Attributes.k"},"LexTimeoutSeconds":{"Text":"60"}} ?Equals:Book book !NoMatchingCondition none !NoMatchingError oops !InputTimeLimitExceeded late > none
	book DisconnectParticipant
	none DisconnectParticipant
	oops DisconnectParticipant
	late DisconnectParticipant`

func bookable() map[string]Bot {
	return map[string]Bot{"arn:aws:lex:us-east-1:1:bot-alias/B/A": parrot{
		"book": {Intent: "Book", Dialog: "ElicitSlot", Reply: "Which day?"},
		"mon": {Intent: "Book", Dialog: "ReadyForFulfillment", Score: 0.9, Slots: map[string]string{"Day": "Mon"}, Reply: "Thanks.",
			Sentiment: "POSITIVE", Scores: map[string]float64{"Positive": 0.8},
			Alternates: []Heard{{Intent: "Other", Score: 0.1}}},
		"huh": {Intent: "FallbackIntent", Dialog: "Failed"},
	}}
}

func TestLexChat(t *testing.T) {
	s := stageOf(t, "SMS", talkLines)
	s.w.bots = bookable()
	s.c.Attributes = map[string]string{"k": "v"}
	s.start()
	s.expectEffects(contact.SendMessage{Visit: 1, Text: "When?"}, contact.Wake{Name: "lex 1", Visit: 1, At: noon.Add(60e9)})
	s.hear(contact.MessageReceived{Text: "book"})
	s.expectSent("Which day?")
	s.expectOpen("bot")
	s.hear(contact.TimerFired{Name: "lex 1", Visit: 1})
	s.expectOpen("bot")
	s.hear(contact.MessageReceived{Text: "Mon"})
	s.expectSent("Thanks.")
	s.expectPath("bot:condition Equals Book, book:end")
	s.expectVar("$.Lex.IntentName $.Lex.Slots.Day $.Lex.SessionAttributes.k $.Lex.IntentConfidence.Score", "Book Mon v 0.9")
	s.expectVar("$.Lex.SentimentResponse.Label $.Lex.SentimentResponse.Scores.Positive $.Lex.DialogState", "POSITIVE 0.8 ReadyForFulfillment")
	s.expectVar("$.Lex.AlternativeIntents.Other.IntentConfidence.Score", "0.1")

	s = stageOf(t, "SMS", talkLines)
	s.w.bots = bookable()
	s.start()
	s.hear(contact.MessageReceived{Text: "huh"})
	s.expectPath("bot:error NoMatchingCondition, none:end")

	s = stageOf(t, "SMS", talkLines)
	s.w.bots = bookable()
	s.start()
	s.hear(contact.TimerFired{Name: "lex 1", Visit: 1})
	s.expectPath("bot:error InputTimeLimitExceeded, late:end")

	s = stageOf(t, "SMS", talkLines)
	s.start()
	s.expectPath("bot:error NoMatchingError, oops:end")

	s = stageOf(t, "SMS", strings.Replace(talkLines, `"Text":"When?"`, `"LexInitializationData":{"InitialMessage":"$.Attributes.m"}`, 1))
	s.w.bots = bookable()
	s.c.Attributes = map[string]string{"m": "mon"}
	s.start()
	s.expectPath("bot:condition Equals Book, book:end")
}

func TestLexVoice(t *testing.T) {
	s := stageOf(t, "VOICE", talkLines)
	s.w.bots = bookable()
	s.answer()
	s.expectEffects(contact.CollectSpeech{Visit: 1, Prompt: contact.Prompt{Text: "When?", Language: "en-US"}, Language: "en-US",
		Session: map[string]string{"k": ""}, Bot: "arn:aws:lex:us-east-1:1:bot-alias/B/A"})
	s.hear(contact.SpeechReceived{Visit: 1, Text: "mon"})
	s.expectEffects(contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Thanks.", Language: "en-US"}})
	s.hear(contact.PromptEnded{Visit: 1})
	s.expectPath("bot:condition Equals Book, book:end")

	s = stageOf(t, "VOICE", talkLines)
	s.w.bots = bookable()
	s.answer()
	s.hear(contact.SpeechReceived{Visit: 1, End: contact.TimedOut})
	s.expectPath("bot:error InputTimeLimitExceeded, late:end")
}

// A bot of Lex's that heard the sound itself has answered already: it is not asked
// once more.
func TestLexHearsTheSound(t *testing.T) {
	s := stageOf(t, "VOICE", talkLines)
	s.w.serves = map[string]bool{"lex": true}
	s.answer()
	s.expectEffects(contact.CollectSpeech{Visit: 1, Prompt: contact.Prompt{Text: "When?", Language: "en-US"}, Language: "en-US",
		Session: map[string]string{"k": ""}, Bot: "arn:aws:lex:us-east-1:1:bot-alias/B/A", Remote: true, SessionID: string(s.c.ID)})
	s.hear(contact.SpeechReceived{Visit: 1, Text: "monday", Answer: []byte(`{"messages":[{"content":"Sure?"}],
		"sessionState":{"sessionAttributes":{"k":"v"},"intent":{"name":"Book","state":"InProgress"},"dialogAction":{"type":"ConfirmIntent"}}}`)})
	s.expectEffects(contact.CollectSpeech{Visit: 1, Prompt: contact.Prompt{Text: "Sure?", Language: "en-US"}, Language: "en-US",
		Session: map[string]string{"k": "v"}, Bot: "arn:aws:lex:us-east-1:1:bot-alias/B/A", Remote: true, SessionID: string(s.c.ID)})
	s.hear(contact.SpeechReceived{Visit: 1, Text: "yes", Answer: []byte(`{"sessionState":{"intent":{"name":"Book","state":"Fulfilled"},"dialogAction":{"type":"Close"}}}`)})
	s.expectPath("bot:condition Equals Book, book:end")
}

func TestLexService(t *testing.T) {
	s := stageOf(t, "SMS", talkLines)
	s.w.serves = map[string]bool{"lex": true}
	s.start()
	s.hear(contact.MessageReceived{Text: "monday"})
	s.expectEffects(contact.CallService{Visit: 1, Service: "lex", Operation: "RecognizeText", Timeout: 10,
		Target:  "arn:aws:lex:us-east-1:1:bot-alias/B/A",
		Payload: []byte(`{"botAliasId":"A","botId":"B","localeId":"en_US","sessionId":"c-1","sessionState":{"sessionAttributes":{"k":""}},"text":"monday"}`)})
	s.hear(contact.ServiceReturned{Visit: 1, Payload: []byte(`{"messages":[{"content":"Which hour?"}],
		"sessionState":{"dialogAction":{"type":"ElicitSlot"},"intent":{"name":"Book","state":"InProgress"}}}`)})
	s.expectSent("Which hour?")
	s.hear(contact.MessageReceived{Text: "9"})
	s.hear(contact.ServiceReturned{Visit: 1, Payload: []byte(`{"sessionState":{"dialogAction":{"type":"Close"},
		"sessionAttributes":{"x":"y"},"intent":{"name":"Book","state":"Fulfilled","slots":{"Hour":{"value":{"interpretedValue":"9"}},"None":null}}},
		"interpretations":[{"nluConfidence":{"score":0.7},"sentimentResponse":{"sentiment":"NEUTRAL","sentimentScore":{"neutral":0.6}}},
			{"intent":{"name":"FallbackIntent"}}]}`)})
	s.expectPath("bot:condition Equals Book, book:end")
	s.expectVar("$.Lex.Slots.Hour $.Lex.SessionAttributes.x $.Lex.DialogState $.Lex.IntentConfidence.Score", "9 y Fulfilled 0.7")
	s.expectVar("$.Lex.SentimentResponse.Scores.Neutral", "0.6")

	for _, in := range []contact.ServiceReturned{{Visit: 1, Code: "ThrottlingException"}, {Visit: 1, Payload: []byte("[]")}} {
		s = stageOf(t, "SMS", talkLines)
		s.w.serves = map[string]bool{"lex": true}
		s.start()
		s.hear(contact.MessageReceived{Text: "x"})
		s.hear(in)
		s.expectPath("bot:error NoMatchingError, oops:end")
	}
}

func TestVoiceOfPrompts(t *testing.T) {
	s := stageOf(t, "VOICE", `
		v UpdateContactTextToSpeechVoice {"TextToSpeechVoice":"Amy","TextToSpeechEngine":"Neural"} > m
		m MessageParticipant {"Text":"hi"} > bye
		bye DisconnectParticipant`)
	s.answer()
	s.expectEffects(contact.PlayPrompt{Visit: 2, Prompt: contact.Prompt{Text: "hi", Language: "en-US",
		Voice: contact.Speech{Name: "Amy", Engine: "Neural"}}})
	s.expectVar("$.TextToSpeechVoiceId", "Amy")
}
