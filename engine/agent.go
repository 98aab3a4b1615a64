package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/routing"
	"outdial/store"
)

// Statuses of an agent that mean something to routing; an instance may have more.
const (
	Available = routing.Available
	Offline   = "Offline"
	// MissedCall is the status of an agent who did not take what rang: nothing
	// more is offered until he sets another.
	MissedCall = "MissedCallAgent"
)

// An Agent is somebody who takes contacts, as he stands now. Each is a mark of the
// store: whoever changes one that another node has changed meanwhile reads again.
type Agent struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Instance string    `json:"instance"`
	Status   string    `json:"status"`
	Since    time.Time `json:"since"` // of the status
	Idle     time.Time `json:"idle"`  // since when he has had nothing new
	// Queues are ids that he serves in place of those of his routing profile.
	Queues []string `json:"queues,omitempty"`
	// AfterWork is how many seconds he takes after a contact, where the user has
	// no limit of his own.
	AfterWork int      `json:"afterWork,omitempty"`
	InHand    []InHand `json:"inHand,omitempty"`
}

// States of a contact in an agent's hand.
const (
	Ringing   = "ringing"
	Taken     = "taken"
	AfterWork = "afterContactWork"
)

// InHand is a contact that an agent has in hand.
type InHand struct {
	Contact contact.ID      `json:"contact"`
	Channel contact.Channel `json:"channel"`
	State   string          `json:"state"`
	Since   time.Time       `json:"since"`
}

func agentPrefix(instance string) string { return "agent/" + instance + "/" }

// Agents lists the agents of an instance who were ever there, by id.
func Agents(t *store.Tx, instance string) ([]*Agent, error) {
	var list []*Agent
	prefix := agentPrefix(instance)
	for after := ""; ; {
		keys, docs, err := t.Marks(prefix, after, 1000)
		if err != nil {
			return nil, err
		}
		for i, doc := range docs {
			a := new(Agent)
			if err := json.Unmarshal(doc, a); err != nil {
				return nil, fmt.Errorf("%s: %w", keys[i], err)
			}
			list = append(list, a)
			after = keys[i]
		}
		if len(keys) < 1000 {
			return list, nil
		}
	}
}

// AgentOf gives an agent as he stands; one who was never there is offline.
func AgentOf(t *store.Tx, instance string, u *resource.User) (*Agent, error) {
	doc, ok, err := t.Mark(agentPrefix(instance)+u.ID, time.Time{})
	if err != nil {
		return nil, err
	}
	a := &Agent{ID: u.ID, Name: u.Name, Instance: instance, Status: Offline}
	if ok {
		err = json.Unmarshal(doc, a)
	}
	a.Name = u.Name
	return a, err
}

func (a *Agent) put(t *store.Tx) error {
	doc, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return t.PutMark(agentPrefix(a.Instance)+a.ID, doc, time.Time{})
}

// holds gives what the agent has in hand of a contact; nil is nothing.
func (a *Agent) holds(id contact.ID) *InHand {
	for i := range a.InHand {
		if a.InHand[i].Contact == id {
			return &a.InHand[i]
		}
	}
	return nil
}

// lets takes a contact out of the agent's hands.
func (a *Agent) lets(id contact.ID) {
	a.InHand = slices.DeleteFunc(a.InHand, func(h InHand) bool { return h.Contact == id })
}

// rings gives the contact that rings at the agent's place.
func (a *Agent) rings() *InHand {
	for i := range a.InHand {
		if a.InHand[i].State == Ringing {
			return &a.InHand[i]
		}
	}
	return nil
}

// set gives the agent another status.
func (a *Agent) set(status string, at time.Time) {
	if a.Status != status {
		a.Status, a.Since = status, at
		if status == Available {
			a.Idle = at
		}
	}
}

// routed is the agent as routing sees him.
func (a *Agent) routed(t *store.Tx) (routing.Agent, error) {
	r := routing.Agent{ID: a.ID, Status: a.Status, Since: a.Idle, Has: map[contact.Channel]int{}, Ringing: a.rings() != nil}
	for _, h := range a.InHand {
		r.Has[h.Channel]++
	}
	u, err := store.Load[resource.User](t, resource.KindUser, a.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return r, err
	}
	if err != nil {
		u = new(resource.User)
	}
	r.Skills = u.Proficiencies
	p, err := store.Load[resource.Profile](t, resource.KindProfile, u.Profile)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return r, err
	}
	if err == nil {
		r.Serves, r.Most = p.Queues, p.Concurrency
	}
	queues := a.Queues
	if err != nil && len(queues) == 0 {
		if queues, err = allQueues(t, a.Instance); err != nil {
			return r, err
		}
	}
	if len(queues) > 0 {
		r.Serves = nil
		for _, q := range queues {
			r.Serves = append(r.Serves, resource.ProfileQueue{Queue: q, Priority: 1})
		}
	}
	return r, nil
}

// allQueues are what an agent serves who has no routing profile: the first 1,000
// of his instance.
func allQueues(t *store.Tx, instance string) ([]string, error) {
	rows, err := t.Resources(resource.KindQueue, instance, "", 1000)
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}

// Serves lists the ids of the queues whose contacts the agent may get, but for his
// own, in the order of his routing profile.
func (a *Agent) Serves(t *store.Tx) ([]string, error) {
	r, err := a.routed(t)
	if err != nil {
		return nil, err
	}
	return queuesOf(&r)[1:], nil
}

// queuesOf lists the queues whose contacts the agent may get, his own among them.
func queuesOf(r *routing.Agent) []string {
	list := []string{r.ID}
	for _, q := range r.Serves {
		if !slices.Contains(list, q.Queue) {
			list = append(list, q.Queue)
		}
	}
	return list
}
