package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type searchUserHierarchyGroupsInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *attributeSearchFilter
	SearchCriteria *metaCriteria
}

type searchUserHierarchyGroupsOutput struct {
	UserHierarchyGroups   []hierarchyGroupDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchUserHierarchyGroups finds groups of agents by name, level, parent and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchUserHierarchyGroups.html
func (s *Server) searchUserHierarchyGroups(ctx context.Context, in *searchUserHierarchyGroupsInput) (*searchUserHierarchyGroupsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" parentId levelId"); err != nil {
		return nil, err
	}

	out := &searchUserHierarchyGroupsOutput{UserHierarchyGroups: []hierarchyGroupDetail{}}
	l := listing{"SearchUserHierarchyGroups", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	var found []*resource.Group
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindGroup, l,
		func(g *resource.Group) bool {
			field := fieldOf(&g.Meta, "parentid", g.Parent)
			return in.SearchFilter.match(g.Tags) && in.SearchCriteria.match(func(name string) (string, bool) {
				if name == "levelid" {
					return levelID(at, g.Level), true
				}
				return field(name)
			})
		},
		func(g *resource.Group) { found = append(found, g) })
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		for _, g := range found {
			d, err := tellGroup(t, at, g)
			if err != nil {
				return err
			}
			out.UserHierarchyGroups = append(out.UserHierarchyGroups, *d)
		}
		return nil
	})
	return out, err
}
