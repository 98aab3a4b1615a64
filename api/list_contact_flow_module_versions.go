package api

import (
	"context"
	"strconv"

	"outdial/resource"
)

type listContactFlowModuleVersionsInput struct {
	InstanceId          string `wire:"required,uri,len=1..100"`
	ContactFlowModuleId string `wire:"required,uri"`
	NextToken           string `wire:"query=nextToken"`
	MaxResults          *int   `wire:"query=maxResults,range=1..1000"`
}

type listContactFlowModuleVersionsOutput struct {
	ContactFlowModuleVersionSummaryList []moduleVersionSummary
	NextToken                           string
}

type moduleVersionSummary struct {
	Arn                string
	VersionDescription string `wire:"len=0..500,pattern=.*\\S.*"`
	Version            *int64 `wire:"range=1.."`
}

// listContactFlowModuleVersions lists the versions of a module, the oldest first.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactFlowModuleVersions.html
func (s *Server) listContactFlowModuleVersions(ctx context.Context, in *listContactFlowModuleVersionsInput) (*listContactFlowModuleVersionsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	ref, _ := qualified(in.ContactFlowModuleId)
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowModuleId", ref, resource.KindModule)
	if err != nil {
		return nil, err
	}
	out := &listContactFlowModuleVersionsOutput{ContactFlowModuleVersionSummaryList: []moduleVersionSummary{}}
	l := listing{"ListContactFlowModuleVersions", in.NextToken, in.MaxResults, listed, []string{at.Instance, f.ID}}
	all, key := versions(f)
	out.NextToken, err = part(s, l, all, key, func(v resource.FlowVersion) {
		out.ContactFlowModuleVersionSummaryList = append(out.ContactFlowModuleVersionSummaryList,
			moduleVersionSummary{f.ARN + ":" + strconv.FormatInt(v.Version, 10), v.Description, &v.Version})
	})
	return out, err
}
