package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateRoutingProfileDefaultOutboundQueueInput struct {
	InstanceId             string `wire:"required,uri,len=1..100"`
	RoutingProfileId       string `wire:"required,uri"`
	DefaultOutboundQueueId string `wire:"required"`
}

// updateRoutingProfileDefaultOutboundQueue sets the queue of a profile's outbound calls.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateRoutingProfileDefaultOutboundQueue.html
func (s *Server) updateRoutingProfileDefaultOutboundQueue(ctx context.Context, in *updateRoutingProfileDefaultOutboundQueueInput) (*none, error) {
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(t *store.Tx, at place, p *resource.Profile) (err error) {
		p.Outbound, err = outboundQueue(t, at, in.DefaultOutboundQueueId)
		return err
	})
}
