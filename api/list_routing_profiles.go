package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listRoutingProfilesInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listRoutingProfilesOutput struct {
	RoutingProfileSummaryList []profileSummary
	NextToken                 string
}

type profileSummary struct {
	Id                 string
	Arn                string
	Name               string `wire:"len=1..127"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listRoutingProfiles lists the routing profiles of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListRoutingProfiles.html
func (s *Server) listRoutingProfiles(ctx context.Context, in *listRoutingProfilesInput) (*listRoutingProfilesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listRoutingProfilesOutput{RoutingProfileSummaryList: []profileSummary{}}
	l := listing{"ListRoutingProfiles", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindProfile, l, nil, func(p *resource.Profile) {
		out.RoutingProfileSummaryList = append(out.RoutingProfileSummaryList, profileSummary(summary(at, &p.Meta)))
	})
	return out, err
}
