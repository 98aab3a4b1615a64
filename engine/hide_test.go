package engine_test

import (
	"strings"
	"testing"

	"outdial/contact"
	"outdial/store"
)

// What a customer answers to a view that hides it is nowhere to be read: not
// among the messages, and not in the timeline. The flow has it.
func TestAHiddenReply(t *testing.T) {
	h := build(t)
	h.flow("card", action{"ask", "ShowView", map[string]any{
		"ViewResource": map[string]any{"Id": "form"}, "InvocationTimeLimitSeconds": "600",
		"SensitiveDataConfiguration": map[string]any{"HideResponseOn": []string{"TRANSCRIPT"}},
		"ViewData":                   map[string]any{"Sections": []any{map[string]any{"Type": "FormInput", "Name": "card"}}, "Next": "Go"}},
		transitions{NextAction: "end"}}, wait("hold", "600", "end", "end"), end("end"))
	id := h.start(chat("card"))
	h.hears(1)
	if err := h.engine.Deliver(t.Context(), inbound("k-1", "4111 1111", contact.SMS)); err != nil {
		t.Fatal(err)
	}
	h.hears(1)
	if err := h.store.View(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if !strings.Contains(string(c.Position.State), "4111 1111") {
			t.Errorf("the flow does not have it: %s", c.Position.State)
		}
		list, err := tx.Messages(id)
		if err != nil {
			return err
		}
		seen := false
		for _, m := range list {
			seen = seen || m.Text == "********"
			if strings.Contains(m.Text, "4111") {
				t.Errorf("a message says %q", m.Text)
			}
		}
		if !seen {
			t.Errorf("no message is masked")
		}
		records, err := tx.Records(id)
		if err != nil {
			return err
		}
		for _, r := range records {
			if strings.Contains(string(r.Doc), "4111") {
				t.Errorf("the timeline says %s", r.Doc)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
