package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/store"
)

// A tagFilter selects by tags: one condition, all of several, or one of several
// groups of which all must hold.
type tagFilter struct {
	OrConditions  [][]tagCondition
	AndConditions []tagCondition
	TagCondition  *tagCondition
}

type tagCondition struct {
	TagKey   string
	TagValue string
}

// match tells whether tags meet the filter; an empty one selects all.
func (f *tagFilter) match(tags map[string]string) bool {
	if f == nil {
		return true
	}
	if f.TagCondition != nil && !f.TagCondition.match(tags) {
		return false
	}
	if !matchAll(f.AndConditions, tags) {
		return false
	}
	for _, group := range f.OrConditions {
		if matchAll(group, tags) {
			return true
		}
	}
	return len(f.OrConditions) == 0
}

func matchAll(list []tagCondition, tags map[string]string) bool {
	for _, c := range list {
		if !c.match(tags) {
			return false
		}
	}
	return true
}

func (c tagCondition) match(tags map[string]string) bool {
	v, ok := tags[c.TagKey]
	return ok && (c.TagValue == "" || c.TagValue == v)
}

// A stringCondition compares a field of a resource.
type stringCondition struct {
	FieldName      string
	Value          string
	ComparisonType string `wire:"enum=STARTS_WITH|CONTAINS|EXACT"`
}

// match compares without regard to case; a field that the resource has not never fits.
func (c *stringCondition) match(field func(name string) (string, bool)) bool {
	if c == nil {
		return true
	}
	v, ok := field(strings.ToLower(c.FieldName))
	if !ok {
		return false
	}
	return c.fits(v)
}

// matchList is match for criteria that know one field of several values beside
// the others: one of them must fit.
func (c *stringCondition) matchList(name string, values []string, field func(string) (string, bool)) bool {
	if c == nil || strings.ToLower(c.FieldName) != name {
		return c.match(field)
	}
	return slices.ContainsFunc(values, c.fits)
}

// fits compares one value.
func (c *stringCondition) fits(v string) bool {
	v, want := strings.ToLower(v), strings.ToLower(c.Value)
	switch c.ComparisonType {
	case "STARTS_WITH":
		return strings.HasPrefix(v, want)
	case "CONTAINS":
		return strings.Contains(v, want)
	}
	return v == want
}

// anyOf tells whether one of list holds; none at all asks for nothing.
func anyOf[C any](list []C, holds func(C) bool) bool {
	for _, c := range list {
		if holds(c) {
			return true
		}
	}
	return len(list) == 0
}

// allOf tells whether all of list hold.
func allOf[C any](list []C, holds func(C) bool) bool {
	for _, c := range list {
		if !holds(c) {
			return false
		}
	}
	return true
}

// metaField gives the fields of a resource that searches name.
func metaField(m *resource.Meta) func(string) (string, bool) {
	return func(name string) (string, bool) {
		switch name {
		case "name":
			return m.Name, true
		case "description":
			return m.Description, true
		case "id", "resourceid":
			return m.ID, true
		case "arn", "resourcearn":
			return m.ARN, true
		}
		return "", false
	}
}

// fieldOf is metaField with one field more.
func fieldOf(m *resource.Meta, more, value string) func(string) (string, bool) {
	field := metaField(m)
	return func(name string) (string, bool) {
		if name == more {
			return value, true
		}
		return field(name)
	}
}

// search is list, and counts all that fits.
func search[T any, P document[T]](ctx context.Context, s *Server, at place, kind resource.Kind, l listing, keep func(P) bool, tell func(P)) (string, *int64, error) {
	next, err := list[T](ctx, s, at, kind, l, keep, tell)
	if err != nil {
		return "", nil, err
	}
	var total int64
	err = s.Store.View(ctx, func(t *store.Tx) error {
		return each(t, at.Instance, kind, "", func(v P) bool {
			if keep(v) {
				total++
			}
			return true
		})
	})
	return next, &total, err
}

// A searchFilter narrows a search by tags.
type searchFilter struct{ TagFilter *tagFilter }

func (f *searchFilter) match(tags map[string]string) bool { return f == nil || f.TagFilter.match(tags) }

// metaCriteria are search criteria that know nothing but what every resource has.
type metaCriteria struct {
	OrConditions    []metaCriteria
	AndConditions   []metaCriteria
	StringCondition *stringCondition
}

func (c *metaCriteria) match(field func(string) (string, bool)) bool {
	return c.matchList("", nil, field)
}

// matchList is match with one field more, of several values.
func (c *metaCriteria) matchList(name string, values []string, field func(string) (string, bool)) bool {
	return c == nil || c.StringCondition.matchList(name, values, field) &&
		allOf(c.AndConditions, func(c metaCriteria) bool { return c.matchList(name, values, field) }) &&
		anyOf(c.OrConditions, func(c metaCriteria) bool { return c.matchList(name, values, field) })
}

// An attributeSearchFilter narrows a search by tags, in the form that has groups
// of conditions.
type attributeSearchFilter struct{ AttributeFilter *attributeFilter }

type attributeFilter struct {
	OrConditions []attributeAnd
	AndCondition *attributeAnd
	TagCondition *tagCondition
}

type attributeAnd struct{ TagConditions []tagCondition }

// match tells whether tags meet the filter; none selects all.
func (f *attributeSearchFilter) match(tags map[string]string) bool {
	if f == nil || f.AttributeFilter == nil {
		return true
	}
	a := f.AttributeFilter
	return (a.TagCondition == nil || a.TagCondition.match(tags)) &&
		(a.AndCondition == nil || matchAll(a.AndCondition.TagConditions, tags)) &&
		anyOf(a.OrConditions, func(c attributeAnd) bool { return matchAll(c.TagConditions, tags) })
}
