package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type releasePhoneNumberInput struct {
	PhoneNumberId string `wire:"required,uri"`
	ClientToken   string `wire:"ignored,query=clientToken,len=..500"`
}

// releasePhoneNumber gives back a number that was claimed, unless a queue calls from it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ReleasePhoneNumber.html
func (s *Server) releasePhoneNumber(ctx context.Context, in *releasePhoneNumberInput) (*none, error) {
	at, n, err := s.phoneNumber(ctx, in.PhoneNumberId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove(ctx, s, at, "PhoneNumberId", n.ID, resource.KindNumber, func(t *store.Tx, n *resource.Number) error {
		return callsFrom(t, at, n)
	})
}
