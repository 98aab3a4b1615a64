package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type createQueueInput struct {
	InstanceId           string `wire:"required,uri,len=1..100"`
	Name                 string `wire:"required,len=1..127"`
	Description          string `wire:"len=1..250"`
	OutboundCallerConfig *callerConfig
	HoursOfOperationId   string            `wire:"required"`
	MaxContacts          *int              `wire:"range=0.."`
	QuickConnectIds      []string          `wire:"items=1..50"`
	Tags                 map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createQueueOutput struct{ QueueArn, QueueId string }

// createQueue makes a queue.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateQueue.html
func (s *Server) createQueue(ctx context.Context, in *createQueueInput) (*createQueueOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	q := &resource.Queue{
		Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags},
		Type: "STANDARD", Status: "ENABLED",
	}
	if in.MaxContacts != nil {
		q.Max = *in.MaxContacts
	}
	err = create(ctx, s, at, resource.KindQueue, q, func(t *store.Tx) error {
		h, err := find[resource.Hours](t, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
		if err != nil {
			return err
		}
		q.Hours = h.ID
		q.QuickConnects = nil
		if err := showQuickConnects(t, at, q, in.QuickConnectIds); err != nil {
			return err
		}
		return setCaller(t, at, q, in.OutboundCallerConfig)
	})
	if err != nil {
		return nil, err
	}
	return &createQueueOutput{q.ARN, q.ID}, nil
}

// setCaller sets what the customer sees of a queue's outbound calls.
func setCaller(t *store.Tx, at place, q *resource.Queue, c *callerConfig) error {
	q.CallerName, q.CallerNumber, q.OutboundFlow = "", "", ""
	if c == nil {
		return nil
	}
	q.CallerName = c.OutboundCallerIdName
	if c.OutboundCallerIdNumberId != "" {
		n, err := find[resource.Number](t, at, "OutboundCallerConfig.OutboundCallerIdNumberId", c.OutboundCallerIdNumberId, resource.KindNumber)
		if err != nil {
			return err
		}
		if err := carries(n, "OutboundCallerConfig.OutboundCallerIdNumberId", voice); err != nil {
			return err
		}
		q.CallerNumber = n.ID
	}
	if c.OutboundFlowId != "" {
		f, err := find[resource.Flow](t, at, "OutboundCallerConfig.OutboundFlowId", c.OutboundFlowId, resource.KindFlow)
		if err != nil {
			return err
		}
		if f.Type != "OUTBOUND_WHISPER" {
			return wire.Invalid("OutboundCallerConfig.OutboundFlowId", "the flow %s is of type %s, not OUTBOUND_WHISPER", quote(f.Name), f.Type)
		}
		q.OutboundFlow = f.ID
	}
	return nil
}
