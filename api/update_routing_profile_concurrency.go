package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateRoutingProfileConcurrencyInput struct {
	InstanceId         string        `wire:"required,uri,len=1..100"`
	RoutingProfileId   string        `wire:"required,uri"`
	MediaConcurrencies []concurrency `wire:"required"`
}

// updateRoutingProfileConcurrency sets how many contacts an agent takes at once.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateRoutingProfileConcurrency.html
func (s *Server) updateRoutingProfileConcurrency(ctx context.Context, in *updateRoutingProfileConcurrencyInput) (*none, error) {
	c, err := readConcurrency(in.MediaConcurrencies)
	if err != nil {
		return nil, err
	}
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(_ *store.Tx, _ place, p *resource.Profile) error {
		p.Concurrency = c
		return nil
	})
}
