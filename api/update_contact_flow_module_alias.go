package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateContactFlowModuleAliasInput struct {
	InstanceId               string  `wire:"required,uri,len=1..250,pattern=^(arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}:instance/)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"`
	ContactFlowModuleId      string  `wire:"required,uri,len=1..256"`
	AliasId                  string  `wire:"required,uri,len=1..500"`
	Name                     string  `wire:"len=1..127,pattern=.*\\S.*"`
	Description              *string `wire:"len=0..500,pattern=.*\\S.*"`
	ContactFlowModuleVersion *int64  `wire:"range=1.."`
}

// updateContactFlowModuleAlias changes an alias, and what it points at.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowModuleAlias.html
func (s *Server) updateContactFlowModuleAlias(ctx context.Context, in *updateContactFlowModuleAliasInput) (*none, error) {
	return s.editModule(ctx, in.InstanceId, in.ContactFlowModuleId, func(_ *store.Tx, _ place, f *resource.Flow) error {
		i, err := aliasAt(f, in.AliasId)
		if err != nil {
			return err
		}
		a := &f.Aliases[i]
		if in.Name != "" {
			a.Name = in.Name
		}
		if in.Description != nil {
			a.Description = *in.Description
		}
		if in.ContactFlowModuleVersion != nil {
			a.Version = *in.ContactFlowModuleVersion
		}
		a.Modified = s.Engine.Now()
		return checkAlias(f, *a)
	})
}
