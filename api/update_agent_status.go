package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateAgentStatusInput struct {
	InstanceId       string  `wire:"required,uri,len=1..100"`
	AgentStatusId    string  `wire:"required,uri"`
	Name             *string `wire:"len=1..127"`
	Description      *string `wire:"len=0..250"`
	State            string  `wire:"enum=ENABLED|DISABLED"`
	DisplayOrder     *int    `wire:"range=1..50"`
	ResetOrderNumber *bool
}

// updateAgentStatus changes a status of agents.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateAgentStatus.html
func (s *Server) updateAgentStatus(ctx context.Context, in *updateAgentStatusInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, edit(ctx, s, at, "AgentStatusId", in.AgentStatusId, resource.KindStatus, func(_ *store.Tx, v *resource.Status) error {
		rename(&v.Meta, in.Name, in.Description)
		if in.State != "" {
			v.State = in.State
		}
		if in.ResetOrderNumber != nil && *in.ResetOrderNumber {
			v.Order = 0
		}
		if in.DisplayOrder != nil {
			v.Order = *in.DisplayOrder
		}
		return nil
	})
}
