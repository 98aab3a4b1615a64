package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQuickConnectNameInput struct {
	InstanceId     string  `wire:"required,uri,len=1..100"`
	QuickConnectId string  `wire:"required,uri"`
	Name           *string `wire:"len=1..127"`
	Description    *string `wire:"len=0..250"`
}

// updateQuickConnectName changes the name and description of a quick connect.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQuickConnectName.html
func (s *Server) updateQuickConnectName(ctx context.Context, in *updateQuickConnectNameInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, edit(ctx, s, at, "QuickConnectId", in.QuickConnectId, resource.KindQuickConnect, func(_ *store.Tx, q *resource.QuickConnect) error {
		rename(&q.Meta, in.Name, in.Description)
		return nil
	})
}
