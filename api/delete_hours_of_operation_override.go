package api

import (
	"context"
	"slices"

	"outdial/resource"
	"outdial/store"
)

type deleteHoursOfOperationOverrideInput struct {
	InstanceId                 string `wire:"required,uri,len=1..100"`
	HoursOfOperationId         string `wire:"required,uri"`
	HoursOfOperationOverrideId string `wire:"required,uri,len=1..36"`
}

// deleteHoursOfOperationOverride takes an exception off hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteHoursOfOperationOverride.html
func (s *Server) deleteHoursOfOperationOverride(ctx context.Context, in *deleteHoursOfOperationOverrideInput) (*none, error) {
	return s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(_ *store.Tx, _ place, h *resource.Hours) error {
		i, err := overrideAt(h, in.HoursOfOperationOverrideId)
		if err == nil {
			h.Overrides = slices.Delete(h.Overrides, i, i+1)
		}
		return err
	})
}
