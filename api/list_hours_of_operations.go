package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listHoursOfOperationsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listHoursOfOperationsOutput struct {
	HoursOfOperationSummaryList []namedSummary
	NextToken                   string
}

// A namedSummary is a resource in a list that tells nothing special of it.
type namedSummary struct {
	Id                 string
	Arn                string
	Name               string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

func summary(at place, m *resource.Meta) namedSummary {
	return namedSummary{m.ID, m.ARN, m.Name, wire.At(m.Modified), at.Region}
}

// listHoursOfOperations lists the hours of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListHoursOfOperations.html
func (s *Server) listHoursOfOperations(ctx context.Context, in *listHoursOfOperationsInput) (*listHoursOfOperationsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listHoursOfOperationsOutput{HoursOfOperationSummaryList: []namedSummary{}}
	l := listing{"ListHoursOfOperations", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindHours, l, nil, func(h *resource.Hours) {
		out.HoursOfOperationSummaryList = append(out.HoursOfOperationSummaryList, summary(at, &h.Meta))
	})
	return out, err
}
