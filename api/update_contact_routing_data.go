package api

import (
	"context"

	"outdial/contact"
	"outdial/store"
	"outdial/wire"
)

type updateContactRoutingDataInput struct {
	InstanceId                 string `wire:"required,uri,len=1..100"`
	ContactId                  string `wire:"required,uri,len=1..256"`
	QueueTimeAdjustmentSeconds *int
	QueuePriority              *int64 `wire:"range=1..9223372036854775807"`
	RoutingCriteria            *routingCriteriaInput
}

// updateContactRoutingData changes a contact's place in its queue: by priority,
// the lower the sooner, or as if it had waited longer; or which agents are to get it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactRoutingData.html
func (s *Server) updateContactRoutingData(ctx context.Context, in *updateContactRoutingDataInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	given := 0
	for _, there := range []bool{in.RoutingCriteria != nil, in.QueuePriority != nil, in.QueueTimeAdjustmentSeconds != nil} {
		if there {
			given++
		}
	}
	if given == 0 || in.QueuePriority != nil && in.QueueTimeAdjustmentSeconds != nil {
		return nil, wire.OutOfBounds("", "RoutingCriteria, and at most one of QueuePriority and QueueTimeAdjustmentSeconds, may be there, and at least one of them must")
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	if !c.Open() {
		return nil, wire.Errorf("ResourceConflict", "contact %s has ended", c.ID)
	}
	u := contact.ContactUpdated{AgeShift: in.QueueTimeAdjustmentSeconds, By: "UpdateContactRoutingData"}
	if in.RoutingCriteria != nil {
		err = s.Store.View(ctx, func(t *store.Tx) (err error) {
			u.Criteria, err = in.RoutingCriteria.read(t, at)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if in.QueuePriority != nil {
		p := int(*in.QueuePriority)
		u.Priority = &p
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, u)
}
