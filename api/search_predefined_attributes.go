package api

import (
	"context"

	"outdial/resource"
)

type searchPredefinedAttributesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchCriteria *metaCriteria
}

type searchPredefinedAttributesOutput struct {
	PredefinedAttributes  []predefinedAttributeDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchPredefinedAttributes finds attributes by name.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchPredefinedAttributes.html
func (s *Server) searchPredefinedAttributes(ctx context.Context, in *searchPredefinedAttributesInput) (*searchPredefinedAttributesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields); err != nil {
		return nil, err
	}

	out := &searchPredefinedAttributesOutput{PredefinedAttributes: []predefinedAttributeDetail{}}
	l := listing{"SearchPredefinedAttributes", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindAttribute, l,
		func(v *resource.Attribute) bool { return in.SearchCriteria.match(metaField(&v.Meta)) },
		func(v *resource.Attribute) {
			out.PredefinedAttributes = append(out.PredefinedAttributes, *tellAttribute(at, v))
		})
	return out, err
}
