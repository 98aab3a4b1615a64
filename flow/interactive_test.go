package flow

import (
	"encoding/json"
	"testing"

	"outdial/contact"
)

// What a bot or a flow writes as an interactive message goes out as one on
// WhatsApp, and what stands beside it as text.
func TestInteractiveMessages(t *testing.T) {
	const quick = `{"templateType":"QuickReply","version":"1.0","data":{"content":{"title":"How was it?","elements":[{"title":"Good"},{"title":"Bad"}]}}}`
	text := func(s string) contact.SendMessage { return contact.SendMessage{Visit: 1, Text: s} }
	picked := contact.SendMessage{Visit: 1, Text: quick, ContentType: contact.Interactive}
	for _, c := range []struct {
		name, channel, text string
		want                []contact.Effect
	}{
		{"alone", "WhatsApp", quick, []contact.Effect{picked}},
		{"after words", "WhatsApp", "Hello.\n" + quick, []contact.Effect{text("Hello."), picked}},
		{"between words", "WhatsApp", "Hello.\n\n" + quick + "\nThere you are.", []contact.Effect{text("Hello.\n"), picked, text("There you are.")}},
		{"two", "WhatsApp", quick + "\n" + quick, []contact.Effect{picked, picked}},
		{"by SMS it stays what it is", "SMS", quick, []contact.Effect{text(quick)}},
		{"plain", "WhatsApp", "Hello.\n\nBye.", []contact.Effect{text("Hello.\n\nBye.")}},
		{"another JSON", "WhatsApp", `{"a": 1}`, []contact.Effect{text(`{"a": 1}`)}},
		{"without data", "WhatsApp", `{"templateType": "QuickReply"}`, []contact.Effect{text(`{"templateType": "QuickReply"}`)}},
	} {
		param, err := json.Marshal(c.text)
		if err != nil {
			t.Fatal(err)
		}
		s := stageOf(t, c.channel, "m MessageParticipant {\"Text\":"+string(param)+"} > w !NoMatchingError w\nw Wait {\"TimeLimitSeconds\":\"60\"} > w !NoMatchingError w ?Equals:WaitCompleted w")
		s.hear(contact.Started{})
		var got []contact.Effect
		for _, f := range s.out.Effects {
			if m, ok := f.(contact.SendMessage); ok {
				got = append(got, m)
			}
		}
		if a, b := asJSON(t, got), asJSON(t, c.want); a != b {
			t.Errorf("%s: %s, want %s", c.name, a, b)
		}
	}
}
