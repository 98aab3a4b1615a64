package flow

import (
	"encoding/json"
	"strings"

	"outdial/contact"
)

// lexSeconds is how long a bot has for its answer. Admin guide, feature limits.
const lexSeconds = 10

// callLex asks Amazon Lex: V2 by RecognizeText, V1 by PostText.
// API_runtime_RecognizeText, API_runtime_PostText
func (t *Turn) callLex(k *talk, text string) {
	e := contact.CallService{Visit: t.Visit(), Service: "lex", Timeout: lexSeconds, Target: t.botAlias()}
	var body map[string]any
	if arn := t.Text("LexV2Bot", "AliasArn"); arn != "" {
		e.Operation = "RecognizeText"
		bot, alias := lexIDs(arn)
		body = map[string]any{"botId": bot, "botAliasId": alias, "localeId": strings.ReplaceAll(t.language(), "-", "_"),
			"sessionId": string(t.Contact.ID), "text": text,
			"sessionState": map[string]any{"sessionAttributes": k.Session}}
	} else {
		e.Operation = "PostText"
		body = map[string]any{"botName": t.Text("LexBot", "Name"), "botAlias": t.Text("LexBot", "Alias"),
			"userId": string(t.Contact.ID), "inputText": text, "sessionAttributes": k.Session}
	}
	// Texts and maps of texts: nothing here can fail.
	e.Payload, _ = json.Marshal(body)
	t.Do(e)
}

// lexIDs takes the bot and its alias from arn:…:bot-alias/BOT/ALIAS.
func lexIDs(arn string) (bot, alias string) {
	_, rest, _ := strings.Cut(arn, ":bot-alias/")
	bot, alias, _ = strings.Cut(rest, "/")
	return bot, alias
}

// lexReturned reads the service's answer.
func (t *Turn) lexReturned(k *talk, in contact.ServiceReturned) Next {
	if in.Error != "" || in.Code != "" {
		return t.Fail(noMatch, "lex failed: "+join(in.Code, in.Error))
	}
	var a lexAnswer
	if err := json.Unmarshal(in.Payload, &a); err != nil {
		return t.Fail(noMatch, "the answer of lex is not readable: "+err.Error())
	}
	return t.reply(k, a.heard())
}

// A lexAnswer is what RecognizeText or PostText gives back, as far as it is read.
type lexAnswer struct {
	Messages []struct {
		Content string `json:"content"`
	} `json:"messages"`
	Interpretations []lexReading `json:"interpretations"`
	SessionState    *struct {
		Attributes   map[string]string `json:"sessionAttributes"`
		Intent       lexIntent         `json:"intent"`
		DialogAction struct {
			Type string `json:"type"`
		} `json:"dialogAction"`
	} `json:"sessionState"`

	// Of PostText.
	IntentName string            `json:"intentName"`
	Slots      map[string]string `json:"slots"`
	Attributes map[string]string `json:"sessionAttributes"`
	Message    string            `json:"message"`
	Dialog     string            `json:"dialogState"`
}

type lexIntent struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Slots map[string]*struct {
		Value struct {
			Interpreted string `json:"interpretedValue"`
			Original    string `json:"originalValue"`
		} `json:"value"`
	} `json:"slots"`
}

type lexReading struct {
	Intent     lexIntent `json:"intent"`
	Confidence struct {
		Score float64 `json:"score"`
	} `json:"nluConfidence"`
	Sentiment struct {
		Label  string             `json:"sentiment"`
		Scores map[string]float64 `json:"sentimentScore"`
	} `json:"sentimentResponse"`
}

func (i lexIntent) slots() map[string]string {
	out := map[string]string{}
	for name, s := range i.Slots {
		if s == nil {
			continue
		}
		if out[name] = s.Value.Interpreted; out[name] == "" {
			out[name] = s.Value.Original
		}
	}
	return out
}

// heard gives the answer as every bot's.
func (a *lexAnswer) heard() Heard {
	if a.SessionState == nil {
		return Heard{Intent: a.IntentName, Slots: a.Slots, Session: a.Attributes, Reply: a.Message, Dialog: a.Dialog}
	}
	s := a.SessionState
	h := Heard{Intent: s.Intent.Name, Slots: s.Intent.slots(), Session: s.Attributes, Dialog: s.DialogAction.Type}
	if h.Dialog == "Close" || h.Dialog == "Delegate" || h.Dialog == "" {
		h.Dialog = s.Intent.State
	}
	var words []string
	for _, m := range a.Messages {
		if m.Content != "" {
			words = append(words, m.Content)
		}
	}
	h.Reply = strings.Join(words, "\n")
	for i, r := range a.Interpretations {
		if i == 0 {
			h.Score = r.Confidence.Score
			h.Sentiment = r.Sentiment.Label
			h.Scores = titled(r.Sentiment.Scores)
			continue
		}
		h.Alternates = append(h.Alternates, Heard{Intent: r.Intent.Name, Score: r.Confidence.Score, Slots: r.Intent.slots()})
	}
	return h
}

// titled writes the names of scores as references do: Positive, Negative…
func titled(m map[string]float64) map[string]float64 {
	out := make(map[string]float64, len(m))
	for k, v := range m {
		if k != "" {
			out[strings.ToUpper(k[:1])+k[1:]] = v
		}
	}
	return out
}
