package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateSecurityProfileInput struct {
	Description                          *string           `wire:"len=..250"`
	Permissions                          []string          `wire:"items=..500,item.len=1..128"`
	SecurityProfileId                    string            `wire:"required,uri"`
	InstanceId                           string            `wire:"required,uri,len=1..100"`
	AllowedAccessControlTags             map[string]string `wire:"items=..4,key.len=1..128,value.len=..256"`
	TagRestrictedResources               []string          `wire:"items=..10,item.len=1..128"`
	HierarchyRestrictedResources         []string          `wire:"item.len=1..128"`
	AllowedAccessControlHierarchyGroupId *string
}

// updateSecurityProfile changes what is given of a security profile.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateSecurityProfile.html
func (s *Server) updateSecurityProfile(ctx context.Context, in *updateSecurityProfileInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, edit(ctx, s, at, "SecurityProfileId", in.SecurityProfileId, resource.KindSecurity, func(_ *store.Tx, p *resource.SecurityProfile) error {
		rename(&p.Meta, nil, in.Description)
		if in.Permissions != nil {
			p.Permissions = in.Permissions
		}
		if in.AllowedAccessControlTags != nil {
			p.AccessTags = in.AllowedAccessControlTags
		}
		if in.TagRestrictedResources != nil {
			p.Restricted = in.TagRestrictedResources
		}
		if in.HierarchyRestrictedResources != nil {
			p.ByHierarchy = in.HierarchyRestrictedResources
		}
		if in.AllowedAccessControlHierarchyGroupId != nil {
			p.AccessGroup = *in.AllowedAccessControlHierarchyGroupId
		}
		return nil
	})
}
