package api

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/store"
)

type searchHoursOfOperationOverridesInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *searchFilter
	SearchCriteria *overrideCriteria
}

type overrideCriteria struct {
	OrConditions    []overrideCriteria
	AndConditions   []overrideCriteria
	StringCondition *stringCondition
	DateCondition   *dateCondition
}

// A dateCondition compares a day of an override.
type dateCondition struct {
	FieldName      string
	Value          string `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	ComparisonType string `wire:"enum=GREATER_THAN|LESS_THAN|GREATER_THAN_OR_EQUAL_TO|LESS_THAN_OR_EQUAL_TO|EQUAL_TO"`
}

type searchHoursOfOperationOverridesOutput struct {
	HoursOfOperationOverrides []overrideDetail
	NextToken                 string `wire:"len=1..2500"`
	ApproximateTotalCount     *int64
}

// searchHoursOfOperationOverrides finds exceptions to hours by name, by their
// days, and by the tags of their hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchHoursOfOperationOverrides.html
func (s *Server) searchHoursOfOperationOverrides(ctx context.Context, in *searchHoursOfOperationOverridesInput) (*searchHoursOfOperationOverridesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields+" hoursOfOperationId"); err != nil {
		return nil, err
	}
	var all []*overrideDetail
	err = s.Store.View(ctx, func(t *store.Tx) error {
		return each(t, at.Instance, resource.KindHours, "", func(h *resource.Hours) bool {
			for _, o := range h.Overrides {
				if in.SearchFilter.match(h.Tags) && in.SearchCriteria.match(h, o) {
					all = append(all, tellOverride(h, o))
				}
			}
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	key := func(o *overrideDetail) string { return o.HoursOfOperationOverrideId }
	slices.SortFunc(all, func(a, b *overrideDetail) int { return cmp.Compare(key(a), key(b)) })
	total := int64(len(all))
	out := &searchHoursOfOperationOverridesOutput{HoursOfOperationOverrides: []overrideDetail{}, ApproximateTotalCount: &total}
	l := listing{"SearchHoursOfOperationOverrides", in.NextToken, in.MaxResults, listed,
		[]string{at.Instance, fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, err = part(s, l, all, key, func(o *overrideDetail) {
		out.HoursOfOperationOverrides = append(out.HoursOfOperationOverrides, *o)
	})
	return out, err
}

func (c *overrideCriteria) match(h *resource.Hours, o resource.HoursExcept) bool {
	if c == nil {
		return true
	}
	field := metaField(&resource.Meta{ID: o.ID, Name: o.Name, Description: o.Description})
	return c.StringCondition.match(func(name string) (string, bool) {
		if name == "hoursofoperationid" {
			return h.ID, true
		}
		return field(name)
	}) && c.DateCondition.match(o) &&
		allOf(c.AndConditions, func(c overrideCriteria) bool { return c.match(h, o) }) &&
		anyOf(c.OrConditions, func(c overrideCriteria) bool { return c.match(h, o) })
}

// match compares days, which sort as they are written.
func (c *dateCondition) match(o resource.HoursExcept) bool {
	if c == nil {
		return true
	}
	day, ok := map[string]string{"effectivefrom": o.From, "effectivetill": o.Till}[strings.ToLower(c.FieldName)]
	if !ok {
		return false
	}
	switch c.ComparisonType {
	case "GREATER_THAN":
		return day > c.Value
	case "LESS_THAN":
		return day < c.Value
	case "GREATER_THAN_OR_EQUAL_TO":
		return day >= c.Value
	case "LESS_THAN_OR_EQUAL_TO":
		return day <= c.Value
	}
	return day == c.Value
}
