package flow

import (
	"encoding/json"

	"outdial/contact"
	"outdial/resource"
)

// An agent who talks with a customer may consult another one: a second contact of
// the same conversation begins, and runs the flow of a transfer, while the customer
// waits in the first. Both are open at once. The call is the first one's until its
// agent leaves, and then the second's; they talk by words (ContactUpdated.Consult).
// https://docs.aws.amazon.com/connect/latest/adminguide/transfer.html

// apartFrom is how far the visits of the two lie from each other: what answers a
// prompt of the call finds by it whose prompt that was.
const apartFrom = 1 << 20

// consults begins the second contact, and puts the customer on hold.
func (t *Turn) consults(in contact.QueueMoved) error {
	c := t.Contact
	if !c.WithAgent() || !t.onCall() || c.Consult != nil || c.Apart != nil {
		t.out.Stale = true
		return nil
	}
	r, target := queueTransfer, in.Queue
	if in.To != "" {
		r, target = agentTransfer, in.To
	}
	f, q, err := t.wayOf(in, r, target)
	if err != nil || f == nil && q == nil {
		return err
	}
	if c.Agent.Aside {
		t.offHold()
	}
	if !c.Agent.OnHold {
		if err := t.onHold(customerHold); err != nil {
			return err
		}
	}
	d := t.segment(contact.MethodTransfer)
	c.Agent.Consults++
	d.Position.Visit = (c.Position.Visit/apartFrom + c.Agent.Consults) * apartFrom
	d.Apart = &contact.Apart{ID: c.ID, Agent: c.Agent.ID, Name: c.Agent.Name}
	d.Target = ""
	if q != nil {
		d.Target = q.ID
	}
	if f == nil {
		d.Queue = &contact.Queued{ID: q.ID}
	} else {
		d.Position.Flow, d.Position.Kind = f.ID, r.kind
	}
	t.Note(c.Agent.Name + " consults " + t.consulted(in, q))
	c.Consult, c.Quick = &contact.Consult{From: d.Position.Visit}, in.Quick
	t.out.Next = d
	return nil
}

// consulted says who is consulted.
func (t *Turn) consulted(in contact.QueueMoved, q *resource.Queue) string {
	switch {
	case in.Quick != nil:
		return "by the quick connect " + in.Quick.Name
	case q != nil && in.To == "":
		return "the queue " + q.Name
	case q != nil:
		return q.Name
	}
	return "by a flow"
}

// joins lets the customer talk with both agents.
func (t *Turn) joins() error {
	c := t.Contact
	if !c.WithAgent() || c.Consult == nil || c.Consult.Agent == "" || c.Consult.Joined {
		t.out.Stale = true
		return nil
	}
	c.Consult.Joined = true
	t.offHold()
	return nil
}

// drops ends the consult: the agent goes on with the customer.
func (t *Turn) drops() error {
	c := t.Contact
	if !c.WithAgent() || c.Consult == nil {
		t.out.Stale = true
		return nil
	}
	t.word(c.NextID, contact.ContactUpdated{Consult: contact.ConsultDrop})
	t.unconsulted()
	return nil
}

// unconsulted forgets a consult that came to nothing.
func (t *Turn) unconsulted() {
	c := t.Contact
	c.Consult, c.Quick, c.NextID = nil, nil, ""
}

// leavesTo is the agent who leaves the customer to the one he has consulted, or to
// the queue in which that contact waits.
func (t *Turn) leavesTo() {
	c := t.Contact
	t.Do(contact.StopPrompt{})
	t.Do(contact.Bridge{Do: contact.BridgeLeave, Agent: c.Agent.ID, Name: c.Agent.Name})
	t.word(c.NextID, contact.ContactUpdated{Consult: contact.ConsultYours})
	c.Consult = nil
	t.end("AGENT_DISCONNECT")
	t.out.Shared = true
}

// endConsult tells the other contact of a consult that this one is over.
func (t *Turn) endConsult() {
	c := t.Contact
	if a := c.Apart; a != nil {
		t.out.Shared = true
		t.word(a.ID, contact.ContactUpdated{Consult: contact.ConsultOver})
	}
	if c.Consult != nil {
		t.word(c.NextID, contact.ContactUpdated{Consult: contact.ConsultGone})
		c.Consult = nil
	}
}

// word tells the other contact of a consult something.
func (t *Turn) word(id contact.ID, w contact.ContactUpdated) {
	t.Do(contact.UpdateContact{ID: id, Update: w})
}

// consultWord is what the other contact of a consult says.
func (t *Turn) consultWord(in contact.ContactUpdated) error {
	c := t.Contact
	switch {
	case !c.Open():
		t.out.Stale = true
		return nil
	case c.Consult != nil:
		return t.consultNews(in)
	case c.Apart == nil:
		t.out.Stale = true
		return nil
	}
	switch in.Consult {
	case contact.ConsultYours:
		return t.takesOver()
	case contact.ConsultGone, contact.ConsultDrop:
		c.Apart = nil
		reason := "CUSTOMER_DISCONNECT"
		if in.Consult == contact.ConsultDrop {
			reason = "AGENT_DISCONNECT"
		}
		t.end(reason)
		t.out.Shared = true
	case contact.ConsultSaid:
		if c.WithAgent() {
			t.agentHears(in.By + ": " + in.Text)
		}
	}
	return nil
}

// consultNews is what the customer's contact learns of the other one.
func (t *Turn) consultNews(in contact.ContactUpdated) error {
	c := t.Contact
	k := c.Consult
	switch in.Consult {
	case contact.ConsultTaken:
		k.Agent, k.Name = in.By, in.Text
		t.Note(c.Agent.Name + " talks with " + in.Text)
	case contact.ConsultOver:
		t.Note("the consult is over")
		t.unconsulted()
		if c.Agent.Aside { // by a flow that is over
			t.offHold()
		}
	case contact.ConsultSaid:
		switch {
		case in.By == "":
			t.agentHears(in.Text)
		case k.Joined:
			t.agentHears(in.By + ": " + in.Text)
			t.Do(contact.Bridge{Do: contact.BridgeSay, Agent: k.Agent, Name: k.Name, Text: in.Text})
		case c.Agent.OnHold:
			t.agentHears(in.By + ": " + in.Text)
		default:
			t.Note(in.By + " speaks, and nobody hears it: " + c.Agent.Name + " talks with the customer")
		}
	}
	return nil
}

// saidAmong is what one of the two agents of a consult says.
func (t *Turn) saidAmong(text string) {
	c := t.Contact
	w := contact.ContactUpdated{Consult: contact.ConsultSaid, By: c.Agent.Name, Text: text}
	k := c.Consult
	switch {
	case c.Apart != nil:
		t.word(c.Apart.ID, w)
	case c.Agent.Aside:
		t.Note(c.Agent.Name + " speaks, and nobody hears it: the agent is on hold")
	case c.Agent.OnHold:
		t.word(c.NextID, w)
	default:
		if k.Joined {
			t.word(c.NextID, w)
		}
		t.Do(contact.Bridge{Do: contact.BridgeSay, Agent: c.Agent.ID, Name: c.Agent.Name, Text: text})
	}
}

// takesOver makes the customer the contact's own: he talks with its agent, or
// waits where the first agent has waited.
func (t *Turn) takesOver() error {
	c := t.Contact
	heard := c.Apart.Hears
	c.Apart = nil
	p := &c.Position
	switch {
	case c.WithAgent():
		t.bridgeJoin()
		return nil
	case c.Waits() && c.Queue.Offer != nil:
		t.ringPhone()
	}
	if t.roleOf() == customerQueue.kind && p.Action != "" {
		return t.playFrom(customerQueue) // he hears it from its beginning
	}
	if p.Action != "" && heard == "" {
		// What the first agent has not heard to its end nobody waits for.
		t.hear(contact.PromptEnded{Visit: p.Visit})
	}
	return nil
}

// rejoin lets the customer and the agent who consults hear each other again, once
// both have heard a prompt of the consult's flow.
func (t *Turn) rejoin(in contact.Input) {
	a := t.Contact.Apart
	if _, ended := in.(contact.PromptEnded); ended && a != nil && a.Hears == contact.AllHear {
		t.out.Effects = append(t.out.Effects, contact.Bridge{Do: contact.BridgeResume, Agent: a.Agent, Name: a.Name})
	}
}

// hear hands an input to this very contact, in a turn of its own.
func (t *Turn) hear(in contact.Input) {
	doc, _ := json.Marshal(in) // the ground's own types: it cannot fail
	t.Do(contact.Hear{Kind: contact.InputKind(in), Doc: doc})
}

// doApart turns what a contact without a customer asks for into what can be done:
// the agent who consults hears it in his place. nil is nothing.
func (t *Turn) doApart(e contact.Effect) contact.Effect {
	a := t.Contact.Apart
	fails := func(visit int) contact.Effect {
		t.hear(contact.EffectFailed{Visit: visit, Effect: contact.EffectKind(e), Message: "the agent who consults has no keys"})
		return nil
	}
	switch v := e.(type) {
	case contact.PlayPrompt:
		return t.playApart(v)
	case contact.CollectDigits:
		if a.Hears == "" {
			return fails(v.Visit)
		}
	case contact.CollectSpeech:
		if a.Hears == "" {
			return fails(v.Visit)
		}
	case contact.TransferCall:
		return fails(v.Visit)
	case contact.StreamCall:
		t.hear(contact.StreamChanged{Visit: v.Visit})
		return nil
	case contact.StopPrompt:
		if a.Hears == "" {
			return nil
		}
	case contact.EndCall, contact.RecordCall, contact.Bridge:
		return nil
	}
	return e
}

// playApart plays to whom the flow speaks.
func (t *Turn) playApart(v contact.PlayPrompt) contact.Effect {
	a := t.Contact.Apart
	e := contact.TellAgent{Agent: a.Agent, Prompts: append([]contact.Prompt{v.Prompt}, v.More...), Loop: v.Loop}
	if a.Hears == contact.CustomerHears {
		return v
	}
	for _, p := range e.Prompts {
		if text := spoken(p); text != "" {
			t.word(a.ID, contact.ContactUpdated{Consult: contact.ConsultSaid, Text: text})
		}
	}
	if a.Hears == contact.AllHear {
		t.Do(e)
		return v
	}
	e.Visit = v.Visit
	return e
}
