package engine

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nyaruka/phonenumbers"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// awake is how long after a message of theirs customers are taken to be awake:
// they get answers in quiet hours too.
const awake = time.Hour

// night tells until when a message to c's customer has to wait for the end of
// quiet hours, and in which zone that is; zero is not at all. Where the number
// does not hold but refuse, that is an error; without refuse it is left to the
// moment of sending.
func (e *Engine) night(t *store.Tx, c *contact.Contact, refuse bool) (until time.Time, zone string, err error) {
	n, err := e.numberOf(t, c)
	if err != nil || n == nil || n.Quiet == "" {
		return until, "", err
	}
	now := e.Now()
	until, zone = quietUntil(n.Quiet, e.zones.of(n, c), now)
	if until.IsZero() || c.Method == contact.MethodInbound && now.Sub(c.Initiated) < awake {
		return time.Time{}, "", nil
	}
	list, err := t.Messages(c.ID)
	if err != nil {
		return time.Time{}, "", err
	}
	for _, m := range list {
		if m.Direction == "INBOUND" && now.Sub(m.Created) < awake {
			return time.Time{}, "", nil
		}
	}
	if n.QuietDo != "refuse" {
		return until.Add(spread(c, until)), zone, nil
	}
	if !refuse {
		return time.Time{}, "", nil
	}
	return time.Time{}, "", &fault.Error{Kind: fault.Refused, Code: CodeQuiet,
		Message: "quiet hours at the recipient until " + until.UTC().Format(time.RFC3339) + " (" + zone + ")"}
}

// spread is a place in the first minute after quiet hours, by the age of the
// contact: the oldest goes first, and not all are due in one millisecond.
func spread(c *contact.Contact, until time.Time) time.Duration {
	const day = 24 * time.Hour
	age := min(max(until.Sub(c.Initiated), 0), day)
	return ((day - age) / (24 * 60)).Truncate(time.Millisecond)
}

// untilMorning lets a job wait for the end of quiet hours.
func (w *writer) untilMorning(j *store.Job) error {
	until, zone, err := w.e.night(w.t, w.c, false)
	if err != nil || until.IsZero() {
		return err
	}
	j.Due, j.Why = until, CodeQuiet
	w.notes = append(w.notes, nightNote(until, zone))
	return nil
}

// awaken lets go what waits for the morning: its customer has just written, and
// the answer stands behind it.
func (e *Engine) awaken(t *store.Tx, id contact.ID) error {
	c, err := t.Contact(id)
	if err != nil {
		return err
	}
	n, err := e.numberOf(t, c)
	if err != nil || n == nil || n.Quiet == "" {
		return err
	}
	jobs, err := t.Jobs(id, 0)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Why != CodeQuiet || j.Holder != "" {
			continue
		}
		if err := t.Retry(j, e.Now(), ""); err != nil {
			return err
		}
		t.After(e.Nudge)
	}
	return nil
}

func nightNote(until time.Time, zone string) string {
	return "quiet hours at the recipient (" + zone + "): it waits until " + until.UTC().Format(time.RFC3339)
}

// quietUntil tells when quiet hours end for a customer who is in one of several
// zones; zero where it is not quiet now. Nobody is disturbed while it is quiet in
// any of them.
func quietUntil(hours string, zones []*time.Location, at time.Time) (until time.Time, zone string) {
	from, to, ok := quietSpan(hours)
	if !ok {
		return time.Time{}, ""
	}
	until = at
	// Each step ends one zone's night. Nights that follow each other round the
	// world for two days leave no hour to send in: then the first zone decides.
	for limit := at.Add(48 * time.Hour); until.Before(limit); {
		next := until
		for _, z := range zones {
			if end := nightEnd(from, to, z, next); end.After(next) {
				next, zone = end, z.String()
			}
		}
		if next.Equal(until) {
			if until.Equal(at) {
				return time.Time{}, ""
			}
			return until, zone
		}
		until = next
	}
	if end := nightEnd(from, to, zones[0], at); end.After(at) {
		return end, zones[0].String()
	}
	return time.Time{}, ""
}

// nightEnd gives the end of a night that at lies in, or at itself. The night goes
// from one minute of the day to another, in a zone.
func nightEnd(from, to int, zone *time.Location, at time.Time) time.Time {
	local := at.In(zone)
	minute := local.Hour()*60 + local.Minute()
	day := local.Day()
	switch {
	case from < to && from <= minute && minute < to:
	case from > to && minute < to:
	case from > to && minute >= from:
		day++
	default:
		return at
	}
	end := time.Date(local.Year(), local.Month(), day, to/60, to%60, 0, 0, zone)
	if !end.After(at) { // the clock is put back within the night
		return at.Add(time.Minute)
	}
	return end.UTC()
}

// quietSpan reads "21:00-08:00" as minutes of the day.
func quietSpan(s string) (from, to int, ok bool) {
	var fh, fm, th, tm int
	if n, err := fmt.Sscanf(s, "%d:%d-%d:%d", &fh, &fm, &th, &tm); n != 4 || err != nil {
		return 0, 0, false
	}
	from, to = fh*60+fm, th*60+tm
	return from, to, from != to && from >= 0 && to >= 0 && from < 24*60 && to <= 24*60
}

// zones remembers time zones: to read one costs more than to use it.
type zones struct{ known sync.Map } // name → *time.Location, nil for none

func (z *zones) named(name string) *time.Location {
	if v, ok := z.known.Load(name); ok {
		return v.(*time.Location)
	}
	var zone *time.Location
	if l, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		zone = l
	}
	if zone != nil { // names come from attributes too: only good ones are kept
		z.known.Store(name, zone)
	}
	return zone
}

// of gives the time zones in which a customer may be: the one that an attribute
// of the contact names, else those of the customer's number, else those of ours,
// else UTC.
func (z *zones) of(n *resource.Number, c *contact.Contact) []*time.Location {
	if n.QuietZone != "" {
		if zone := z.named(c.Attributes[n.QuietZone]); zone != nil {
			return []*time.Location{zone}
		}
	}
	for _, number := range []string{c.Customer.Address, n.Number} {
		if list := z.ofNumber(number); len(list) > 0 {
			return list
		}
	}
	return []*time.Location{time.UTC}
}

func (z *zones) ofNumber(number string) (list []*time.Location) {
	if !strings.HasPrefix(number, "+") {
		return nil
	}
	names, err := phonenumbers.GetTimezonesForPrefix(number)
	if err != nil {
		return nil
	}
	for _, name := range names {
		if zone := z.named(name); zone != nil && name != phonenumbers.UNKNOWN_TIMEZONE {
			list = append(list, zone)
		}
	}
	return list
}
