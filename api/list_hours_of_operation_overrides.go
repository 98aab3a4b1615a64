package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

type listHoursOfOperationOverridesInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	HoursOfOperationId string `wire:"required,uri"`
	NextToken          string `wire:"query=nextToken"`
	MaxResults         *int   `wire:"query=maxResults,range=1..100"`
}

type listHoursOfOperationOverridesOutput struct {
	HoursOfOperationOverrideList []overrideDetail
	NextToken                    string
	LastModifiedRegion           string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
	LastModifiedTime             wire.Time
}

// listHoursOfOperationOverrides lists the exceptions to hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListHoursOfOperationOverrides.html
func (s *Server) listHoursOfOperationOverrides(ctx context.Context, in *listHoursOfOperationOverridesInput) (*listHoursOfOperationOverridesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	h, err := view[resource.Hours](ctx, s, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
	if err != nil {
		return nil, err
	}
	out := &listHoursOfOperationOverridesOutput{
		HoursOfOperationOverrideList: []overrideDetail{}, LastModifiedRegion: at.Region, LastModifiedTime: wire.At(h.Modified),
	}
	l := listing{"ListHoursOfOperationOverrides", in.NextToken, in.MaxResults, listed, []string{at.Instance, h.ID}}
	all := slices.SortedFunc(slices.Values(h.Overrides), func(a, b resource.HoursExcept) int { return strings.Compare(a.ID, b.ID) })
	out.NextToken, err = part(s, l, all, func(o resource.HoursExcept) string { return o.ID },
		func(o resource.HoursExcept) {
			out.HoursOfOperationOverrideList = append(out.HoursOfOperationOverrideList, *tellOverride(h, o))
		})
	return out, err
}
