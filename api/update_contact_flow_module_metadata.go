package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateContactFlowModuleMetadataInput struct {
	InstanceId          string  `wire:"required,uri,len=1..100"`
	ContactFlowModuleId string  `wire:"required,uri,len=1..256"`
	Name                *string `wire:"len=1..127,pattern=.*\\S.*"`
	Description         *string `wire:"len=0..500,pattern=.*\\S.*"`
	State               string  `wire:"enum=ACTIVE|ARCHIVED"`
}

// updateContactFlowModuleMetadata changes what is told of a module, but its content.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowModuleMetadata.html
func (s *Server) updateContactFlowModuleMetadata(ctx context.Context, in *updateContactFlowModuleMetadataInput) (*none, error) {
	return s.editModule(ctx, in.InstanceId, in.ContactFlowModuleId, func(_ *store.Tx, _ place, f *resource.Flow) error {
		rename(&f.Meta, in.Name, in.Description)
		if in.State != "" {
			f.State = in.State
		}
		return nil
	})
}
