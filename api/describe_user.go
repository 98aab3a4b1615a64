package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeUserInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	UserId     string `wire:"required,uri"`
}

type describeUserOutput struct{ User *userDetail }

type userDetail struct {
	Id                 string
	Arn                string
	Username           string `wire:"len=1..100"`
	IdentityInfo       *identityInfo
	PhoneConfig        *phoneConfig
	DirectoryUserId    string
	SecurityProfileIds []string `wire:"items=1..10"`
	RoutingProfileId   string
	HierarchyGroupId   string
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// describeUser tells who an agent is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeUser.html
func (s *Server) describeUser(ctx context.Context, in *describeUserInput) (*describeUserOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	u, err := view[resource.User](ctx, s, at, "UserId", in.UserId, resource.KindUser)
	if err != nil {
		return nil, err
	}
	return &describeUserOutput{&userDetail{
		Id: u.ID, Arn: u.ARN, Username: u.Name, IdentityInfo: &identityInfo{u.FirstName, u.LastName, u.Email, u.SecondEmail, u.Mobile},
		PhoneConfig: tellPhone(u), SecurityProfileIds: u.Security, RoutingProfileId: u.Profile,
		DirectoryUserId: u.Directory, HierarchyGroupId: u.Group, Tags: someTags(u.Tags),
		LastModifiedTime: wire.At(u.Modified), LastModifiedRegion: at.Region,
	}}, nil
}
