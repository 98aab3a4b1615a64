package api

import (
	"context"

	"outdial/store"
	"outdial/wire"
)

type updateUserHierarchyStructureInput struct {
	HierarchyStructure *hierarchyStructureUpdate `wire:"required"`
	InstanceId         string                    `wire:"required,uri,len=1..100"`
}

type hierarchyStructureUpdate struct {
	LevelOne   *hierarchyLevelUpdate
	LevelTwo   *hierarchyLevelUpdate
	LevelThree *hierarchyLevelUpdate
	LevelFour  *hierarchyLevelUpdate
	LevelFive  *hierarchyLevelUpdate
}

type hierarchyLevelUpdate struct {
	Name string `wire:"required"`
}

// updateUserHierarchyStructure names the levels of the hierarchy of agents: those
// that are given, from the highest on. A level on which groups lie cannot go.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserHierarchyStructure.html
func (s *Server) updateUserHierarchyStructure(ctx context.Context, in *updateUserHierarchyStructureInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	h := in.HierarchyStructure
	var names []string
	for i, v := range []*hierarchyLevelUpdate{h.LevelOne, h.LevelTwo, h.LevelThree, h.LevelFour, h.LevelFive} {
		switch {
		case v == nil:
		case i > len(names):
			return nil, wire.Invalid("HierarchyStructure", "a level is missing above %s", quote(v.Name))
		default:
			names = append(names, v.Name)
		}
	}
	return &none{}, s.update(ctx, func(t *store.Tx) error {
		l, err := levels(t, at)
		if err != nil {
			return err
		}
		return setLevels(t, at, l, names, s.Engine.Now())
	})
}
