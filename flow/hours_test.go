package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"outdial/resource"
)

// openings reads "MONDAY 09:00-17:00, 10:00-11:00": a day may be left out.
func openings(t *testing.T, s string) (out []resource.HoursOfDay) {
	for part := range strings.SplitSeq(s, ", ") {
		if part == "" {
			continue
		}
		day, times, ok := strings.Cut(part, " ")
		if !ok {
			day, times = "", part
		}
		from, till, ok := strings.Cut(times, "-")
		if !ok {
			t.Fatal(s)
		}
		out = append(out, resource.HoursOfDay{Day: day, Start: from, End: till})
	}
	return out
}

// An exception is written "2026-01-01..2026-12-31 CLOSED WEEKLY/2 FRIDAY 12:00-13:00".
func exception(t *testing.T, s string) (o resource.HoursExcept) {
	f := strings.SplitN(s, " ", 4)
	for len(f) < 4 {
		f = append(f, "")
	}
	o.Name = s
	o.From, o.Till, _ = strings.Cut(f[0], "..")
	if o.Till == "" {
		o.Till = o.From
	}
	o.Type = f[1]
	o.Config = openings(t, f[3])
	if f[2] == "" || f[2] == "once" {
		return o
	}
	o.Recurs = new(resource.Recurrence)
	parts := strings.Split(f[2], "/")
	o.Recurs.Frequency = parts[0]
	for i, to := range []*int{&o.Recurs.Interval, &o.Recurs.Month, &o.Recurs.MonthDay, &o.Recurs.Occurrence} {
		if i+1 < len(parts) {
			if _, err := fmt.Sscan(parts[i+1], to); err != nil {
				t.Fatal(s, err)
			}
		}
	}
	return o
}

// TestOverrides asks of one moment after the other whether it is open, Mondays to
// Fridays from nine to five in New York, with an override.
func TestOverrides(t *testing.T) {
	const week = "MONDAY 09:00-17:00, TUESDAY 09:00-17:00, WEDNESDAY 09:00-17:00, THURSDAY 09:00-17:00, FRIDAY 09:00-17:00"
	for _, c := range []struct{ override, want string }{
		// Of one day.
		{"2026-12-24 STANDARD once 10:00-12:00", "-12-24T09:30 +12-24T11:00 -12-24T13:00 +12-23T09:30"},
		{"2026-12-24 STANDARD", "-12-24T11:00 +12-23T11:00"},
		{"2026-12-24 CLOSED", "-12-24T11:00 +12-23T11:00"},
		{"2026-12-24 CLOSED once 12:00-13:00", "+12-24T11:59 -12-24T12:00 -12-24T12:59 +12-24T13:00"},
		{"2026-12-24 OPEN once 17:00-20:00", "+12-24T16:59 +12-24T19:59 -12-24T20:00 -12-23T18:00"},
		{"2026-12-26 OPEN once SATURDAY 10:00-12:00", "+12-26T11:00 -12-19T11:00 -12-27T11:00"},
		{"2026-12-24 OPEN once 22:00-02:00", "+12-24T23:00 +12-25T01:00 -12-25T02:00 -12-24T01:00"},
		{"2026-12-24 CLOSED once 16:00-10:00", "-12-24T16:30 -12-25T09:30 +12-25T10:00"},
		// Each week, and each second one.
		{"2026-01-01..2026-12-31 CLOSED WEEKLY/1 FRIDAY 15:00-17:00", "-11-20T16:00 +11-20T14:00 +11-19T16:00 -11-27T16:00"},
		{"2026-11-20..2026-12-31 CLOSED WEEKLY/2 FRIDAY 15:00-17:00", "-11-20T16:00 +11-27T16:00 -12-04T16:00 +11-13T16:00"},
		{"2026-10-23..2026-12-31 CLOSED WEEKLY/2 FRIDAY 15:00-17:00", "-11-06T16:00 -11-20T16:00 +10-30T16:00"}, // the clocks go back between
		// Each month: by day, by weekday, and by the last of them.
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/1/0/15", "-10-15T11:00 +10-14T11:00 -12-15T11:00"},
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/1/0/-1", "-11-30T11:00 +11-27T11:00 -12-31T11:00"},
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/2/0/15", "-09-15T11:00 +10-15T11:00"},
		{"2026-01-31..2026-12-31 CLOSED MONTHLY/1/0/31", "-08-31T11:00 +09-30T11:00 +10-01T11:00"},
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/1/0/0/-1 FRIDAY 09:00-17:00", "-11-27T11:00 +11-20T11:00"},
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/1/0/0/2 THURSDAY 09:00-17:00", "-11-12T11:00 +11-05T11:00 +11-19T11:00"},
		{"2026-01-15..2026-12-31 CLOSED MONTHLY/1", "-10-15T11:00 +10-14T11:00"},
		// Each year.
		{"2024-11-01..2030-12-31 CLOSED YEARLY/1/11/0/4 THURSDAY 00:00-00:00", "-11-26T11:00 +11-19T11:00 +12-24T11:00"},
		{"2024-12-25..2030-12-31 CLOSED YEARLY/1/12/25", "-12-25T11:00 +12-24T11:00"},
		{"2025-12-25..2030-12-31 CLOSED YEARLY/2", "+12-25T11:00"},
		{"2024-02-29..2030-12-31 OPEN YEARLY/1 00:00-00:00", "-02-28T11:00 -03-01T11:00"}, // Saturday and Sunday
		// Not before and not behind its time.
		{"2026-11-20..2026-11-26 CLOSED WEEKLY/1 FRIDAY 09:00-17:00", "-11-20T11:00 +11-27T11:00 +11-13T11:00"},
	} {
		h := &resource.Hours{TimeZone: "America/New_York", Config: openings(t, week), Overrides: []resource.HoursExcept{exception(t, c.override)}}
		expectOpen(t, h, c.override, c.want)
	}
}

func expectOpen(t *testing.T, h *resource.Hours, name, want string) {
	t.Helper()
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	for w := range strings.FieldsSeq(want) {
		at, err := time.ParseInLocation("2006-01-02T15:04", "2026-"+w[1:], zone)
		if err != nil {
			t.Fatal(err)
		}
		open, err := Open(h, at)
		if err != nil || open != (w[0] == '+') {
			t.Errorf("%s: at %s open is %v, %v", name, w[1:], open, err)
		}
		// What the day is told to have is what Open says.
		spans, _, err := OnDay(h, at)
		if err != nil {
			t.Fatal(err)
		}
		yesterday, _, err := OnDay(h, at.AddDate(0, 0, -1))
		if err != nil {
			t.Fatal(err)
		}
		told, minute := false, 60*at.Hour()+at.Minute()
		for _, s := range spans {
			told = told || s.Start <= minute && minute < s.End
		}
		for _, s := range yesterday {
			told = told || minute+wholeDay < s.End
		}
		if told != open && !strings.Contains(name, "16:00-10:00") { // closed over midnight: of the day on which it begins
			t.Errorf("%s: at %s open is %v, and the day has %v", name, w[1:], open, spans)
		}
	}
}

// TestOverridesTogether: what is STANDARD goes before all others, CLOSED before
// OPEN, and one's own before what is inherited.
func TestOverridesTogether(t *testing.T) {
	const day = "2026-12-24 "
	for _, c := range []struct{ own, inherited, want string }{
		{day + "OPEN once 17:00-20:00|" + day + "CLOSED once 19:00-21:00", "", "+12-24T18:00 -12-24T19:30"},
		{day + "CLOSED|" + day + "STANDARD once 10:00-12:00", "", "+12-24T11:00 -12-24T12:00"},
		{day + "STANDARD once 10:00-12:00|" + day + "OPEN once 17:00-20:00", "", "-12-24T18:00"},
		{"", day + "CLOSED", "-12-24T11:00"},
		{day + "STANDARD once 10:00-12:00", day + "STANDARD once 14:00-15:00", "+12-24T11:00 -12-24T14:30"},
		{day + "OPEN once 17:00-20:00", day + "STANDARD once 14:00-15:00", "-12-24T18:00 +12-24T14:30"},
		{day + "OPEN once 17:00-20:00", day + "CLOSED once 12:00-13:00", "+12-24T18:00 -12-24T12:30 +12-24T13:30"},
	} {
		h := &resource.Hours{TimeZone: "Europe/Berlin", Config: openings(t, "THURSDAY 09:00-17:00")}
		for i, list := range []string{c.own, c.inherited} {
			for s := range strings.SplitSeq(list, "|") {
				if s == "" {
					continue
				}
				if i == 0 {
					h.Overrides = append(h.Overrides, exception(t, s))
				} else {
					h.Inherited = append(h.Inherited, exception(t, s))
				}
			}
		}
		expectOpen(t, h, c.own+" / "+c.inherited, c.want)
	}
}

func TestOnDay(t *testing.T) {
	h := &resource.Hours{TimeZone: "UTC", Config: openings(t, "FRIDAY 09:00-12:00, FRIDAY 11:00-17:00, FRIDAY 22:00-06:00"), Overrides: []resource.HoursExcept{
		exception(t, "2026-11-20 CLOSED once 10:00-10:30"), exception(t, "2026-11-20 OPEN once 17:00-18:00"),
	}}
	spans, by, err := OnDay(h, noon)
	if got := fmt.Sprint(spans); err != nil || got != "[{540 600} {630 1080} {1320 1800}]" {
		t.Error(got, err)
	}
	if len(by) != 2 || !by[0].Closed || by[1].Closed || by[1].Span != (Span{1020, 1080}) {
		t.Errorf("%+v", by)
	}
}
