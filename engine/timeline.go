package engine

import (
	"bytes"
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/store"
)

// shortly words an effect as its job keeps it, and as the timeline does: a timer's
// time stands beside it in both, a message's text in its row.
func shortly(j *store.Job, f contact.Effect, at time.Time) (asked Asked, err error) {
	asked = Asked{Kind: j.Kind, Due: later(j.Due, at)}
	kept, told := f, f
	switch v := f.(type) {
	case contact.Wake:
		if !asked.Due.IsZero() && asked.Due.Equal(v.At) {
			v.At = time.Time{}
			kept, told = v, v
		}
	case contact.SendMessage:
		v.Text = ""
		told = v
	}
	if j.Doc, err = json.Marshal(kept); err != nil {
		return asked, err
	}
	asked.Doc = j.Doc
	if _, message := f.(contact.SendMessage); message {
		asked.Doc, err = json.Marshal(told)
	}
	j.Effect = f
	return asked, err
}

// Told gives an entry of a contact's timeline in full, with what was left out of
// it because a row beside it says the same: a timer's time, and the texts of
// messages, which are among those given.
func Told(doc json.RawMessage, messages []*contact.Message) (json.RawMessage, error) {
	if !bytes.Contains(doc, []byte(`"kind":"Wake"`)) && !bytes.Contains(doc, []byte(`"kind":"SendMessage"`)) {
		return doc, nil
	}
	var t Turn
	if err := json.Unmarshal(doc, &t); err != nil {
		return nil, err
	}
	for i := range t.Effects {
		if err := t.Effects[i].complete(messages); err != nil {
			return nil, err
		}
	}
	return json.Marshal(t)
}

// complete adds what shortly left out.
func (a *Asked) complete(messages []*contact.Message) error {
	f, err := contact.ReadEffect(a.Kind, a.Doc)
	if err != nil {
		return nil // of another version: it stays as it is
	}
	switch v := f.(type) {
	case contact.Wake:
		if !v.At.IsZero() {
			return nil
		}
		v.At = a.Due
		f = v
	case contact.SendMessage:
		if v.Text != "" {
			return nil
		}
		for _, m := range messages {
			if m.ID == v.ID {
				v.Text = m.Text
			}
		}
		f = v
	default:
		return nil
	}
	a.Doc, err = json.Marshal(f)
	return err
}
