package api

import (
	"context"
	"math"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/store"
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
	UserAttributeFilter *userAttributeFilter
}

type userAttributeFilter struct {
	OrConditions            []userAnd
	AndCondition            *userAnd
	TagCondition            *tagCondition
	HierarchyGroupCondition *groupCondition
}

type userAnd struct {
	TagConditions           []tagCondition
	HierarchyGroupCondition *groupCondition
}

// A groupCondition asks for the agents of a group, or of all that lies in it.
type groupCondition struct {
	Value                   string
	HierarchyGroupMatchType string `wire:"enum=EXACT|WITH_CHILD_GROUPS"`
}

type userCriteria struct {
	OrConditions            []userCriteria
	AndConditions           []userCriteria
	StringCondition         *stringCondition
	ListCondition           *listCondition
	HierarchyGroupCondition *groupCondition
}

// A listCondition asks for one proficiency that meets all its conditions.
type listCondition struct {
	TargetListType string `wire:"enum=PROFICIENCIES"`
	Conditions     []struct {
		StringCondition *stringCondition
		NumberCondition *numberCondition
	}
}

type numberCondition struct {
	FieldName      string
	MinValue       *int
	MaxValue       *int
	ComparisonType string `wire:"enum=GREATER_OR_EQUAL|GREATER|LESSER_OR_EQUAL|LESSER|EQUAL|NOT_EQUAL|RANGE"`
}

type searchUsersOutput struct {
	Users                 []userFound
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

type userFound struct {
	Arn                string
	Id                 string
	DirectoryUserId    string
	HierarchyGroupId   string
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
	if err := searchable(in.SearchCriteria, plainFields+" username firstName lastName routingProfileId hierarchyGroupId securityProfileId"); err != nil {
		return nil, err
	}
	below, err := s.groups(ctx, at)
	if err != nil {
		return nil, err
	}
	out := &searchUsersOutput{Users: []userFound{}}
	l := listing{"SearchUsers", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindUser, l,
		func(u *resource.User) bool {
			return in.SearchFilter.match(u, below) && in.SearchCriteria.match(u, below)
		},
		func(u *resource.User) {
			out.Users = append(out.Users, userFound{
				u.ARN, u.Directory, u.Group, u.ID, &shortIdentity{u.FirstName, u.LastName}, tellPhone(u), u.Profile, u.Security, someTags(u.Tags), u.Name,
			})
		})
	return out, err
}

func (c *userCriteria) match(u *resource.User, below groupTree) bool {
	return c == nil || c.StringCondition.matchList("securityprofileid", u.Security, userField(u)) && c.ListCondition.match(u) && c.HierarchyGroupCondition.match(u, below) &&
		allOf(c.AndConditions, func(c userCriteria) bool { return c.match(u, below) }) &&
		anyOf(c.OrConditions, func(c userCriteria) bool { return c.match(u, below) })
}

func (f *userFilter) match(u *resource.User, below groupTree) bool {
	if f == nil || !f.TagFilter.match(u.Tags) {
		return f == nil
	}
	a := f.UserAttributeFilter
	return a == nil || (a.TagCondition == nil || a.TagCondition.match(u.Tags)) && a.HierarchyGroupCondition.match(u, below) &&
		(a.AndCondition == nil || a.AndCondition.match(u, below)) &&
		anyOf(a.OrConditions, func(c userAnd) bool { return c.match(u, below) })
}

func (c *userAnd) match(u *resource.User, below groupTree) bool {
	return matchAll(c.TagConditions, u.Tags) && c.HierarchyGroupCondition.match(u, below)
}

// A groupTree gives the group that a group lies in.
type groupTree map[string]string

// groups reads the hierarchy of an instance.
func (s *Server) groups(ctx context.Context, at place) (groupTree, error) {
	tree := groupTree{}
	return tree, s.Store.View(ctx, func(t *store.Tx) error {
		return each(t, at.Instance, resource.KindGroup, "", func(g *resource.Group) bool { tree[g.ID] = g.Parent; return true })
	})
}

func (c *groupCondition) match(u *resource.User, below groupTree) bool {
	if c == nil {
		return true
	}
	want := c.Value[strings.LastIndexByte(c.Value, '/')+1:]
	if c.HierarchyGroupMatchType != "WITH_CHILD_GROUPS" {
		return u.Group == want
	}
	group := u.Group
	for range maxLevels {
		if group == "" || group == want {
			break
		}
		group = below[group]
	}
	return group == want
}

func (c *listCondition) match(u *resource.User) bool {
	return c == nil || (c.TargetListType == "" || c.TargetListType == "PROFICIENCIES") && slices.ContainsFunc(u.Proficiencies, func(p resource.Proficiency) bool {
		for _, k := range c.Conditions {
			fits := k.StringCondition.match(func(name string) (string, bool) {
				v, ok := map[string]string{"attributename": p.Name, "attributevalue": p.Value}[name]
				return v, ok
			})
			if !fits || !k.NumberCondition.match(p.Level) {
				return false
			}
		}
		return true
	})
}

// match compares a level; a bound that is not given is none.
func (c *numberCondition) match(level float64) bool {
	if c == nil {
		return true
	}
	if name := strings.ToLower(c.FieldName); name != "level" && name != "limit" { // API_NumberCondition: limit
		return false
	}
	least, most := math.Inf(-1), math.Inf(1)
	if c.MinValue != nil {
		least = float64(*c.MinValue)
	}
	if c.MaxValue != nil {
		most = float64(*c.MaxValue)
	}
	switch c.ComparisonType {
	case "GREATER":
		return level > least
	case "LESSER":
		return level < most
	case "EQUAL":
		return level == least || level == most
	case "NOT_EQUAL":
		return level != least && level != most
	}
	return level >= least && level <= most
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
		case "hierarchygroupid":
			return u.Group, u.Group != ""
		}
		return field(name)
	}
}
