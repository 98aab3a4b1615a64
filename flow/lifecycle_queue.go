package flow

import "outdial/contact"

// queueMoved is what routing says. An action that waits for it hears it.
func (t *Turn) queueMoved(in contact.QueueMoved) error {
	if t.Contact.Position.Action == "" {
		t.Note("routing says " + in.Outcome + ", and nothing in the flow waits for it")
		return nil
	}
	return t.resume(in)
}
