package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateContactFlowMetadataInput struct {
	InstanceId       string  `wire:"required,uri,len=1..100"`
	ContactFlowId    string  `wire:"required,uri,len=..500"`
	Name             *string `wire:"len=1.."`
	Description      *string
	ContactFlowState string `wire:"enum=ACTIVE|ARCHIVED"`
}

// updateContactFlowMetadata changes what is told of a flow, but its content.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowMetadata.html
func (s *Server) updateContactFlowMetadata(ctx context.Context, in *updateContactFlowMetadataInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow, func(_ *store.Tx, f *resource.Flow) error {
		rename(&f.Meta, in.Name, in.Description)
		if in.ContactFlowState != "" {
			f.State = in.ContactFlowState
		}
		return nil
	})
}

// rename sets the name and description that are given.
func rename(m *resource.Meta, name, description *string) {
	if name != nil {
		m.Name = *name
	}
	if description != nil {
		m.Description = *description
	}
}
