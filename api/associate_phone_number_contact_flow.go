package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type associatePhoneNumberContactFlowInput struct {
	PhoneNumberId string `wire:"required,uri"`
	InstanceId    string `wire:"required,len=1..100"`
	ContactFlowId string `wire:"required,len=..500"`
}

// associatePhoneNumberContactFlow makes a flow the one that calls to a number start in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociatePhoneNumberContactFlow.html
func (s *Server) associatePhoneNumberContactFlow(ctx context.Context, in *associatePhoneNumberContactFlowInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "PhoneNumberId", in.PhoneNumberId, resource.KindNumber, func(t *store.Tx, n *resource.Number) error {
		f, err := find[resource.Flow](t, at, "ContactFlowId", in.ContactFlowId, resource.KindFlow)
		if err != nil {
			return err
		}
		if f.Type != "CONTACT_FLOW" {
			return wire.OutOfBounds("ContactFlowId", "the flow %s is of type %s, not CONTACT_FLOW", quote(f.Name), f.Type)
		}
		n.Flow = f.ID
		return nil
	})
}
