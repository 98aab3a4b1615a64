package api

import (
	"context"

	"outdial/contact"
)

type resumeContactInput struct {
	ContactId     string `wire:"required,len=1..256"`
	InstanceId    string `wire:"required,len=1..100"`
	ContactFlowId string `wire:"len=..500"`
}

// resumeContact takes a task up again that was put aside.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ResumeContact.html
func (s *Server) resumeContact(ctx context.Context, in *resumeContactInput) (*none, error) {
	return s.pause(ctx, in.InstanceId, in.ContactId, in.ContactFlowId, contact.TakenUp)
}
