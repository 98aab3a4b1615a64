package engine

import (
	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/store"
)

// A conversation may go on from contact to contact: a transfer, or a flow that
// runs when the agent has left, makes a new segment. Carriers hear nothing of it:
// what leaves for the customer goes in the name of the contact that opened the
// call or the chat, in its lane, and what they hear is handed on to the segment
// that is open.

// present gives the contact to which an input from a carrier belongs: c, or the
// segment that goes on with its conversation.
func present(t *store.Tx, c *contact.Contact, in contact.Input) (*contact.Contact, error) {
	if !carried(in) {
		return c, nil
	}
	leg := c.Leg()
	for c.NextID != "" && (!c.Open() || c.Consult != nil && visit(in) > c.Consult.From) {
		next, err := t.Contact(c.NextID)
		if fault.Is(err, fault.NotFound) || err == nil && next.Leg() != leg {
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		c = next
	}
	return c, nil
}

// visit gives the visit that an input answers; 0 is none.
func visit(in contact.Input) int {
	v, _ := flow.VisitOf(in)
	return v
}

// carried tells whether an input comes from the call or the chat itself.
func carried(in contact.Input) bool {
	switch in.(type) {
	case contact.MessageReceived, contact.MessageSent, contact.MessageRefused, contact.EffectFailed, contact.CallRinging,
		contact.CallAnswered, contact.MachineDetected, contact.CallEnded, contact.PromptEnded, contact.DigitsReceived,
		contact.SpeechReceived, contact.TransferEnded, contact.RecordingKept, contact.StreamChanged:
		return true
	}
	return false
}

// follow begins the contact that follows another one, in the same unit of work.
// With silent, what the caller of the conversation hears is to end: where nothing
// new is played to him that would break it off, that is asked for.
func (e *Engine) follow(t *store.Tx, c *contact.Contact, silent bool) error {
	out, err := e.turn(t, c, contact.Started{}, true)
	if err != nil || !silent || outdone(out.Effects) || !c.Open() {
		return err
	}
	return send(t, store.Job{Contact: c.Leg(), Account: c.Account, Node: c.Node, Due: e.Now()}, contact.StopPrompt{})
}

// shareAttributes hands attributes that were set on a contact that is over to the
// one that goes on with its chain: they belong to the chain.
func (e *Engine) shareAttributes(t *store.Tx, c *contact.Contact, in contact.Input) error {
	u, ok := in.(contact.ContactUpdated)
	if !ok || len(u.Attributes) == 0 || c.Open() {
		return nil
	}
	for c.NextID != "" {
		next, err := t.Contact(c.NextID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if c = next; c.Open() {
			_, err = e.turn(t, c, contact.ContactUpdated{Attributes: u.Attributes, By: u.By}, false)
			return err
		}
	}
	return nil
}

// legOf gives what a gateway is to know of a contact whose conversation another
// segment goes on with: that segment, under the contact's own id.
func legOf(t *store.Tx, c *contact.Contact) (*contact.Contact, error) {
	now, err := present(t, c, contact.MessageSent{})
	if err != nil || now == c {
		return c, err
	}
	now = now.Clone()
	now.ID, now.LegID = c.ID, ""
	return now, nil
}

// handsOver tells whether the call or the chat goes on in the contact that follows.
func handsOver(c, next *contact.Contact) bool {
	return next != nil && next.LegID == c.Leg() && !c.Open()
}

// dropTimers drops what a contact that has ended waits for. What the far side of
// its call or chat does later stays where another segment goes on with that.
func (w *writer) dropTimers(goesOn bool) error {
	jobs, err := w.t.Cancel(w.c.ID, "")
	if err != nil || !goesOn {
		return err
	}
	for _, j := range jobs {
		if j.Account == ours && j.Kind != "Hear" {
			continue
		}
		if err := w.t.Send(j); err != nil {
			return err
		}
	}
	return nil
}

// outdone tells whether a StopPrompt need not be done: what comes behind it in the
// same turn breaks off what plays by itself.
func outdone(rest []contact.Effect) bool {
	for _, f := range rest {
		switch f.(type) {
		case contact.PlayPrompt, contact.CollectDigits, contact.CollectSpeech, contact.TransferCall:
			return true
		}
	}
	return false
}
