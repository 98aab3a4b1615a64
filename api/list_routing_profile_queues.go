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

type listRoutingProfileQueuesInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	RoutingProfileId string `wire:"required,uri"`
	NextToken        string `wire:"query=nextToken"`
	MaxResults       *int   `wire:"query=maxResults,range=1..100"`
}

type listRoutingProfileQueuesOutput struct {
	RoutingProfileQueueConfigSummaryList []profileQueueSummary
	NextToken                            string
	LastModifiedTime                     wire.Time
	LastModifiedRegion                   string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

type profileQueueSummary struct {
	QueueId   string `wire:"required"`
	QueueArn  string `wire:"required"`
	QueueName string `wire:"required,len=1..256"`
	Priority  *int   `wire:"required,range=1..99"`
	Delay     *int   `wire:"required,range=0..9999"`
	Channel   string `wire:"required,enum=VOICE|CHAT|TASK|EMAIL"`
}

// listRoutingProfileQueues lists the queues that a routing profile serves. One
// that has been deleted since is left out.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListRoutingProfileQueues.html
func (s *Server) listRoutingProfileQueues(ctx context.Context, in *listRoutingProfileQueuesInput) (*listRoutingProfileQueuesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listRoutingProfileQueuesOutput{RoutingProfileQueueConfigSummaryList: []profileQueueSummary{}, LastModifiedRegion: at.Region}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		p, err := find[resource.Profile](t, at, "RoutingProfileId", in.RoutingProfileId, resource.KindProfile)
		if err != nil {
			return err
		}
		out.LastModifiedTime = wire.At(p.Modified)
		key := func(q resource.ProfileQueue) string { return q.Queue + "/" + q.Channel }
		all := slices.SortedFunc(slices.Values(p.Queues), func(a, b resource.ProfileQueue) int { return cmp.Compare(key(a), key(b)) })
		l := listing{"ListRoutingProfileQueues", in.NextToken, in.MaxResults, listed, []string{at.Instance, p.ID}}
		out.NextToken, err = part(s, l, all, key, func(q resource.ProfileQueue) {
			v, lost := load[resource.Queue](t, at.Instance, "", resource.KindQueue, q.Queue)
			if lost != nil {
				if !fault.Is(lost, fault.NotFound) {
					err = lost
				}
				return
			}
			out.RoutingProfileQueueConfigSummaryList = append(out.RoutingProfileQueueConfigSummaryList,
				profileQueueSummary{v.ID, v.ARN, v.Name, &q.Priority, &q.Delay, q.Channel})
		})
		return err
	})
	return out, err
}
