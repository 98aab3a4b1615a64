package api

import (
	"context"
	"maps"
	"slices"
)

type listInstanceAttributesInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..7"`
}

type listInstanceAttributesOutput struct {
	Attributes []instanceAttribute
	NextToken  string
}

// listInstanceAttributes lists the switches of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListInstanceAttributes.html
func (s *Server) listInstanceAttributes(ctx context.Context, in *listInstanceAttributesInput) (*listInstanceAttributesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listInstanceAttributesOutput{Attributes: []instanceAttribute{}}
	set := switches(at.in)
	l := listing{"ListInstanceAttributes", in.NextToken, in.MaxResults, 7, []string{at.Instance}}
	out.NextToken, err = part(s, l, slices.Sorted(maps.Keys(set)), func(k string) string { return k }, func(k string) {
		out.Attributes = append(out.Attributes, instanceAttribute{k, onOff(*set[k])})
	})
	return out, err
}
