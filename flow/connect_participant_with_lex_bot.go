package flow

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// connectParticipantWithLexBot lets the customer talk to a bot until the bot has
// done its part, and branches on the intent. The bot is one of the house's own,
// or Amazon Lex at the operator's endpoint.
var connectParticipantWithLexBot = Spec{
	Doc: docs + "participant-actions-connectparticipantwithlexbot.html",
	Params: promptParams(
		Param{Name: "LexInitializationData", Shape: Object, Members: []Param{{Name: "InitialMessage", Required: true}}},
		Param{Name: "LexV2Bot", Shape: Object, Members: []Param{{Name: "AliasArn", Required: true, Ref: resource.KindBot}}},
		Param{Name: "LexBot", Shape: Object, Members: []Param{
			{Name: "Name", Required: true}, {Name: "Region", Required: true}, {Name: "Alias", Required: true}}},
		Param{Name: "LexSessionAttributes", Shape: Map, Members: []Param{{}}},
		Param{Name: "LexTimeoutSeconds", Shape: Object, Members: []Param{
			{Name: "Text", Shape: Int, Use: J, Required: true, Min: 1, Max: 604800}}},
	),
	Groups: []Group{
		{Names: []string{"Text", "SSML", "PromptId", "Media", "LexInitializationData"}, Rule: AtLeastOne},
		{Names: promptNames, Rule: AtMostOne},
		{Names: []string{"LexV2Bot", "LexBot"}, Rule: One},
	},
	Errors: []ErrorRule{
		{Type: noMatch, Use: Required},
		{Type: noCondition, Use: Required},
		{Type: timeLimit, When: When{Param: "LexTimeoutSeconds"}},
	},
	Results:  []ResultRule{{Ops: equals}},
	Channels: V | C | T | E,
	Flows:    I | Q | TA | TQ | MOD,
	Speaks:   true,
	Waits:    true,
	Sets:     []string{"Lex"},
	Run:      runLex,
}

// A talk is what the action remembers of a conversation with a bot.
type talk struct {
	Round   int               `json:"round"`
	Bot     json.RawMessage   `json:"bot,omitempty"`
	Session map[string]string `json:"session,omitempty"`
	Intent  string            `json:"intent,omitempty"`
	Closing bool              `json:"closing,omitempty"` // the bot's last words are being played
}

func runLex(t *Turn) Next {
	if t.Input == nil {
		return t.startTalk()
	}
	var k talk
	if !t.Kept(&k) {
		return Ignore
	}
	switch in := t.Input.(type) {
	case contact.MessageReceived:
		return t.utter(&k, in.Text)
	case contact.SpeechReceived:
		if len(in.Answer) > 0 {
			return t.lexReturned(&k, contact.ServiceReturned{Visit: in.Visit, Payload: in.Answer})
		}
		if in.Text == "" {
			return t.Fail(timeLimit, "nothing was said")
		}
		return t.utter(&k, in.Text)
	case contact.DigitsReceived:
		if in.Digits == "" {
			return t.Fail(timeLimit, "nothing was pressed")
		}
		return t.utter(&k, in.Digits)
	case contact.TimerFired:
		if in.Name == k.timer() {
			return t.Fail(timeLimit, "the customer did not answer in time")
		}
	case contact.PromptEnded:
		if k.Closing {
			return t.Match(k.Intent)
		}
	case contact.ServiceReturned:
		return t.lexReturned(&k, in)
	}
	return Ignore
}

// startTalk asks the first question.
func (t *Turn) startTalk() Next {
	alias := t.botAlias()
	if _, ok := t.World.Bot(alias); !ok && !t.World.Serves("lex") {
		return t.Fail(noMatch, "the bot \""+alias+"\" is not there, and no endpoint is set for lex")
	}
	k := talk{Session: map[string]string{}}
	for _, p := range t.Pairs("LexSessionAttributes") {
		k.Session[p.Key] = p.Value
	}
	var prompt contact.Prompt
	if t.Has("Text") || t.Has("SSML") || t.Has("PromptId") || t.Has("Media") {
		why := ""
		if prompt, why = t.prompt(); why == "" && t.Contact.Channel != contact.Voice {
			prompt.Text, why = t.message()
		}
		if why != "" {
			return t.Fail(noMatch, why)
		}
	}
	first := t.Text("LexInitializationData", "InitialMessage")
	if first == "" && t.Contact.Channel != contact.Voice && t.node.params.at("LexInitializationData") != nil {
		return t.Fail(noMatch, "there is no initial message for the bot")
	}
	if first == "" || t.Contact.Channel == contact.Voice {
		return t.ask(&k, prompt)
	}
	// The customer's first message has been said already.
	if prompt.Text != "" {
		t.say(prompt.Text)
	}
	return t.utter(&k, first)
}

// botAlias names the bot: a Lex V2 alias ARN, or the name of a V1 bot.
func (t *Turn) botAlias() string {
	if a := t.Text("LexV2Bot", "AliasArn"); a != "" {
		return a
	}
	return t.Text("LexBot", "Name")
}

// timer names the time-out of a round.
func (k *talk) timer() string { return "lex " + strconv.Itoa(k.Round) }

// ask says p and waits for the customer's words.
func (t *Turn) ask(k *talk, p contact.Prompt) Next {
	k.Round++
	if t.Contact.Channel == contact.Voice {
		e := contact.CollectSpeech{Visit: t.Visit(), Prompt: p, Language: t.language(), Session: k.Session, Bot: t.botAlias()}
		if _, ours := t.World.Bot(e.Bot); !ours {
			e.Remote, e.SessionID = true, string(t.Contact.ID)
		}
		t.Do(e)
	} else {
		if p.Text != "" {
			t.say(p.Text)
		}
		if n, ok := t.Int("LexTimeoutSeconds", "Text"); ok {
			t.Wake(k.timer(), time.Duration(n)*time.Second)
		}
	}
	t.Keep(k)
	return Wait
}

// utter hands the customer's words to the bot.
func (t *Turn) utter(k *talk, text string) Next {
	bot, ok := t.World.Bot(t.botAlias())
	if !ok {
		t.Keep(k)
		t.callLex(k, text)
		return Wait
	}
	return t.reply(k, bot.Hear(text, k.Bot, maps.Clone(k.Session), t.At))
}

// reply says what the bot says, and goes on when it has done its part.
func (t *Turn) reply(k *talk, h Heard) Next {
	k.Bot = h.State
	if h.Session != nil {
		k.Session = h.Session
	}
	prompt := contact.Prompt{Text: h.Reply, Language: t.Contact.LanguageCode, Voice: t.Contact.Voice}
	if !h.Closed() {
		return t.ask(k, prompt)
	}
	t.Set("Lex", lexData(h, k.Session))
	if h.Reply == "" {
		return t.Match(h.Intent)
	}
	if t.Contact.Channel != contact.Voice {
		t.say(h.Reply)
		return t.Match(h.Intent)
	}
	k.Intent, k.Closing = h.Intent, true
	t.Keep(k)
	t.Do(contact.PlayPrompt{Visit: t.Visit(), Prompt: prompt})
	return Wait
}

// lexData is $.Lex.
func lexData(h Heard, session map[string]string) map[string]any {
	out := map[string]any{
		"IntentName": h.Intent, "DialogState": h.Dialog,
		"IntentConfidence":  map[string]any{"Score": h.Score},
		"Slots":             plainTexts(h.Slots),
		"SessionAttributes": plainTexts(session),
	}
	if h.Sentiment != "" {
		out["SentimentResponse"] = map[string]any{"Label": h.Sentiment, "Scores": plainScores(h.Scores)}
	}
	others := map[string]any{}
	for _, a := range h.Alternates {
		others[a.Intent] = map[string]any{"IntentName": a.Intent,
			"IntentConfidence": map[string]any{"Score": a.Score}, "Slots": plainTexts(a.Slots)}
	}
	if len(others) > 0 {
		out["AlternativeIntents"] = others
	}
	return out
}

func plainTexts(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func plainScores(m map[string]float64) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
