package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listUsersInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listUsersOutput struct {
	UserSummaryList []userSummary
	NextToken       string
}

type userSummary struct {
	Id                 string
	Arn                string
	Username           string `wire:"len=1..100"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listUsers lists the agents of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListUsers.html
func (s *Server) listUsers(ctx context.Context, in *listUsersInput) (*listUsersOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listUsersOutput{UserSummaryList: []userSummary{}}
	l := listing{"ListUsers", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindUser, l, nil, func(u *resource.User) {
		out.UserSummaryList = append(out.UserSummaryList, userSummary{u.ID, u.ARN, u.Name, wire.At(u.Modified), at.Region})
	})
	return out, err
}
