package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type disassociateQueueQuickConnectsInput struct {
	InstanceId      string   `wire:"required,uri,len=1..100"`
	QueueId         string   `wire:"required,uri"`
	QuickConnectIds []string `wire:"required,items=1..50"`
}

// disassociateQueueQuickConnects no longer shows quick connects to the agents of
// a queue; of one that it does not show nothing is said.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateQueueQuickConnects.html
func (s *Server) disassociateQueueQuickConnects(ctx context.Context, in *disassociateQueueQuickConnectsInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(_ *store.Tx, at place, q *resource.Queue) error {
		for _, ref := range in.QuickConnectIds {
			id, err := at.ID("QuickConnectIds", ref, string(resource.KindQuickConnect))
			if err != nil {
				return err
			}
			q.QuickConnects = slices.DeleteFunc(q.QuickConnects, func(have string) bool { return have == id })
		}
		return nil
	})
}
