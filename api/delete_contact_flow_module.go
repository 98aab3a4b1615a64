package api

import (
	"context"

	"outdial/resource"
)

type deleteContactFlowModuleInput struct {
	InstanceId          string `wire:"required,uri,len=1..100"`
	ContactFlowModuleId string `wire:"required,uri,len=1..256"`
}

// deleteContactFlowModule deletes a module with its versions and aliases.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteContactFlowModule.html
func (s *Server) deleteContactFlowModule(ctx context.Context, in *deleteContactFlowModuleInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove[resource.Flow](ctx, s, at, "ContactFlowModuleId", in.ContactFlowModuleId, resource.KindModule, nil)
}
