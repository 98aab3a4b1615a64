package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type deleteSecurityProfileInput struct {
	InstanceId        string `wire:"required,uri,len=1..100"`
	SecurityProfileId string `wire:"required,uri"`
}

// deleteSecurityProfile deletes a security profile that no agent has.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteSecurityProfile.html
func (s *Server) deleteSecurityProfile(ctx context.Context, in *deleteSecurityProfileInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, remove(ctx, s, at, "SecurityProfileId", in.SecurityProfileId, resource.KindSecurity, func(t *store.Tx, p *resource.SecurityProfile) error {
		var user *resource.User
		err := each(t, at.Instance, resource.KindUser, "", func(u *resource.User) bool {
			if slices.Contains(u.Security, p.ID) {
				user = u
			}
			return user == nil
		})
		if err == nil && user != nil {
			return inUse(&user.Meta, resource.KindUser)
		}
		return err
	})
}
