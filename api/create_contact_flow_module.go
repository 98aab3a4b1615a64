package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createContactFlowModuleInput struct {
	InstanceId  string            `wire:"required,uri,len=1..100"`
	Name        string            `wire:"required,len=1..127,pattern=.*\\S.*"`
	Description string            `wire:"len=0..500,pattern=.*\\S.*"`
	Content     string            `wire:"required,len=1..256000"`
	Tags        map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	ClientToken string            `wire:"len=..500"`
	Settings    string
}

type createContactFlowModuleOutput struct {
	Id  string `wire:"len=1..256"`
	Arn string
}

// createContactFlowModule makes a flow module, published and checked. A
// repeated token gives the module of the first call.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlowModule.html
func (s *Server) createContactFlowModule(ctx context.Context, in *createContactFlowModuleInput) (*createContactFlowModuleOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	f := &resource.Flow{
		Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags},
		Type: moduleType, State: resource.Active,
		Content: in.Content, Hash: contentHash(in.Content), Settings: in.Settings,
	}
	out := &createContactFlowModuleOutput{}
	once := s.once("module/"+at.Instance, in.ClientToken, fingerprint(in))
	err = create(ctx, s, at, resource.KindModule, f, func(t *store.Tx) error {
		if err := once.before(t, out); err != nil {
			return err
		}
		out.Id, out.Arn = f.ID, f.ARN
		if err := s.publishModule(t, at, f); err != nil {
			return err
		}
		return once.keep(t, out)
	})
	return out, done(err)
}
