package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateRoutingProfileNameInput struct {
	InstanceId       string  `wire:"required,uri,len=1..100"`
	RoutingProfileId string  `wire:"required,uri"`
	Name             *string `wire:"len=1..127"`
	Description      *string `wire:"len=1..250"`
}

// updateRoutingProfileName changes the name and description of a routing profile.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateRoutingProfileName.html
func (s *Server) updateRoutingProfileName(ctx context.Context, in *updateRoutingProfileNameInput) (*none, error) {
	return s.editProfile(ctx, in.InstanceId, in.RoutingProfileId, func(_ *store.Tx, _ place, p *resource.Profile) error {
		rename(&p.Meta, in.Name, in.Description)
		return nil
	})
}
