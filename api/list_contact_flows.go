package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
)

type listContactFlowsInput struct {
	InstanceId       string   `wire:"required,uri,len=1..100"`
	ContactFlowTypes []string `wire:"query=contactFlowTypes,items=..10,item.enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	NextToken        string   `wire:"query=nextToken"`
	MaxResults       *int     `wire:"query=maxResults,range=1..1000"`
}

type listContactFlowsOutput struct {
	ContactFlowSummaryList []contactFlowSummary
	NextToken              string
}

type contactFlowSummary struct {
	Id                string `wire:"len=..500"`
	Arn               string
	Name              string `wire:"len=1.."`
	ContactFlowType   string `wire:"enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	ContactFlowState  string `wire:"enum=ACTIVE|ARCHIVED"`
	ContactFlowStatus string `wire:"enum=PUBLISHED|SAVED"`
}

// listed is how many entries a page of a list has where the caller does not say.
const listed = 100

// listContactFlows lists the flows of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactFlows.html
func (s *Server) listContactFlows(ctx context.Context, in *listContactFlowsInput) (*listContactFlowsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	l := listing{"ListContactFlows", in.NextToken, in.MaxResults, listed, []string{strings.Join(in.ContactFlowTypes, ",")}}
	out := &listContactFlowsOutput{ContactFlowSummaryList: []contactFlowSummary{}}
	out.NextToken, err = list(ctx, s, at, resource.KindFlow, l,
		func(f *resource.Flow) bool {
			return len(in.ContactFlowTypes) == 0 || slices.Contains(in.ContactFlowTypes, f.Type)
		},
		func(f *resource.Flow) {
			out.ContactFlowSummaryList = append(out.ContactFlowSummaryList,
				contactFlowSummary{f.ID, f.ARN, f.Name, f.Type, state(f), status(f)})
		})
	return out, err
}
