package api

import (
	"context"

	"outdial/contact"
)

type untagContactInput struct {
	InstanceId string   `wire:"required,uri,len=1..100"`
	ContactId  string   `wire:"required,uri,len=1..256"`
	TagKeys    []string `wire:"required,query=TagKeys,items=1..6,item.len=1..128,item.pattern=^(?!aws:)[a-zA-Z+-=._:/]+$"`
}

// untagContact takes tags off a contact.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UntagContact.html
func (s *Server) untagContact(ctx context.Context, in *untagContactInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, contact.ContactUpdated{Untag: in.TagKeys, By: "UntagContact"})
}
