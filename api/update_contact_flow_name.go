package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateContactFlowNameInput struct {
	InstanceId    string  `wire:"required,uri,len=1..100"`
	ContactFlowId string  `wire:"required,uri,len=..500"`
	Name          *string `wire:"len=1.."`
	Description   *string
}

// updateContactFlowName changes the name and description of a flow.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowName.html
func (s *Server) updateContactFlowName(ctx context.Context, in *updateContactFlowNameInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow, func(_ *store.Tx, f *resource.Flow) error {
		rename(&f.Meta, in.Name, in.Description)
		return nil
	})
}
