package api

import (
	"context"
	"strconv"

	"outdial/resource"
)

type searchAgentStatusesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *attributeSearchFilter
	SearchCriteria *metaCriteria
}

type searchAgentStatusesOutput struct {
	AgentStatuses         []agentStatusDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchAgentStatuses finds statuses of agents by name, description, type, state and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchAgentStatuses.html
func (s *Server) searchAgentStatuses(ctx context.Context, in *searchAgentStatusesInput) (*searchAgentStatusesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" type state displayOrder"); err != nil {
		return nil, err
	}

	out := &searchAgentStatusesOutput{AgentStatuses: []agentStatusDetail{}}
	l := listing{"SearchAgentStatuses", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindStatus, l,
		func(v *resource.Status) bool {
			field := fieldOf(&v.Meta, "type", v.Type)
			return in.SearchFilter.match(v.Tags) && in.SearchCriteria.match(func(name string) (string, bool) {
				switch name {
				case "state":
					return v.State, true
				case "displayorder":
					return strconv.Itoa(v.Order), v.Order > 0
				}
				return field(name)
			})
		},
		func(v *resource.Status) { out.AgentStatuses = append(out.AgentStatuses, *tellStatus(at, v)) })
	return out, err
}
