package engine

import (
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// Inherit gives hours with the overrides of their parents, in the order in which
// these are named. A parent that is gone says nothing, and what a parent inherits
// itself stays with it. What h is is not changed.
func Inherit(t *store.Tx, h *resource.Hours) (*resource.Hours, error) {
	if len(h.Parents) == 0 {
		return h, nil
	}
	v := *h
	v.Inherited = nil
	for _, id := range h.Parents {
		p, err := store.Load[resource.Hours](t, resource.KindHours, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v.Inherited = append(v.Inherited, p.Overrides...)
	}
	return &v, nil
}
