package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeAgentStatusInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	AgentStatusId string `wire:"required,uri"`
}

type describeAgentStatusOutput struct {
	AgentStatus *agentStatusDetail
}

// describeAgentStatus tells a status of agents.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeAgentStatus.html
func (s *Server) describeAgentStatus(ctx context.Context, in *describeAgentStatusInput) (*describeAgentStatusOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	v, err := view[resource.Status](ctx, s, at, "AgentStatusId", in.AgentStatusId, resource.KindStatus)
	if err != nil {
		return nil, err
	}
	return &describeAgentStatusOutput{tellStatus(at, v)}, nil
}

type agentStatusDetail struct {
	AgentStatusARN     string
	AgentStatusId      string
	Name               string            `wire:"len=1..127"`
	Description        string            `wire:"len=1..250"`
	Type               string            `wire:"enum=ROUTABLE|CUSTOM|OFFLINE"`
	DisplayOrder       *int              `wire:"range=1..50"`
	State              string            `wire:"enum=ENABLED|DISABLED"`
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

func tellStatus(at place, v *resource.Status) *agentStatusDetail {
	d := &agentStatusDetail{
		AgentStatusARN: v.ARN, AgentStatusId: v.ID, Name: v.Name, Description: v.Description, Type: v.Type, State: v.State,
		Tags: someTags(v.Tags), LastModifiedTime: wire.At(v.Modified), LastModifiedRegion: at.Region,
	}
	if v.Order > 0 {
		d.DisplayOrder = &v.Order
	}
	return d
}
