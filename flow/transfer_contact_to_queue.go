package flow

import "outdial/resource"

// transferContactToQueue puts the contact into its target queue, where its
// customer queue flow runs until an agent takes it. One that is in a queue, or
// with an agent, already takes the error branch.
var transferContactToQueue = Spec{
	Doc:    docs + "contact-actions-transfercontacttoqueue.html",
	Errors: []ErrorRule{{Type: atCapacity, Use: Required}, {Type: noMatch, Use: Required}},
	Flows:  I | TA | TQ | MOD,
	Waits:  true,
	Run:    runTransferContactToQueue,
}

func runTransferContactToQueue(t *Turn) Next {
	c := t.Contact
	switch {
	case c.Waits():
		return t.Fail(noMatch, "the contact is in a queue already")
	case c.Agent != nil && !c.Agent.Accepted.IsZero():
		return t.Fail(noMatch, "the contact has an agent already")
	}
	q, failed := t.intoQueue(c.Target)
	if failed != nil {
		return *failed
	}
	return t.leaveFor("it waits in the queue "+q.Name, q, (*Turn).enqueue)
}

// leaveFor leaves the flow for a queue.
func (t *Turn) leaveFor(why string, q *resource.Queue, enter func(*Turn, *resource.Queue) (*node, error)) Next {
	return Next{do: moves, why: why, then: func(t *Turn) (*node, error) { return enter(t, q) }}
}
