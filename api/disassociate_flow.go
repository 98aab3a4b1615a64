package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type disassociateFlowInput struct {
	InstanceId   string `wire:"required,uri,len=1..100"`
	ResourceId   string `wire:"required,uri"`
	ResourceType string `wire:"required,uri,enum=SMS_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR|WHATSAPP_MESSAGING_PHONE_NUMBER"`
}

// disassociateFlow takes a number's flow away.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateFlow.html
func (s *Server) disassociateFlow(ctx context.Context, in *disassociateFlowInput) (*none, error) {
	return s.editAssociation(ctx, in.InstanceId, in.ResourceId, in.ResourceType, func(_ *store.Tx, _ place, n *resource.Number) error {
		n.Flow = ""
		return nil
	})
}
