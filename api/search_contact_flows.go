package api

import (
	"context"

	"outdial/resource"
)

type searchContactFlowsInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *flowFilter
	SearchCriteria *flowCriteria
}

type flowFilter struct {
	TagFilter           *tagFilter
	FlowAttributeFilter *flowAttributeFilter
}

type flowAttributeFilter struct {
	OrConditions             []flowAnd
	AndCondition             *flowAnd
	TagCondition             *tagCondition
	ContactFlowTypeCondition *flowType
}

type flowAnd struct {
	TagConditions            []tagCondition
	ContactFlowTypeCondition *flowType
}

type flowType struct {
	ContactFlowType string `wire:"enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
}

type flowCriteria struct {
	OrConditions    []flowCriteria
	AndConditions   []flowCriteria
	StringCondition *stringCondition
	TypeCondition   string `wire:"enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	StateCondition  string `wire:"enum=ACTIVE|ARCHIVED"`
	StatusCondition string `wire:"enum=PUBLISHED|SAVED"`
}

type searchContactFlowsOutput struct {
	ContactFlows          []contactFlow
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchContactFlows finds flows by name, type, state and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchContactFlows.html
func (s *Server) searchContactFlows(ctx context.Context, in *searchContactFlowsInput) (*searchContactFlowsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields); err != nil {
		return nil, err
	}
	out := &searchContactFlowsOutput{ContactFlows: []contactFlow{}}
	l := listing{"SearchContactFlows", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindFlow, l,
		func(f *resource.Flow) bool { return in.SearchFilter.match(f) && in.SearchCriteria.match(f) },
		func(f *resource.Flow) {
			c := flowContent{content: f.Content, hash: f.Hash, status: status(f)}
			if f.Hash == "" {
				c.content, c.hash = f.Draft, contentHash(f.Draft)
			}
			out.ContactFlows = append(out.ContactFlows, *tellFlow(at, f, c))
		})
	return out, err
}

func (f *flowFilter) match(v *resource.Flow) bool {
	return f == nil || f.TagFilter.match(v.Tags) && f.FlowAttributeFilter.match(v)
}

func (f *flowAttributeFilter) match(v *resource.Flow) bool {
	switch {
	case f == nil:
		return true
	case f.TagCondition != nil && !f.TagCondition.match(v.Tags):
		return false
	case !f.ContactFlowTypeCondition.match(v), f.AndCondition != nil && !f.AndCondition.match(v):
		return false
	}
	return anyOf(f.OrConditions, func(c flowAnd) bool { return c.match(v) })
}

func (c flowAnd) match(v *resource.Flow) bool {
	return matchAll(c.TagConditions, v.Tags) && c.ContactFlowTypeCondition.match(v)
}

func (c *flowType) match(v *resource.Flow) bool { return c == nil || c.ContactFlowType == v.Type }

func (c *flowCriteria) match(f *resource.Flow) bool {
	if c == nil {
		return true
	}
	is := func(want, have string) bool { return want == "" || want == have }
	return c.StringCondition.match(metaField(&f.Meta)) &&
		is(c.TypeCondition, f.Type) && is(c.StateCondition, state(f)) && is(c.StatusCondition, status(f)) &&
		allOf(c.AndConditions, func(c flowCriteria) bool { return c.match(f) }) &&
		anyOf(c.OrConditions, func(c flowCriteria) bool { return c.match(f) })
}
