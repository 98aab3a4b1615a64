package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createRoutingProfileInput struct {
	InstanceId             string            `wire:"required,uri,len=1..100"`
	Name                   string            `wire:"required,len=1..127"`
	Description            string            `wire:"required,len=1..250"`
	DefaultOutboundQueueId string            `wire:"required"`
	QueueConfigs           []profileQueue    `wire:"items=1..10"`
	MediaConcurrencies     []concurrency     `wire:"required"`
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createRoutingProfileOutput struct{ RoutingProfileArn, RoutingProfileId string }

// createRoutingProfile makes a routing profile.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateRoutingProfile.html
func (s *Server) createRoutingProfile(ctx context.Context, in *createRoutingProfileInput) (*createRoutingProfileOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	p := &resource.Profile{Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags}}
	if p.Concurrency, err = readConcurrency(in.MediaConcurrencies); err != nil {
		return nil, err
	}
	err = create(ctx, s, at, resource.KindProfile, p, func(t *store.Tx) (err error) {
		p.Queues = nil
		if p.Outbound, err = outboundQueue(t, at, in.DefaultOutboundQueueId); err != nil {
			return err
		}
		return serve(t, at, p, in.QueueConfigs)
	})
	if err != nil {
		return nil, err
	}
	return &createRoutingProfileOutput{p.ARN, p.ID}, nil
}
