package api

import (
	"context"
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

type disassociateHoursOfOperationsInput struct {
	InstanceId                string   `wire:"required,uri,len=1..100"`
	HoursOfOperationId        string   `wire:"required,uri"`
	ParentHoursOfOperationIds []string `wire:"required,items=1..3"`
}

// disassociateHoursOfOperations ends that hours inherit overrides of others.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateHoursOfOperations.html
func (s *Server) disassociateHoursOfOperations(ctx context.Context, in *disassociateHoursOfOperationsInput) (*none, error) {
	return s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(_ *store.Tx, at place, h *resource.Hours) error {
		for _, ref := range in.ParentHoursOfOperationIds {
			id, err := at.ID("ParentHoursOfOperationIds", ref, string(resource.KindHours))
			if err != nil {
				return err
			}
			i := slices.Index(h.Parents, id)
			if i < 0 {
				return fault.New(fault.NotFound, "ParentHoursOfOperationIds: %s does not inherit from %s", quote(h.Name), quote(ref))
			}
			h.Parents = slices.Delete(h.Parents, i, i+1)
		}
		return nil
	})
}
