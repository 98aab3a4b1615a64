package engine

import (
	"context"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// What an agent can do at his desk.
const (
	Accept   = "accept"
	Reject   = "reject"
	Hold     = "hold"
	Resume   = "resume"
	HangUp   = "hangup"
	Say      = "say"
	Transfer = "transfer" // to Queue or to the agent To
	Complete = "complete" // after contact work
	// A consult: the agent asks another one while the customer waits.
	Consult = "consult" // Queue or the agent To
	Join    = "join"    // the customer talks with both
	Leave   = "leave"   // the customer goes on with whom was asked
	Drop    = "drop"    // the agent goes on with the customer
)

// deeds are what the contact hears of it, and in which state it must be for it.
var deeds = map[string]struct{ outcome, state string }{
	Accept:   {contact.Accepted, Ringing},
	Reject:   {contact.Rejected, Ringing},
	Hold:     {contact.Hold, Taken},
	Resume:   {contact.Resume, Taken},
	HangUp:   {contact.Left, Taken},
	Say:      {contact.Said, Taken},
	Transfer: {contact.Moved, Taken},
	Complete: {contact.Worked, AfterWork},
	Consult:  {contact.Consulted, Taken},
	Join:     {contact.Joined, Taken},
	Leave:    {contact.Left, Taken},
	Drop:     {contact.Dropped, Taken},
}

// Desk is what an agent changes at his desk, in this order; what is zero stays as
// it is.
type Desk struct {
	Status string
	// Queues are ids, ARNs or names; empty but not nil: those of the routing profile.
	Queues    []string
	AfterWork *int // seconds
	Do        string
	// Contact is whom it is about, where he has several in hand: else the last one
	// of which it can be said.
	Contact contact.ID
	Text    string
	Queue   string // of a transfer: id, ARN or name
	To      string // of a transfer: another agent's id, ARN or name
	Quick   string // of a transfer: a quick connect's id, ARN or name, in place of these
	// Attachments are files of the house that go with Text, on a chat.
	Attachments []contact.Attachment
}

// AtDesk lets an agent, a user of the instance by id or name, do something. With
// create, one who is not there is made a user. fault.Conflict: there is no contact
// of which it could be said just now.
func (e *Engine) AtDesk(ctx context.Context, instance, agent string, d Desk, create bool) error {
	if d.Do != "" && deeds[d.Do].outcome == "" {
		return fault.New(fault.Invalid, "action: accept, reject, hold, resume, hangup, say, transfer, consult, join, leave, drop or complete, not %q", d.Do)
	}
	if d.Do == Say && strings.TrimSpace(d.Text) == "" && len(d.Attachments) == 0 {
		return fault.New(fault.Invalid, "text: must not be empty")
	}
	return e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error {
		u, err := FindUser(t, instance, agent)
		if fault.Is(err, fault.NotFound) && create {
			u, err = e.makeUser(t, instance, agent)
		}
		if err != nil {
			return err
		}
		a, err := AgentOf(t, instance, u)
		if err != nil {
			return err
		}
		if err := e.setDesk(t, a, d); err != nil {
			return err
		}
		if d.Do == "" {
			return nil
		}
		if a, err = AgentOf(t, instance, u); err != nil { // something may ring since
			return err
		}
		return e.deed(t, a, d)
	})
}

// FindUser finds a user of an instance by id, ARN or name.
func FindUser(t *store.Tx, instance, ref string) (*resource.User, error) {
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	row, err := t.Resource(resource.KindUser, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Instance != instance {
		row, err = t.ResourceNamed(resource.KindUser, instance, ref)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "there is no agent %q", ref)
	}
	if err != nil {
		return nil, err
	}
	return store.Load[resource.User](t, resource.KindUser, row.ID)
}

// basicProfile is the routing profile that Amazon Connect makes in each new instance.
const basicProfile = "Basic Routing Profile"

// makeUser makes an agent who was not declared.
func (e *Engine) makeUser(t *store.Tx, instance, name string) (*resource.User, error) {
	if name == "" || len(name) > 64 || strings.ContainsAny(name, "/ ") {
		return nil, fault.New(fault.Invalid, "name: 1 to 64 characters without blanks and slashes, not %q", name)
	}
	i, err := store.Load[resource.Instance](t, resource.KindInstance, instance)
	if err != nil {
		return nil, err
	}
	now := e.Now()
	u := &resource.User{Meta: resource.Meta{ID: string(newID()), Name: name, Created: now, Modified: now}, FirstName: name}
	u.ARN = i.ARN + "/agent/" + u.ID
	row, err := t.ResourceNamed(resource.KindProfile, instance, basicProfile)
	if err == nil {
		u.Profile = row.ID
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return u, put(t, resource.KindUser, instance, u.ID, u.Name, u)
}

// setDesk takes over status, queues and habits, and gives the agent what waits.
func (e *Engine) setDesk(t *store.Tx, a *Agent, d Desk) error {
	if d.Status == "" && d.Queues == nil && d.AfterWork == nil {
		return nil
	}
	if d.Queues != nil {
		ids, err := e.queueIDs(t, a.Instance, d.Queues)
		if err != nil {
			return err
		}
		a.Queues = ids
	}
	if d.AfterWork != nil {
		if *d.AfterWork < 0 {
			return fault.New(fault.Invalid, "afterWork: at least 0 seconds, not %d", *d.AfterWork)
		}
		a.AfterWork = *d.AfterWork
	}
	if d.Status != "" {
		a.set(d.Status, e.Now())
	}
	if h := a.rings(); h != nil && a.Status == Offline {
		// Who goes while it rings does not take it.
		id := h.Contact
		a.lets(id)
		if err := a.put(t); err != nil {
			return err
		}
		return e.tellIfThere(t, id, contact.QueueMoved{Outcome: contact.Withdrawn, Agent: a.ID})
	}
	return e.freed(t, a)
}

// queueIDs finds queues by id, ARN or name.
func (e *Engine) queueIDs(t *store.Tx, instance string, refs []string) ([]string, error) {
	ids := []string{}
	for _, ref := range refs {
		id, err := findQueue(t, instance, ref)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func findQueue(t *store.Tx, instance, ref string) (string, error) {
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	row, err := t.Resource(resource.KindQueue, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Instance != instance {
		row, err = t.ResourceNamed(resource.KindQueue, instance, ref)
	}
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "queues: there is no queue %q", ref)
	}
	return row.ID, err
}

// deed does what an agent does with a contact.
func (e *Engine) deed(t *store.Tx, a *Agent, d Desk) error {
	what := deeds[d.Do]
	h := a.inState(what.state, d.Contact)
	if h == nil {
		return fault.New(fault.Conflict, "action: %s has no contact that is %s, so there is nothing to %s", a.Name, what.state, d.Do)
	}
	c, err := t.Contact(h.Contact)
	if err != nil {
		return err
	}
	in := contact.QueueMoved{Outcome: what.outcome, Agent: a.ID, Text: d.Text, Attachments: d.Attachments}
	if d.Do == Leave && c.Consult == nil {
		return fault.New(fault.Conflict, "action: %s consults nobody to whom contact %s could be left: there is hangup", a.Name, c.ID)
	}
	if d.Do == Transfer || d.Do == Consult {
		if err = e.transferTo(t, a, d, &in); err != nil {
			return err
		}
	}
	out, err := e.turn(t, c, in, false)
	if err != nil {
		return err
	}
	if out.Stale {
		return fault.New(fault.Conflict, "action: contact %s is not in a state to %s it", c.ID, d.Do)
	}
	now := e.Now()
	switch d.Do {
	case Accept:
		h.State, h.Since = Taken, now
		if err := a.put(t); err != nil {
			return err
		}
		return e.waited(t, c)
	case Reject:
		a.lets(c.ID)
		a.set(MissedCall, now)
		return a.put(t)
	case Complete:
		a.lets(c.ID)
		a.Idle = now
		return e.freed(t, a)
	}
	return nil
}

// inState gives the contact id of those that the agent has in hand in a state, or
// the last of them.
func (a *Agent) inState(state string, id contact.ID) *InHand {
	for i := len(a.InHand) - 1; i >= 0; i-- {
		if h := &a.InHand[i]; h.State == state && (id == "" || id == h.Contact) {
			return h
		}
	}
	return nil
}

// transferTo fills in where a transfer goes.
func (e *Engine) transferTo(t *store.Tx, a *Agent, d Desk, in *contact.QueueMoved) error {
	given := 0
	for _, s := range []string{d.Queue, d.To, d.Quick} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return fault.New(fault.Invalid, "queue: a transfer goes to one queue, to one agent, or by one quick connect")
	}
	if d.Quick != "" {
		return quickConnect(t, a.Instance, d.Quick, in)
	}
	if d.Queue != "" {
		id, err := findQueue(t, a.Instance, d.Queue)
		in.Queue = id
		return err
	}
	u, err := FindUser(t, a.Instance, d.To)
	if err == nil {
		in.To = u.ID
	}
	return err
}

// quickConnect fills in where a quick connect leads.
func quickConnect(t *store.Tx, instance, ref string, in *contact.QueueMoved) error {
	id := ref[strings.LastIndexByte(ref, '/')+1:]
	row, err := t.Resource(resource.KindQuickConnect, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Instance != instance {
		row, err = t.ResourceNamed(resource.KindQuickConnect, instance, ref)
	}
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "quickConnect: there is no quick connect %q", ref)
	}
	if err != nil {
		return err
	}
	q, err := store.Load[resource.QuickConnect](t, resource.KindQuickConnect, row.ID)
	if err != nil {
		return err
	}
	in.Flow, in.Quick = q.Flow, &contact.QuickConnect{ID: q.ID, Name: q.Name, Type: q.Type}
	switch q.Type {
	case "QUEUE":
		in.Queue = q.Target
	case "USER":
		in.To = q.Target
	case "PHONE_NUMBER":
		return fault.New(fault.Invalid, "quickConnect: %s leads to a telephone: an agent cannot transfer there yet", q.Name)
	}
	return nil
}
