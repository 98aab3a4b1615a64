package whatsapp

import (
	"strconv"
	"strings"

	"outdial/gateway/web"
)

// A media is a file of a message.
type media struct {
	ID      string `json:"id"`
	Type    string `json:"mime_type"`
	Name    string `json:"filename"`
	Caption string `json:"caption"`
	Sum     string `json:"sha256"`
}

// A message is one from a customer.
// https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components#messages-object
type message struct {
	From string `json:"from"`
	ID   string `json:"id"`
	Type string `json:"type"`
	Text struct {
		Body string `json:"body"`
	} `json:"text"`
	Button struct { // of a template
		Text    string `json:"text"`
		Payload string `json:"payload"`
	} `json:"button"`
	Interactive struct {
		Type   string `json:"type"`
		Button picked `json:"button_reply"`
		List   picked `json:"list_reply"`
		Flow   struct {
			Response string `json:"response_json"`
		} `json:"nfm_reply"`
	} `json:"interactive"`
	Image    *media `json:"image"`
	Video    *media `json:"video"`
	Audio    *media `json:"audio"`
	Document *media `json:"document"`
	Sticker  *media `json:"sticker"`
	Location *struct {
		Lat     float64 `json:"latitude"`
		Long    float64 `json:"longitude"`
		Name    string  `json:"name"`
		Address string  `json:"address"`
	} `json:"location"`
	Contacts []struct {
		Name struct {
			Formatted string `json:"formatted_name"`
		} `json:"name"`
		Phones []struct {
			Phone string `json:"phone"`
		} `json:"phones"`
	} `json:"contacts"`
	Context struct {
		ID string `json:"id"`
	} `json:"context"`
}

// A picked is what a customer chose.
type picked struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// said is what the flow hears: the id, which is the whole of what the button was
// too short for.
func (p picked) said() string {
	if p.ID != "" {
		return p.ID
	}
	return p.Title
}

// event gives what a flow hears of a message; false for what says nothing to it:
// reactions, notices of the system, and what WhatsApp itself cannot show us.
func (m *message) event(file func(*media) web.Media) (web.Event, bool) {
	if m.ID == "" || m.From == "" {
		return web.Event{}, false
	}
	e := web.Event{Key: m.ID, ReplyTo: m.Context.ID}
	switch m.Type {
	case "text":
		e.Text = m.Text.Body
	case "button":
		if e.Text = m.Button.Text; e.Text == "" {
			e.Text = m.Button.Payload
		}
	case "interactive":
		switch m.Interactive.Type {
		case "list_reply":
			e.Text = m.Interactive.List.said()
		case "nfm_reply":
			e.Text, e.Type = m.Interactive.Flow.Response, "application/json"
		default:
			e.Text = m.Interactive.Button.said()
		}
	case "location":
		e.Text = m.place()
	case "contacts":
		e.Text = m.people()
	}
	for _, f := range []*media{m.Image, m.Video, m.Audio, m.Document, m.Sticker} {
		if f != nil && f.ID != "" {
			e.Text += f.Caption
			e.Media = append(e.Media, file(f))
		}
	}
	return e, e.Text != "" || len(e.Media) > 0
}

// place writes a location as RFC 5870 does, and what it is called.
func (m *message) place() string {
	l := m.Location
	if l == nil {
		return ""
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	s := "geo:" + number(l.Lat) + "," + number(l.Long)
	for _, words := range []string{l.Name, l.Address} {
		if words != "" {
			s += "\n" + words
		}
	}
	return s
}

// people writes contact cards: a name and its numbers, a line each.
func (m *message) people() string {
	var lines []string
	for _, c := range m.Contacts {
		line := []string{c.Name.Formatted}
		for _, p := range c.Phones {
			line = append(line, p.Phone)
		}
		lines = append(lines, strings.TrimSpace(strings.Join(line, " ")))
	}
	return strings.Join(lines, "\n")
}
