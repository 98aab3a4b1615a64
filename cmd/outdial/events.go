package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/config"
)

// runEvents lists events, and sends them again.
func runEvents(ctx context.Context, e env, args []string) error {
	return subverbs(ctx, e, "events", `
Contact events and contact records, as they were told to the sinks.

  outdial events list [-contact ID] [-type DISCONNECTED] [-since 1h]
  outdial events list -parked       what a sink did not take
  outdial events replay             sends parked events again; with -contact,
                                    -type or -since, kept ones too`, args, []verb{
		{"list", "", eventsList}, {"replay", "", eventsReplay},
	})
}

// An eventQuery selects events.
type eventQuery struct {
	contact, since, till string
	types                list
}

func (q *eventQuery) times() (from, to time.Time, err error) {
	if q.since != "" {
		d, err := config.ParseSpan(q.since)
		if err != nil {
			return from, to, usagef("-since: %v", err)
		}
		from = time.Now().Add(-d).UTC()
	}
	if q.till != "" {
		if to, err = time.Parse(time.RFC3339, q.till); err != nil {
			return from, to, usagef("-till: wants a time such as 2026-11-20T10:00:00Z, not %q", q.till)
		}
	}
	return from, to, nil
}

func eventsList(ctx context.Context, e env, args []string) error {
	fs := flags(e, "events list", "", "Lists events, oldest first: the newest -n of those that are selected.")
	var cf clientFlags
	cf.add(fs)
	var q eventQuery
	fs.StringVar(&q.contact, "contact", "", "of the contact `ID`")
	fs.Var(&q.types, "type", "of this `TYPE`; may be repeated")
	fs.StringVar(&q.since, "since", "", "within `TIME`, such as 30m, 24h, 7d")
	fs.StringVar(&q.till, "till", "", "until `TIME`, such as 2026-11-20T10:00:00Z")
	parked := fs.Bool("parked", false, "events that their sinks did not take")
	n := fs.Int("n", 100, "at most so many")
	output := fs.String("o", "text", "`FORMAT`: text, or json (one event a line, as sinks get them)")
	if err := noWords(parse(fs, args)); err != nil {
		return err
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	if *parked {
		return c.listParked(ctx, e, *n, *output == "json")
	}
	v, err := q.values()
	if err != nil {
		return err
	}
	return c.listEvents(ctx, e, v, *n, *output == "json")
}

// values gives the query of a listing.
func (q *eventQuery) values() (url.Values, error) {
	from, to, err := q.times()
	if err != nil {
		return nil, err
	}
	v := url.Values{}
	if q.contact != "" {
		v.Set("contact", q.contact)
	}
	for _, t := range q.types {
		v.Add("type", strings.ToUpper(t))
	}
	if !from.IsZero() {
		v.Set("from", from.Format(time.RFC3339))
	}
	if !to.IsZero() {
		v.Set("to", to.Format(time.RFC3339))
	}
	return v, nil
}

// listEvents prints at most n events.
func (c *client) listEvents(ctx context.Context, e env, v url.Values, n int, asJSON bool) error {
	type event struct {
		Contact string          `json:"contactId"`
		At      time.Time       `json:"at"`
		Type    string          `json:"type"`
		Body    json.RawMessage `json:"body"`
	}
	var all []event
	v.Set("order", "newest")
	for n > 0 {
		var out struct {
			Events []event `json:"events"`
			Next   string  `json:"next"`
		}
		v.Set("limit", strconv.Itoa(min(n, 1000)))
		if err := c.call(ctx, "GET", "/_outdial/events?"+v.Encode(), nil, &out); err != nil {
			return err
		}
		all = append(all, out.Events...)
		if n -= len(out.Events); out.Next == "" {
			break
		}
		v.Set("after", out.Next)
	}
	for _, x := range slices.Backward(all) {
		if asJSON {
			fmt.Fprintf(e.stdout, "%s\n", x.Body)
			continue
		}
		fmt.Fprintf(e.stdout, "%s  %s  %s\n", x.At.Local().Format("2006-01-02 15:04:05.000"), x.Contact, x.Type)
	}
	return nil
}

// listParked lists what waits to be sent again.
func (c *client) listParked(ctx context.Context, e env, n int, asJSON bool) error {
	var out struct {
		Parked []struct {
			Contact string    `json:"contactId"`
			Sink    string    `json:"sink"`
			Event   string    `json:"eventId"`
			Since   time.Time `json:"since"`
			Why     string    `json:"why"`
		} `json:"parked"`
	}
	if err := c.call(ctx, "GET", "/_outdial/events/parked?limit="+strconv.Itoa(min(n, 1000)), nil, &out); err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(out.Parked)
	}
	for _, p := range out.Parked {
		fmt.Fprintf(e.stdout, "%s  %s  %s  %s: %s\n", p.Since.Local().Format(time.DateTime), p.Contact, p.Event, p.Sink, p.Why)
	}
	return nil
}

func eventsReplay(ctx context.Context, e env, args []string) error {
	fs := flags(e, "events replay", "", `
Sends events to the sinks again: those that were parked because a sink did not
take them for three days, and kept ones where a flag selects some. Their ids stay
the same, so that a sink can tell a repeat.`)
	var cf clientFlags
	cf.add(fs)
	var q eventQuery
	fs.StringVar(&q.contact, "contact", "", "kept events of the contact `ID`, too")
	fs.Var(&q.types, "type", "kept events of this `TYPE`, too; may be repeated")
	fs.StringVar(&q.since, "since", "", "kept events within `TIME`, such as 24h, too")
	fs.StringVar(&q.till, "till", "", "… until `TIME`, such as 2026-11-20T10:00:00Z")
	if err := noWords(parse(fs, args)); err != nil {
		return err
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	from, to, err := q.times()
	if err != nil {
		return err
	}
	in := map[string]any{}
	if q.contact != "" {
		in["contact"] = q.contact
	}
	if len(q.types) > 0 {
		in["types"] = q.types
	}
	if !from.IsZero() {
		in["from"] = from
	}
	if !to.IsZero() {
		in["to"] = to
	}
	var out struct {
		Sent int `json:"sent"`
	}
	if err := c.call(ctx, "POST", "/_outdial/events/replay", in, &out); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d events go out again\n", out.Sent)
	return nil
}
