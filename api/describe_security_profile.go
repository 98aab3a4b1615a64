package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeSecurityProfileInput struct {
	SecurityProfileId string `wire:"required,uri"`
	InstanceId        string `wire:"required,uri,len=1..100"`
}

type describeSecurityProfileOutput struct {
	SecurityProfile *securityProfileDetail
}

// describeSecurityProfile tells what a security profile is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeSecurityProfile.html
func (s *Server) describeSecurityProfile(ctx context.Context, in *describeSecurityProfileInput) (*describeSecurityProfileOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	p, err := view[resource.SecurityProfile](ctx, s, at, "SecurityProfileId", in.SecurityProfileId, resource.KindSecurity)
	if err != nil {
		return nil, err
	}
	return &describeSecurityProfileOutput{&securityProfileDetail{
		Id: p.ID, OrganizationResourceId: at.Instance, Arn: p.ARN, SecurityProfileName: p.Name, Description: p.Description, Tags: someTags(p.Tags),
		AllowedAccessControlTags: p.AccessTags, TagRestrictedResources: p.Restricted, HierarchyRestrictedResources: p.ByHierarchy,
		AllowedAccessControlHierarchyGroupId: p.AccessGroup, LastModifiedTime: wire.At(p.Modified), LastModifiedRegion: at.Region,
	}}, nil
}

type securityProfileDetail struct {
	Id                                   string
	OrganizationResourceId               string `wire:"len=1..100"`
	Arn                                  string
	SecurityProfileName                  string
	Description                          string            `wire:"len=..250"`
	Tags                                 map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	AllowedAccessControlTags             map[string]string `wire:"items=..4,key.len=1..128,value.len=..256"`
	TagRestrictedResources               []string          `wire:"items=..10,item.len=1..128"`
	LastModifiedTime                     wire.Time
	LastModifiedRegion                   string   `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
	HierarchyRestrictedResources         []string `wire:"item.len=1..128"`
	AllowedAccessControlHierarchyGroupId string
}
