package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listAgentStatusesInput struct {
	InstanceId       string   `wire:"required,uri,len=1..100"`
	NextToken        string   `wire:"query=nextToken"`
	MaxResults       *int     `wire:"query=maxResults,range=1..1000"`
	AgentStatusTypes []string `wire:"query=AgentStatusTypes,items=..3,item.enum=ROUTABLE|CUSTOM|OFFLINE"`
}

type listAgentStatusesOutput struct {
	NextToken              string
	AgentStatusSummaryList []agentStatusSummary
}

type agentStatusSummary struct {
	Id                 string
	Arn                string
	Name               string `wire:"len=1..127"`
	Type               string `wire:"enum=ROUTABLE|CUSTOM|OFFLINE"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listAgentStatuses lists the statuses of agents, of all types or of some.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListAgentStatuses.html
func (s *Server) listAgentStatuses(ctx context.Context, in *listAgentStatusesInput) (*listAgentStatusesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listAgentStatusesOutput{AgentStatusSummaryList: []agentStatusSummary{}}
	l := listing{"ListAgentStatuses", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.AgentStatusTypes)}}
	out.NextToken, err = list(ctx, s, at, resource.KindStatus, l,
		func(v *resource.Status) bool {
			return len(in.AgentStatusTypes) == 0 || slices.Contains(in.AgentStatusTypes, v.Type)
		},
		func(v *resource.Status) {
			out.AgentStatusSummaryList = append(out.AgentStatusSummaryList, agentStatusSummary{v.ID, v.ARN, v.Name, v.Type, wire.At(v.Modified), at.Region})
		})
	return out, err
}
