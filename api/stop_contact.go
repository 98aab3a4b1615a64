package api

import (
	"context"

	"outdial/contact"
	"outdial/fault"
	"outdial/wire"
)

type stopContactInput struct {
	InstanceId       string `wire:"required,len=1..100"`
	ContactId        string `wire:"required,len=1..256"`
	DisconnectReason *struct{ Code string }
}

// stopContact ends a contact; one that has ended stays as it is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StopContact.html
func (s *Server) stopContact(ctx context.Context, in *stopContactInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if fault.Is(err, fault.NotFound) {
		return nil, wire.Errorf("ContactNotFound", "%w", err)
	}
	if err != nil {
		return nil, err
	}
	if !c.Open() {
		return &none{}, nil
	}
	if c.Channel == contact.Voice {
		switch c.Method {
		case contact.MethodDisconnect, contact.MethodTransfer, contact.MethodQueueTransfer:
			return nil, wire.Invalid("ContactId", "a voice contact initiated by %s cannot be stopped", c.Method)
		}
	}
	stop := contact.StopRequested{}
	if in.DisconnectReason != nil {
		stop.Code = in.DisconnectReason.Code
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, stop)
}
