package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type searchHoursOfOperationsInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *searchFilter
	SearchCriteria *metaCriteria
}

type searchHoursOfOperationsOutput struct {
	HoursOfOperations     []hoursDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchHoursOfOperations finds hours by name, description, time zone and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchHoursOfOperations.html
func (s *Server) searchHoursOfOperations(ctx context.Context, in *searchHoursOfOperationsInput) (*searchHoursOfOperationsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" timeZone"); err != nil {
		return nil, err
	}
	out := &searchHoursOfOperationsOutput{HoursOfOperations: []hoursDetail{}}
	l := listing{"SearchHoursOfOperations", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	var found []*resource.Hours
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindHours, l,
		func(h *resource.Hours) bool {
			field := metaField(&h.Meta)
			return in.SearchFilter.match(h.Tags) && in.SearchCriteria.match(func(name string) (string, bool) {
				if name == "timezone" {
					return h.TimeZone, true
				}
				return field(name)
			})
		},
		func(h *resource.Hours) { found = append(found, h) })
	if err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		for _, h := range found {
			d := tellHours(at, h)
			if err := d.parents(t, at, h); err != nil {
				return err
			}
			out.HoursOfOperations = append(out.HoursOfOperations, *d)
		}
		return nil
	})
	return out, err
}
