package api

import (
	"context"

	"outdial/contact"
	"outdial/wire"
)

type tagContactInput struct {
	InstanceId string            `wire:"required,len=1..100"`
	ContactId  string            `wire:"required,len=1..256"`
	Tags       map[string]string `wire:"required,items=1..6,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[a-zA-Z+-=._:/]+$"`
}

// maxContactTags is how many tags a contact may have.
const maxContactTags = 6

// tagContact adds tags to a contact.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_TagContact.html
func (s *Server) tagContact(ctx context.Context, in *tagContactInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	if n := len(merged(c.Tags, in.Tags)); n > maxContactTags {
		return nil, wire.Invalid("Tags", "at most %d tags on a contact, not %d", maxContactTags, n)
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, contact.ContactUpdated{Tag: in.Tags, By: "TagContact"})
}
