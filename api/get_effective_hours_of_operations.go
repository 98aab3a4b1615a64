package api

import (
	"context"
	"time"

	"outdial/engine"
	"outdial/flow"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type getEffectiveHoursOfOperationsInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	HoursOfOperationId string `wire:"required,uri"`
	FromDate           string `wire:"required,query=fromDate,pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	ToDate             string `wire:"required,query=toDate,pattern=^\\d{4}-\\d{2}-\\d{2}$"`
}

type getEffectiveHoursOfOperationsOutput struct {
	EffectiveHoursOfOperationList []effectiveHours
	EffectiveOverrideHoursList    []effectiveOverride
	TimeZone                      string
}

type effectiveHours struct {
	Date             string `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	OperationalHours []effectiveSpan
}

type effectiveSpan struct{ Start, End *clockTime }

type effectiveOverride struct {
	Date          string `wire:"pattern=^\\d{4}-\\d{2}-\\d{2}$"`
	OverrideHours []overrideSpan
}

type overrideSpan struct {
	Start             *clockTime
	End               *clockTime
	OverrideName      string `wire:"pattern=^[\\P{C}\\r\\n\\t]{1,127}$"`
	OperationalStatus string `wire:"enum=OPEN|CLOSED"`
}

// maxEffective is how many days one call may ask for.
const maxEffective = 366

// getEffectiveHoursOfOperations tells when it is open on each day of a range,
// with the overrides taken in.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_GetEffectiveHoursOfOperations.html
func (s *Server) getEffectiveHoursOfOperations(ctx context.Context, in *getEffectiveHoursOfOperationsInput) (*getEffectiveHoursOfOperationsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	from, err := time.Parse(time.DateOnly, in.FromDate)
	if err != nil {
		return nil, wire.OutOfBounds("FromDate", "%s is no day", quote(in.FromDate))
	}
	to, err := time.Parse(time.DateOnly, in.ToDate)
	if err != nil {
		return nil, wire.OutOfBounds("ToDate", "%s is no day", quote(in.ToDate))
	}
	if to.Before(from) || to.Sub(from) > maxEffective*24*time.Hour {
		return nil, wire.Invalid("ToDate", "must be on FromDate or up to %d days behind it", maxEffective)
	}
	h, err := s.effective(ctx, at, in.HoursOfOperationId)
	if err != nil {
		return nil, err
	}
	out := &getEffectiveHoursOfOperationsOutput{
		EffectiveHoursOfOperationList: []effectiveHours{}, EffectiveOverrideHoursList: []effectiveOverride{}, TimeZone: h.TimeZone,
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		if err := out.add(h, day); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// effective reads hours with what they inherit.
func (s *Server) effective(ctx context.Context, at place, ref string) (h *resource.Hours, err error) {
	err = s.Store.View(ctx, func(t *store.Tx) error {
		if h, err = find[resource.Hours](t, at, "HoursOfOperationId", ref, resource.KindHours); err == nil {
			h, err = engine.Inherit(t, h)
		}
		return err
	})
	return h, err
}

// add adds one day.
func (out *getEffectiveHoursOfOperationsOutput) add(h *resource.Hours, day time.Time) error {
	open, by, err := flow.OnDay(h, day)
	if err != nil {
		return err
	}
	date := day.Format(time.DateOnly)
	spans := []effectiveSpan{}
	for _, o := range open {
		spans = append(spans, effectiveSpan{clockOf(o.Start), clockOf(o.End)})
	}
	out.EffectiveHoursOfOperationList = append(out.EffectiveHoursOfOperationList, effectiveHours{date, spans})
	if len(by) == 0 {
		return nil
	}
	e := effectiveOverride{Date: date}
	for _, o := range by {
		status := "OPEN"
		if o.Closed {
			status = "CLOSED"
		}
		e.OverrideHours = append(e.OverrideHours, overrideSpan{clockOf(o.Start), clockOf(o.End), o.Name, status})
	}
	out.EffectiveOverrideHoursList = append(out.EffectiveOverrideHoursList, e)
	return nil
}

// clockOf is a minute of a day as a time of the wall clock: midnight at its end is
// 00:00, and what is behind it is on the next day.
func clockOf(minute int) *clockTime {
	h, m := minute/60%24, minute%60
	return &clockTime{&h, &m}
}
