package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateQueueMaxContactsInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	QueueId     string `wire:"required,uri"`
	MaxContacts *int   `wire:"range=0.."`
}

// updateQueueMaxContacts sets how many contacts may wait in a queue; none is no limit.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateQueueMaxContacts.html
func (s *Server) updateQueueMaxContacts(ctx context.Context, in *updateQueueMaxContactsInput) (*none, error) {
	return s.editQueue(ctx, in.InstanceId, in.QueueId, func(_ *store.Tx, _ place, q *resource.Queue) error {
		q.Max = 0
		if in.MaxContacts != nil {
			q.Max = *in.MaxContacts
		}
		return nil
	})
}
