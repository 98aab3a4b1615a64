package api

import (
	"context"

	"outdial/contact"
	"outdial/wire"
)

type updateContactScheduleInput struct {
	InstanceId    string    `wire:"required,len=1..100"`
	ContactId     string    `wire:"required,len=1..256"`
	ScheduledTime wire.Time `wire:"required"`
}

// updateContactSchedule lets a task that was put off begin at another time.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactSchedule.html
func (s *Server) updateContactSchedule(ctx context.Context, in *updateContactScheduleInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	now := s.Engine.Now()
	switch {
	case c.Channel != contact.Task || c.Scheduled.IsZero() || !c.Open() || !c.Scheduled.After(now):
		return nil, wire.Invalid("ContactId", "contact %s is no task that has yet to begin", c.ID)
	case !in.ScheduledTime.After(now) || in.ScheduledTime.After(now.Add(maxSchedule)):
		return nil, wire.Invalid("ScheduledTime", "must lie ahead, and at most 6 days")
	}
	when := in.ScheduledTime.Time
	return &none{}, s.Engine.Tell(ctx, c.ID, contact.ContactUpdated{Scheduled: &when, By: "UpdateContactSchedule"})
}
