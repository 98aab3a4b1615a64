package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQuickConnectConfigInput struct {
	InstanceId         string              `wire:"required,uri,len=1..100"`
	QuickConnectId     string              `wire:"required,uri"`
	QuickConnectConfig *quickConnectConfig `wire:"required"`
}

// updateQuickConnectConfig lets a quick connect lead elsewhere.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQuickConnectConfig.html
func (s *Server) updateQuickConnectConfig(ctx context.Context, in *updateQuickConnectConfigInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, edit(ctx, s, at, "QuickConnectId", in.QuickConnectId, resource.KindQuickConnect, func(t *store.Tx, q *resource.QuickConnect) error {
		return s.connectTo(t, at, q, in.QuickConnectConfig)
	})
}
