package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createContactFlowModuleVersionInput struct {
	InstanceId              string `wire:"required,uri,len=1..100"`
	Description             string `wire:"len=0..500,pattern=.*\\S.*"`
	ContactFlowModuleId     string `wire:"required,uri"`
	FlowModuleContentSha256 string `wire:"len=1..64,pattern=^[a-zA-Z0-9]{64}$"`
}

type createContactFlowModuleVersionOutput struct {
	ContactFlowModuleArn string
	Version              *int64 `wire:"range=1.."`
}

// createContactFlowModuleVersion freezes what of a module is published.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlowModuleVersion.html
func (s *Server) createContactFlowModuleVersion(ctx context.Context, in *createContactFlowModuleVersionInput) (*createContactFlowModuleVersionOutput, error) {
	out := &createContactFlowModuleVersionOutput{}
	ref, _ := qualified(in.ContactFlowModuleId)
	_, err := s.editModule(ctx, in.InstanceId, ref, func(_ *store.Tx, _ place, f *resource.Flow) error {
		n, err := freeze(f, in.FlowModuleContentSha256, in.Description, s.Engine.Now())
		out.ContactFlowModuleArn, out.Version = f.ARN, &n
		return err
	})
	return out, err
}
