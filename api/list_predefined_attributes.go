package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listPredefinedAttributesInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..100"`
}

type listPredefinedAttributesOutput struct {
	NextToken                      string
	PredefinedAttributeSummaryList []predefinedAttributeSummary
}

type predefinedAttributeSummary struct {
	Name               string `wire:"len=1..100"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listPredefinedAttributes lists the attributes of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListPredefinedAttributes.html
func (s *Server) listPredefinedAttributes(ctx context.Context, in *listPredefinedAttributesInput) (*listPredefinedAttributesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	out := &listPredefinedAttributesOutput{PredefinedAttributeSummaryList: []predefinedAttributeSummary{}}
	l := listing{"ListPredefinedAttributes", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindAttribute, l, nil, func(v *resource.Attribute) {
		out.PredefinedAttributeSummaryList = append(out.PredefinedAttributeSummaryList, predefinedAttributeSummary{v.Name, wire.At(v.Modified), at.Region})
	})
	return out, err
}
