package whatsapp

import (
	"encoding/json"
	"strings"

	"outdial/fault"
)

// Bounds of interactive messages, in characters.
// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
// https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
const (
	maxButtons     = 3
	maxButton      = 20
	maxRows        = 10
	maxRowTitle    = 24
	maxRowWords    = 72
	maxID          = 200
	maxInteractive = 1024
	maxSection     = 24
)

// A choice is what a customer may pick.
type choice struct {
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	section  string
	answer   string // what the flow hears; the title where it is ""
}

// A panel is a part of Connect's interactive messages that has choices.
type panel struct {
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle"`
	Image    string   `json:"imageData"`
	Kind     string   `json:"imageType"`
	Elements []choice `json:"elements"`
}

// A connectMessage is an interactive message of Amazon Connect.
// https://docs.aws.amazon.com/connect/latest/adminguide/interactive-messages.html
type connectMessage struct {
	Type string `json:"templateType"`
	Data struct {
		Content json.RawMessage `json:"content"`
	} `json:"data"`
}

// interactive writes Connect's interactive message as WhatsApp's: up to three
// short choices are buttons, up to ten a list. What has no counterpart, or is
// too long for one, becomes a text that names the choices: the customer can
// write one back, and the flow hears the same words.
func (w *whatsapp) interactive(doc string) (object, error) {
	var m connectMessage
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		return nil, fault.New(fault.Refused, "text: not an interactive message of Connect")
	}
	if o, ok := ready(m.Data.Content); ok {
		return o, nil
	}
	var p panel
	var list []choice
	switch m.Type {
	case "Carousel":
		p, list = carousel(m.Data.Content)
	case "TimePicker":
		p, list = times(m.Data.Content)
	default: // ListPicker, QuickReply, Panel, and what comes after them
		if json.Unmarshal(m.Data.Content, &p) != nil {
			return nil, fault.New(fault.Refused, "text: an interactive message without content")
		}
		list = p.Elements
	}
	if p.Title == "" && len(list) == 0 {
		return nil, fault.New(fault.Refused, "text: an interactive message without a title or choices")
	}
	body := strings.TrimSpace(p.Title + "\n" + p.Subtitle)
	switch {
	case len(list) == 0:
		return w.text(body), nil
	case !pickable(list) || body == "" || len([]rune(body)) > maxInteractive:
		return w.text(spelled(body, list)), nil
	case fits(list, maxButtons, maxButton) && !described(list):
		return buttons(body, p, list), nil
	case fits(list, maxRows, maxRowTitle):
		return w.list(body, list), nil
	}
	return w.text(spelled(body, list)), nil
}

// ready takes a message that is written for WhatsApp already: Connect's
// templates for WhatsApp's lists and reply buttons hold Meta's own objects.
func ready(content json.RawMessage) (object, bool) {
	var c struct {
		Header json.RawMessage `json:"header"`
		Body   json.RawMessage `json:"body"`
		Footer json.RawMessage `json:"footer"`
		Action struct {
			Button   string            `json:"button"`
			Buttons  []json.RawMessage `json:"buttons"`
			Sections []json.RawMessage `json:"sections"`
		} `json:"action"`
	}
	if json.Unmarshal(content, &c) != nil || len(c.Action.Buttons)+len(c.Action.Sections) == 0 || c.Body == nil {
		return nil, false
	}
	i := object{"type": "list", "body": c.Body, "action": object{"button": c.Action.Button, "sections": c.Action.Sections}}
	if len(c.Action.Buttons) > 0 {
		i["type"], i["action"] = "button", object{"buttons": c.Action.Buttons}
	}
	if c.Header != nil {
		i["header"] = c.Header
	}
	if c.Footer != nil {
		i["footer"] = c.Footer
	}
	return object{"type": "interactive", "interactive": i}, true
}

// carousel puts the choices of all its panels into one list.
func carousel(content json.RawMessage) (p panel, list []choice) {
	var c struct {
		Title    string `json:"title"`
		Elements []struct {
			Title string `json:"title"`
			Data  struct {
				Content panel `json:"content"`
			} `json:"data"`
		} `json:"elements"`
	}
	if json.Unmarshal(content, &c) != nil {
		return p, nil
	}
	p.Title = c.Title
	for _, e := range c.Elements {
		section := e.Data.Content.Title
		if section == "" {
			section = e.Title
		}
		for _, x := range e.Data.Content.Elements {
			x.section = section
			list = append(list, x)
		}
		if len(e.Data.Content.Elements) == 0 && section != "" {
			list = append(list, choice{Title: section})
		}
	}
	return p, list
}

// times lists the slots of a time picker; the flow hears the slot's own time.
func times(content json.RawMessage) (p panel, list []choice) {
	var c struct {
		panel
		Slots []struct {
			Date string `json:"date"`
		} `json:"timeslots"`
	}
	if json.Unmarshal(content, &c) != nil {
		return p, nil
	}
	for _, s := range c.Slots {
		list = append(list, choice{Title: strings.Replace(s.Date, "T", " ", 1), answer: s.Date})
	}
	return c.panel, list
}

// said is what the flow hears when the customer picks c.
func (c choice) said() string {
	if c.answer != "" {
		return c.answer
	}
	return c.Title
}

// pickable tells whether each choice can be told from the others by what the
// flow hears: that is its id.
func pickable(list []choice) bool {
	seen := map[string]bool{}
	for _, c := range list {
		s := c.said()
		if strings.TrimSpace(s) == "" || seen[s] || len([]rune(s)) > maxID {
			return false
		}
		seen[s] = true
	}
	return true
}

// fits tells whether there are at most n choices, whose titles, shortened where
// they must be, are still told from each other.
func fits(list []choice, n, length int) bool {
	seen := map[string]bool{}
	for _, c := range list {
		t := short(c.Title, length)
		if seen[t] {
			return false
		}
		seen[t] = true
	}
	return len(list) <= n
}

func described(list []choice) bool {
	for _, c := range list {
		if c.Subtitle != "" || c.section != "" || len([]rune(c.Title)) > maxButton {
			return true
		}
	}
	return false
}

// short cuts s to n characters.
func short(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) <= n {
		return string(r)
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

func buttons(body string, p panel, list []choice) object {
	out := make([]object, len(list))
	for i, c := range list {
		out[i] = object{"type": "reply", "reply": object{"id": c.said(), "title": short(c.Title, maxButton)}}
	}
	i := object{"type": "button", "body": object{"text": body}, "action": object{"buttons": out}}
	if p.Kind == "URL" && strings.HasPrefix(p.Image, "https://") {
		i["header"] = object{"type": "image", "image": object{"link": p.Image}}
	}
	return object{"type": "interactive", "interactive": i}
}

func (w *whatsapp) list(body string, list []choice) object {
	var sections []object
	last := -1
	for i, c := range list {
		row := object{"id": c.said(), "title": short(c.Title, maxRowTitle)}
		words := c.Subtitle
		if words == "" && len([]rune(c.Title)) > maxRowTitle {
			words = c.Title // what the title has no room for
		}
		if words != "" {
			row["description"] = short(words, maxRowWords)
		}
		if last < 0 || list[last].section != c.section {
			s := object{"rows": []object{}}
			if c.section != "" {
				s["title"] = short(c.section, maxSection)
			}
			sections = append(sections, s)
		}
		s := sections[len(sections)-1]
		s["rows"] = append(s["rows"].([]object), row)
		last = i
	}
	if len(sections) > 1 { // each then wants a title
		for _, s := range sections {
			if s["title"] == nil {
				s["title"] = w.ListButton
			}
		}
	}
	return object{"type": "interactive", "interactive": object{"type": "list", "body": object{"text": body},
		"action": object{"button": w.ListButton, "sections": sections}}}
}

// spelled is a text that names the choices.
func spelled(body string, list []choice) string {
	var b strings.Builder
	b.WriteString(body)
	for _, c := range list {
		b.WriteString("\n• " + c.said())
		if c.Subtitle != "" {
			b.WriteString(" – " + c.Subtitle)
		}
	}
	return short(b.String(), maxText)
}
