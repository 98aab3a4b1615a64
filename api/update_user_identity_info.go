package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserIdentityInfoInput struct {
	InstanceId   string        `wire:"required,uri,len=1..100"`
	UserId       string        `wire:"required,uri"`
	IdentityInfo *identityInfo `wire:"required"`
}

// updateUserIdentityInfo changes who an agent is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserIdentityInfo.html
func (s *Server) updateUserIdentityInfo(ctx context.Context, in *updateUserIdentityInfoInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(_ *store.Tx, _ place, u *resource.User) error {
		return setIdentity(u, in.IdentityInfo)
	})
}
