package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/wire"
)

type listChildHoursOfOperationsInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	HoursOfOperationId string `wire:"required,uri"`
	NextToken          string `wire:"query=nextToken"`
	MaxResults         *int   `wire:"query=maxResults,range=1..100"`
}

type listChildHoursOfOperationsOutput struct {
	NextToken                         string
	ChildHoursOfOperationsSummaryList []hoursName
	LastModifiedTime                  wire.Time
	LastModifiedRegion                string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listChildHoursOfOperations lists the hours that inherit the overrides of these.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListChildHoursOfOperations.html
func (s *Server) listChildHoursOfOperations(ctx context.Context, in *listChildHoursOfOperationsInput) (*listChildHoursOfOperationsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	h, err := view[resource.Hours](ctx, s, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
	if err != nil {
		return nil, err
	}
	out := &listChildHoursOfOperationsOutput{
		ChildHoursOfOperationsSummaryList: []hoursName{}, LastModifiedTime: wire.At(h.Modified), LastModifiedRegion: at.Region,
	}
	l := listing{"ListChildHoursOfOperations", in.NextToken, in.MaxResults, listed, []string{h.ID}}
	out.NextToken, err = list(ctx, s, at, resource.KindHours, l,
		func(v *resource.Hours) bool { return slices.Contains(v.Parents, h.ID) },
		func(v *resource.Hours) {
			out.ChildHoursOfOperationsSummaryList = append(out.ChildHoursOfOperationsSummaryList, hoursName{v.Name, v.ID, v.ARN})
		})
	return out, err
}
