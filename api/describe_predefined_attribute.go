package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type describePredefinedAttributeInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	Name       string `wire:"required,uri,len=1..100"`
}

type describePredefinedAttributeOutput struct {
	PredefinedAttribute *predefinedAttributeDetail
}

// describePredefinedAttribute tells an attribute and its values.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribePredefinedAttribute.html
func (s *Server) describePredefinedAttribute(ctx context.Context, in *describePredefinedAttributeInput) (*describePredefinedAttributeOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &describePredefinedAttributeOutput{}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		v, err := attributeNamed(t, at, in.Name)
		if err == nil {
			out.PredefinedAttribute = tellAttribute(at, v)
		}
		return err
	})
	return out, err
}

type predefinedAttributeDetail struct {
	Name                   string `wire:"len=1..100"`
	Values                 *predefinedAttributeValues
	Purposes               []string `wire:"items=0..10,item.len=1..100"`
	AttributeConfiguration *predefinedAttributeConfiguration
	LastModifiedTime       wire.Time
	LastModifiedRegion     string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

type predefinedAttributeConfiguration struct {
	EnableValueValidationOnAssociation *bool
	IsReadOnly                         *bool
}

func tellAttribute(at place, v *resource.Attribute) *predefinedAttributeDetail {
	return &predefinedAttributeDetail{
		Name: v.Name, Values: &predefinedAttributeValues{StringList: v.Values}, Purposes: v.Purposes,
		AttributeConfiguration: &predefinedAttributeConfiguration{&v.Validate, &v.File},
		LastModifiedTime:       wire.At(v.Modified), LastModifiedRegion: at.Region,
	}
}

// attributeNamed finds an attribute: its name is its id.
func attributeNamed(t *store.Tx, at place, name string) (*resource.Attribute, error) {
	row, err := t.ResourceNamed(resource.KindAttribute, at.Instance, name)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "Name: there is no predefined attribute %s in this instance", quote(name))
	}
	if err != nil {
		return nil, err
	}
	return store.Load[resource.Attribute](t, resource.KindAttribute, row.ID)
}
