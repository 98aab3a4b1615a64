package api

import (
	"context"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// contactID takes the id out of a contact's ARN; an id stays as it is.
func contactID(at place, field, ref string) (contact.ID, error) {
	id, err := at.ID(field, ref, "contact")
	return contact.ID(strings.ToLower(id)), err
}

// contactOf gives a contact of an instance. One of another instance is not there.
func contactOf(t *store.Tx, at place, field, ref string) (*contact.Contact, error) {
	id, err := contactID(at, field, ref)
	if err != nil {
		return nil, err
	}
	c, err := t.Contact(id)
	if err == nil && c.Instance != at.Instance {
		err = fault.New(fault.NotFound, "of another instance")
	}
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "%s: there is no contact %s in this instance", field, quote(ref))
	}
	return c, err
}

// viewContact reads one contact.
func (s *Server) viewContact(ctx context.Context, at place, field, ref string) (c *contact.Contact, err error) {
	err = s.Store.View(ctx, func(t *store.Tx) error {
		c, err = contactOf(t, at, field, ref)
		return err
	})
	return c, err
}
