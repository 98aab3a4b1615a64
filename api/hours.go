package api

import (
	"fmt"
	"time"

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
		if o.Day == "" || o.StartTime == nil || o.EndTime == nil {
			return nil, wire.Invalid("Config", "an entry needs Day, StartTime and EndTime")
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
	RecurrencePattern *struct {
		Frequency           string `wire:"required,enum=WEEKLY|MONTHLY|YEARLY"`
		Interval            *int   `wire:"required,range=1..6"`
		ByMonth             []int  `wire:"item.range=1..12"`
		ByMonthDay          []int  `wire:"item.range=-1..31"`
		ByWeekdayOccurrence []int  `wire:"items=0..1,item.range=-1..4"`
	} `wire:"required"`
}

// checkKind refuses overrides of kinds that are not kept: ones that come back
// each week or year, and ones that only add or only take away hours.
func checkKind(kind string, recurs bool) error {
	switch {
	case recurs:
		return wire.Invalid("RecurrenceConfig", "recurring overrides are not served yet")
	case kind != "" && kind != "STANDARD":
		return wire.Invalid("OverrideType", "overrides of type %s are not served yet", kind)
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
