package flow

import (
	"strings"
	"time"

	"outdial/resource"
)

// checkHoursOfOperation asks whether it is within the hours of the target queue,
// or of those that are named.
var checkHoursOfOperation = Spec{
	Doc:     docs + "flow-control-actions-checkhoursofoperation.html",
	Params:  []Param{{Name: "HoursOfOperationId", Use: J, Ref: resource.KindHours}},
	Errors:  []ErrorRule{{Type: noMatch}},
	Results: []ResultRule{{Ops: equals, Operands: []string{"True", "False"}, Require: []string{"True", "False"}}},
	Flows:   I | Q | TA | TQ | MOD,
	Run:     runCheckHoursOfOperation,
}

func runCheckHoursOfOperation(t *Turn) Next {
	ref := t.Text("HoursOfOperationId")
	if ref == "" {
		q, err := t.World.Queue(t.Contact.Target)
		if err != nil || t.Contact.Target == "" {
			return t.Fail(noMatch, "no hours are named, and no target queue is set")
		}
		ref = q.Hours
	}
	h, err := t.World.Hours(ref)
	if err != nil {
		return t.Fail(noMatch, "the hours of operation \""+ref+"\" are not there")
	}
	open, err := Open(h, t.At)
	if err != nil {
		return t.Fail(noMatch, "the hours of operation \""+h.Name+"\" cannot be read: "+err.Error())
	}
	if open {
		return t.Match("True")
	}
	return t.Match("False")
}

// Open tells whether at lies within the hours, in their own time zone. A day on
// which an override lies has the override's hours and no others; where several
// lie on it the one that begins last counts. An end that is not after its start
// is on the next day.
// Time zones are those of the machine, or of the program where it has them built
// in (time/tzdata); they are no state of ours.
func Open(h *resource.Hours, at time.Time) (bool, error) {
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		return false, err
	}
	local := at.In(zone)
	// Hours of the day before may reach over midnight.
	for back := range 2 {
		day := time.Date(local.Year(), local.Month(), local.Day()-back, 12, 0, 0, 0, zone)
		for _, o := range hoursOn(h, day) {
			open, err := within(o, day, local, zone)
			if err != nil || open {
				return open, err
			}
		}
	}
	return false, nil
}

// hoursOn gives the openings of one day.
func hoursOn(h *resource.Hours, day time.Time) []resource.HoursOfDay {
	date := day.Format(time.DateOnly)
	from, config := "", h.Config
	for _, o := range h.Overrides {
		if o.From <= date && date <= o.Till && o.From >= from {
			from, config = o.From, o.Config
		}
	}
	var out []resource.HoursOfDay
	for _, c := range config {
		if strings.EqualFold(c.Day, day.Weekday().String()) {
			out = append(out, c)
		}
	}
	return out
}

// within tells whether local lies in an opening of that day. Times of the wall
// clock are taken on that very day, so a change of the clocks moves them along.
func within(o resource.HoursOfDay, day, local time.Time, zone *time.Location) (bool, error) {
	start, err := onDay(o.Start, day, zone)
	if err != nil {
		return false, err
	}
	end, err := onDay(o.End, day, zone)
	if err != nil {
		return false, err
	}
	if !end.After(start) {
		next := day.AddDate(0, 0, 1)
		if end, err = onDay(o.End, next, zone); err != nil {
			return false, err
		}
	}
	return !local.Before(start) && local.Before(end), nil
}

// onDay gives a time of the wall clock, "09:00", on a day.
func onDay(clock string, day time.Time, zone *time.Location) (time.Time, error) {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(day.Year(), day.Month(), day.Day(), c.Hour(), c.Minute(), 0, 0, zone), nil
}
