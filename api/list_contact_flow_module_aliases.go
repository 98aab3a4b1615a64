package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

type listContactFlowModuleAliasesInput struct {
	InstanceId          string `wire:"required,uri,len=1..250,pattern=^(arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}:instance/)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"`
	ContactFlowModuleId string `wire:"required,uri"`
	NextToken           string `wire:"query=nextToken"`
	MaxResults          *int   `wire:"query=maxResults,range=1..1000"`
}

type listContactFlowModuleAliasesOutput struct {
	ContactFlowModuleAliasSummaryList []aliasSummary
	NextToken                         string
}

type aliasSummary struct {
	Arn              string
	AliasId          string `wire:"len=1..500"`
	Version          *int64 `wire:"range=1.."`
	AliasName        string `wire:"len=1..127,pattern=.*\\S.*"`
	AliasDescription string `wire:"len=0..500,pattern=.*\\S.*"`
	LastModifiedTime wire.Time
}

// listContactFlowModuleAliases lists the aliases of a module.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactFlowModuleAliases.html
func (s *Server) listContactFlowModuleAliases(ctx context.Context, in *listContactFlowModuleAliasesInput) (*listContactFlowModuleAliasesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowModuleId", in.ContactFlowModuleId, resource.KindModule)
	if err != nil {
		return nil, err
	}
	out := &listContactFlowModuleAliasesOutput{ContactFlowModuleAliasSummaryList: []aliasSummary{}}
	l := listing{"ListContactFlowModuleAliases", in.NextToken, in.MaxResults, listed, []string{at.Instance, f.ID}}
	all := slices.SortedFunc(slices.Values(f.Aliases), func(a, b resource.FlowAlias) int { return strings.Compare(a.ID, b.ID) })
	out.NextToken, err = part(s, l, all, func(a resource.FlowAlias) string { return a.ID }, func(a resource.FlowAlias) {
		out.ContactFlowModuleAliasSummaryList = append(out.ContactFlowModuleAliasSummaryList,
			aliasSummary{f.ARN + ":" + a.ID, a.ID, &a.Version, a.Name, a.Description, wire.At(a.Modified)})
	})
	return out, err
}
