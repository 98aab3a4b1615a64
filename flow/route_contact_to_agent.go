package flow

import (
	"outdial/contact"
	"outdial/resource"
)

// routeContactToAgent lets a contact that waits in a queue ring at a certain
// agent, who may have his hands full, or be in a status in which nothing is
// offered. The flow goes on as soon as it rings; the contact waits on where the
// agent does not take it. No page of the flow language tells its parameters.
var routeContactToAgent = Spec{
	Doc:    "https://docs.aws.amazon.com/connect/latest/adminguide/interrupt-agent.html",
	Params: []Param{{Name: "AgentId", Use: J, Ref: resource.KindUser}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  Q,
	Open:   true,
	Waits:  true,
	Run:    runRouteContactToAgent,
}

func runRouteContactToAgent(t *Turn) Next {
	switch in := t.Input.(type) {
	case nil:
	case contact.QueueMoved:
		if in.Outcome == contact.Offered {
			return t.NextSaying("it rings at " + in.Name)
		}
		return t.Fail(noMatch, "the agent cannot take it")
	default:
		return Ignore
	}
	c := t.Contact
	if !c.Waits() {
		return t.Fail(noMatch, "the contact is in no queue")
	}
	if c.Queue.Offer != nil {
		return t.Fail(noMatch, "the contact rings at "+c.Queue.Offer.Name+" just now")
	}
	u, err := t.World.User(t.Text("AgentId"))
	if err != nil {
		return t.Fail(noMatch, "the agent \""+t.Text("AgentId")+"\" is not there")
	}
	t.Do(contact.Queue{Visit: t.Visit(), Do: contact.QueueAgent, ID: c.Queue.ID, Agent: u.ID, Always: true})
	return Wait
}
