package flow

import (
	"outdial/contact"
	"outdial/resource"
)

// transferContactToAgent hands the caller over to the agent to whom the flow
// transfers: the target. An agent who cannot take the call ends it.
var transferContactToAgent = Spec{
	Doc:      docs + "contact-actions-transfercontacttoagent.html",
	Channels: V,
	Flows:    TA | TQ,
	Terminal: true,
	Waits:    true,
	Run:      runTransferContactToAgent,
}

func runTransferContactToAgent(t *Turn) Next {
	c := t.Contact
	switch in := t.Input.(type) {
	case nil:
	case contact.QueueMoved:
		if in.Outcome == contact.Offered {
			return Wait // until the agent takes it, or does not
		}
		return t.Disconnect("the agent cannot take the call")
	default:
		return Ignore
	}
	if c.Waits() || c.Agent != nil && !c.Agent.Accepted.IsZero() {
		return t.Disconnect("the contact is in a queue, or has an agent, already")
	}
	u, err := t.World.User(c.Target)
	if err != nil || c.Target == "" {
		return t.Disconnect("the target \"" + c.Target + "\" is no agent")
	}
	t.standInQueue(agentQueue(t.instance(), u))
	t.Do(contact.Queue{Visit: t.Visit(), Do: contact.QueueAgent, ID: u.ID, Agent: u.ID})
	return Wait
}

// standInQueue puts the contact into an agent's queue, for that agent alone: no
// queue flow runs.
func (t *Turn) standInQueue(q *resource.Queue) {
	t.Contact.Queue = t.queued(q)
	t.Contact.Queue.Direct = true
	t.Event(contact.QueuedEvent)
}
