package api

import (
	"context"

	"outdial/contact"
	"outdial/store"
	"outdial/wire"
)

type updateContactInput struct {
	InstanceId        string                  `wire:"required,uri,len=1..100"`
	ContactId         string                  `wire:"required,uri,len=1..256"`
	Name              *string                 `wire:"len=0..1024,sensitive"`
	Description       *string                 `wire:"len=0..4096,sensitive"`
	References        map[string]reference    `wire:"key.len=1..4096"`
	SegmentAttributes map[string]segmentValue `wire:"key.len=1..128"`
	QueueInfo         *struct{}               `wire:"refused"`
	CustomerEndpoint  *struct{}               `wire:"refused"`
	SystemEndpoint    *struct{}               `wire:"refused"`
	UserInfo          *struct{}               `wire:"refused"`
}

// updateContact changes what is told of a contact, open or ended.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContact.html
func (s *Server) updateContact(ctx context.Context, in *updateContactInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	// API_UpdateContact: these can be updated for external audio contacts only,
	// and there are none here.
	for _, m := range []struct {
		field string
		given *struct{}
	}{{"QueueInfo", in.QueueInfo}, {"UserInfo", in.UserInfo}, {"CustomerEndpoint", in.CustomerEndpoint}, {"SystemEndpoint", in.SystemEndpoint}} {
		if m.given != nil {
			return nil, wire.Invalid(m.field, "can be updated for external audio contacts only")
		}
	}
	u := contact.ContactUpdated{Name: in.Name, Description: in.Description, By: "UpdateContact"}
	if u.References, err = readReferences("References", in.References); err != nil {
		return nil, err
	}
	if len(in.SegmentAttributes) > 0 {
		if u.Segment, err = readSegment("SegmentAttributes", in.SegmentAttributes); err != nil {
			return nil, err
		}
		if _, there := u.Segment[subtypeKey]; there {
			return nil, wire.Invalid("SegmentAttributes."+subtypeKey, "belongs to the system and stays as it is")
		}
	}
	var c *contact.Contact
	err = s.Store.View(ctx, func(t *store.Tx) error {
		c, err = contactOf(t, at, "ContactId", in.ContactId)
		return err
	})
	if err != nil {
		return nil, err
	}
	if in.empty() {
		return nil, wire.Invalid("", "at least one member to be updated must be there")
	}
	return &none{}, s.Engine.Tell(ctx, c.ID, u)
}

// empty tells whether nothing is to be changed.
func (in *updateContactInput) empty() bool {
	return in.Name == nil && in.Description == nil && len(in.References) == 0 && len(in.SegmentAttributes) == 0
}
