package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type associateFlowInput struct {
	InstanceId   string `wire:"required,uri,len=1..100"`
	ResourceId   string `wire:"required"`
	FlowId       string `wire:"required"`
	ResourceType string `wire:"required,enum=SMS_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR|WHATSAPP_MESSAGING_PHONE_NUMBER"`
}

// associateFlow makes a flow the one that a number's inbound contacts start in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateFlow.html
func (s *Server) associateFlow(ctx context.Context, in *associateFlowInput) (*none, error) {
	return s.editAssociation(ctx, in.InstanceId, in.ResourceId, in.ResourceType, func(t *store.Tx, at place, n *resource.Number) error {
		f, err := find[resource.Flow](t, at, "FlowId", in.FlowId, resource.KindFlow)
		if err == nil {
			n.Flow = f.ID
		}
		return err
	})
}

// associated are the resources that may have a flow, and the channel that they
// are. Mail and analytics are not there.
var associated = map[string]string{
	"SMS_PHONE_NUMBER":                sms,
	"WHATSAPP_MESSAGING_PHONE_NUMBER": whatsApp,
	"VOICE_PHONE_NUMBER":              voice,
}

// ofType refuses a number that is no resource of a type.
func ofType(n *resource.Number, kind string) error {
	channel, ok := associated[kind]
	if !ok {
		return wire.Invalid("ResourceType", "%s is not served", kind)
	}
	return carries(n, "ResourceId", channel)
}

// editAssociation changes the flow of a number.
func (s *Server) editAssociation(ctx context.Context, instance, ref, kind string, fn func(*store.Tx, place, *resource.Number) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "ResourceId", ref, resource.KindNumber, func(t *store.Tx, n *resource.Number) error {
		if err := ofType(n, kind); err != nil {
			return err
		}
		return fn(t, at, n)
	})
}
