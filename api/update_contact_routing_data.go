package api

import (
	"context"

	"outdial/contact"
	"outdial/wire"
)

type updateContactRoutingDataInput struct {
	InstanceId                 string `wire:"required,uri,len=1..100"`
	ContactId                  string `wire:"required,uri,len=1..256"`
	QueueTimeAdjustmentSeconds *int
	QueuePriority              *int64 `wire:"range=1..9223372036854775807"`
	// Ignored, a routing criterion would route wrongly.
	RoutingCriteria *struct{}
}

// updateContactRoutingData changes a contact's place in its queue: by priority,
// the lower the sooner, or as if it had waited longer.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactRoutingData.html
func (s *Server) updateContactRoutingData(ctx context.Context, in *updateContactRoutingDataInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	switch {
	case in.RoutingCriteria != nil:
		return nil, wire.OutOfBounds("RoutingCriteria", "not served yet")
	case (in.QueuePriority == nil) == (in.QueueTimeAdjustmentSeconds == nil):
		return nil, wire.OutOfBounds("", "exactly one of QueuePriority and QueueTimeAdjustmentSeconds must be there")
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	if !c.Open() {
		return nil, wire.Errorf("ResourceConflict", "contact %s has ended", c.ID)
	}
	u := contact.ContactUpdated{AgeShift: in.QueueTimeAdjustmentSeconds, By: "UpdateContactRoutingData"}
	if in.QueuePriority != nil {
		p := int(*in.QueuePriority)
		u.Priority = &p
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, u)
}
