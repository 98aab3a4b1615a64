package api

import (
	"context"

	"outdial/resource"
)

type searchQueuesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..500"`
	SearchFilter   *searchFilter
	SearchCriteria *queueCriteria
}

type queueCriteria struct {
	OrConditions       []queueCriteria
	AndConditions      []queueCriteria
	StringCondition    *stringCondition
	QueueTypeCondition string `wire:"enum=STANDARD"`
}

type searchQueuesOutput struct {
	Queues                []queueDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchQueues finds queues by name, description, type and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchQueues.html
func (s *Server) searchQueues(ctx context.Context, in *searchQueuesInput) (*searchQueuesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields); err != nil {
		return nil, err
	}
	out := &searchQueuesOutput{Queues: []queueDetail{}}
	l := listing{"SearchQueues", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindQueue, l,
		func(q *resource.Queue) bool { return in.SearchFilter.match(q.Tags) && in.SearchCriteria.match(q) },
		func(q *resource.Queue) { out.Queues = append(out.Queues, *tellQueueDetail(at, q)) })
	return out, err
}

func (c *queueCriteria) match(q *resource.Queue) bool {
	return c == nil || c.StringCondition.match(metaField(&q.Meta)) &&
		(c.QueueTypeCondition == "" || c.QueueTypeCondition == queueType(q)) &&
		allOf(c.AndConditions, func(c queueCriteria) bool { return c.match(q) }) &&
		anyOf(c.OrConditions, func(c queueCriteria) bool { return c.match(q) })
}
