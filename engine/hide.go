package engine

import "outdial/contact"

// masked stands for what is not to be shown.
const masked = "********"

// hide masks what a customer has written, where the flow wants that: in the
// message as it is kept, and in the input as the timeline will have it.
func (w *writer) hide(in contact.Input) (contact.Input, error) {
	v, ok := in.(contact.MessageReceived)
	if !ok {
		return in, nil
	}
	if v.ID != "" {
		m, err := w.t.Message(v.ID)
		if err != nil {
			return nil, err
		}
		m.Text = masked
		if err := w.t.PutMessage(m); err != nil {
			return nil, err
		}
	}
	v.Text = masked
	return v, nil
}
