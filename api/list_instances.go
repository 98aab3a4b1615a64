package api

import (
	"context"
	"maps"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listInstancesInput struct {
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..10"`
}

type listInstancesOutput struct {
	InstanceSummaryList []instanceSummary
	NextToken           string
}

type instanceSummary struct {
	Id                     string `wire:"len=1..100"`
	Arn                    string
	IdentityManagementType string `wire:"enum=SAML|CONNECT_MANAGED|EXISTING_DIRECTORY"`
	InstanceAlias          string `wire:"len=1..45,sensitive,pattern=^(?!d-)([\\da-zA-Z]+)([-]*[\\da-zA-Z])*$"`
	CreatedTime            wire.Time
	ServiceRole            string
	InstanceStatus         string `wire:"enum=CREATION_IN_PROGRESS|ACTIVE|CREATION_FAILED"`
	InboundCallsEnabled    *bool
	OutboundCallsEnabled   *bool
	InstanceAccessUrl      string
}

// listInstances lists the instances of the caller's account and region.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListInstances.html
func (s *Server) listInstances(ctx context.Context, in *listInstancesInput) (*listInstancesOutput, error) {
	all, err := s.instances(ctx)
	if err != nil {
		return nil, err
	}
	c := wire.CallerFrom(ctx)
	after, err := s.Tokens.Open(in.NextToken, "ListInstances", c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	limit := 10
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	out := &listInstancesOutput{InstanceSummaryList: []instanceSummary{}}
	for _, id := range slices.Sorted(maps.Keys(all.byID)) {
		v := all.byID[id]
		if id <= after || !visible(ctx, v) {
			continue
		}
		if n := len(out.InstanceSummaryList); n == limit {
			last := out.InstanceSummaryList[n-1].Id
			out.NextToken = s.Tokens.Seal(last, "ListInstances", c.Account, c.Region)
			break
		}
		out.InstanceSummaryList = append(out.InstanceSummaryList, s.tellInstance(v))
	}
	return out, nil
}

func (s *Server) tellInstance(in *resource.Instance) instanceSummary {
	return instanceSummary{
		Id: in.ID, Arn: at(in).InstanceARN(), IdentityManagementType: "CONNECT_MANAGED", InstanceAlias: in.Name,
		CreatedTime:    wire.At(in.Created),
		ServiceRole:    "arn:" + wire.Partition(in.Region) + ":iam::" + in.Account + ":role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect",
		InstanceStatus: "ACTIVE", InboundCallsEnabled: &in.Inbound, OutboundCallsEnabled: &in.Outbound, InstanceAccessUrl: s.URL,
	}
}
