package api

import (
	"context"
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

type associateQueueQuickConnectsInput struct {
	InstanceId      string   `wire:"required,uri,len=1..100"`
	QueueId         string   `wire:"required,uri"`
	QuickConnectIds []string `wire:"required,items=1..50"`
}

// associateQueueQuickConnects shows quick connects to the agents of a queue.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateQueueQuickConnects.html
func (s *Server) associateQueueQuickConnects(ctx context.Context, in *associateQueueQuickConnectsInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(t *store.Tx, at place, q *resource.Queue) error {
		return showQuickConnects(t, at, q, in.QuickConnectIds)
	})
}

// maxQuickConnects is how many quick connects a queue may show.
const maxQuickConnects = 700

// showQuickConnects adds quick connects to a queue; one that it shows already
// stays where it is.
func showQuickConnects(t *store.Tx, at place, q *resource.Queue, refs []string) error {
	for _, ref := range refs {
		v, err := find[resource.QuickConnect](t, at, "QuickConnectIds", ref, resource.KindQuickConnect)
		if err != nil {
			return err
		}
		if !slices.Contains(q.QuickConnects, v.ID) {
			q.QuickConnects = append(q.QuickConnects, v.ID)
		}
	}
	if len(q.QuickConnects) > maxQuickConnects {
		return fault.New(fault.Exceeded, "QuickConnectIds: at most %d quick connects of a queue", maxQuickConnects)
	}
	return nil
}
