package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updatePredefinedAttributeInput struct {
	InstanceId             string `wire:"required,uri,len=1..100"`
	Name                   string `wire:"required,uri,len=1..100"`
	Values                 *predefinedAttributeValues
	Purposes               []string `wire:"items=0..10,item.len=1..100"`
	AttributeConfiguration *inputPredefinedAttributeConfiguration
}

// updatePredefinedAttribute changes the values of an attribute.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdatePredefinedAttribute.html
func (s *Server) updatePredefinedAttribute(ctx context.Context, in *updatePredefinedAttributeInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, s.update(ctx, func(t *store.Tx) error {
		v, err := attributeNamed(t, at, in.Name)
		if err != nil {
			return err
		}
		if v, err = own[resource.Attribute](t, at, "Name", v.ID, resource.KindAttribute); err != nil {
			return err
		}
		if in.Values != nil {
			v.Values = in.Values.StringList
		}
		if in.Purposes != nil {
			v.Purposes = in.Purposes
		}
		if in.AttributeConfiguration != nil {
			v.Validate = in.AttributeConfiguration.validates()
		}
		v.Modified = s.Engine.Now()
		return put(t, at, resource.KindAttribute, v)
	})
}
