package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type associateUserProficienciesInput struct {
	InstanceId        string            `wire:"required,uri,len=1..100"`
	UserId            string            `wire:"required,uri"`
	UserProficiencies []userProficiency `wire:"required"`
}

// associateUserProficiencies gives an agent proficiencies that he has not.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateUserProficiencies.html
func (s *Server) associateUserProficiencies(ctx context.Context, in *associateUserProficienciesInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(t *store.Tx, at place, u *resource.User) error {
		return learn(t, at, u, in.UserProficiencies, false)
	})
}
