package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type createUserHierarchyGroupInput struct {
	Name          string `wire:"required"`
	ParentGroupId string
	InstanceId    string            `wire:"required,uri,len=1..100"`
	Tags          map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createUserHierarchyGroupOutput struct {
	HierarchyGroupId  string
	HierarchyGroupArn string
}

// createUserHierarchyGroup makes a group of agents below another one, or on the
// highest level.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateUserHierarchyGroup.html
func (s *Server) createUserHierarchyGroup(ctx context.Context, in *createUserHierarchyGroupInput) (*createUserHierarchyGroupOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	g := &resource.Group{Meta: resource.Meta{Name: in.Name, Tags: in.Tags}, Level: 1}
	err = create(ctx, s, at, resource.KindGroup, g, func(t *store.Tx) error {
		g.Parent, g.Level = "", 1
		if in.ParentGroupId != "" {
			p, err := find[resource.Group](t, at, "ParentGroupId", in.ParentGroupId, resource.KindGroup)
			if err != nil {
				return err
			}
			g.Parent, g.Level = p.ID, p.Level+1
		}
		l, err := levels(t, at)
		if err == nil && g.Level > len(l.Levels) {
			err = wire.Invalid("ParentGroupId", "the hierarchy has %d levels, and this group would be on level %d: UpdateUserHierarchyStructure makes more, up to %d", len(l.Levels), g.Level, maxLevels)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &createUserHierarchyGroupOutput{g.ID, g.ARN}, nil
}
