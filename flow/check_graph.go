package flow

import (
	"fmt"
	"strings"

	"outdial/contact"
)

// graph warns of what can be seen in the flow's branches.
func (c *checker) graph() {
	reached := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		a := c.byID[id]
		if a == nil || reached[id] {
			return
		}
		reached[id] = true
		for _, next := range a.exits() {
			visit(next)
		}
	}
	visit(text(c.doc, "StartAction"))
	for _, a := range c.actions {
		if a.id != "" && !reached[a.id] {
			a.finding(Warning, "Action cannot be reached", "nothing leads to it from StartAction")
		}
		a.silentEnd()
	}
	c.spins()
}

// exits gives where an action may lead.
func (a *Checked) exits() []string {
	var out []string
	if next := text(a.transitions, "NextAction"); next != "" {
		out = append(out, next)
	}
	for _, e := range a.errorBranches() {
		out = append(out, e.next)
	}
	for _, cond := range a.conditions() {
		out = append(out, cond.next)
	}
	return out
}

// silentEnd warns of an error branch that ends the conversation at once: the
// customer never learns why. Where the customer was spoken to and that failed,
// there is nothing to say.
func (a *Checked) silentEnd() {
	if a.spec == nil || a.kind == "MessageParticipant" {
		return
	}
	for i, e := range a.errorBranches() {
		to := c0(a.c.byID[e.next])
		if to.kind == "DisconnectParticipant" && e.name != noCondition {
			a.finding(Warning, "Error branch ends the conversation without a word. Error: "+e.name,
				"send a message first", "Transitions", fmt.Sprintf("Errors[%d]", i))
		}
	}
}

func c0(a *Checked) *Checked {
	if a == nil {
		return &Checked{}
	}
	return a
}

// holdsUp tells whether an action stops a contact for a while, or bounds a loop.
func (a *Checked) holdsUp() bool {
	s := a.spec
	if s == nil || s.Bounded {
		return true
	}
	if a.kind == "MessageParticipant" && a.c.o.Channel == contact.Chat {
		return false
	}
	return s.Waits && s.Channels.has(channelOr(a.c.o.Channel, s))
}

// channelOr is the channel of the check, or one that the action is for.
func channelOr(ch contact.Channel, s *Spec) contact.Channel {
	if ch != "" {
		return ch
	}
	for _, ch := range []contact.Channel{contact.Voice, contact.Chat, contact.Task, contact.Email} {
		if s.Channels.has(ch) {
			return ch
		}
	}
	return ""
}

// spins warns of loops in which nothing waits: the strongly connected parts of
// the flow without the actions that hold a contact up (Tarjan's algorithm).
func (c *checker) spins() {
	s := &knots{c: c, index: map[string]int{}, low: map[string]int{}, on: map[string]bool{}}
	for _, a := range c.actions {
		if _, done := s.index[a.id]; !done && c.byID[a.id] == a && !a.holdsUp() {
			s.visit(a)
		}
	}
}

type knots struct {
	c          *checker
	index, low map[string]int
	on         map[string]bool
	stack      []string
}

func (s *knots) visit(a *Checked) {
	n := len(s.index)
	s.index[a.id], s.low[a.id] = n, n
	s.stack = append(s.stack, a.id)
	s.on[a.id] = true
	self := false
	for _, id := range a.exits() {
		b := s.c.byID[id]
		if b == nil || b.holdsUp() {
			continue
		}
		self = self || id == a.id
		if _, seen := s.index[id]; !seen {
			s.visit(b)
			s.low[a.id] = min(s.low[a.id], s.low[id])
		} else if s.on[id] {
			s.low[a.id] = min(s.low[a.id], s.index[id])
		}
	}
	if s.low[a.id] != s.index[a.id] {
		return
	}
	var knot []string
	for {
		id := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		s.on[id] = false
		knot = append([]string{id}, knot...)
		if id == a.id {
			break
		}
	}
	if len(knot) > 1 || self {
		a.finding(Warning, "Loop never waits", "nothing in it holds the contact up: "+strings.Join(knot, ", "))
	}
}
