package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

type createContactFlowModuleAliasInput struct {
	InstanceId               string `wire:"required,uri,len=1..250,pattern=^(arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}:instance/)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"`
	Description              string
	ContactFlowModuleId      string `wire:"required,uri,len=1..256"`
	ContactFlowModuleVersion *int64 `wire:"required,range=1.."`
	AliasName                string `wire:"required,len=1..100,pattern=^([$0-9a-zA-Z][_-]?)+$"`
}

type createContactFlowModuleAliasOutput struct {
	ContactFlowModuleArn string
	Id                   string `wire:"len=1..500"`
}

// maxAliases is how many aliases a module may have.
const maxAliases = 100

// createContactFlowModuleAlias gives a version of a module a name.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlowModuleAlias.html
func (s *Server) createContactFlowModuleAlias(ctx context.Context, in *createContactFlowModuleAliasInput) (*createContactFlowModuleAliasOutput, error) {
	a := resource.FlowAlias{
		ID: newID(), Name: in.AliasName, Description: in.Description, Version: *in.ContactFlowModuleVersion, Modified: s.Engine.Now(),
	}
	out := &createContactFlowModuleAliasOutput{Id: a.ID}
	_, err := s.editModule(ctx, in.InstanceId, in.ContactFlowModuleId, func(_ *store.Tx, _ place, f *resource.Flow) error {
		if err := checkAlias(f, a); err != nil {
			return err
		}
		if len(f.Aliases) >= maxAliases {
			return fault.New(fault.Exceeded, "at most %d aliases of one module", maxAliases)
		}
		f.Aliases = append(f.Aliases, a)
		out.ContactFlowModuleArn = f.ARN
		return nil
	})
	return out, err
}
