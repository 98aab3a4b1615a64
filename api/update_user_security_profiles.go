package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserSecurityProfilesInput struct {
	SecurityProfileIds []string `wire:"required,items=1..10"`
	UserId             string   `wire:"required,uri"`
	InstanceId         string   `wire:"required,uri,len=1..100"`
}

// updateUserSecurityProfiles gives an agent other security profiles.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserSecurityProfiles.html
func (s *Server) updateUserSecurityProfiles(ctx context.Context, in *updateUserSecurityProfilesInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(t *store.Tx, at place, u *resource.User) (err error) {
		u.Security, err = securityProfiles(t, at, in.SecurityProfileIds)
		return err
	})
}

// securityProfiles finds the security profiles that are named.
func securityProfiles(t *store.Tx, at place, refs []string) ([]string, error) {
	var ids []string
	for _, ref := range refs {
		p, err := find[resource.SecurityProfile](t, at, "SecurityProfileIds", ref, resource.KindSecurity)
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.ID)
	}
	return ids, nil
}
