package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type associateHoursOfOperationsInput struct {
	InstanceId                    string        `wire:"required,uri,len=1..100"`
	HoursOfOperationId            string        `wire:"required,uri"`
	ParentHoursOfOperationConfigs []parentHours `wire:"required,items=0..3"`
}

// associateHoursOfOperations lets hours inherit the overrides of other hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateHoursOfOperations.html
func (s *Server) associateHoursOfOperations(ctx context.Context, in *associateHoursOfOperationsInput) (*none, error) {
	return s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(t *store.Tx, at place, h *resource.Hours) error {
		return inherit(t, at, h, in.ParentHoursOfOperationConfigs)
	})
}

// A parentHours names hours whose overrides hold for others, too.
type parentHours struct{ HoursOfOperationId string }

// maxParents is how many hours others may inherit from.
const maxParents = 3

// inherit adds parents to hours. One that is there already stays where it is.
func inherit(t *store.Tx, at place, h *resource.Hours, parents []parentHours) error {
	const field = "ParentHoursOfOperationConfigs"
	for _, c := range parents {
		p, err := find[resource.Hours](t, at, field, c.HoursOfOperationId, resource.KindHours)
		if err != nil {
			return err
		}
		if p.ID == h.ID {
			return wire.Invalid(field, "%s cannot inherit from itself", quote(h.Name))
		}
		if !slices.Contains(h.Parents, p.ID) {
			h.Parents = append(h.Parents, p.ID)
		}
	}
	if len(h.Parents) > maxParents {
		return wire.Errorf("ServiceQuotaExceeded", "%s: at most %d parents, not %d", field, maxParents, len(h.Parents))
	}
	return nil
}
