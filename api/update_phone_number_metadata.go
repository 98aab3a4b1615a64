package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updatePhoneNumberMetadataInput struct {
	PhoneNumberId          string  `wire:"required,uri"`
	PhoneNumberDescription *string `wire:"len=0..500,pattern=^[\\W\\S_]*"`
	ClientToken            string  `wire:"ignored,len=..500"`
}

// updatePhoneNumberMetadata changes the description of a number. To do so twice
// changes nothing, so the token needs no keeping.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdatePhoneNumberMetadata.html
func (s *Server) updatePhoneNumberMetadata(ctx context.Context, in *updatePhoneNumberMetadataInput) (*none, error) {
	at, n, err := s.phoneNumber(ctx, in.PhoneNumberId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "PhoneNumberId", n.ID, resource.KindNumber, func(_ *store.Tx, n *resource.Number) error {
		rename(&n.Meta, nil, in.PhoneNumberDescription)
		return nil
	})
}
