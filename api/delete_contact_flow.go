package api

import (
	"context"

	"outdial/resource"
)

type deleteContactFlowInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	ContactFlowId string `wire:"required,uri,len=..500"`
}

// deleteContactFlow deletes a flow. Contacts that stand in it go on in it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteContactFlow.html
func (s *Server) deleteContactFlow(ctx context.Context, in *deleteContactFlowInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove[resource.Flow](ctx, s, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow, nil)
}
