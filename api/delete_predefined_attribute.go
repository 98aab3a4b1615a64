package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type deletePredefinedAttributeInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	Name       string `wire:"required,uri,len=1..100"`
}

// deletePredefinedAttribute deletes an attribute that no agent is proficient in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeletePredefinedAttribute.html
func (s *Server) deletePredefinedAttribute(ctx context.Context, in *deletePredefinedAttributeInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, s.update(ctx, func(t *store.Tx) error {
		v, err := attributeNamed(t, at, in.Name)
		if err != nil {
			return err
		}
		var user *resource.User
		err = each(t, at.Instance, resource.KindUser, "", func(u *resource.User) bool {
			if slices.ContainsFunc(u.Proficiencies, func(p resource.Proficiency) bool { return p.Name == v.Name }) {
				user = u
			}
			return user == nil
		})
		if err == nil && user != nil {
			err = inUse(&user.Meta, resource.KindUser)
		}
		if err != nil {
			return err
		}
		return t.DeleteResource(resource.KindAttribute, v.ID)
	})
}
