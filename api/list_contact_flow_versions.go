package api

import (
	"context"
	"strconv"

	"outdial/resource"
)

type listContactFlowVersionsInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	ContactFlowId string `wire:"required,uri"`
	NextToken     string `wire:"query=nextToken"`
	MaxResults    *int   `wire:"query=maxResults,range=1..1000"`
}

type listContactFlowVersionsOutput struct {
	ContactFlowVersionSummaryList []versionSummary
	NextToken                     string
}

type versionSummary struct {
	Arn                string
	VersionDescription string
	Version            *int64 `wire:"range=1.."`
}

// listContactFlowVersions lists the versions of a flow, the oldest first.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactFlowVersions.html
func (s *Server) listContactFlowVersions(ctx context.Context, in *listContactFlowVersionsInput) (*listContactFlowVersionsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	ref, _ := qualified(in.ContactFlowId)
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowId", ref, resource.KindFlow)
	if err != nil {
		return nil, err
	}
	out := &listContactFlowVersionsOutput{ContactFlowVersionSummaryList: []versionSummary{}}
	l := listing{"ListContactFlowVersions", in.NextToken, in.MaxResults, listed, []string{at.Instance, f.ID}}
	all, key := versions(f)
	out.NextToken, err = part(s, l, all, key, func(v resource.FlowVersion) {
		out.ContactFlowVersionSummaryList = append(out.ContactFlowVersionSummaryList,
			versionSummary{f.ARN + ":" + strconv.FormatInt(v.Version, 10), v.Description, &v.Version})
	})
	return out, err
}
