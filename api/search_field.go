package api

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"outdial/wire"
)

// What searches name of each kind of thing, as the API reference spells it; case
// does not matter.
const (
	plainFields    = "name description id resourceId arn resourceArn" // of every resource
	dateFields     = "EffectiveFrom EffectiveTill"
	levelFields    = "level limit" // API_NumberCondition
	proficientOnes = "attributeName attributeValue"
)

// searchable refuses criteria that name a field which is none: they would find
// nothing, and nobody would learn why.
func searchable(criteria any, fields string) error {
	return namedFields(reflect.ValueOf(criteria), "SearchCriteria", fields)
}

func namedFields(v reflect.Value, at, fields string) error {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return namedFields(v.Elem(), at, fields)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := namedFields(v.Index(i), fmt.Sprintf("%s[%d]", at, i), fields); err != nil {
				return err
			}
		}
	case reflect.Struct:
		switch c := v.Interface().(type) {
		case stringCondition:
			return namedField(c.FieldName, at, fields)
		case dateCondition:
			return namedField(c.FieldName, at, dateFields)
		case numberCondition:
			return namedField(c.FieldName, at, levelFields)
		case listCondition:
			fields = proficientOnes
		}
		for i := range v.NumField() {
			if err := namedFields(v.Field(i), at+"."+v.Type().Field(i).Name, fields); err != nil {
				return err
			}
		}
	}
	return nil
}

func namedField(name, at, fields string) error {
	allowed := strings.Fields(fields)
	if slices.ContainsFunc(allowed, func(s string) bool { return strings.EqualFold(s, name) }) {
		return nil
	}
	return wire.OutOfBounds(at+".FieldName", "must be one of %s, not %s", strings.Join(allowed, ", "), quote(name))
}
