package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type createHoursOfOperationOverrideInput struct {
	InstanceId         string            `wire:"required,uri,len=1..100"`
	HoursOfOperationId string            `wire:"required,uri"`
	Name               string            `wire:"required,pattern=^[\\P{C}\\r\\n\\t]{1,127}$"`
	Description        string            `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,250}$"`
	Config             []overrideOpening `wire:"required,items=0..100"`
	EffectiveFrom      string            `wire:"required,pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	EffectiveTill      string            `wire:"required,pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	OverrideType       string            `wire:"enum=STANDARD|OPEN|CLOSED"`
	RecurrenceConfig   *recurrence
}

type createHoursOfOperationOverrideOutput struct {
	HoursOfOperationOverrideId string `wire:"len=1..36"`
}

// createHoursOfOperationOverride makes an exception to hours, for some days.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateHoursOfOperationOverride.html
func (s *Server) createHoursOfOperationOverride(ctx context.Context, in *createHoursOfOperationOverrideInput) (*createHoursOfOperationOverrideOutput, error) {
	if err := checkDates(in.EffectiveFrom, in.EffectiveTill); err != nil {
		return nil, err
	}
	o := resource.HoursExcept{
		ID: newID(), Name: in.Name, Description: in.Description,
		From: in.EffectiveFrom, Till: in.EffectiveTill, Type: in.OverrideType,
	}
	var err error
	if o.Recurs, err = in.RecurrenceConfig.read(); err != nil {
		return nil, err
	}
	if o.Config, err = readExceptions(in.Config); err != nil {
		return nil, err
	}
	if err := checkException(&o); err != nil {
		return nil, err
	}
	_, err = s.editHours(ctx, in.InstanceId, in.HoursOfOperationId, func(_ *store.Tx, _ place, h *resource.Hours) error {
		if err := uniqueOverride(h, o.ID, o.Name); err != nil {
			return err
		}
		if len(h.Overrides) >= maxOverrides {
			return wire.Errorf("LimitExceeded", "at most %d overrides of one hours of operation", maxOverrides)
		}
		h.Overrides = append(h.Overrides, o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &createHoursOfOperationOverrideOutput{o.ID}, nil
}

// maxOverrides is how many overrides hours may have.
const maxOverrides = 50

// uniqueOverride refuses a name that another override has.
func uniqueOverride(h *resource.Hours, id, name string) error {
	for _, o := range h.Overrides {
		if o.Name == name && o.ID != id {
			return wire.Errorf("DuplicateResource", "Name: another override of these hours is called %s", quote(name))
		}
	}
	return nil
}
