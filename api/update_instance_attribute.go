package api

import (
	"context"
	"encoding/json"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type updateInstanceAttributeInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	AttributeType string `wire:"required,uri,enum=INBOUND_CALLS|OUTBOUND_CALLS|CONTACTFLOW_LOGS|CONTACT_LENS|AUTO_RESOLVE_BEST_VOICES|USE_CUSTOM_TTS_VOICES|EARLY_MEDIA|MULTI_PARTY_CONFERENCE|HIGH_VOLUME_OUTBOUND|ENHANCED_CONTACT_MONITORING|ENHANCED_CHAT_MONITORING|MULTI_PARTY_CHAT_CONFERENCE|MESSAGE_STREAMING"`
	Value         string `wire:"required,len=1..100"`
	ClientToken   string `wire:"ignored,len=..500"`
}

// updateInstanceAttribute turns a switch of an instance. To do so twice changes
// nothing, so the token needs no keeping.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateInstanceAttribute.html
func (s *Server) updateInstanceAttribute(ctx context.Context, in *updateInstanceAttributeInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.Value != "true" && in.Value != "false" {
		return nil, wire.OutOfBounds("Value", "must be true or false, not %s", quote(in.Value))
	}
	return &none{}, s.update(ctx, func(t *store.Tx) error {
		v, err := own[resource.Instance](t, place{}, "InstanceId", at.Instance, resource.KindInstance)
		if err != nil {
			return err
		}
		set, ok := switches(v)[in.AttributeType]
		if !ok {
			return fault.New(fault.NotFound, "AttributeType: an instance has no attribute %s here", in.AttributeType)
		}
		*set = in.Value == "true"
		v.Modified = s.Engine.Now()
		doc, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return t.PutResource(store.Row{Kind: string(resource.KindInstance), ID: v.ID, Name: v.Name, Doc: doc})
	})
}
