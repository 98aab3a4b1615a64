package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type deleteQueueInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	QueueId    string `wire:"required,uri"`
}

// deleteQueue deletes a queue that no routing profile serves and nobody waits in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteQueue.html
func (s *Server) deleteQueue(ctx context.Context, in *deleteQueueInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove(ctx, s, at, "QueueId", in.QueueId, resource.KindQueue, func(t *store.Tx, q *resource.Queue) error {
		waiting, err := t.Waiting(q.ID)
		if err != nil {
			return err
		}
		if len(waiting) > 0 {
			return wire.Invalid("QueueId", "%d contacts wait in the queue %s", len(waiting), quote(q.Name))
		}
		var user *resource.Profile
		err = each(t, at.Instance, resource.KindProfile, "", func(p *resource.Profile) bool {
			if slices.ContainsFunc(p.Queues, func(served resource.ProfileQueue) bool { return served.Queue == q.ID }) {
				user = p
			}
			return user == nil
		})
		if err == nil && user != nil {
			return inUse(&user.Meta, resource.KindProfile)
		}
		return err
	})
}
