package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeContactFlowModuleAliasInput struct {
	InstanceId          string `wire:"required,uri,len=1..250,pattern=^(arn:(aws|aws-us-gov):connect:[a-z]{2}-[a-z]+-[0-9]{1}:[0-9]{1,20}:instance/)?[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"`
	ContactFlowModuleId string `wire:"required,uri,len=1..256"`
	AliasId             string `wire:"required,uri,len=1..500"`
}

type describeContactFlowModuleAliasOutput struct{ ContactFlowModuleAlias *aliasDetail }

type aliasDetail struct {
	ContactFlowModuleId  string `wire:"len=1..500"`
	ContactFlowModuleArn string
	AliasId              string `wire:"len=1..100,pattern=^([$0-9a-zA-Z][_-]?)+$"`
	Version              *int64 `wire:"range=1.."`
	Name                 string `wire:"len=1..100,pattern=^([$0-9a-zA-Z][_-]?)+$"`
	Description          string `wire:"len=0..500,pattern=.*\\S.*"`
	LastModifiedRegion   string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
	LastModifiedTime     wire.Time
}

// describeContactFlowModuleAlias tells an alias of a module.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeContactFlowModuleAlias.html
func (s *Server) describeContactFlowModuleAlias(ctx context.Context, in *describeContactFlowModuleAliasInput) (*describeContactFlowModuleAliasOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowModuleId", in.ContactFlowModuleId, resource.KindModule)
	if err != nil {
		return nil, err
	}
	i, err := aliasAt(f, in.AliasId)
	if err != nil {
		return nil, err
	}
	a := f.Aliases[i]
	return &describeContactFlowModuleAliasOutput{&aliasDetail{
		f.ID, f.ARN, a.ID, &a.Version, a.Name, a.Description, at.Region, wire.At(a.Modified),
	}}, nil
}
