package api

import (
	"context"

	"outdial/resource"
)

type listContactFlowModulesInput struct {
	InstanceId             string `wire:"required,uri,len=1..100"`
	NextToken              string `wire:"query=nextToken"`
	MaxResults             *int   `wire:"query=maxResults,range=1..1000"`
	ContactFlowModuleState string `wire:"query=state,enum=ACTIVE|ARCHIVED"`
}

type listContactFlowModulesOutput struct {
	ContactFlowModulesSummaryList []moduleSummary
	NextToken                     string
}

type moduleSummary struct {
	Id    string `wire:"len=1..256"`
	Arn   string
	Name  string `wire:"len=1..127,pattern=.*\\S.*"`
	State string `wire:"enum=ACTIVE|ARCHIVED"`
}

// listContactFlowModules lists the modules of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactFlowModules.html
func (s *Server) listContactFlowModules(ctx context.Context, in *listContactFlowModulesInput) (*listContactFlowModulesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listContactFlowModulesOutput{ContactFlowModulesSummaryList: []moduleSummary{}}
	l := listing{"ListContactFlowModules", in.NextToken, in.MaxResults, listed, []string{in.ContactFlowModuleState}}
	out.NextToken, err = list(ctx, s, at, resource.KindModule, l,
		func(f *resource.Flow) bool {
			return in.ContactFlowModuleState == "" || in.ContactFlowModuleState == state(f)
		},
		func(f *resource.Flow) {
			out.ContactFlowModulesSummaryList = append(out.ContactFlowModulesSummaryList, moduleSummary{f.ID, f.ARN, f.Name, state(f)})
		})
	return out, err
}
