package play

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"outdial/contact"
)

// An ask is a "*" line: what is asked of the world, as KIND [words] [{JSON}].
// The words are what the effect is about, the JSON is what it holds (a part of
// it will do); … stands for anything.
type ask struct {
	kind, words string
	holds       any
}

// What a "*" line may begin with, and what its words and its JSON are.
var askKinds = map[string]string{
	"InvokeFunction": "the stub's name or the end of the ARN; its parameters",
	"CallService":    "service and operation; the payload",
	"StartContact":   "the channel; the new contact",
	"UpdateContact":  "; the change",
	"TransferCall":   "the number; the effect",
	"PlaceCall":      "the number; the effect",
	"EndCall":        "; the effect",
	"StopPrompt":     "; the effect",
	"RecordCall":     "suspend, resume, off, or the parties; the effect",
	"StreamCall":     "on or off; the effect",
	"Queue":          "join, leave, agent, missed or done, and the queue or the agent; the effect",
	"TellAgent":      "what the agent alone hears or reads; the effect",
	"Bridge":         "ring, unring, join, hold, resume, say or leave, and the agent; the effect",
	"Reply":          "; the effect",
	"Hear":           "; the effect",
	"PublishEvent":   "the sink; the event",
	"Refused":        "code and text of a message that the carrier refused",
	"Event":          "the type of a contact event",
	"End":            "channel and reason, of a contact that the customer does not hear",
}

// readAsk reads the text of a "*" line.
func readAsk(s string) (ask, error) {
	kind, rest, _ := strings.Cut(strings.ReplaceAll(s, "\n", " "), " ")
	if _, ok := askKinds[kind]; !ok {
		return ask{}, fmt.Errorf("%q: wants one of %s", "* "+s, strings.Join(sortedNames(askKinds), ", "))
	}
	a := ask{kind: kind, words: strings.TrimSpace(rest)}
	if i := strings.IndexByte(rest, '{'); i >= 0 && kind != "Refused" {
		a.words = strings.TrimSpace(rest[:i])
		d := json.NewDecoder(strings.NewReader(rest[i:]))
		d.UseNumber()
		if err := d.Decode(&a.holds); err != nil {
			return a, fmt.Errorf("%q: not JSON behind the words: %w", "* "+s, err)
		}
	}
	return a, nil
}

// is tells whether got, the text of another "*" line, has all that a says.
func (a ask) is(got string) bool {
	g, err := readAsk(got)
	if err != nil || g.kind != a.kind {
		return false
	}
	if a.words != "" && !like(a.words, g.words) && !strings.HasSuffix(g.words, ":"+a.words) && !strings.HasSuffix(g.words, "/"+a.words) {
		return false
	}
	return a.holds == nil || holds(a.holds, g.holds)
}

// asked is the "*" line of an effect.
func asked(w *world, e contact.Effect) Line {
	kind := contact.EffectKind(e)
	words, body := "", any(e)
	switch v := e.(type) {
	case contact.InvokeFunction:
		words, body = v.ARN, parameters(v.Payload)
		if _, key, ok := stub(w, w.stubs.Functions, v.ARN); ok && key != "*" {
			words = key
		} else if name := last(v.ARN); name != "" {
			words = name
		}
		if v.Async {
			words += " async"
		}
	case contact.CallService:
		words, body = v.Service+"."+v.Operation, rawJSON(v.Payload)
	case contact.StartContact:
		words, body = string(v.Contact.Channel), brief(v.Contact)
		if v.Contact.Subtype == contact.SMS || v.Contact.Subtype == contact.WhatsApp {
			words = strings.TrimPrefix(v.Contact.Subtype, "connect:")
		}
	case contact.UpdateContact:
		body = v.Update
	case contact.TransferCall:
		words = v.To
	case contact.PlaceCall:
		words = v.To
	case contact.RecordCall:
		if words = v.Do; words == "" {
			if words = strings.Join(v.Parties, ","); words == "" {
				words = "off"
			}
		}
	case contact.StreamCall:
		words = map[bool]string{true: "on", false: "off"}[v.Enabled]
	case contact.Queue:
		words = v.Do
		if v.ID != "" {
			words += " " + queueName(w, v.ID)
		}
		if v.Agent != "" && v.Agent != v.ID {
			words += " " + v.Agent
		}
	case contact.TellAgent:
		words = v.Text
		for _, p := range v.Prompts {
			words = strings.TrimSpace(words + " " + promptText(p))
		}
		body = nil
	case contact.Bridge:
		words = strings.TrimSpace(v.Do + " " + v.Name)
	case contact.PublishEvent:
		words, body = v.Sink, rawJSON(v.Body)
	}
	return Line{Sign: Asks, Text: strings.TrimRight(kind+" "+shown(words), " ") + compact(body)}
}

func queueName(w *world, ref string) string {
	if q, err := w.Queue(ref); err == nil && q.Name != "" {
		return q.Name
	}
	return last(ref)
}

// parameters are what a flow hands to a function beside the contact's own data.
func parameters(payload json.RawMessage) any {
	m, _ := rawJSON(payload).(map[string]any)
	d, _ := m["Details"].(map[string]any)
	return d["Parameters"]
}

func rawJSON(doc json.RawMessage) any {
	var v any
	if len(doc) == 0 || json.Unmarshal(doc, &v) != nil {
		return nil
	}
	return v
}

// brief is what a "*" line says of a new contact.
func brief(c *contact.Contact) any {
	v, _ := toJSON(c).(map[string]any)
	for _, k := range []string{"id", "instance", "initiated", "expires", "position", "account", "segment", "previous", "initial", "related"} {
		delete(v, k)
	}
	if c.Position.Flow != "" {
		v["flow"] = c.Position.Flow
	}
	return v
}

func toJSON(v any) any {
	doc, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return rawJSON(doc)
}

// compact writes v as JSON behind a blank; what is empty is not written, nor
// the number of the visit, which is nobody's business.
func compact(v any) string {
	m, ok := toJSON(v).(map[string]any)
	if !ok {
		return ""
	}
	delete(m, "visit")
	if len(m) == 0 {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(m) != nil {
		return ""
	}
	return " " + shown(strings.TrimSpace(b.String()))
}
