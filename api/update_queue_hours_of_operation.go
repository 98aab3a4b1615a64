package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQueueHoursOfOperationInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	QueueId            string `wire:"required,uri"`
	HoursOfOperationId string `wire:"required"`
}

// updateQueueHoursOfOperation gives a queue other hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQueueHoursOfOperation.html
func (s *Server) updateQueueHoursOfOperation(ctx context.Context, in *updateQueueHoursOfOperationInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(t *store.Tx, at place, q *resource.Queue) error {
		h, err := find[resource.Hours](t, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
		if err == nil {
			q.Hours = h.ID
		}
		return err
	})
}
