package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listSecurityProfilePermissionsInput struct {
	SecurityProfileId string `wire:"required,uri"`
	InstanceId        string `wire:"required,uri,len=1..100"`
	NextToken         string `wire:"query=nextToken"`
	MaxResults        *int   `wire:"query=maxResults,range=1..1000"`
}

type listSecurityProfilePermissionsOutput struct {
	Permissions        []string `wire:"items=..500,item.len=1..128"`
	NextToken          string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listSecurityProfilePermissions lists what a security profile allows.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListSecurityProfilePermissions.html
func (s *Server) listSecurityProfilePermissions(ctx context.Context, in *listSecurityProfilePermissionsInput) (*listSecurityProfilePermissionsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	p, err := view[resource.SecurityProfile](ctx, s, at, "SecurityProfileId", in.SecurityProfileId, resource.KindSecurity)
	if err != nil {
		return nil, err
	}
	out := &listSecurityProfilePermissionsOutput{Permissions: []string{}, LastModifiedTime: wire.At(p.Modified), LastModifiedRegion: at.Region}
	l := listing{"ListSecurityProfilePermissions", in.NextToken, in.MaxResults, listed, []string{at.Instance, p.ID}}
	key := func(permission string) string { return permission }
	out.NextToken, err = part(s, l, slices.Sorted(slices.Values(p.Permissions)), key, func(permission string) {
		out.Permissions = append(out.Permissions, permission)
	})
	return out, err
}
