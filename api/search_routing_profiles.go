package api

import (
	"context"

	"outdial/resource"
)

type searchRoutingProfilesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..500"`
	SearchFilter   *searchFilter
	SearchCriteria *metaCriteria
}

type searchRoutingProfilesOutput struct {
	RoutingProfiles       []profileDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchRoutingProfiles finds routing profiles by name, description and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchRoutingProfiles.html
func (s *Server) searchRoutingProfiles(ctx context.Context, in *searchRoutingProfilesInput) (*searchRoutingProfilesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" associatedQueueIds"); err != nil {
		return nil, err
	}
	out := &searchRoutingProfilesOutput{RoutingProfiles: []profileDetail{}}
	l := listing{"SearchRoutingProfiles", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindProfile, l,
		func(p *resource.Profile) bool {
			queues := make([]string, len(p.Queues))
			for i, q := range p.Queues {
				queues[i] = q.Queue
			}
			return in.SearchFilter.match(p.Tags) && in.SearchCriteria.matchList("associatedqueueids", queues, metaField(&p.Meta))
		},
		func(p *resource.Profile) { out.RoutingProfiles = append(out.RoutingProfiles, *tellProfile(at, p)) })
	return out, err
}
