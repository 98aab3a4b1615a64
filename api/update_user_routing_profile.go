package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserRoutingProfileInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	UserId           string `wire:"required,uri"`
	RoutingProfileId string `wire:"required"`
}

// updateUserRoutingProfile gives an agent another routing profile.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserRoutingProfile.html
func (s *Server) updateUserRoutingProfile(ctx context.Context, in *updateUserRoutingProfileInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(t *store.Tx, at place, u *resource.User) error {
		p, err := find[resource.Profile](t, at, "RoutingProfileId", in.RoutingProfileId, resource.KindProfile)
		if err == nil {
			u.Profile = p.ID
		}
		return err
	})
}

// editUser changes an agent.
func (s *Server) editUser(ctx context.Context, instance, ref string, fn func(*store.Tx, place, *resource.User) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "UserId", ref, resource.KindUser, func(t *store.Tx, u *resource.User) error { return fn(t, at, u) })
}
