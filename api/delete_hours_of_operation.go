package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type deleteHoursOfOperationInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	HoursOfOperationId string `wire:"required,uri"`
}

// deleteHoursOfOperation deletes hours that no queue keeps.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteHoursOfOperation.html
func (s *Server) deleteHoursOfOperation(ctx context.Context, in *deleteHoursOfOperationInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove(ctx, s, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours, func(t *store.Tx, h *resource.Hours) error {
		var user *resource.Queue
		err := each(t, at.Instance, resource.KindQueue, "", func(q *resource.Queue) bool {
			if q.Hours == h.ID {
				user = q
			}
			return user == nil
		})
		if err == nil && user != nil {
			// No ResourceInUseException: the operation declares none.
			return wire.Invalid("HoursOfOperationId", "the queue %s keeps these hours", quote(user.Name))
		}
		return err
	})
}
