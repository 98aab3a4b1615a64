package api

import (
	"context"

	"outdial/resource"
)

type listUserHierarchyGroupsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listUserHierarchyGroupsOutput struct {
	UserHierarchyGroupSummaryList []hierarchyGroupSummary
	NextToken                     string
}

// listUserHierarchyGroups lists the groups of agents of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListUserHierarchyGroups.html
func (s *Server) listUserHierarchyGroups(ctx context.Context, in *listUserHierarchyGroupsInput) (*listUserHierarchyGroupsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listUserHierarchyGroupsOutput{UserHierarchyGroupSummaryList: []hierarchyGroupSummary{}}
	l := listing{"ListUserHierarchyGroups", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindGroup, l, nil, func(g *resource.Group) {
		out.UserHierarchyGroupSummaryList = append(out.UserHierarchyGroupSummaryList, hierarchyGroupSummary(summary(at, &g.Meta)))
	})
	return out, err
}
