package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type disassociatePhoneNumberContactFlowInput struct {
	PhoneNumberId string `wire:"required,uri"`
	InstanceId    string `wire:"required,query=instanceId,len=1..100"`
}

// disassociatePhoneNumberContactFlow takes a number's flow away.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociatePhoneNumberContactFlow.html
func (s *Server) disassociatePhoneNumberContactFlow(ctx context.Context, in *disassociatePhoneNumberContactFlowInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "PhoneNumberId", in.PhoneNumberId, resource.KindNumber, func(_ *store.Tx, n *resource.Number) error {
		n.Flow = ""
		return nil
	})
}
