package api

import (
	"context"

	"outdial/resource"
)

type describeQuickConnectInput struct {
	InstanceId     string `wire:"required,uri,len=1..100"`
	QuickConnectId string `wire:"required,uri"`
}

type describeQuickConnectOutput struct {
	QuickConnect *quickConnectDetail
}

// describeQuickConnect tells where a quick connect leads.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeQuickConnect.html
func (s *Server) describeQuickConnect(ctx context.Context, in *describeQuickConnectInput) (*describeQuickConnectOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	q, err := view[resource.QuickConnect](ctx, s, at, "QuickConnectId", in.QuickConnectId, resource.KindQuickConnect)
	if err != nil {
		return nil, err
	}
	return &describeQuickConnectOutput{tellQuickConnect(at, q)}, nil
}
