package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQueueStatusInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	QueueId    string `wire:"required,uri"`
	Status     string `wire:"required,enum=ENABLED|DISABLED"`
}

// updateQueueStatus opens or closes a queue.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQueueStatus.html
func (s *Server) updateQueueStatus(ctx context.Context, in *updateQueueStatusInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(_ *store.Tx, _ place, q *resource.Queue) error {
		q.Status = in.Status
		return nil
	})
}
