package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

type batchGetFlowAssociationInput struct {
	InstanceId   string   `wire:"required,uri,len=1..100"`
	ResourceIds  []string `wire:"required,items=1..100"`
	ResourceType string   `wire:"enum=WHATSAPP_MESSAGING_PHONE_NUMBER|VOICE_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR"`
}

type batchGetFlowAssociationOutput struct {
	FlowAssociationSummaryList []associationSummary
}

type associationSummary struct {
	ResourceId   string
	FlowId       string
	ResourceType string `wire:"enum=WHATSAPP_MESSAGING_PHONE_NUMBER|VOICE_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR"`
}

// batchGetFlowAssociation tells the flows of some numbers; one that has none is
// left out.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_BatchGetFlowAssociation.html
func (s *Server) batchGetFlowAssociation(ctx context.Context, in *batchGetFlowAssociationInput) (*batchGetFlowAssociationOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &batchGetFlowAssociationOutput{[]associationSummary{}}
	return out, s.Store.View(ctx, func(t *store.Tx) error {
		for _, ref := range in.ResourceIds {
			n, err := find[resource.Number](t, at, "ResourceIds", ref, resource.KindNumber)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out.FlowAssociationSummaryList = append(out.FlowAssociationSummaryList, associations(at, n, in.ResourceType)...)
		}
		return nil
	})
}

// associations are a number's, of one type or ("") of all that the list knows.
func associations(at place, n *resource.Number, kind string) (out []associationSummary) {
	if n.Flow == "" {
		return nil
	}
	for _, k := range []string{"WHATSAPP_MESSAGING_PHONE_NUMBER", "VOICE_PHONE_NUMBER"} {
		if (kind == "" || kind == k) && ofType(n, k) == nil {
			out = append(out, associationSummary{numberARN(at, n), flowARN(at, n.Flow), k})
		}
	}
	return out
}
