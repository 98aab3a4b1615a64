package api

import (
	"context"

	"outdial/store"
	"outdial/wire"
)

type describeUserHierarchyStructureInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
}

type describeUserHierarchyStructureOutput struct {
	HierarchyStructure *hierarchyStructure
}

type hierarchyStructure struct {
	LevelOne   *hierarchyLevel
	LevelTwo   *hierarchyLevel
	LevelThree *hierarchyLevel
	LevelFour  *hierarchyLevel
	LevelFive  *hierarchyLevel
}

type hierarchyLevel struct {
	Id                 string
	Arn                string
	Name               string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// describeUserHierarchyStructure tells the levels of the hierarchy of agents.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeUserHierarchyStructure.html
func (s *Server) describeUserHierarchyStructure(ctx context.Context, in *describeUserHierarchyStructureInput) (*describeUserHierarchyStructureOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &describeUserHierarchyStructureOutput{&hierarchyStructure{}}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		l, err := levels(t, at)
		if err != nil {
			return err
		}
		h := out.HierarchyStructure
		places := [maxLevels]**hierarchyLevel{&h.LevelOne, &h.LevelTwo, &h.LevelThree, &h.LevelFour, &h.LevelFive}
		for i, v := range l.Levels {
			*places[i] = &hierarchyLevel{v.ID, at.InstanceARN("agent-group-level", v.ID), v.Name, wire.At(l.Modified), at.Region}
		}
		return nil
	})
	return out, err
}
