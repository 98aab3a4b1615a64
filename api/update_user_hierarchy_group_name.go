package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserHierarchyGroupNameInput struct {
	Name             string `wire:"required"`
	HierarchyGroupId string `wire:"required,uri"`
	InstanceId       string `wire:"required,uri,len=1..100"`
}

// updateUserHierarchyGroupName gives a group of agents another name.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserHierarchyGroupName.html
func (s *Server) updateUserHierarchyGroupName(ctx context.Context, in *updateUserHierarchyGroupNameInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, edit(ctx, s, at, "HierarchyGroupId", in.HierarchyGroupId, resource.KindGroup, func(_ *store.Tx, g *resource.Group) error {
		g.Name = in.Name
		return nil
	})
}
