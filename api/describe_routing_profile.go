package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type describeRoutingProfileInput struct {
	InstanceId       string `wire:"required,uri,len=1..100"`
	RoutingProfileId string `wire:"required,uri"`
}

type describeRoutingProfileOutput struct{ RoutingProfile *profileDetail }

type profileDetail struct {
	InstanceId               string `wire:"len=1..100"`
	Name                     string `wire:"len=1..127"`
	RoutingProfileArn        string
	RoutingProfileId         string
	Description              string `wire:"len=1..250"`
	MediaConcurrencies       []concurrency
	DefaultOutboundQueueId   string
	Tags                     map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	NumberOfAssociatedQueues *int64
	NumberOfAssociatedUsers  *int64
	LastModifiedTime         wire.Time
	LastModifiedRegion       string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
	AssociatedQueueIds       []string
}

// describeRoutingProfile tells what a routing profile is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeRoutingProfile.html
func (s *Server) describeRoutingProfile(ctx context.Context, in *describeRoutingProfileInput) (*describeRoutingProfileOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	var d *profileDetail
	err = s.Store.View(ctx, func(t *store.Tx) error {
		p, err := find[resource.Profile](t, at, "RoutingProfileId", in.RoutingProfileId, resource.KindProfile)
		if err != nil {
			return err
		}
		d = tellProfile(at, p)
		users, _, err := usersOf(t, at, p.ID)
		d.NumberOfAssociatedUsers = &users
		return err
	})
	return &describeRoutingProfileOutput{d}, err
}

func tellProfile(at place, p *resource.Profile) *profileDetail {
	d := &profileDetail{
		InstanceId: at.Instance, Name: p.Name, RoutingProfileArn: p.ARN, RoutingProfileId: p.ID, Description: p.Description,
		MediaConcurrencies: tellConcurrency(p.Concurrency), DefaultOutboundQueueId: p.Outbound, Tags: someTags(p.Tags),
		LastModifiedTime: wire.At(p.Modified), LastModifiedRegion: at.Region,
	}
	n := int64(len(p.Queues))
	d.NumberOfAssociatedQueues = &n
	for _, q := range p.Queues {
		if !slices.Contains(d.AssociatedQueueIds, q.Queue) {
			d.AssociatedQueueIds = append(d.AssociatedQueueIds, q.Queue)
		}
	}
	return d
}
