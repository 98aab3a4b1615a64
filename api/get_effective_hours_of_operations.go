package api

import (
	"context"
	"strings"
	"time"

	"outdial/resource"
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
	h, err := view[resource.Hours](ctx, s, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
	if err != nil {
		return nil, err
	}
	out := &getEffectiveHoursOfOperationsOutput{
		EffectiveHoursOfOperationList: []effectiveHours{}, EffectiveOverrideHoursList: []effectiveOverride{}, TimeZone: h.TimeZone,
	}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		out.add(h, day)
	}
	return out, nil
}

// add adds one day.
func (out *getEffectiveHoursOfOperationsOutput) add(h *resource.Hours, day time.Time) {
	date := day.Format(time.DateOnly)
	open, by := h.Config, ""
	for _, o := range h.Overrides {
		if o.From <= date && date <= o.Till {
			open, by = o.Config, o.Name
		}
	}
	spans := []effectiveSpan{}
	for _, o := range open {
		if o.Day == strings.ToUpper(day.Weekday().String()) {
			spans = append(spans, effectiveSpan{readClock(o.Start), readClock(o.End)})
		}
	}
	out.EffectiveHoursOfOperationList = append(out.EffectiveHoursOfOperationList, effectiveHours{date, spans})
	if by == "" {
		return
	}
	e := effectiveOverride{Date: date, OverrideHours: []overrideSpan{}}
	for _, span := range spans {
		e.OverrideHours = append(e.OverrideHours, overrideSpan{span.Start, span.End, by, "OPEN"})
	}
	if len(spans) == 0 {
		e.OverrideHours = append(e.OverrideHours, overrideSpan{readClock("00:00"), readClock("00:00"), by, "CLOSED"})
	}
	out.EffectiveOverrideHoursList = append(out.EffectiveOverrideHoursList, e)
}
