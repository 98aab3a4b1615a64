package flow

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/resource"
)

// How long a spoken text may be, tags and all. Admin guide, "Play prompt".
const maxSpoken = 6000

// How long a message may be on each channel, in characters. Admin guide, "Chat
// message size limits by channel".
const (
	maxSMS      = 1024
	maxWhatsApp = 4096
	maxChat     = 16384 // bytes
)

// promptParams declares what every action that speaks takes.
func promptParams(more ...Param) []Param {
	return append([]Param{
		{Name: "PromptId", Use: J, Ref: resource.KindPrompt},
		{Name: "Text"},
		{Name: "SSML"},
		{Name: "Media", Shape: Object, Members: mediaParams},
		{Name: "TextToSpeechType", Use: S, Enum: []string{"text", "ssml"}, Fold: true}, // of older exports
	}, more...)
}

var mediaParams = []Param{
	{Name: "Uri", Required: true},
	{Name: "SourceType", Use: S, Required: true, Enum: []string{"S3"}},
	{Name: "MediaType", Use: S, Required: true, Enum: []string{"Audio"}},
}

var promptNames = []string{"Text", "SSML", "PromptId", "Media"}

// prompt gives what the caller hears, of the parameters of this action; or why
// there is nothing to hear.
func (t *Turn) prompt() (contact.Prompt, string) { return t.promptAt(&t.node.params) }

// promptAt reads a prompt from the members of v.
func (t *Turn) promptAt(v *value) (contact.Prompt, string) {
	p := contact.Prompt{Language: t.Contact.LanguageCode, Voice: t.Contact.Voice}
	get := func(path ...string) string {
		if m := v.at(path...); m != nil {
			return t.textOf(m)
		}
		return ""
	}
	if id := get("PromptId"); id != "" {
		r, err := t.World.Prompt(id)
		if err != nil {
			return p, fmt.Sprintf("the prompt %q is not there", id)
		}
		p.Name, p.Text, p.URI = r.Name, r.Text, r.URI
		return p, ""
	}
	if uri := get("Media", "Uri"); uri != "" {
		p.URI = uri
		return p, ""
	}
	if p.SSML = get("SSML"); p.SSML == "" {
		p.Text = get("Text")
		if strings.EqualFold(get("TextToSpeechType"), "ssml") {
			p.SSML, p.Text = p.Text, ""
		}
	}
	if p.SSML == "" && p.Text == "" {
		return p, "there is no text to say"
	}
	if n := utf8.RuneCountInString(p.SSML + p.Text); n > maxSpoken {
		return p, fmt.Sprintf("the text has %d characters, over %d", n, maxSpoken)
	}
	return p, ""
}

// message gives what a chat customer reads, or why there is nothing: only Text
// can be read.
func (t *Turn) message() (string, string) {
	switch {
	case t.Has("SSML"), strings.EqualFold(t.Text("TextToSpeechType"), "ssml"):
		return "", "SSML is for voice: " + t.channel() + " takes Text only"
	case t.Has("PromptId"), t.Has("Media"):
		return "", "recorded prompts are for voice: " + t.channel() + " takes Text only"
	}
	text := t.Text("Text")
	if text == "" {
		return "", "there is no text to send"
	}
	if max, n := textLimit(t.Contact.Subtype, text); n > max {
		return "", fmt.Sprintf("the text has %d characters, over the %d of %s", n, max, t.channel())
	}
	return text, ""
}

// textLimit gives the longest message of a channel, and how long text is there.
func textLimit(subtype, text string) (limit, length int) {
	switch subtype {
	case contact.SMS:
		return maxSMS, utf8.RuneCountInString(text)
	case contact.WhatsApp:
		return maxWhatsApp, utf8.RuneCountInString(text)
	}
	return maxChat, len(text)
}

// say sends text to a chat customer.
func (t *Turn) say(text string) {
	t.chain = time.Time{}
	if t.Contact.Subtype != contact.WhatsApp {
		t.Do(contact.SendMessage{Visit: t.Visit(), Text: text})
		return
	}
	for _, m := range interactiveMessages(text) {
		m.Visit = t.Visit()
		t.Do(m)
	}
}

// interactiveMessages finds interactive messages in what is to be said: the whole
// of it, or lines of their own among what a bot says. They are written as JSON
// with a templateType. Admin guide, "Add interactive messages to chat".
func interactiveMessages(text string) (list []contact.SendMessage) {
	if interactive(text) {
		return append(list, contact.SendMessage{Text: text, ContentType: contact.Interactive})
	}
	var plain []string
	words := func() {
		if s := strings.Join(plain, "\n"); len(plain) > 0 && (strings.TrimSpace(s) != "" || len(list) == 0) {
			list = append(list, contact.SendMessage{Text: s})
		}
		plain = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if !interactive(line) {
			plain = append(plain, line)
			continue
		}
		words()
		list = append(list, contact.SendMessage{Text: line, ContentType: contact.Interactive})
	}
	words()
	return list
}

func interactive(text string) bool {
	var m struct {
		Type string          `json:"templateType"`
		Data json.RawMessage `json:"data"`
	}
	return strings.HasPrefix(strings.TrimSpace(text), "{") && json.Unmarshal([]byte(text), &m) == nil && m.Type != "" && m.Data != nil
}
