package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQueueOutboundCallerConfigInput struct {
	InstanceId           string        `wire:"required,uri,len=1..100"`
	QueueId              string        `wire:"required,uri"`
	OutboundCallerConfig *callerConfig `wire:"required"`
}

// updateQueueOutboundCallerConfig sets what the customer sees of a queue's calls.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQueueOutboundCallerConfig.html
func (s *Server) updateQueueOutboundCallerConfig(ctx context.Context, in *updateQueueOutboundCallerConfigInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(t *store.Tx, at place, q *resource.Queue) error {
		return setCaller(t, at, q, in.OutboundCallerConfig)
	})
}
