package api

import (
	"context"

	"outdial/resource"
)

type listFlowAssociationsInput struct {
	InstanceId   string `wire:"required,uri,len=1..100"`
	ResourceType string `wire:"query=ResourceType,enum=WHATSAPP_MESSAGING_PHONE_NUMBER|VOICE_PHONE_NUMBER|INBOUND_EMAIL|OUTBOUND_EMAIL|ANALYTICS_CONNECTOR"`
	NextToken    string `wire:"query=nextToken"`
	MaxResults   *int   `wire:"query=maxResults,range=1..1000"`
}

type listFlowAssociationsOutput struct {
	FlowAssociationSummaryList []associationSummary
	NextToken                  string
}

// listFlowAssociations lists which numbers have which flow. A page may hold a
// few entries more than were asked for, since a number's stay together.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListFlowAssociations.html
func (s *Server) listFlowAssociations(ctx context.Context, in *listFlowAssociationsInput) (*listFlowAssociationsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listFlowAssociationsOutput{FlowAssociationSummaryList: []associationSummary{}}
	l := listing{"ListFlowAssociations", in.NextToken, in.MaxResults, listed, []string{in.ResourceType}}
	out.NextToken, err = list(ctx, s, at, resource.KindNumber, l,
		func(n *resource.Number) bool { return len(associations(at, n, in.ResourceType)) > 0 },
		func(n *resource.Number) {
			out.FlowAssociationSummaryList = append(out.FlowAssociationSummaryList, associations(at, n, in.ResourceType)...)
		})
	return out, err
}
