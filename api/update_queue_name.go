package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQueueNameInput struct {
	InstanceId  string  `wire:"required,uri,len=1..100"`
	QueueId     string  `wire:"required,uri"`
	Name        *string `wire:"len=1..127"`
	Description *string `wire:"len=1..250"`
}

// updateQueueName changes the name and description of a queue.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQueueName.html
func (s *Server) updateQueueName(ctx context.Context, in *updateQueueNameInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(_ *store.Tx, _ place, q *resource.Queue) error {
		rename(&q.Meta, in.Name, in.Description)
		return nil
	})
}

// editQueue changes a queue.
func (s *Server) editQueue(ctx context.Context, instance, ref string, fn func(*store.Tx, place, *resource.Queue) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "QueueId", ref, resource.KindQueue, func(t *store.Tx, q *resource.Queue) error { return fn(t, at, q) })
}
