package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type deleteQuickConnectInput struct {
	InstanceId     string `wire:"required,uri,len=1..100"`
	QuickConnectId string `wire:"required,uri"`
}

// deleteQuickConnect deletes a quick connect, also from the queues that show it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteQuickConnect.html
func (s *Server) deleteQuickConnect(ctx context.Context, in *deleteQuickConnectInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, remove(ctx, s, at, "QuickConnectId", in.QuickConnectId, resource.KindQuickConnect, func(t *store.Tx, q *resource.QuickConnect) error {
		var shown []string
		err := each(t, at.Instance, resource.KindQueue, "", func(v *resource.Queue) bool {
			if slices.Contains(v.QuickConnects, q.ID) && !v.File {
				shown = append(shown, v.ID)
			}
			return true
		})
		for _, id := range shown {
			v, err := own[resource.Queue](t, at, "QueueId", id, resource.KindQueue)
			if err != nil {
				return err
			}
			v.QuickConnects = slices.DeleteFunc(v.QuickConnects, func(id string) bool { return id == q.ID })
			if err := put(t, at, resource.KindQueue, v); err != nil {
				return err
			}
		}
		return err
	})
}
