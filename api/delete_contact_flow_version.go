package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type deleteContactFlowVersionInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	ContactFlowId      string `wire:"required,uri"`
	ContactFlowVersion *int64 `wire:"required,uri,range=1.."`
}

// deleteContactFlowVersion deletes a version of a flow.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteContactFlowVersion.html
func (s *Server) deleteContactFlowVersion(ctx context.Context, in *deleteContactFlowVersionInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow, func(_ *store.Tx, f *resource.Flow) error {
		return dropVersion(f, "ContactFlowVersion", *in.ContactFlowVersion)
	})
}
