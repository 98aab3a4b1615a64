package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type associateRoutingProfileQueuesInput struct {
	InstanceId       string         `wire:"required,uri,len=1..100"`
	RoutingProfileId string         `wire:"required,uri"`
	QueueConfigs     []profileQueue `wire:"items=1..10"`
}

// associateRoutingProfileQueues lets a routing profile serve further queues.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateRoutingProfileQueues.html
func (s *Server) associateRoutingProfileQueues(ctx context.Context, in *associateRoutingProfileQueuesInput) (*none, error) {
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(t *store.Tx, at place, p *resource.Profile) error {
		return serve(t, at, p, in.QueueConfigs)
	})
}

// editProfile changes a routing profile.
func (s *Server) editProfile(ctx context.Context, instance, ref string, fn func(*store.Tx, place, *resource.Profile) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "RoutingProfileId", ref, resource.KindProfile, func(t *store.Tx, p *resource.Profile) error { return fn(t, at, p) })
}
