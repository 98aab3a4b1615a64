package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type searchUsersInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..500"`
	SearchFilter   *userFilter
	SearchCriteria *userCriteria
}

type userFilter struct {
	TagFilter           *tagFilter
	UserAttributeFilter *struct{} // refused: ignored, it would find too much
}

type userCriteria struct {
	OrConditions            []userCriteria
	AndConditions           []userCriteria
	StringCondition         *stringCondition
	ListCondition           *struct{} // refused
	HierarchyGroupCondition *struct{} // refused
}

type searchUsersOutput struct {
	Users                 []userFound
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

type userFound struct {
	Arn                string
	Id                 string
	IdentityInfo       *shortIdentity
	PhoneConfig        *phoneConfig
	RoutingProfileId   string
	SecurityProfileIds []string          `wire:"items=1..10"`
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	Username           string            `wire:"len=1..100"`
}

type shortIdentity struct {
	FirstName string `wire:"len=0..255,sensitive"`
	LastName  string `wire:"len=0..300,sensitive"`
}

// searchUsers finds agents by name, profile and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchUsers.html
func (s *Server) searchUsers(ctx context.Context, in *searchUsersInput) (*searchUsersOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.SearchFilter != nil && in.SearchFilter.UserAttributeFilter != nil || in.SearchCriteria.unserved() {
		return nil, wire.Invalid("SearchCriteria", "agents cannot be searched for by hierarchy groups, proficiencies and attributes yet")
	}
	out := &searchUsersOutput{Users: []userFound{}}
	l := listing{"SearchUsers", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindUser, l,
		func(u *resource.User) bool {
			return (in.SearchFilter == nil || in.SearchFilter.TagFilter.match(u.Tags)) && in.SearchCriteria.match(userField(u))
		},
		func(u *resource.User) {
			out.Users = append(out.Users, userFound{
				u.ARN, u.ID, &shortIdentity{u.FirstName, u.LastName}, tellPhone(u), u.Profile, u.Security, someTags(u.Tags), u.Name,
			})
		})
	return out, err
}

func (c *userCriteria) match(field func(string) (string, bool)) bool {
	return c == nil || c.StringCondition.match(field) &&
		allOf(c.AndConditions, func(c userCriteria) bool { return c.match(field) }) &&
		anyOf(c.OrConditions, func(c userCriteria) bool { return c.match(field) })
}

// unserved tells whether the criteria ask for what is not kept, at any depth.
func (c *userCriteria) unserved() bool {
	if c == nil {
		return false
	}
	inner := func(c userCriteria) bool { return c.unserved() }
	return c.ListCondition != nil || c.HierarchyGroupCondition != nil ||
		slices.ContainsFunc(c.AndConditions, inner) || slices.ContainsFunc(c.OrConditions, inner)
}

// userField gives the fields of an agent that searches name.
func userField(u *resource.User) func(string) (string, bool) {
	field := metaField(&u.Meta)
	return func(name string) (string, bool) {
		switch name {
		case "username":
			return u.Name, true
		case "firstname":
			return u.FirstName, true
		case "lastname":
			return u.LastName, true
		case "routingprofileid":
			return u.Profile, true
		}
		return field(name)
	}
}
