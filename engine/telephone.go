package engine

import (
	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// telephoned are the deeds of an agent that his telephone can do.
var telephoned = map[string]string{
	contact.Accepted: Accept, contact.Rejected: Reject, contact.Hold: Hold, contact.Resume: Resume, contact.Left: HangUp,
}

// byTelephone takes what an agent does with a telephone instead of at his desk:
// he picks up, refuses, holds the line or hangs up. A refusal of kind
// fault.NotFound: the contact is not his, or not any more.
func (e *Engine) byTelephone(t *store.Tx, id contact.ID, in contact.QueueMoved) error {
	c, err := t.Contact(id)
	if err != nil {
		return err
	}
	if c, err = present(t, c, contact.MessageSent{}); err != nil {
		return err
	}
	a, err := e.agentByID(t, c.Instance, in.Agent)
	if err != nil {
		return err
	}
	what := telephoned[in.Outcome]
	h := a.holds(c.ID)
	switch {
	case what == "":
		return fault.New(fault.Invalid, "outcome: no telephone does %q", in.Outcome)
	case what == Accept && h != nil && h.State == Taken:
		return nil // he took it at his desk, and picks up now
	case h == nil || h.State != deeds[what].state:
		return fault.New(fault.NotFound, "contact %s is not with %s", c.ID, a.Name)
	case (what == Hold || what == Resume) && c.Agent != nil && (what == Hold) == (c.Agent.OnHold || c.Agent.Aside):
		return nil // that was done at the desk
	}
	return e.deed(t, a, Desk{Do: what, Contact: c.ID})
}
