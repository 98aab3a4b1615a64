package routing

import (
	"slices"
	"strings"
	"time"

	"outdial/contact"
)

// Step gives the step of routing criteria that holds now, from 0, and when it
// ends; a step that does not end has no time. Behind the last one, index is the
// number of steps. since is when the contact was put into its queue.
// https://docs.aws.amazon.com/connect/latest/adminguide/proficiency-routing.html
func Step(k *contact.Criteria, since, at time.Time) (index int, ends time.Time) {
	if k == nil {
		return 0, time.Time{}
	}
	if k.Since.After(since) {
		since = k.Since
	}
	for i := range k.Steps {
		if k.Steps[i].Expiry <= 0 {
			return i, time.Time{}
		}
		if since = since.Add(time.Duration(k.Steps[i].Expiry) * time.Second); at.Before(since) {
			return i, since
		}
	}
	return len(k.Steps), time.Time{}
}

func stepEnds(k *contact.Criteria, since, at time.Time) time.Time {
	_, ends := Step(k, since, at)
	return ends
}

// Suits tells whether the agent is one of those whom the routing criteria want now.
func Suits(k *contact.Criteria, a *Agent, since, at time.Time) bool {
	if k == nil {
		return true
	}
	i, _ := Step(k, since, at)
	return i >= len(k.Steps) || a.is(&k.Steps[i].Expression)
}

// is tells whether an expression holds of the agent. An empty one does.
func (a *Agent) is(e *contact.Expression) bool {
	if e.Attribute != nil && !a.has(e.Attribute) || e.Not != nil && a.has(e.Not) {
		return false
	}
	for i := range e.And {
		if !a.is(&e.And[i]) {
			return false
		}
	}
	return len(e.Or) == 0 || slices.ContainsFunc(e.Or, func(o contact.Expression) bool { return a.is(&o) })
}

// has tells whether the agent has a proficiency, or is one of those named.
func (a *Agent) has(p *contact.Proficient) bool {
	if len(p.Agents) > 0 {
		return slices.ContainsFunc(p.Agents, func(ref string) bool { return ref == a.ID || strings.HasSuffix(ref, "/"+a.ID) })
	}
	for _, s := range a.Skills {
		if s.Name != p.Name || s.Value != p.Value {
			continue
		}
		if p.Operator == "Range" {
			return s.Level >= p.Least && s.Level <= p.Most
		}
		return s.Level >= p.Level
	}
	return false
}
