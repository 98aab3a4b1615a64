package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type deleteContactFlowModuleAliasInput struct {
	InstanceId          string `wire:"required,uri,len=1..250,pattern=^(arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}:instance/)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"`
	ContactFlowModuleId string `wire:"required,uri,len=1..500"`
	AliasId             string `wire:"required,uri,len=1..500"`
}

// deleteContactFlowModuleAlias takes an alias off a module; the version stays.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteContactFlowModuleAlias.html
func (s *Server) deleteContactFlowModuleAlias(ctx context.Context, in *deleteContactFlowModuleAliasInput) (*none, error) {
	return s.editModule(ctx, in.InstanceId, in.ContactFlowModuleId, func(_ *store.Tx, _ place, f *resource.Flow) error {
		i, err := aliasAt(f, in.AliasId)
		if err == nil {
			f.Aliases = slices.Delete(f.Aliases, i, i+1)
		}
		return err
	})
}
