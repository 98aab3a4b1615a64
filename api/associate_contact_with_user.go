package api

import (
	"context"

	"outdial/resource"
)

type associateContactWithUserInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	ContactId  string `wire:"required,uri,len=1..256"`
	UserId     string `wire:"required,len=1..256"`
}

// associateContactWithUser lets a contact that waits ring at an agent's.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateContactWithUser.html
func (s *Server) associateContactWithUser(ctx context.Context, in *associateContactWithUserInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	u, err := view[resource.User](ctx, s, at, "UserId", in.UserId, resource.KindUser)
	if err != nil {
		return nil, err
	}
	return &none{}, s.Engine.Assign(ctx, c.ID, u)
}
