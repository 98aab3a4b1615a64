package flow

import (
	"fmt"

	"outdial/contact"
	"outdial/resource"
)

// dequeueContactAndTransferToQueue moves a contact that waits in a queue to
// another one: a new contact segment waits there.
var dequeueContactAndTransferToQueue = Spec{
	Doc: docs + "contact-actions-dequeuecontactandtransfertoqueue.html",
	Params: []Param{
		{Name: "QueueId", Use: J, Ref: resource.KindQueue},
		{Name: "AgentId", Use: J, Ref: resource.KindUser},
	},
	Groups: []Group{{Names: []string{"QueueId", "AgentId"}, Rule: One}},
	Errors: []ErrorRule{{Type: atCapacity}, {Type: noMatch}},
	Flows:  Q,
	Waits:  true,
	Run:    runDequeueContactAndTransferToQueue,
}

func runDequeueContactAndTransferToQueue(t *Turn) Next {
	c := t.Contact
	switch {
	case !c.Waits():
		return t.Fail(noMatch, "the contact is in no queue")
	case c.Queue.Offer != nil:
		return t.Fail(noMatch, "the contact rings at "+c.Queue.Offer.Name+" just now")
	case c.Transfers >= maxTransfers:
		return t.Fail(noMatch, fmt.Sprintf("the contact went from queue to queue %d times already", c.Transfers))
	}
	ref, why := t.queueOrAgent()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	q, failed := t.intoQueue(ref)
	if failed != nil {
		return *failed
	}
	return t.leaveFor("it goes on to the queue "+q.Name, q, (*Turn).requeue)
}

// queueOrAgent gives the queue that QueueId or AgentId name, or the target queue
// where neither is there: an agent's own queue bears the agent's id.
func (t *Turn) queueOrAgent() (ref, why string) {
	if !t.Has("AgentId") {
		if ref = t.Text("QueueId"); ref == "" && t.node.params.at("QueueId") == nil {
			ref = t.Contact.Target
		}
		return ref, ""
	}
	u, err := t.World.User(t.Text("AgentId"))
	if err != nil {
		return "", "the agent \"" + t.Text("AgentId") + "\" is not there"
	}
	return u.ID, ""
}

// requeue ends the contact in favour of a segment that waits in another queue.
func (t *Turn) requeue(q *resource.Queue) (*node, error) {
	t.follow(contact.MethodQueueTransfer, "CONTACT_FLOW_DISCONNECT", func(d *contact.Contact) {
		d.Queue, d.Target = &contact.Queued{ID: q.ID}, q.ID
		d.Transfers++
	})
	return nil, nil
}
