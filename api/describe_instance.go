package api

import (
	"context"

	"outdial/wire"
)

type describeInstanceInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
}

type describeInstanceOutput struct{ Instance *instanceDetail }

type instanceDetail struct {
	Id                     string `wire:"len=1..100"`
	Arn                    string
	IdentityManagementType string `wire:"enum=SAML|CONNECT_MANAGED|EXISTING_DIRECTORY"`
	InstanceAlias          string `wire:"len=1..45,sensitive,pattern=^(?!d-)([\\da-zA-Z]+)([-]*[\\da-zA-Z])*$"`
	CreatedTime            wire.Time
	ServiceRole            string
	InstanceStatus         string `wire:"enum=CREATION_IN_PROGRESS|ACTIVE|CREATION_FAILED"`
	InboundCallsEnabled    *bool
	OutboundCallsEnabled   *bool
	InstanceAccessUrl      string
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// describeInstance tells what an instance is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeInstance.html
func (s *Server) describeInstance(ctx context.Context, in *describeInstanceInput) (*describeInstanceOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	d := s.tellInstance(at.in)
	return &describeInstanceOutput{&instanceDetail{
		d.Id, d.Arn, d.IdentityManagementType, d.InstanceAlias, d.CreatedTime, d.ServiceRole, d.InstanceStatus,
		d.InboundCallsEnabled, d.OutboundCallsEnabled, d.InstanceAccessUrl, someTags(at.in.Tags),
	}}, nil
}
