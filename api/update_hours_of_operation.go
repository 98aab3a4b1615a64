package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateHoursOfOperationInput struct {
	InstanceId         string  `wire:"required,uri,len=1..100"`
	HoursOfOperationId string  `wire:"required,uri"`
	Name               *string `wire:"len=1..127"`
	Description        *string `wire:"len=0..250"`
	TimeZone           *string
	Config             []opening `wire:"items=0..100"`
}

// updateHoursOfOperation changes hours of operation.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateHoursOfOperation.html
func (s *Server) updateHoursOfOperation(ctx context.Context, in *updateHoursOfOperationInput) (*none, error) {
	if in.TimeZone != nil {
		if err := checkZone(*in.TimeZone); err != nil {
			return nil, err
		}
	}
	return s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(_ *store.Tx, _ place, h *resource.Hours) error {
		rename(&h.Meta, in.Name, in.Description)
		if in.TimeZone != nil {
			h.TimeZone = *in.TimeZone
		}
		if in.Config != nil {
			h.Config = readOpenings(in.Config)
		}
		return nil
	})
}

// editHours changes hours of operation.
func (s *Server) editHours(ctx context.Context, instance, ref string, fn func(*store.Tx, place, *resource.Hours) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "HoursOfOperationId", ref, resource.KindHours, func(t *store.Tx, h *resource.Hours) error { return fn(t, at, h) })
}
