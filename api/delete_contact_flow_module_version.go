package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type deleteContactFlowModuleVersionInput struct {
	InstanceId               string `wire:"required,uri,len=1..100"`
	ContactFlowModuleId      string `wire:"required,uri"`
	ContactFlowModuleVersion *int64 `wire:"required,uri,range=1.."`
}

// deleteContactFlowModuleVersion deletes a version of a module.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteContactFlowModuleVersion.html
func (s *Server) deleteContactFlowModuleVersion(ctx context.Context, in *deleteContactFlowModuleVersionInput) (*none, error) {
	return s.editModule(ctx, in.InstanceId, in.ContactFlowModuleId, func(_ *store.Tx, _ place, f *resource.Flow) error {
		return dropVersion(f, "ContactFlowModuleVersion", *in.ContactFlowModuleVersion)
	})
}
