package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateRoutingProfileQueuesInput struct {
	InstanceId       string         `wire:"required,uri,len=1..100"`
	RoutingProfileId string         `wire:"required,uri"`
	QueueConfigs     []profileQueue `wire:"required,items=1..10"`
}

// updateRoutingProfileQueues changes how a routing profile serves queues that it
// serves already.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateRoutingProfileQueues.html
func (s *Server) updateRoutingProfileQueues(ctx context.Context, in *updateRoutingProfileQueuesInput) (*none, error) {
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(t *store.Tx, at place, p *resource.Profile) error {
		for _, q := range in.QueueConfigs {
			id, err := at.ID("QueueConfigs.QueueReference.QueueId", q.QueueReference.QueueId, string(resource.KindQueue))
			if err != nil {
				return err
			}
			if profileQueueAt(p, id, q.QueueReference.Channel) < 0 {
				return notServed(p, id, q.QueueReference.Channel)
			}
		}
		return serve(t, at, p, in.QueueConfigs)
	})
}
