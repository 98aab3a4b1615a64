package api

import (
	"fmt"
	"slices"
	"time"

	"outdial/flow"
	"outdial/resource"
	"outdial/wire"
)

// An opening is one opening of a day, as requests and answers spell it. An end
// of 00:00 is midnight at the end of the day.
type opening struct {
	Day       string     `wire:"required,enum=SUNDAY|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY"`
	StartTime *clockTime `wire:"required"`
	EndTime   *clockTime `wire:"required"`
}

// A clockTime is a time of day.
type clockTime struct {
	Hours   *int `wire:"required,range=0..23"`
	Minutes *int `wire:"required,range=0..59"`
}

// An overrideOpening is an opening of a day that is an exception.
type overrideOpening struct {
	Day       string `wire:"enum=SUNDAY|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY"`
	StartTime *clockTime
	EndTime   *clockTime
}

func (c *clockTime) String() string { return fmt.Sprintf("%02d:%02d", *c.Hours, *c.Minutes) }

// readClock reads what we keep of a time of day.
func readClock(s string) *clockTime {
	var h, m int
	if _, err := fmt.Sscanf(s, "%d:%d", &h, &m); err != nil {
		return nil
	}
	return &clockTime{&h, &m}
}

// readOpenings reads the openings of a week.
func readOpenings(in []opening) []resource.HoursOfDay {
	out := make([]resource.HoursOfDay, 0, len(in))
	for _, o := range in {
		out = append(out, resource.HoursOfDay{Day: o.Day, Start: o.StartTime.String(), End: o.EndTime.String()})
	}
	return out
}

func tellOpenings(in []resource.HoursOfDay) []opening {
	out := make([]opening, 0, len(in))
	for _, o := range in {
		out = append(out, opening{o.Day, readClock(o.Start), readClock(o.End)})
	}
	return out
}

// readExceptions reads the openings of an override: none is closed.
func readExceptions(in []overrideOpening) ([]resource.HoursOfDay, error) {
	out := make([]resource.HoursOfDay, 0, len(in))
	for _, o := range in {
		if o.StartTime == nil || o.EndTime == nil {
			return nil, wire.Invalid("Config", "an entry needs StartTime and EndTime")
		}
		out = append(out, resource.HoursOfDay{Day: o.Day, Start: o.StartTime.String(), End: o.EndTime.String()})
	}
	return out, nil
}

func tellExceptions(in []resource.HoursOfDay) []overrideOpening {
	out := make([]overrideOpening, 0, len(in))
	for _, o := range in {
		out = append(out, overrideOpening{o.Day, readClock(o.Start), readClock(o.End)})
	}
	return out
}

// A recurrence says when an override comes back.
type recurrence struct {
	RecurrencePattern *recurrencePattern `wire:"required"`
}

type recurrencePattern struct {
	Frequency           string `wire:"required,enum=WEEKLY|MONTHLY|YEARLY"`
	Interval            *int   `wire:"required,range=1..6"`
	ByMonth             []int  `wire:"item.range=1..12"`
	ByMonthDay          []int  `wire:"item.range=-1..31"`
	ByWeekdayOccurrence []int  `wire:"items=0..1,item.range=-1..4"`
}

// read reads a recurrence; nil is none. Each of its lists takes one value, and a
// day of the month and a weekday of the month exclude each other.
func (r *recurrence) read() (*resource.Recurrence, error) {
	if r == nil {
		return nil, nil
	}
	const field = "RecurrenceConfig.RecurrencePattern."
	p := r.RecurrencePattern
	out := &resource.Recurrence{Frequency: p.Frequency, Interval: *p.Interval}
	for _, m := range []struct {
		name string
		list []int
		to   *int
	}{{"ByMonth", p.ByMonth, &out.Month}, {"ByMonthDay", p.ByMonthDay, &out.MonthDay}, {"ByWeekdayOccurrence", p.ByWeekdayOccurrence, &out.Occurrence}} {
		switch {
		case len(m.list) > 1:
			return nil, wire.Invalid(field+m.name, "one value, not %d", len(m.list))
		case len(m.list) == 1 && m.list[0] == 0:
			return nil, wire.OutOfBounds(field+m.name, "0 is none")
		case len(m.list) == 1:
			*m.to = m.list[0]
		}
	}
	switch {
	case out.Month != 0 && out.Frequency != "YEARLY":
		return nil, wire.Invalid(field+"ByMonth", "for YEARLY alone, not %s", out.Frequency)
	case out.Frequency == "WEEKLY" && (out.MonthDay != 0 || out.Occurrence != 0):
		return nil, wire.Invalid(field+"Frequency", "ByMonthDay and ByWeekdayOccurrence are for MONTHLY and YEARLY")
	case out.MonthDay != 0 && out.Occurrence != 0:
		return nil, wire.Invalid(field+"ByMonthDay", "not together with ByWeekdayOccurrence")
	}
	return out, nil
}

func tellRecurrence(r *resource.Recurrence) *recurrence {
	if r == nil {
		return nil
	}
	one := func(n int) []int {
		if n == 0 {
			return nil
		}
		return []int{n}
	}
	return &recurrence{&recurrencePattern{r.Frequency, &r.Interval, one(r.Month), one(r.MonthDay), one(r.Occurrence)}}
}

// checkException refuses overrides that would say nothing.
func checkException(o *resource.HoursExcept) error {
	named := slices.ContainsFunc(o.Config, func(c resource.HoursOfDay) bool { return c.Day != "" })
	switch {
	case o.Type == flow.OpenOverride && len(o.Config) == 0:
		return wire.Invalid("Config", "an override of type OPEN needs the hours that it adds")
	case o.Recurs != nil && o.Recurs.Frequency == "WEEKLY" && !named:
		return wire.Invalid("Config", "what comes back WEEKLY needs a Day")
	case o.Recurs != nil && o.Recurs.Occurrence != 0 && !named:
		return wire.Invalid("Config", "ByWeekdayOccurrence needs the Day of which it is an occurrence")
	}
	return nil
}

// checkZone refuses a time zone that is none.
func checkZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return wire.Invalid("TimeZone", "%s is no time zone of the IANA's", quote(name))
	}
	return nil
}

// checkDates refuses days that are none, and a range that ends before it begins.
func checkDates(from, till string) error {
	f, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return wire.OutOfBounds("EffectiveFrom", "%s is no day", quote(from))
	}
	t, err := time.Parse(time.DateOnly, till)
	if err != nil {
		return wire.OutOfBounds("EffectiveTill", "%s is no day", quote(till))
	}
	if t.Before(f) {
		return wire.Invalid("EffectiveTill", "%s is before EffectiveFrom, %s", till, from)
	}
	return nil
}
