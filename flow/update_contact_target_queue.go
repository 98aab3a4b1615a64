package flow

import "outdial/resource"

// updateContactTargetQueue sets the queue to which TransferContactToQueue goes.
var updateContactTargetQueue = Spec{
	Doc: docs + "contact-actions-updatecontacttargetqueue.html",
	Params: []Param{
		{Name: "QueueId", Use: J, Ref: resource.KindQueue},
		{Name: "AgentId", Use: J, Ref: resource.KindUser},
	},
	Groups: []Group{{Names: []string{"QueueId", "AgentId"}, Rule: One}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  I | TA | TQ | MOD,
	Run:    runUpdateContactTargetQueue,
}

func runUpdateContactTargetQueue(t *Turn) Next {
	if t.Has("AgentId") {
		u, err := t.World.User(t.Text("AgentId"))
		if err != nil {
			return t.Fail(noMatch, "the agent \""+t.Text("AgentId")+"\" is not there")
		}
		// An agent's own queue bears the agent's id.
		t.Contact.Target = u.ID
		return t.Next()
	}
	q, err := t.World.Queue(t.Text("QueueId"))
	if err != nil {
		return t.Fail(noMatch, "the queue \""+t.Text("QueueId")+"\" is not there")
	}
	t.Contact.Target = q.ID
	return t.Next()
}
