package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserProficienciesInput struct {
	InstanceId        string            `wire:"required,uri,len=1..100"`
	UserId            string            `wire:"required,uri"`
	UserProficiencies []userProficiency `wire:"required"`
}

// updateUserProficiencies changes how well an agent does what he is proficient in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserProficiencies.html
func (s *Server) updateUserProficiencies(ctx context.Context, in *updateUserProficienciesInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(t *store.Tx, at place, u *resource.User) error {
		return learn(t, at, u, in.UserProficiencies, true)
	})
}
