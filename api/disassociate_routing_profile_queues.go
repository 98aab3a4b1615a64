package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type disassociateRoutingProfileQueuesInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	RoutingProfileId string `wire:"required,uri"`
	QueueReferences  []queueReference
}

// disassociateRoutingProfileQueues takes queues off a routing profile.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateRoutingProfileQueues.html
func (s *Server) disassociateRoutingProfileQueues(ctx context.Context, in *disassociateRoutingProfileQueuesInput) (*none, error) {
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(_ *store.Tx, at place, p *resource.Profile) error {
		for _, r := range in.QueueReferences {
			id, err := at.ID("QueueReferences.QueueId", r.QueueId, string(resource.KindQueue))
			if err != nil {
				return err
			}
			i := profileQueueAt(p, id, r.Channel)
			if i < 0 {
				return notServed(p, id, r.Channel)
			}
			p.Queues = slices.Delete(p.Queues, i, i+1)
		}
		return nil
	})
}
