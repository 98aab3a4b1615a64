package api

import (
	"cmp"
	"context"
	"slices"

	"outdial/fault"
	"outdial/flow"
	"outdial/resource"
)

type describeHoursOfOperationOverrideInput struct {
	InstanceId                 string `wire:"required,uri,len=1..100"`
	HoursOfOperationId         string `wire:"required,uri"`
	HoursOfOperationOverrideId string `wire:"required,uri,len=1..36"`
}

type describeHoursOfOperationOverrideOutput struct{ HoursOfOperationOverride *overrideDetail }

type overrideDetail struct {
	HoursOfOperationOverrideId string `wire:"len=1..36"`
	HoursOfOperationId         string
	HoursOfOperationArn        string
	Name                       string            `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,127}$"`
	Description                string            `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,250}$"`
	Config                     []overrideOpening `wire:"items=0..100"`
	EffectiveFrom              string            `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	EffectiveTill              string            `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	RecurrenceConfig           *recurrence
	OverrideType               string `wire:"enum=STANDARD|OPEN|CLOSED"`
}

// describeHoursOfOperationOverride tells an exception to hours.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeHoursOfOperationOverride.html
func (s *Server) describeHoursOfOperationOverride(ctx context.Context, in *describeHoursOfOperationOverrideInput) (*describeHoursOfOperationOverrideOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	h, err := view[resource.Hours](ctx, s, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
	if err != nil {
		return nil, err
	}
	i, err := overrideAt(h, in.HoursOfOperationOverrideId)
	if err != nil {
		return nil, err
	}
	return &describeHoursOfOperationOverrideOutput{tellOverride(h, h.Overrides[i])}, nil
}

// overrideAt finds an override by its id.
func overrideAt(h *resource.Hours, id string) (int, error) {
	i := slices.IndexFunc(h.Overrides, func(o resource.HoursExcept) bool { return o.ID == id })
	if i < 0 {
		return i, fault.New(fault.NotFound, "HoursOfOperationOverrideId: %s has no override %s", quote(h.Name), quote(id))
	}
	return i, nil
}

func tellOverride(h *resource.Hours, o resource.HoursExcept) *overrideDetail {
	return &overrideDetail{o.ID, h.ID, h.ARN, o.Name, o.Description, tellExceptions(o.Config), o.From, o.Till, tellRecurrence(o.Recurs), cmp.Or(o.Type, flow.StandardOverride)}
}
