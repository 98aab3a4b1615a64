package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updateHoursOfOperationOverrideInput struct {
	InstanceId                 string            `wire:"required,uri,len=1..100"`
	HoursOfOperationId         string            `wire:"required,uri"`
	HoursOfOperationOverrideId string            `wire:"required,uri,len=1..36"`
	Name                       string            `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,127}$"`
	Description                *string           `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,250}$"`
	Config                     []overrideOpening `wire:"items=0..100"`
	EffectiveFrom              string            `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	EffectiveTill              string            `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	OverrideType               string            `wire:"enum=STANDARD|OPEN|CLOSED"`
	RecurrenceConfig           *recurrence
}

// updateHoursOfOperationOverride changes an exception to hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateHoursOfOperationOverride.html
func (s *Server) updateHoursOfOperationOverride(ctx context.Context, in *updateHoursOfOperationOverrideInput) (*none, error) {
	recurs, err := in.RecurrenceConfig.read()
	if err != nil {
		return nil, err
	}
	config, err := readExceptions(in.Config)
	if err != nil {
		return nil, err
	}
	return s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(_ *store.Tx, _ place, h *resource.Hours) error {
		i, err := overrideAt(h, in.HoursOfOperationOverrideId)
		if err != nil {
			return err
		}
		o := &h.Overrides[i]
		if in.Name != "" {
			o.Name = in.Name
		}
		if in.Description != nil {
			o.Description = *in.Description
		}
		if in.Config != nil {
			o.Config = config
		}
		if in.EffectiveFrom != "" {
			o.From = in.EffectiveFrom
		}
		if in.EffectiveTill != "" {
			o.Till = in.EffectiveTill
		}
		if in.OverrideType != "" {
			o.Type = in.OverrideType
		}
		if recurs != nil {
			o.Recurs = recurs
		}
		if err := checkDates(o.From, o.Till); err != nil {
			return err
		}
		if err := checkException(o); err != nil {
			return err
		}
		return uniqueOverride(h, o.ID, o.Name)
	})
}
