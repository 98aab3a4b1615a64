package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

type listQueuesInput struct {
	InstanceId string   `wire:"required,uri,len=1..100"`
	QueueTypes []string `wire:"query=queueTypes,items=..2,item.enum=STANDARD|AGENT"`
	NextToken  string   `wire:"query=nextToken"`
	MaxResults *int     `wire:"query=maxResults,range=1..1000"`
}

type listQueuesOutput struct {
	QueueSummaryList []queueSummary
	NextToken        string
}

type queueSummary struct {
	Id                 string
	Arn                string
	Name               string `wire:"len=1..256"`
	QueueType          string `wire:"enum=STANDARD|AGENT"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listQueues lists the queues of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListQueues.html
func (s *Server) listQueues(ctx context.Context, in *listQueuesInput) (*listQueuesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	l := listing{"ListQueues", in.NextToken, in.MaxResults, listed, []string{strings.Join(in.QueueTypes, ",")}}
	out := &listQueuesOutput{QueueSummaryList: []queueSummary{}}
	out.NextToken, err = list(ctx, s, at, resource.KindQueue, l,
		func(q *resource.Queue) bool {
			return len(in.QueueTypes) == 0 || slices.Contains(in.QueueTypes, queueType(q))
		},
		func(q *resource.Queue) {
			out.QueueSummaryList = append(out.QueueSummaryList,
				queueSummary{q.ID, q.ARN, q.Name, queueType(q), wire.At(q.Modified), at.Region})
		})
	return out, err
}
