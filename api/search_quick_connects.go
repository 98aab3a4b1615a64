package api

import (
	"context"

	"outdial/resource"
)

type searchQuickConnectsInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *searchFilter
	SearchCriteria *metaCriteria
}

type searchQuickConnectsOutput struct {
	QuickConnects         []quickConnectDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchQuickConnects finds quick connects by name, description, type and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchQuickConnects.html
func (s *Server) searchQuickConnects(ctx context.Context, in *searchQuickConnectsInput) (*searchQuickConnectsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" quickConnectType"); err != nil {
		return nil, err
	}

	out := &searchQuickConnectsOutput{QuickConnects: []quickConnectDetail{}}
	l := listing{"SearchQuickConnects", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindQuickConnect, l,
		func(q *resource.QuickConnect) bool {
			return in.SearchFilter.match(q.Tags) && in.SearchCriteria.match(fieldOf(&q.Meta, "quickconnecttype", q.Type))
		},
		func(q *resource.QuickConnect) {
			out.QuickConnects = append(out.QuickConnects, *tellQuickConnect(at, q))
		})
	return out, err
}
