package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createQuickConnectInput struct {
	InstanceId         string              `wire:"required,uri,len=1..100"`
	Name               string              `wire:"required,len=1..127"`
	Description        string              `wire:"len=1..250"`
	QuickConnectConfig *quickConnectConfig `wire:"required"`
	Tags               map[string]string   `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createQuickConnectOutput struct {
	QuickConnectARN string
	QuickConnectId  string
}

// createQuickConnect makes a place to which agents may hand contacts.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateQuickConnect.html
func (s *Server) createQuickConnect(ctx context.Context, in *createQuickConnectInput) (*createQuickConnectOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	q := &resource.QuickConnect{Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags}}
	err = create(ctx, s, at, resource.KindQuickConnect, q, func(t *store.Tx) error { return s.connectTo(t, at, q, in.QuickConnectConfig) })
	if err != nil {
		return nil, err
	}
	return &createQuickConnectOutput{q.ARN, q.ID}, nil
}
