package admin

import (
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// A deskView is a simulated agent as he stands. What he has in hand is the house's
// own state, kept in the store as for every agent; only the person is simulated.
type deskView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Instance  string     `json:"instance"`
	State     string     `json:"state"`
	Since     time.Time  `json:"since,omitzero"`
	Queues    []string   `json:"queues"`              // names; of his routing profile, where he was given no others
	AfterWork int        `json:"afterWork,omitempty"` // seconds
	Contacts  []handView `json:"contacts"`            // oldest first
}

// A handView is a contact in an agent's hand.
type handView struct {
	ID       contact.ID      `json:"contactId"`
	Channel  contact.Channel `json:"channel"`
	State    string          `json:"state"` // ringing, connecting, connected, onHold, afterContactWork
	Queue    string          `json:"queue,omitempty"`
	Customer string          `json:"customer,omitempty"`
	Since    time.Time       `json:"since"`
	// Heard is what was said to the agent alone, and on a call what the caller said.
	Heard []string `json:"heard"`
	// Consult is the agent's talk with another one about this call; ConsultOf, on
	// that one's page, who asks, as long as he has the customer.
	Consult   *consultView `json:"consult,omitempty"`
	ConsultOf string       `json:"consultOf,omitempty"`
	Messages  []saidView   `json:"messages,omitempty"` // of a chat
}

type consultView struct {
	ID     contact.ID `json:"contactId"`
	Agent  string     `json:"agent,omitempty"` // "" until somebody has taken it
	Joined bool       `json:"joined"`          // the customer talks with both
}

type saidView struct {
	From string    `json:"from"` // customer, system, or the agent's name
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// Attachments are the files of a message.
	Attachments []contact.Attachment `json:"attachments,omitempty"`
}

// deskAct is what is asked of an agent.
type deskAct struct {
	State     string   `json:"state"`
	Queues    []string `json:"queues"` // names, ids or ARNs; []: those of the routing profile
	AfterWork *int     `json:"afterWork"`
	Action    string   `json:"action"` // accept, reject, hold, resume, hangup, say, transfer, consult, join, leave, drop, complete
	Text      string   `json:"text"`   // of say
	// Attachments go with what is said, on a chat: ids of files that were put here.
	Attachments []enclosed `json:"attachments"`
	Contact     contact.ID `json:"contactId"`
	Queue       string     `json:"queue"`        // of transfer and consult
	Agent       string     `json:"agent"`        // of transfer and consult
	Quick       string     `json:"quickConnect"` // of transfer and consult, in place of these: name, id or ARN
}

// desk finds the instance of an agent: the one that is named, the one that has an
// agent of this name, or the first.
func (s *Server) desk(t *store.Tx, c *call) (*resource.Instance, error) {
	if s.World == nil {
		return nil, fault.New(fault.NotFound, "the simulator is off: there are no simulated agents")
	}
	if ref := c.query.Get("instance"); ref != "" {
		return instance(t, c, ref)
	}
	list, err := instances(t, c)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if _, err := engine.FindUser(t, i.ID, c.label["name"]); !fault.Is(err, fault.NotFound) {
			return i, err
		}
	}
	return instance(t, c, "")
}

func (s *Server) listAgents(c *call) error {
	out := struct {
		Agents []deskView `json:"agents"`
	}{Agents: []deskView{}}
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		i, err := s.desk(t, c)
		if err != nil {
			return err
		}
		list, err := engine.Agents(t, i.ID)
		if err != nil {
			return err
		}
		for _, a := range list {
			v, err := s.viewAgent(t, a)
			if err != nil {
				return err
			}
			out.Agents = append(out.Agents, v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

func (s *Server) describeAgent(c *call) error {
	var v deskView
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		i, err := s.desk(t, c)
		if err != nil {
			return err
		}
		u, err := engine.FindUser(t, i.ID, c.label["name"])
		if err != nil {
			return err
		}
		a, err := engine.AgentOf(t, i.ID, u)
		if err != nil {
			return err
		}
		v, err = s.viewAgent(t, a)
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, v)
	return nil
}

// actAsAgent is what the person behind a simulated agent does. One who is not
// declared comes to be at the first word of him.
func (s *Server) actAsAgent(c *call) error {
	var in deskAct
	if err := c.decode(&in); err != nil {
		return err
	}
	var at *resource.Instance
	err := s.Store.View(c.r.Context(), func(t *store.Tx) (err error) {
		at, err = s.desk(t, c)
		return err
	})
	if err != nil {
		return err
	}
	files, err := s.enclosed(c, in.Attachments)
	if err != nil {
		return err
	}
	err = s.Engine.AtDesk(c.r.Context(), at.ID, c.label["name"], engine.Desk{
		Status: in.State, Queues: in.Queues, AfterWork: in.AfterWork, Do: in.Action, Contact: in.Contact, Text: in.Text, Attachments: files, Queue: in.Queue, To: in.Agent, Quick: in.Quick,
	}, true)
	if err != nil {
		return err
	}
	return s.describeAgent(c)
}

func (s *Server) viewAgent(t *store.Tx, a *engine.Agent) (deskView, error) {
	v := deskView{ID: a.ID, Name: a.Name, Instance: a.Instance, State: a.Status, Since: a.Since, AfterWork: a.AfterWork,
		Queues: []string{}, Contacts: []handView{}}
	ids, err := a.Serves(t)
	if err != nil {
		return v, err
	}
	for _, id := range ids {
		row, err := t.Resource(resource.KindQueue, id)
		switch {
		case fault.Is(err, fault.NotFound):
			row.Name = id
		case err != nil:
			return v, err
		}
		v.Queues = append(v.Queues, row.Name)
	}
	for _, h := range a.InHand {
		k, err := t.Contact(h.Contact)
		if fault.Is(err, fault.NotFound) {
			continue // erased since
		}
		if err != nil {
			return v, err
		}
		w, err := s.viewHand(t, h, k)
		if err != nil {
			return v, err
		}
		v.Contacts = append(v.Contacts, w)
	}
	return v, nil
}

func (s *Server) viewHand(t *store.Tx, h engine.InHand, k *contact.Contact) (handView, error) {
	v := handView{ID: k.ID, Channel: k.Channel, State: stateAtDesk(h, k), Customer: k.Customer.Address, Since: h.Since, Heard: []string{}}
	if k.Queue != nil {
		v.Queue = k.Queue.Name
	}
	name := ""
	if k.Agent != nil {
		name = k.Agent.Name
		v.Heard = append(v.Heard, k.Agent.Heard...)
	}
	if c := k.Consult; c != nil {
		v.Consult = &consultView{k.NextID, c.Name, c.Joined}
	}
	if k.Apart != nil { // the caller is another one's
		v.ConsultOf = k.Apart.Name
		return v, nil
	}
	if k.Channel == contact.Voice {
		v.Heard = append(v.Heard, s.World.AgentHears(k.Leg())...)
		return v, nil
	}
	list, err := t.Messages(k.ID)
	for _, m := range s.shown(list) {
		said := saidView{From: "system", Text: m.Text, At: m.Created, Attachments: m.Attachments}
		switch {
		case m.Direction == "INBOUND":
			said.From = "customer"
		case m.By != "":
			said.From = name
		}
		v.Messages = append(v.Messages, said)
	}
	return v, err
}

// stateAtDesk is how far a contact in an agent's hand is.
func stateAtDesk(h engine.InHand, k *contact.Contact) string {
	switch {
	case h.State != engine.Taken || k.Agent == nil:
		return h.State
	case k.Agent.OnHold || k.Agent.Aside || !k.Pause.Since.IsZero():
		return "onHold"
	case k.Agent.Connected.IsZero():
		return "connecting"
	}
	return "connected"
}
