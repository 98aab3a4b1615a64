package api

import (
	"context"

	"outdial/resource"
)

type createSecurityProfileInput struct {
	SecurityProfileName                  string            `wire:"required,len=1..127,pattern=^[ a-zA-Z0-9_@-]+$"`
	Description                          string            `wire:"len=..250"`
	Permissions                          []string          `wire:"items=..500,item.len=1..128"`
	InstanceId                           string            `wire:"required,uri,len=1..100"`
	Tags                                 map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	AllowedAccessControlTags             map[string]string `wire:"items=..4,key.len=1..128,value.len=..256"`
	TagRestrictedResources               []string          `wire:"items=..10,item.len=1..128"`
	HierarchyRestrictedResources         []string          `wire:"item.len=1..128"`
	AllowedAccessControlHierarchyGroupId string
}

type createSecurityProfileOutput struct {
	SecurityProfileId  string
	SecurityProfileArn string
}

// createSecurityProfile makes a security profile. It is kept and told: agents do
// not log in here.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateSecurityProfile.html
func (s *Server) createSecurityProfile(ctx context.Context, in *createSecurityProfileInput) (*createSecurityProfileOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	p := &resource.SecurityProfile{
		Meta:        resource.Meta{Name: in.SecurityProfileName, Description: in.Description, Tags: in.Tags},
		Permissions: in.Permissions, AccessTags: in.AllowedAccessControlTags, Restricted: in.TagRestrictedResources,
		ByHierarchy: in.HierarchyRestrictedResources, AccessGroup: in.AllowedAccessControlHierarchyGroupId,
	}
	if err := create(ctx, s, at, resource.KindSecurity, p, nil); err != nil {
		return nil, err
	}
	return &createSecurityProfileOutput{p.ID, p.ARN}, nil
}
