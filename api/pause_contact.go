package api

import (
	"context"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type pauseContactInput struct {
	ContactId     string `wire:"required,len=1..256"`
	InstanceId    string `wire:"required,len=1..100"`
	ContactFlowId string `wire:"len=..500"`
}

// pauseContact puts a task aside: nobody gets it until it is taken up again.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_PauseContact.html
func (s *Server) pauseContact(ctx context.Context, in *pauseContactInput) (*none, error) {
	return s.pause(ctx, in.InstanceId, in.ContactId, in.ContactFlowId, contact.SetAside)
}

// maxPauses is how often a contact may be paused. API_Contact, TotalPauseCount
const maxPauses = 10

// pause puts a task aside, or takes it up; by a flow, where one is named.
func (s *Server) pause(ctx context.Context, instance, ref, flow, what string) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", ref)
	if err != nil {
		return nil, err
	}
	on := what == contact.SetAside
	switch {
	case c.Channel != contact.Task:
		return nil, wire.Invalid("ContactId", "only tasks are paused, and this is a contact on the channel %s", c.Channel)
	case !c.Open():
		return nil, wire.Invalid("ContactId", "contact %s has ended", c.ID)
	case on == !c.Pause.Since.IsZero():
		return nil, fault.New(fault.Conflict, "contact %s %s", c.ID, map[bool]string{true: "is paused already", false: "is not paused"}[on])
	case on && c.Pause.Count >= maxPauses:
		return nil, fault.New(fault.Exceeded, "a contact may be paused %d times", maxPauses)
	}
	in := contact.QueueMoved{Outcome: what}
	if flow != "" {
		f, err := view[resource.Flow](ctx, s, at, "ContactFlowId", flow, resource.KindFlow)
		if err != nil {
			return nil, err
		}
		in.Flow = f.ID
	}
	_, err = s.Engine.Act(ctx, c.ID, in)
	return &none{}, err
}
