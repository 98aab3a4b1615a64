package api

import (
	"fmt"
	"slices"
	"time"

	"outdial/contact"
	"outdial/resource"
	"outdial/routing"
	"outdial/store"
	"outdial/wire"
)

// routingCriteriaInput are the steps by which agents of a queue are found.
type routingCriteriaInput struct{ Steps []criteriaStepInput }

type criteriaStepInput struct {
	Expiry     *struct{ DurationInSeconds *int }
	Expression *criteriaExpression
}

// A criteriaExpression is exactly one of its members.
type criteriaExpression struct {
	AttributeCondition    *attributeCondition
	AndExpression         []criteriaExpression
	OrExpression          []criteriaExpression
	NotAttributeCondition *attributeCondition
}

type attributeCondition struct {
	Name               string   `wire:"len=1..100"`
	Value              string   `wire:"len=1..128"`
	ProficiencyLevel   *float64 `wire:"range=1..5"`
	Range              *levelRange
	MatchCriteria      *matchCriteria
	ComparisonOperator string `wire:"len=1..127"`
}

type levelRange struct {
	MinProficiencyLevel *float64 `wire:"range=1..5"`
	MaxProficiencyLevel *float64 `wire:"range=1..5"`
}

type matchCriteria struct {
	AgentsCriteria *struct {
		AgentIds []string `wire:"item.len=..256"`
	}
}

// routingCriteria are those of a contact, and how far they have come.
type routingCriteria struct {
	Steps               []criteriaStep
	ActivationTimestamp wire.Time
	Index               *int
}

type criteriaStep struct {
	Expiry     *criteriaExpiry
	Expression *criteriaExpression
	Status     string `wire:"enum=ACTIVE|INACTIVE|JOINED|EXPIRED"`
}

type criteriaExpiry struct {
	DurationInSeconds *int
	ExpiryTimestamp   wire.Time
}

// Bounds of routing criteria. API_RoutingCriteriaInput, API_Expression
const (
	maxSteps       = 50
	maxExpressions = 50
	maxDeep        = 5
)

// read reads routing criteria, or says what is wrong with them.
func (in *routingCriteriaInput) read(t *store.Tx, at place) (*contact.Criteria, error) {
	if len(in.Steps) == 0 || len(in.Steps) > maxSteps {
		return nil, wire.OutOfBounds("RoutingCriteria.Steps", "1 to %d steps, not %d", maxSteps, len(in.Steps))
	}
	k := new(contact.Criteria)
	for i, s := range in.Steps {
		field := fmt.Sprintf("RoutingCriteria.Steps[%d].", i)
		if s.Expression == nil {
			return nil, wire.OutOfBounds(field+"Expression", "needed")
		}
		e, err := s.Expression.read(t, at, field+"Expression", 0)
		if err != nil {
			return nil, err
		}
		step := contact.Step{Expression: e}
		if s.Expiry != nil && s.Expiry.DurationInSeconds != nil {
			if step.Expiry = *s.Expiry.DurationInSeconds; step.Expiry <= 0 {
				return nil, wire.OutOfBounds(field+"Expiry.DurationInSeconds", "at least 1, not %d", step.Expiry)
			}
		}
		k.Steps = append(k.Steps, step)
	}
	return k, nil
}

// read reads an expression: exactly one of its kinds.
func (in *criteriaExpression) read(t *store.Tx, at place, field string, deep int) (e contact.Expression, err error) {
	kinds := 0
	for _, there := range []bool{in.AttributeCondition != nil, in.NotAttributeCondition != nil, in.AndExpression != nil, in.OrExpression != nil} {
		if there {
			kinds++
		}
	}
	if kinds != 1 || deep > maxDeep {
		return e, wire.OutOfBounds(field, "must be exactly one of AttributeCondition, NotAttributeCondition, AndExpression and OrExpression, at most %d deep", maxDeep)
	}
	if e.Attribute, err = in.AttributeCondition.read(t, at, field+".AttributeCondition"); err != nil {
		return e, err
	}
	if e.Not, err = in.NotAttributeCondition.read(t, at, field+".NotAttributeCondition"); err != nil {
		return e, err
	}
	for _, l := range []struct {
		name string
		list []criteriaExpression
		to   *[]contact.Expression
	}{{".AndExpression", in.AndExpression, &e.And}, {".OrExpression", in.OrExpression, &e.Or}} {
		if l.list != nil && (len(l.list) == 0 || len(l.list) > maxExpressions) {
			return e, wire.OutOfBounds(field+l.name, "1 to %d expressions, not %d", maxExpressions, len(l.list))
		}
		for i := range l.list {
			one, err := l.list[i].read(t, at, fmt.Sprintf("%s%s[%d]", field, l.name, i), deep+1)
			if err != nil {
				return e, err
			}
			*l.to = append(*l.to, one)
		}
	}
	return e, nil
}

// read reads one condition; nil is none.
func (c *attributeCondition) read(t *store.Tx, at place, field string) (*contact.Proficient, error) {
	if c == nil {
		return nil, nil
	}
	p := &contact.Proficient{Name: c.Name, Value: c.Value, Operator: c.ComparisonOperator}
	switch {
	case !slices.Contains([]string{"NumberGreaterOrEqualTo", "Match", "Range"}, p.Operator):
		return nil, wire.OutOfBounds(field+".ComparisonOperator", "NumberGreaterOrEqualTo, Match or Range, not %s", quote(p.Operator))
	case p.Operator == "Match":
		if c.MatchCriteria == nil || c.MatchCriteria.AgentsCriteria == nil || len(c.MatchCriteria.AgentsCriteria.AgentIds) == 0 {
			return nil, wire.OutOfBounds(field+".MatchCriteria.AgentsCriteria.AgentIds", "Match needs agents")
		}
		for _, ref := range c.MatchCriteria.AgentsCriteria.AgentIds {
			u, err := find[resource.User](t, at, field+".MatchCriteria.AgentsCriteria.AgentIds", ref, resource.KindUser)
			if err != nil {
				return nil, err
			}
			p.Agents = append(p.Agents, u.ID)
		}
	case p.Name == "" || p.Value == "":
		return nil, wire.OutOfBounds(field+".Name", "Name and Value of a predefined attribute are needed")
	case p.Operator == "Range":
		if c.Range == nil || c.Range.MinProficiencyLevel == nil || c.Range.MaxProficiencyLevel == nil || *c.Range.MinProficiencyLevel > *c.Range.MaxProficiencyLevel {
			return nil, wire.OutOfBounds(field+".Range", "a lower and an upper level, from 1 to 5, are needed")
		}
		p.Least, p.Most = *c.Range.MinProficiencyLevel, *c.Range.MaxProficiencyLevel
	case c.ProficiencyLevel == nil:
		return nil, wire.OutOfBounds(field+".ProficiencyLevel", "needed, from 1 to 5")
	default:
		p.Level = *c.ProficiencyLevel
	}
	return p, nil
}

// tellCriteria tells routing criteria and how far they have come. They run while
// the contact waits, and stand where it was taken.
func tellCriteria(c *contact.Contact, now time.Time) *routingCriteria {
	k := c.Criteria
	if k == nil || len(k.Steps) == 0 {
		return nil
	}
	out := &routingCriteria{ActivationTimestamp: wire.At(k.Since)}
	at, joined := now, c.Agent != nil && !c.Agent.Accepted.IsZero()
	switch {
	case joined:
		at = c.Agent.Accepted
	case !c.Open():
		at = c.Disconnected
	}
	index := -1
	ends := k.Since
	if c.Queue != nil && !k.Since.IsZero() {
		index, _ = routing.Step(k, c.Queue.Enqueued, at)
		out.Index = &index
	}
	for i := range k.Steps {
		s := criteriaStep{Expression: tellExpression(&k.Steps[i].Expression), Status: "INACTIVE"}
		if n := k.Steps[i].Expiry; n > 0 {
			s.Expiry = &criteriaExpiry{DurationInSeconds: &n}
			if ends = ends.Add(time.Duration(n) * time.Second); index >= 0 && i <= index {
				s.Expiry.ExpiryTimestamp = wire.At(ends)
			}
		}
		switch {
		case i < index:
			s.Status = "EXPIRED"
		case i == index && joined:
			s.Status = "JOINED"
		case i == index:
			s.Status = "ACTIVE"
		}
		out.Steps = append(out.Steps, s)
	}
	return out
}

func tellExpression(e *contact.Expression) *criteriaExpression {
	out := &criteriaExpression{AttributeCondition: tellCondition(e.Attribute), NotAttributeCondition: tellCondition(e.Not)}
	for i := range e.And {
		out.AndExpression = append(out.AndExpression, *tellExpression(&e.And[i]))
	}
	for i := range e.Or {
		out.OrExpression = append(out.OrExpression, *tellExpression(&e.Or[i]))
	}
	return out
}

func tellCondition(p *contact.Proficient) *attributeCondition {
	if p == nil {
		return nil
	}
	c := &attributeCondition{Name: p.Name, Value: p.Value, ComparisonOperator: p.Operator}
	switch {
	case len(p.Agents) > 0:
		c.MatchCriteria = new(matchCriteria)
		c.MatchCriteria.AgentsCriteria = &struct {
			AgentIds []string `wire:"item.len=..256"`
		}{p.Agents}
	case p.Operator == "Range":
		c.Range = &levelRange{&p.Least, &p.Most}
	default:
		c.ProficiencyLevel = &p.Level
	}
	return c
}
