package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type createPredefinedAttributeInput struct {
	InstanceId             string `wire:"required,uri,len=1..100"`
	Name                   string `wire:"required,len=1..100"`
	Values                 *predefinedAttributeValues
	Purposes               []string `wire:"items=0..10,item.len=1..100"`
	AttributeConfiguration *inputPredefinedAttributeConfiguration
}

// createPredefinedAttribute makes an attribute that proficiencies and routing
// criteria may name.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePredefinedAttribute.html
func (s *Server) createPredefinedAttribute(ctx context.Context, in *createPredefinedAttributeInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	if in.Values == nil || len(in.Values.StringList) == 0 {
		return nil, wire.Invalid("Values.StringList", "at least one value is needed")
	}
	v := &resource.Attribute{Meta: resource.Meta{Name: in.Name}, Values: in.Values.StringList, Purposes: in.Purposes}
	v.Validate = in.AttributeConfiguration.validates()
	return &none{}, create(ctx, s, at, resource.KindAttribute, v, nil)
}

// predefinedAttributeValues are what an attribute may be: of the union there is
// one form.
type predefinedAttributeValues struct {
	_          struct{} `wire:"union"`
	StringList []string `wire:"items=0..500,item.len=1..100"`
}

type inputPredefinedAttributeConfiguration struct {
	EnableValueValidationOnAssociation *bool
}

func (c *inputPredefinedAttributeConfiguration) validates() bool {
	return c != nil && c.EnableValueValidationOnAssociation != nil && *c.EnableValueValidationOnAssociation
}
