package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createUserInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	Username           string `wire:"required,len=1..100"`
	IdentityInfo       *identityInfo
	PhoneConfig        *phoneConfig
	DirectoryUserId    string
	HierarchyGroupId   string
	SecurityProfileIds []string          `wire:"required,items=1..10"`
	RoutingProfileId   string            `wire:"required"`
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createUserOutput struct{ UserId, UserArn string }

// createUser makes an agent. A password is not kept: agents do not log in here.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateUser.html
func (s *Server) createUser(ctx context.Context, in *createUserInput) (*createUserOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	u := &resource.User{Meta: resource.Meta{Name: in.Username, Tags: in.Tags}, Directory: in.DirectoryUserId}
	if err := setIdentity(u, in.IdentityInfo); err != nil {
		return nil, err
	}
	if err := setPhone(u, in.PhoneConfig); err != nil {
		return nil, err
	}
	err = create(ctx, s, at, resource.KindUser, u, func(t *store.Tx) error {
		p, err := find[resource.Profile](t, at, "RoutingProfileId", in.RoutingProfileId, resource.KindProfile)
		if err != nil {
			return err
		}
		u.Profile = p.ID
		if u.Security, err = securityProfiles(t, at, in.SecurityProfileIds); err != nil {
			return err
		}
		u.Group, err = groupOf(t, at, in.HierarchyGroupId)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &createUserOutput{u.ID, u.ARN}, nil
}
