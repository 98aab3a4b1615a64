package api

import (
	"context"

	"outdial/resource"
)

type searchSecurityProfilesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchCriteria *metaCriteria
	SearchFilter   *searchFilter
}

type searchSecurityProfilesOutput struct {
	SecurityProfiles      []securityProfileSearchSummary
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

type securityProfileSearchSummary struct {
	Id                     string
	OrganizationResourceId string `wire:"len=1..100"`
	Arn                    string
	SecurityProfileName    string
	Description            string            `wire:"len=..250"`
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// searchSecurityProfiles finds security profiles by name, description and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchSecurityProfiles.html
func (s *Server) searchSecurityProfiles(ctx context.Context, in *searchSecurityProfilesInput) (*searchSecurityProfilesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" securityProfileName"); err != nil {
		return nil, err
	}

	out := &searchSecurityProfilesOutput{SecurityProfiles: []securityProfileSearchSummary{}}
	l := listing{"SearchSecurityProfiles", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindSecurity, l,
		func(p *resource.SecurityProfile) bool {
			return in.SearchFilter.match(p.Tags) && in.SearchCriteria.match(fieldOf(&p.Meta, "securityprofilename", p.Name))
		},
		func(p *resource.SecurityProfile) {
			out.SecurityProfiles = append(out.SecurityProfiles, securityProfileSearchSummary{p.ID, at.Instance, p.ARN, p.Name, p.Description, someTags(p.Tags)})
		})
	return out, err
}
