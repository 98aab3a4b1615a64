package api

import (
	"cmp"
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listUserProficienciesInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	UserId     string `wire:"required,uri"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..100"`
}

type listUserProficienciesOutput struct {
	NextToken           string
	UserProficiencyList []userProficiency
	LastModifiedTime    wire.Time
	LastModifiedRegion  string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listUserProficiencies lists what an agent is proficient in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListUserProficiencies.html
func (s *Server) listUserProficiencies(ctx context.Context, in *listUserProficienciesInput) (*listUserProficienciesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	u, err := view[resource.User](ctx, s, at, "UserId", in.UserId, resource.KindUser)
	if err != nil {
		return nil, err
	}
	out := &listUserProficienciesOutput{UserProficiencyList: []userProficiency{}, LastModifiedTime: wire.At(u.Modified), LastModifiedRegion: at.Region}
	key := func(p resource.Proficiency) string { return p.Name + "\x00" + p.Value }
	all := slices.SortedFunc(slices.Values(u.Proficiencies), func(a, b resource.Proficiency) int { return cmp.Compare(key(a), key(b)) })
	l := listing{"ListUserProficiencies", in.NextToken, in.MaxResults, listed, []string{at.Instance, u.ID}}
	out.NextToken, err = part(s, l, all, key, func(p resource.Proficiency) {
		out.UserProficiencyList = append(out.UserProficiencyList, userProficiency{p.Name, p.Value, &p.Level})
	})
	return out, err
}
