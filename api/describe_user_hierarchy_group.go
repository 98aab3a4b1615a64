package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type describeUserHierarchyGroupInput struct {
	HierarchyGroupId string `wire:"required,uri"`
	InstanceId       string `wire:"required,uri,len=1..100"`
}

type describeUserHierarchyGroupOutput struct {
	HierarchyGroup *hierarchyGroupDetail
}

// describeUserHierarchyGroup tells a group of agents, and what it lies in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeUserHierarchyGroup.html
func (s *Server) describeUserHierarchyGroup(ctx context.Context, in *describeUserHierarchyGroupInput) (*describeUserHierarchyGroupOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &describeUserHierarchyGroupOutput{}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		g, err := find[resource.Group](t, at, "HierarchyGroupId", in.HierarchyGroupId, resource.KindGroup)
		if err != nil {
			return err
		}
		out.HierarchyGroup, err = tellGroup(t, at, g)
		return err
	})
	return out, err
}
