package api

import (
	"context"

	"outdial/resource"
)

type searchContactFlowModulesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *searchFilter
	SearchCriteria *moduleCriteria
}

type moduleCriteria struct {
	OrConditions    []moduleCriteria
	AndConditions   []moduleCriteria
	StringCondition *stringCondition
	StateCondition  string `wire:"enum=ACTIVE|ARCHIVED"`
	StatusCondition string `wire:"enum=PUBLISHED|SAVED"`
}

type searchContactFlowModulesOutput struct {
	ContactFlowModules    []moduleDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchContactFlowModules finds modules by name, description, state and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchContactFlowModules.html
func (s *Server) searchContactFlowModules(ctx context.Context, in *searchContactFlowModulesInput) (*searchContactFlowModulesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields); err != nil {
		return nil, err
	}
	out := &searchContactFlowModulesOutput{ContactFlowModules: []moduleDetail{}}
	l := listing{"SearchContactFlowModules", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindModule, l,
		func(f *resource.Flow) bool { return in.SearchFilter.match(f.Tags) && in.SearchCriteria.match(f) },
		func(f *resource.Flow) {
			c := flowContent{content: f.Content, hash: f.Hash, status: status(f), settings: f.Settings}
			out.ContactFlowModules = append(out.ContactFlowModules, *tellModule(f, c))
		})
	return out, err
}

func (c *moduleCriteria) match(f *resource.Flow) bool {
	return c == nil || c.StringCondition.match(metaField(&f.Meta)) &&
		(c.StateCondition == "" || c.StateCondition == state(f)) &&
		(c.StatusCondition == "" || c.StatusCondition == status(f)) &&
		allOf(c.AndConditions, func(c moduleCriteria) bool { return c.match(f) }) &&
		anyOf(c.OrConditions, func(c moduleCriteria) bool { return c.match(f) })
}
