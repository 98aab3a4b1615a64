package flow

import "outdial/contact"

// maxTaskTransfers is how often a task may be handed on. API_TransferContact
const maxTaskTransfers = 11

// asked puts a task aside or takes it up again, on a word from outside; with a flow
// of that word's own in place of the hook's. API_PauseContact, API_ResumeContact
func (t *Turn) asked(in contact.QueueMoved) error {
	c := t.Contact
	// One that is in the middle of a flow would lose its place there.
	if c.Channel != contact.Task || !c.WithAgent() && !c.Waits() {
		t.out.Stale = true
		return nil
	}
	r := atPause
	if in.Outcome == contact.TakenUp {
		r = atResume
	}
	if in.Flow != "" {
		was, there := c.Hooks[r.event]
		hooks := merged(map[string]string{}, c.Hooks)
		hooks[r.event] = in.Flow
		c.Hooks = hooks
		defer func() {
			if delete(c.Hooks, r.event); there {
				c.Hooks[r.event] = was
			}
		}()
	}
	return t.paused(in.Outcome == contact.SetAside)
}

// handed hands a task on to a queue or to an agent, in a new segment, by the flow
// that is named. API_TransferContact
func (t *Turn) handed(in contact.QueueMoved) error {
	c := t.Contact
	target := in.Queue
	if in.To != "" {
		target = in.To
	}
	q, err := t.queueOf(target)
	if target == "" {
		q, err = nil, nil
	}
	f, why := t.findFlow(in.Flow)
	if !c.Open() || c.Channel != contact.Task || err != nil || f == nil || c.Transfers >= maxTaskTransfers {
		t.Note("it is not handed on: " + why)
		t.out.Stale = true
		return nil
	}
	reason := "API"
	if c.Agent != nil {
		reason = "AGENT_DISCONNECT"
	}
	t.follow(contact.MethodTransfer, reason, func(d *contact.Contact) {
		d.Transfers++
		d.Position.Flow = f.ID
		if d.Target = ""; q != nil {
			d.Target, d.Position.Kind = q.ID, queueTransfer.kind
		}
		if in.To != "" {
			d.Position.Kind = agentTransfer.kind
		}
	})
	return nil
}
