package api

import (
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A userProficiency is how well an agent does what a predefined attribute names.
type userProficiency struct {
	AttributeName  string   `wire:"required,len=1..100"`
	AttributeValue string   `wire:"required,len=1..100"`
	Level          *float64 `wire:"required,range=1..5"`
}

// maxProficiencies is how many proficiencies an agent may have.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
const maxProficiencies = 10

// learn gives an agent proficiencies: new ones, or, with known, better or worse
// ones that he has.
func learn(t *store.Tx, at place, u *resource.User, list []userProficiency, known bool) error {
	for _, p := range list {
		i := proficiencyAt(u, p.AttributeName, p.AttributeValue)
		switch {
		case known && i < 0:
			return fault.New(fault.NotFound, "UserProficiencies: %s has no proficiency %s %s", quote(u.Name), quote(p.AttributeName), quote(p.AttributeValue))
		case known:
			u.Proficiencies[i].Level = *p.Level
			continue
		case i >= 0:
			return wire.Invalid("UserProficiencies", "%s has the proficiency %s %s already", quote(u.Name), quote(p.AttributeName), quote(p.AttributeValue))
		}
		a, err := attributeNamed(t, at, p.AttributeName)
		if err != nil {
			return err
		}
		if !slices.Contains(a.Values, p.AttributeValue) {
			return fault.New(fault.NotFound, "UserProficiencies: the predefined attribute %s has no value %s", quote(a.Name), quote(p.AttributeValue))
		}
		u.Proficiencies = append(u.Proficiencies, resource.Proficiency{Name: p.AttributeName, Value: p.AttributeValue, Level: *p.Level})
	}
	if len(u.Proficiencies) > maxProficiencies {
		return wire.Invalid("UserProficiencies", "at most %d proficiencies of an agent, not %d", maxProficiencies, len(u.Proficiencies))
	}
	return nil
}

func proficiencyAt(u *resource.User, name, value string) int {
	return slices.IndexFunc(u.Proficiencies, func(p resource.Proficiency) bool { return p.Name == name && p.Value == value })
}
