package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listQuickConnectsInput struct {
	InstanceId        string   `wire:"required,uri,len=1..100"`
	NextToken         string   `wire:"query=nextToken"`
	MaxResults        *int     `wire:"query=maxResults,range=1..1000"`
	QuickConnectTypes []string `wire:"query=QuickConnectTypes,items=..4,item.enum=USER|QUEUE|PHONE_NUMBER|FLOW"`
}

type listQuickConnectsOutput struct {
	QuickConnectSummaryList []quickConnectSummary
	NextToken               string
}

type quickConnectSummary struct {
	Id                 string
	Arn                string
	Name               string `wire:"len=1..127"`
	QuickConnectType   string `wire:"enum=USER|QUEUE|PHONE_NUMBER|FLOW"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listQuickConnects lists the quick connects of an instance, of all types or of some.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListQuickConnects.html
func (s *Server) listQuickConnects(ctx context.Context, in *listQuickConnectsInput) (*listQuickConnectsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listQuickConnectsOutput{QuickConnectSummaryList: []quickConnectSummary{}}
	l := listing{"ListQuickConnects", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.QuickConnectTypes)}}
	out.NextToken, err = list(ctx, s, at, resource.KindQuickConnect, l,
		func(q *resource.QuickConnect) bool {
			return len(in.QuickConnectTypes) == 0 || slices.Contains(in.QuickConnectTypes, q.Type)
		},
		func(q *resource.QuickConnect) {
			out.QuickConnectSummaryList = append(out.QuickConnectSummaryList, summarizeQuickConnect(at, q))
		})
	return out, err
}

func summarizeQuickConnect(at place, q *resource.QuickConnect) quickConnectSummary {
	return quickConnectSummary{q.ID, q.ARN, q.Name, q.Type, wire.At(q.Modified), at.Region}
}
