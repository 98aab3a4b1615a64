package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
)

type getFlowAssociationInput struct {
	InstanceId   string `wire:"required,uri,len=1..100"`
	ResourceId   string `wire:"required,uri"`
	ResourceType string `wire:"required,uri,enum=SMS_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR|WHATSAPP_MESSAGING_PHONE_NUMBER"`
}

type getFlowAssociationOutput struct {
	ResourceId   string
	FlowId       string
	ResourceType string `wire:"enum=SMS_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR|WHATSAPP_MESSAGING_PHONE_NUMBER"`
}

// getFlowAssociation tells a number's flow.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_GetFlowAssociation.html
func (s *Server) getFlowAssociation(ctx context.Context, in *getFlowAssociationInput) (*getFlowAssociationOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	n, err := view[resource.Number](ctx, s, at, "ResourceId", in.ResourceId, resource.KindNumber)
	if err != nil {
		return nil, err
	}
	if err := ofType(n, in.ResourceType); err != nil {
		return nil, err
	}
	if n.Flow == "" {
		return nil, fault.New(fault.NotFound, "ResourceId: %s has no flow", n.Number)
	}
	return &getFlowAssociationOutput{numberARN(at, n), flowARN(at, n.Flow), in.ResourceType}, nil
}

// flowARN is the ARN of a flow of an instance.
func flowARN(at place, id string) string { return at.InstanceARN(string(resource.KindFlow), id) }
