package api

import (
	"context"

	"outdial/resource"
)

type describeContactFlowModuleInput struct {
	InstanceId          string `wire:"required,uri,len=1..100"`
	ContactFlowModuleId string `wire:"required,uri,len=1..256"`
}

type describeContactFlowModuleOutput struct{ ContactFlowModule *moduleDetail }

type moduleDetail struct {
	Arn                     string
	Id                      string            `wire:"len=1..256"`
	Name                    string            `wire:"len=1..127,pattern=.*\\S.*"`
	Content                 string            `wire:"len=1..256000"`
	Description             string            `wire:"len=0..500,pattern=.*\\S.*"`
	State                   string            `wire:"enum=ACTIVE|ARCHIVED"`
	Status                  string            `wire:"enum=PUBLISHED|SAVED"`
	Tags                    map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	FlowModuleContentSha256 string            `wire:"len=1..64,pattern=^[a-zA-Z0-9]{64}$"`
	Version                 *int64            `wire:"range=1.."`
	VersionDescription      string            `wire:"len=0..500,pattern=.*\\S.*"`
	Settings                string
}

// describeContactFlowModule tells a module; a qualifier behind the id (:$SAVED,
// :3, :ALIAS) picks what of it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeContactFlowModule.html
func (s *Server) describeContactFlowModule(ctx context.Context, in *describeContactFlowModuleInput) (*describeContactFlowModuleOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	ref, qualifier := qualified(in.ContactFlowModuleId)
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowModuleId", ref, resource.KindModule)
	if err != nil {
		return nil, err
	}
	c, err := contentOf(f, qualifier)
	if err != nil {
		return nil, err
	}
	return &describeContactFlowModuleOutput{tellModule(f, c)}, nil
}

func tellModule(f *resource.Flow, c flowContent) *moduleDetail {
	d := &moduleDetail{
		Arn: f.ARN, Id: f.ID, Name: f.Name, Content: c.content, Description: f.Description, State: state(f),
		Status: c.status, Tags: someTags(f.Tags), FlowModuleContentSha256: c.hash, VersionDescription: c.description, Settings: c.settings,
	}
	if c.version != 0 {
		d.Version = &c.version
	}
	return d
}
