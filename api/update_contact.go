package api

import (
	"context"

	"outdial/contact"
	"outdial/resource"
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
	QueueInfo         *struct{ Id string }
	CustomerEndpoint  *endpoint
	SystemEndpoint    *endpoint
	UserInfo          *struct{} // refused
}

// updateContact changes what is told of a contact, open or ended.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContact.html
func (s *Server) updateContact(ctx context.Context, in *updateContactInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.UserInfo != nil {
		return nil, wire.Invalid("UserInfo", "an agent cannot be given this way yet")
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
	if u.Customer, err = s.updatedEndpoint("CustomerEndpoint", in.CustomerEndpoint); err != nil {
		return nil, err
	}
	if u.System, err = s.updatedEndpoint("SystemEndpoint", in.SystemEndpoint); err != nil {
		return nil, err
	}
	var c *contact.Contact
	err = s.Store.View(ctx, func(t *store.Tx) error {
		if c, err = contactOf(t, at, "ContactId", in.ContactId); err != nil || in.QueueInfo == nil {
			return err
		}
		q, err := find[resource.Queue](t, at, "QueueInfo.Id", in.QueueInfo.Id, resource.KindQueue)
		if err == nil {
			u.Queue = &q.ID
		}
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

// updatedEndpoint reads an endpoint that is to be set.
func (s *Server) updatedEndpoint(field string, e *endpoint) (*contact.Endpoint, error) {
	if e == nil {
		return nil, nil
	}
	if e.Type == "" || e.Address == "" {
		return nil, wire.Invalid(field, "needs Type and Address")
	}
	if e.Type == contact.TelephoneNumber {
		if err := s.phones.check(field+".Address", e.Address); err != nil {
			return nil, err
		}
	}
	return &contact.Endpoint{Type: e.Type, Address: e.Address}, nil
}

// empty tells whether nothing is to be changed.
func (in *updateContactInput) empty() bool {
	return in.Name == nil && in.Description == nil && len(in.References) == 0 && len(in.SegmentAttributes) == 0 &&
		in.QueueInfo == nil && in.CustomerEndpoint == nil && in.SystemEndpoint == nil
}
