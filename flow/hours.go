package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"outdial/resource"
)

// Types of overrides. API_HoursOfOperationOverride, OverrideType
const (
	StandardOverride = "STANDARD" // the day has these hours and no others
	OpenOverride     = "OPEN"     // these hours are added to the day's
	ClosedOverride   = "CLOSED"   // these hours are taken away from the day's
)

// wholeDay is the minutes of a day by the wall clock.
const wholeDay = 24 * 60

// A Span is a time of one day, in minutes of the wall clock since midnight. An
// End above 1440 is on the next day.
type Span struct{ Start, End int }

// A DayOverride is what one override says of one day.
type DayOverride struct {
	Name   string
	Closed bool // closed in that span, not open
	Span
}

// Open tells whether at lies within the hours, in their own time zone.
//
// A day on which a STANDARD override lies has the override's hours and no others;
// of several the one that begins last counts, and the hours' own ones before those
// of their parents. On all other days OPEN overrides add hours and CLOSED ones take
// them away; where both say something of one moment it is closed.
// https://docs.aws.amazon.com/connect/latest/adminguide/hours-of-operation-overrides.html
// An end that is not after its start is on the next day. Time zones are those of
// the machine, or of the program where it has them built in (time/tzdata); they are
// no state of ours.
func Open(h *resource.Hours, at time.Time) (bool, error) {
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		return false, err
	}
	local := at.In(zone)
	open := false
	// Hours of the day before may reach over midnight.
	for back := range 2 {
		day := time.Date(local.Year(), local.Month(), local.Day()-back, 12, 0, 0, 0, zone)
		plan, err := planOf(h, day)
		if err != nil {
			return false, err
		}
		for _, s := range plan.shut {
			if s.has(day, local, zone) {
				return false, nil
			}
		}
		open = open || slices.ContainsFunc(plan.open, func(s Span) bool { return s.has(day, local, zone) })
	}
	return open, nil
}

// OnDay gives the spans of a day in which it is open, sorted and joined, and what
// overrides had to do with it.
func OnDay(h *resource.Hours, day time.Time) ([]Span, []DayOverride, error) {
	plan, err := planOf(h, day)
	if err != nil {
		return nil, nil, err
	}
	return without(joined(plan.open), plan.shut), plan.by, nil
}

// A plan is what is said of one day.
type plan struct {
	open, shut []Span
	by         []DayOverride
}

func planOf(h *resource.Hours, day time.Time) (p plan, err error) {
	if std := standardOn(h, day); std != nil {
		p.open, err = spansOn(std.Config, day)
		for _, s := range p.open {
			p.by = append(p.by, DayOverride{std.Name, false, s})
		}
		if len(p.open) == 0 {
			p.by = append(p.by, DayOverride{std.Name, true, Span{0, wholeDay}})
		}
		return p, err
	}
	if p.open, err = spansOn(h.Config, day); err != nil {
		return p, err
	}
	for _, list := range [][]resource.HoursExcept{h.Overrides, h.Inherited} {
		for i := range list {
			o := &list[i]
			if o.Type != OpenOverride && o.Type != ClosedOverride || !falls(o, day) {
				continue
			}
			spans, err := spansOn(o.Config, day)
			if err != nil {
				return p, err
			}
			if o.Type == ClosedOverride && len(o.Config) == 0 {
				spans = []Span{{0, wholeDay}}
			}
			for _, s := range spans {
				p.by = append(p.by, DayOverride{o.Name, o.Type == ClosedOverride, s})
			}
			if o.Type == ClosedOverride {
				p.shut = append(p.shut, spans...)
			} else {
				p.open = append(p.open, spans...)
			}
		}
	}
	return p, nil
}

// standardOn gives the override whose hours a day has; nil where there is none.
func standardOn(h *resource.Hours, day time.Time) (found *resource.HoursExcept) {
	for _, list := range [][]resource.HoursExcept{h.Overrides, h.Inherited} {
		for i := range list {
			o := &list[i]
			if (o.Type == "" || o.Type == StandardOverride) && falls(o, day) && (found == nil || o.From >= found.From) {
				found = o
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// falls tells whether an override lies on a day.
func falls(o *resource.HoursExcept, day time.Time) bool {
	date := day.Format(time.DateOnly)
	if date < o.From || date > o.Till {
		return false
	}
	return o.Recurs == nil || recurs(o, day)
}

// recurs tells whether a recurring override comes back on a day. Weeks, months and
// years are counted from the one in which it takes effect.
// API_RecurrencePattern
func recurs(o *resource.HoursExcept, day time.Time) bool {
	first, err := time.Parse(time.DateOnly, o.From)
	if err != nil {
		return false
	}
	r, every := o.Recurs, max(1, o.Recurs.Interval)
	months := 12*(day.Year()-first.Year()) + int(day.Month()-first.Month())
	switch r.Frequency {
	case "WEEKLY":
		// By the calendar alone: a day of the wall clock is not always 24 hours.
		today := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
		days := int(today.Sub(first).Hours())/24 + int(first.Weekday())
		return days/7%every == 0 && onWeekday(o, day)
	case "MONTHLY":
		return months%every == 0 && inMonth(o, first, day)
	}
	month := r.Month
	if month == 0 {
		month = int(first.Month())
	}
	return (day.Year()-first.Year())%every == 0 && int(day.Month()) == month && inMonth(o, first, day)
}

// inMonth tells whether it is the day of a month, or the weekday of a month, on
// which an override comes back; that of its first day, where it names none. A day
// that a month has not is left out.
func inMonth(o *resource.HoursExcept, first, day time.Time) bool {
	last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	switch r := o.Recurs; {
	case r.Occurrence > 0:
		return (day.Day()-1)/7 == r.Occurrence-1 && onWeekday(o, day)
	case r.Occurrence < 0:
		return last-day.Day() < 7 && onWeekday(o, day)
	case r.MonthDay < 0:
		return day.Day() == last
	case r.MonthDay > 0:
		return day.Day() == r.MonthDay
	}
	return day.Day() == first.Day()
}

// onWeekday tells whether an override has something to say of a weekday.
func onWeekday(o *resource.HoursExcept, day time.Time) bool {
	return len(o.Config) == 0 || slices.ContainsFunc(o.Config, func(c resource.HoursOfDay) bool { return onDay(c, day) })
}

// onDay tells whether an opening is one of a day; one that names no day is one of all.
func onDay(c resource.HoursOfDay, day time.Time) bool {
	return c.Day == "" || strings.EqualFold(c.Day, day.Weekday().String())
}

// spansOn gives the openings of one day.
func spansOn(config []resource.HoursOfDay, day time.Time) (out []Span, err error) {
	for _, c := range config {
		var s Span
		if s.Start, err = minutes(c.Start); err != nil {
			return nil, err
		}
		if s.End, err = minutes(c.End); err != nil {
			return nil, err
		}
		if s.End <= s.Start {
			s.End += wholeDay
		}
		if onDay(c, day) {
			out = append(out, s)
		}
	}
	return out, nil
}

// minutes reads a time of the wall clock, "09:00".
func minutes(clock string) (int, error) {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day: %w", clock, err)
	}
	return 60*c.Hour() + c.Minute(), nil
}

// has tells whether local lies in a span of a day. Times of the wall clock are
// taken on that very day, so a change of the clocks moves them along.
func (s Span) has(day, local time.Time, zone *time.Location) bool {
	at := func(minute int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, zone)
	}
	return !local.Before(at(s.Start)) && local.Before(at(s.End))
}

// joined sorts spans, and makes one of those that touch.
func joined(list []Span) (out []Span) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Span) int { return a.Start - b.Start })
	for _, s := range list {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// without takes spans away from others.
func without(list, away []Span) []Span {
	for _, a := range away {
		var left []Span
		for _, s := range list {
			if s.Start < min(a.Start, s.End) {
				left = append(left, Span{s.Start, min(a.Start, s.End)})
			}
			if s.End > max(a.End, s.Start) {
				left = append(left, Span{max(a.End, s.Start), s.End})
			}
		}
		list = left
	}
	return list
}
