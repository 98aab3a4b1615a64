package api

import (
	"context"

	"outdial/contact"
)

type updateContactAttributesInput struct {
	InstanceId       string            `wire:"required,len=1..100"`
	InitialContactId string            `wire:"required,len=1..256"`
	Attributes       map[string]string `wire:"required,key.len=1..32767,value.len=0..32767"`
}

// updateContactAttributes sets attributes of a contact, open or ended; an empty
// value takes one away.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactAttributes.html
func (s *Server) updateContactAttributes(ctx context.Context, in *updateContactAttributesInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkAttributes("Attributes", in.Attributes); err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "InitialContactId", in.InitialContactId)
	if err != nil {
		return nil, err
	}
	if err := checkAttributes("Attributes", merged(c.Attributes, in.Attributes)); err != nil {
		return nil, err
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, contact.ContactUpdated{Attributes: in.Attributes, By: "UpdateContactAttributes"})
}
