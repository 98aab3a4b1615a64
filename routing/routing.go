// Package routing says who gets whom: given the contacts that wait in queues and
// the agents who take contacts, which contact is to be offered to which agent.
//
// It is pure, and decides only that: it keeps no queue, rings nobody, and knows
// neither flows nor what becomes of an offer.
package routing

import (
	"cmp"
	"slices"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// Available is the status of an agent to whom contacts are offered.
const Available = "Available"

// defaultPriority is a contact's in a queue where nobody has set another: lower
// ones go first. API_UpdateContactRoutingData, QueuePriority
const defaultPriority = 5

// Waiting is a contact that waits in a queue.
type Waiting struct {
	Contact  contact.ID
	Queue    string // id; an agent's own queue bears the agent's
	Channel  contact.Channel
	Since    time.Time // when it was put into the queue
	Priority int       // QueuePriority; 0 is 5
	// Shift makes it older than it is: QueueTimeAdjustmentSeconds.
	Shift    time.Duration
	Criteria *contact.Criteria // nil: any agent of the queue
}

// An Agent is somebody who takes contacts, and what he has in hand.
type Agent struct {
	ID     string
	Status string
	// Since is since when he has had nothing new: who waits longest goes first.
	Since  time.Time
	Serves []resource.ProfileQueue
	// Most is how many contacts of a channel he takes at once; none is one.
	Most map[string]int
	// Has is how many of them he has in hand: with him, ringing, or in after
	// contact work.
	Has     map[contact.Channel]int
	Ringing bool // a contact rings at his place: one at a time
	Skills  []resource.Proficiency
}

// An Offer is a contact that is to ring at an agent's.
type Offer struct {
	Contact contact.ID
	Agent   string
}

// Match says which contacts ring at which agents. Agents choose in the order in
// which they have waited; each gets of the contacts that he serves and that he
// suits the one of the queue that comes first in his routing profile, there the
// one of the best priority, and of these the oldest.
// https://docs.aws.amazon.com/connect/latest/adminguide/concepts-routing.html
func Match(waiting []Waiting, free []Agent, at time.Time) []Offer {
	queue := slices.Clone(waiting)
	slices.SortFunc(queue, inTurn)
	agents := slices.Clone(free)
	slices.SortFunc(agents, func(a, b Agent) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	var offers []Offer
	gone := make([]bool, len(queue))
	for i := range agents {
		a := &agents[i]
		best, rank := -1, 0
		for k := range queue {
			w := &queue[k]
			if gone[k] {
				continue
			}
			// The queue is in turn: the first of a rank is the best of it.
			if r, ok := a.takes(w, at); ok && (best < 0 || r < rank) {
				best, rank = k, r
			}
		}
		if best >= 0 {
			gone[best] = true
			offers = append(offers, Offer{Contact: queue[best].Contact, Agent: a.ID})
		}
	}
	return offers
}

// inTurn orders contacts as they go within one queue.
func inTurn(a, b Waiting) int {
	return cmp.Or(cmp.Compare(a.priority(), b.priority()), a.born().Compare(b.born()), cmp.Compare(a.Contact, b.Contact))
}

func (w *Waiting) priority() int {
	if w.Priority == 0 {
		return defaultPriority
	}
	return w.Priority
}

// born is since when the contact counts as waiting.
func (w *Waiting) born() time.Time { return w.Since.Add(-w.Shift) }

// takes tells whether a contact may be offered to the agent now, and the place of
// its queue in his routing profile; the lowest goes first.
func (a *Agent) takes(w *Waiting, at time.Time) (rank int, ok bool) {
	if !a.Free(w.Channel) {
		return 0, false
	}
	rank, delay, ok := a.serves(w)
	if !ok || at.Before(w.Since.Add(delay)) || !Suits(w.Criteria, a, w.Since, at) {
		return 0, false
	}
	return rank, true
}

// Free tells whether anything of a channel can be offered to the agent: he is
// available, nothing rings at his place, he has nothing of another channel in
// hand, and less of this one than he takes at once.
// https://docs.aws.amazon.com/connect/latest/adminguide/channels-and-concurrency.html
func (a *Agent) Free(ch contact.Channel) bool {
	if a.Status != Available || a.Ringing {
		return false
	}
	for other, n := range a.Has {
		if other != ch && n > 0 {
			return false
		}
	}
	return a.Has[ch] < a.atOnce(ch)
}

// atOnce is how many contacts of a channel the agent takes at once.
func (a *Agent) atOnce(ch contact.Channel) int {
	if len(a.Most) == 0 {
		return 1
	}
	return a.Most[string(ch)]
}

// serves gives the best place of a contact's queue in the routing profile.
// Everybody serves his own queue, before all others.
func (a *Agent) serves(w *Waiting) (rank int, delay time.Duration, ok bool) {
	if w.Queue == a.ID {
		return 0, 0, true
	}
	for _, q := range a.Serves {
		if q.Queue != w.Queue || q.Channel != "" && q.Channel != string(w.Channel) {
			continue
		}
		if p := max(1, q.Priority); !ok || p < rank {
			rank, delay, ok = p, time.Duration(q.Delay)*time.Second, true
		}
	}
	return rank, delay, ok
}

// Next tells when time alone changes what Match says: a delay of a routing profile
// or a step of routing criteria is over. It is zero where it never does.
func Next(waiting []Waiting, free []Agent, at time.Time) time.Time {
	var next time.Time
	soon := func(when time.Time) {
		if when.After(at) && (next.IsZero() || when.Before(next)) {
			next = when
		}
	}
	for i := range waiting {
		w := &waiting[i]
		for k := range free {
			a := &free[k]
			if !a.Free(w.Channel) {
				continue
			}
			if _, delay, ok := a.serves(w); ok {
				soon(w.Since.Add(delay))
				soon(stepEnds(w.Criteria, w.Since, at))
			}
		}
	}
	return next
}
