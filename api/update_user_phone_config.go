package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateUserPhoneConfigInput struct {
	InstanceId  string       `wire:"required,uri,len=1..100"`
	UserId      string       `wire:"required,uri"`
	PhoneConfig *phoneConfig `wire:"required"`
}

// updateUserPhoneConfig changes how an agent takes calls.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateUserPhoneConfig.html
func (s *Server) updateUserPhoneConfig(ctx context.Context, in *updateUserPhoneConfigInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(_ *store.Tx, _ place, u *resource.User) error {
		return setPhone(u, in.PhoneConfig)
	})
}
