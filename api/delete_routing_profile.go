package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type deleteRoutingProfileInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	RoutingProfileId string `wire:"required,uri"`
}

// deleteRoutingProfile deletes a routing profile that no agent has.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteRoutingProfile.html
func (s *Server) deleteRoutingProfile(ctx context.Context, in *deleteRoutingProfileInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove(ctx, s, at, "RoutingProfileId", in.RoutingProfileId, resource.KindProfile, func(t *store.Tx, p *resource.Profile) error {
		n, one, err := usersOf(t, at, p.ID)
		if err == nil && n > 0 {
			return inUse(&one.Meta, resource.KindUser)
		}
		return err
	})
}
