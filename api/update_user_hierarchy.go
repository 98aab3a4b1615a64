package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserHierarchyInput struct {
	HierarchyGroupId string
	UserId           string `wire:"required,uri"`
	InstanceId       string `wire:"required,uri,len=1..100"`
}

// updateUserHierarchy puts an agent into a group; without one, into none.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserHierarchy.html
func (s *Server) updateUserHierarchy(ctx context.Context, in *updateUserHierarchyInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(t *store.Tx, at place, u *resource.User) (err error) {
		u.Group, err = groupOf(t, at, in.HierarchyGroupId)
		return err
	})
}
