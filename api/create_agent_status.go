package api

import (
	"context"

	"outdial/resource"
)

type createAgentStatusInput struct {
	InstanceId   string            `wire:"required,uri,len=1..100"`
	Name         string            `wire:"required,len=1..127"`
	Description  string            `wire:"len=1..250"`
	State        string            `wire:"required,enum=ENABLED|DISABLED"`
	DisplayOrder *int              `wire:"range=1..50"`
	Tags         map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createAgentStatusOutput struct {
	AgentStatusARN string
	AgentStatusId  string
}

// createAgentStatus makes a status that agents may set beside Available and Offline.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateAgentStatus.html
func (s *Server) createAgentStatus(ctx context.Context, in *createAgentStatusInput) (*createAgentStatusOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	v := &resource.Status{Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags}, Type: "CUSTOM", State: in.State}
	if in.DisplayOrder != nil {
		v.Order = *in.DisplayOrder
	}
	if err := create(ctx, s, at, resource.KindStatus, v, nil); err != nil {
		return nil, err
	}
	return &createAgentStatusOutput{v.ARN, v.ID}, nil
}
