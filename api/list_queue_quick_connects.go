package api

import (
	"cmp"
	"context"
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type listQueueQuickConnectsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	QueueId    string `wire:"required,uri"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..100"`
}

type listQueueQuickConnectsOutput struct {
	NextToken               string
	QuickConnectSummaryList []quickConnectSummary
	LastModifiedTime        wire.Time
	LastModifiedRegion      string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listQueueQuickConnects lists the quick connects that a queue shows its agents.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListQueueQuickConnects.html
func (s *Server) listQueueQuickConnects(ctx context.Context, in *listQueueQuickConnectsInput) (*listQueueQuickConnectsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listQueueQuickConnectsOutput{QuickConnectSummaryList: []quickConnectSummary{}, LastModifiedRegion: at.Region}
	var shown []quickConnectSummary
	id := ""
	err = s.Store.View(ctx, func(t *store.Tx) error {
		q, err := find[resource.Queue](t, at, "QueueId", in.QueueId, resource.KindQueue)
		if err != nil {
			return err
		}
		id, out.LastModifiedTime = q.ID, wire.At(q.Modified)
		for _, id := range q.QuickConnects {
			v, err := load[resource.QuickConnect](t, at.Instance, "", resource.KindQuickConnect, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			shown = append(shown, summarizeQuickConnect(at, v))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	key := func(v quickConnectSummary) string { return v.Id }
	slices.SortFunc(shown, func(a, b quickConnectSummary) int { return cmp.Compare(a.Id, b.Id) })
	l := listing{"ListQueueQuickConnects", in.NextToken, in.MaxResults, listed, []string{at.Instance, id}}
	out.NextToken, err = part(s, l, shown, key, func(v quickConnectSummary) {
		out.QuickConnectSummaryList = append(out.QuickConnectSummaryList, v)
	})
	return out, err
}
