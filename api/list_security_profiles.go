package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listSecurityProfilesInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listSecurityProfilesOutput struct {
	SecurityProfileSummaryList []securityProfileSummary
	NextToken                  string
}

type securityProfileSummary struct {
	Id                 string
	Arn                string
	Name               string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listSecurityProfiles lists the security profiles of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListSecurityProfiles.html
func (s *Server) listSecurityProfiles(ctx context.Context, in *listSecurityProfilesInput) (*listSecurityProfilesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listSecurityProfilesOutput{SecurityProfileSummaryList: []securityProfileSummary{}}
	l := listing{"ListSecurityProfiles", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindSecurity, l, nil, func(p *resource.SecurityProfile) {
		out.SecurityProfileSummaryList = append(out.SecurityProfileSummaryList, securityProfileSummary{p.ID, p.ARN, p.Name, wire.At(p.Modified), at.Region})
	})
	return out, err
}
