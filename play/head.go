package play

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"outdial/contact"
)

// A Head says what is played, and in which world.
type Head struct {
	// Flows are files, relative to the play. The contact starts in the first;
	// the others are found by the flows that name them.
	Flows []string
	Name  string // of the play, in reports
	// Channel is SMS, WHATSAPP, VOICE (the default), CHAT or TASK.
	Channel string
	From    string // our number; what the phone shows
	To      string // the customer's number
	Type    string // flow type of the first flow; "" is what its export says
	Method  string // initiation method; "" is API
	ID      string // contact id; "" is a fixed one. What looks random in a flow is drawn from it
	Traffic string // GENERAL or CAMPAIGN
	// AMD is what the answering machine detector finds; "" asks for no detection.
	AMD        string
	At         time.Time // when the play begins; zero is Start
	Attributes map[string]string
	// Related are the attributes of a related contact; nil is no such contact.
	Related map[string]string
	Contact Details
	Stubs   Stubs
	// StubsFile is the file that the head names in place of stubs, relative to the play.
	StubsFile string

	source []string // the lines as they were read
}

// Details are the further members of a contact.
type Details struct {
	Name        string    `yaml:"name,omitempty"`
	Description string    `yaml:"description,omitempty"`
	DisplayName string    `yaml:"displayName,omitempty"`
	Language    string    `yaml:"language,omitempty"`
	CustomerID  string    `yaml:"customerId,omitempty"`
	Queue       string    `yaml:"queue,omitempty"`    // the target queue
	Agent       string    `yaml:"agent,omitempty"`    // who has the contact
	Duration    string    `yaml:"duration,omitempty"` // of a chat; "" is 25h
	Ring        int       `yaml:"ring,omitempty"`     // seconds; 0 is 60
	Initial     string    `yaml:"initial,omitempty"`  // the initial system message
	Template    *Template `yaml:"template,omitempty"` // the initial templated message
	// Window is "open" where the customer wrote on WhatsApp within the 24 hours
	// before the play: free text is delivered only then, or after a reply.
	Window     string                       `yaml:"window,omitempty"`
	Tags       map[string]string            `yaml:"tags,omitempty"`
	Segment    map[string]string            `yaml:"segment,omitempty"`
	References map[string]contact.Reference `yaml:"references,omitempty"`
}

// A Template is an initial templated message, its variables filled in.
type Template struct {
	Name string `yaml:"name"`
	Text string `yaml:"text"`
}

// field sets what one key of the head says. text is the rest of its line; block
// is that and the indented lines below it.
type field func(h *Head, text, block string) error

var fields = map[string]field{
	"flow": func(h *Head, text, block string) error {
		var names []string
		if strings.HasPrefix(text, "[") || text == "" {
			if err := unmarshal(block, &names); err != nil {
				return err
			}
		} else {
			names = []string{unquote(text)}
		}
		h.Flows = append(h.Flows, names...)
		return nil
	},
	"name": func(h *Head, text, _ string) error { h.Name = unquote(text); return nil },
	"channel": func(h *Head, text, _ string) error {
		h.Channel = strings.ToUpper(unquote(text))
		if channels[h.Channel].channel == "" {
			return fmt.Errorf("channel: one of SMS, WhatsApp, VOICE, CHAT, TASK, not %q", text)
		}
		return nil
	},
	"from":   func(h *Head, text, _ string) error { h.From = unquote(text); return nil },
	"to":     func(h *Head, text, _ string) error { h.To = unquote(text); return nil },
	"type":   func(h *Head, text, _ string) error { h.Type = unquote(text); return nil },
	"method": func(h *Head, text, _ string) error { h.Method = strings.ToUpper(unquote(text)); return nil },
	"id":     func(h *Head, text, _ string) error { h.ID = unquote(text); return nil },
	"traffic": func(h *Head, text, _ string) error {
		if h.Traffic = strings.ToUpper(unquote(text)); h.Traffic != "GENERAL" && h.Traffic != "CAMPAIGN" {
			return fmt.Errorf("traffic: GENERAL or CAMPAIGN, not %q", text)
		}
		return nil
	},
	"amd": func(h *Head, text, _ string) error { h.AMD = strings.ToUpper(unquote(text)); return nil },
	"at": func(h *Head, text, _ string) error {
		t, err := readTime(unquote(text))
		h.At = t
		return err
	},
	"attributes": func(h *Head, _, block string) error { return unmarshal(block, &h.Attributes) },
	"related": func(h *Head, _, block string) error {
		h.Related = map[string]string{}
		return unmarshal(block, &h.Related)
	},
	"contact": func(h *Head, _, block string) error { return unmarshal(block, &h.Contact) },
	"stubs": func(h *Head, text, block string) error {
		if text != "" && !strings.HasPrefix(text, "{") {
			h.StubsFile = unquote(text)
			return nil
		}
		return unmarshal(block, &h.Stubs)
	},
}

// Head keys in the order in which they are written.
var order = []string{"flow", "name", "channel", "type", "method", "from", "to", "id", "traffic", "amd", "at",
	"attributes", "related", "contact", "stubs"}

// channels are what a head may name, and what it means to a contact.
var channels = map[string]struct {
	channel contact.Channel
	subtype string
}{
	"SMS":      {contact.Chat, contact.SMS},
	"WHATSAPP": {contact.Chat, contact.WhatsApp},
	"VOICE":    {contact.Voice, contact.Telephony},
	"CHAT":     {contact.Chat, contact.WebChat},
	"TASK":     {contact.Task, contact.TaskType},
}

func unmarshal(s string, v any) error {
	d := yaml.NewDecoder(strings.NewReader(s))
	d.KnownFields(true)
	err := d.Decode(v)
	if err != nil && strings.TrimSpace(s) == "" {
		return nil
	}
	return err
}

// unquote takes away the quotes around a simple value.
func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

func readTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("at: a time like 2026-01-05T10:00:00Z, not %q", s)
}

// read reads the head's lines.
func (h *Head) read(file string, lines []string) error {
	h.source = lines
	for i := 0; i < len(lines); i++ {
		l := trimEnd(lines[i])
		if l == "" || strings.HasPrefix(l, "//") || strings.HasPrefix(l, ";") {
			continue
		}
		key, text, ok := strings.Cut(l, ":")
		set := fields[key]
		if !ok || set == nil {
			return lineError(file, i+1, "%q: a head has %s", l, strings.Join(order, ", "))
		}
		text = strings.TrimSpace(text)
		at := i
		for i+1 < len(lines) && (strings.HasPrefix(lines[i+1], " ") || strings.HasPrefix(lines[i+1], "\t")) {
			i++
		}
		block := strings.Join(append([]string{text}, lines[at+1:i+1]...), "\n") + "\n"
		if err := set(h, text, block); err != nil {
			return lineError(file, at+1, "%s: %v", key, err)
		}
	}
	return nil
}

// String writes the head, with the blank line behind it that belongs to it.
func (h *Head) String() string {
	if len(h.source) > 0 {
		return strings.Join(h.source, "\n") + "\n"
	}
	var b strings.Builder
	for _, f := range h.Flows {
		b.WriteString("flow: " + f + "\n")
	}
	simple := map[string]string{"name": h.Name, "channel": h.Channel, "type": h.Type, "method": h.Method, "from": h.From,
		"to": h.To, "id": h.ID, "traffic": h.Traffic, "amd": h.AMD}
	if !h.At.IsZero() {
		simple["at"] = h.At.Format(time.RFC3339)
	}
	for _, k := range order {
		if v := simple[k]; v != "" {
			b.WriteString(k + ": " + v + "\n")
		}
	}
	writeBlock(&b, "attributes", h.Attributes, len(h.Attributes) == 0)
	writeBlock(&b, "related", h.Related, h.Related == nil)
	writeBlock(&b, "contact", h.Contact, h.Contact.empty())
	if h.StubsFile != "" {
		b.WriteString("stubs: " + h.StubsFile + "\n")
	} else {
		writeBlock(&b, "stubs", h.Stubs, h.Stubs.empty())
	}
	b.WriteByte('\n')
	return b.String()
}

func writeBlock(b *strings.Builder, key string, v any, empty bool) {
	if empty {
		return
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		return // maps of plain values: it cannot fail
	}
	b.WriteString(key + ":\n")
	for _, l := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		b.WriteString("  " + l + "\n")
	}
}

func (d Details) empty() bool {
	out, err := yaml.Marshal(d)
	return err == nil && strings.TrimSpace(string(out)) == "{}"
}

// sortedNames gives the keys of m in order.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}
