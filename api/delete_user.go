package api

import (
	"context"

	"outdial/resource"
)

type deleteUserInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	UserId     string `wire:"required,uri"`
}

// deleteUser deletes an agent.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteUser.html
func (s *Server) deleteUser(ctx context.Context, in *deleteUserInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove[resource.User](ctx, s, at, "UserId", in.UserId, resource.KindUser, nil)
}
