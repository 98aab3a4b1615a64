package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/config"
	"outdial/contact"
	"outdial/engine"
)

const contactAbout = `
Looks at contacts, and deletes what is kept of them.

  outdial contact list [-open] [-customer NUMBER] [-since 24h]
  outdial contact show ID      what happened to it, why, and what became of its messages
  outdial contact file ID      fetch a file of a message
  outdial contact tail [ID]    the same, as it happens; without ID every contact
  outdial contact delete ID…   or -customer NUMBER: everything of a person`

// runContact looks at contacts.
func runContact(ctx context.Context, e env, args []string) error {
	return subverbs(ctx, e, "contact", contactAbout, args, []verb{
		{"list", "", contactList}, {"show", "", contactShow}, {"tail", "", contactTail}, {"delete", "", contactDelete},
		{"file", "", contactFile},
	})
}

// subverbs runs the verb within a verb that args name.
func subverbs(ctx context.Context, e env, name, about string, args []string, list []verb) error {
	if len(args) > 0 {
		for _, v := range list {
			if v.name == args[0] {
				return v.run(ctx, e, args[1:])
			}
		}
	}
	var names []string
	for _, v := range list {
		names = append(names, v.name)
	}
	fs := flags(e, name, strings.Join(names, "|"), about)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		fs.SetOutput(e.stderr)
		fs.Usage()
		return exitError(2)
	}
	return usagef("%s, not %q", strings.Join(names, ", "), words[0])
}

// A contactLine is a contact in a list.
type contactLine struct {
	ID           string    `json:"id"`
	Instance     string    `json:"instance"`
	Channel      string    `json:"channel"`
	Subtype      string    `json:"subtype"`
	Method       string    `json:"method"`
	Customer     string    `json:"customer"`
	System       string    `json:"system"`
	Name         string    `json:"name,omitempty"`
	Initiated    time.Time `json:"initiated"`
	Connected    time.Time `json:"connected,omitzero"`
	Disconnected time.Time `json:"disconnected,omitzero"`
	Reason       string    `json:"reason,omitempty"`
	AMD          string    `json:"amdStatus,omitempty"`
}

func (l contactLine) channel() string { return channelName(l.Channel, l.Subtype) }

// channelName is what people call a channel: SMS, WhatsApp, VOICE.
func channelName(channel, subtype string) string {
	if s := strings.TrimPrefix(subtype, "connect:"); s != "" && channel == "CHAT" {
		return s
	}
	return channel
}

func (l contactLine) state() string {
	switch {
	case !l.Disconnected.IsZero():
		return cmp.Or(l.Reason, "ended")
	case !l.Connected.IsZero():
		return "open"
	}
	return "not yet connected"
}

func (l contactLine) String() string {
	return fmt.Sprintf("%s  %s  %-9s %-16s %s", l.ID, l.Initiated.Local().Format(time.DateTime), l.channel(), l.Customer, l.state())
}

// A contactQuery is what contact list and contact tail look for.
type contactQuery struct {
	instance, customer, channel string
	open                        bool
	since                       string
}

func (q contactQuery) values() (url.Values, error) {
	v := url.Values{}
	for k, s := range map[string]string{"instance": q.instance, "customer": q.customer, "channel": strings.ToUpper(q.channel)} {
		if s != "" {
			v.Set(k, s)
		}
	}
	if q.open {
		v.Set("open", "true")
	}
	if q.since != "" {
		d, err := config.ParseSpan(q.since)
		if err != nil {
			return nil, usagef("-since: %v", err)
		}
		v.Set("from", time.Now().Add(-d).UTC().Format(time.RFC3339))
	}
	return v, nil
}

// contacts lists contacts, at most n, newest first.
func (c *client) contacts(ctx context.Context, v url.Values, n int) (list []contactLine, err error) {
	for len(list) < n {
		var out struct {
			Contacts []contactLine `json:"contacts"`
			Next     string        `json:"next"`
		}
		v.Set("limit", strconv.Itoa(min(n-len(list), 1000)))
		if err := c.call(ctx, "GET", "/_outdial/contacts?"+v.Encode(), nil, &out); err != nil {
			return nil, err
		}
		list = append(list, out.Contacts...)
		if out.Next == "" || len(out.Contacts) == 0 {
			break
		}
		v.Set("after", out.Next)
	}
	return list, nil
}

func contactList(ctx context.Context, e env, args []string) error {
	fs := flags(e, "contact list", "", "Lists contacts, newest first.")
	var cf clientFlags
	cf.add(fs)
	var q contactQuery
	fs.StringVar(&q.instance, "instance", "", "`ID`, ARN or alias of the instance (default: the first)")
	fs.StringVar(&q.customer, "customer", "", "with this customer's `NUMBER`")
	fs.StringVar(&q.channel, "channel", "", "`CHANNEL`: VOICE, CHAT or TASK")
	fs.BoolVar(&q.open, "open", false, "those that have not ended")
	fs.StringVar(&q.since, "since", "", "initiated within `TIME`, such as 30m, 24h, 7d")
	n := fs.Int("n", 20, "at most so many")
	output := fs.String("o", "text", "`FORMAT`: text or json")
	if err := noWords(parse(fs, args)); err != nil {
		return err
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	v, err := q.values()
	if err != nil {
		return err
	}
	list, err := c.contacts(ctx, v, *n)
	if err != nil {
		return err
	}
	if *output == "json" {
		return json.NewEncoder(e.stdout).Encode(list)
	}
	for _, l := range list {
		fmt.Fprintln(e.stdout, l)
	}
	return nil
}

// noWords refuses words that a verb has no use for.
func noWords(words []string, err error) error {
	if err == nil && len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	return err
}

// A timelineEntry is one thing that happened to a contact.
type timelineEntry struct {
	At      time.Time        `json:"at"`
	Kind    string           `json:"kind"`
	Turn    *engine.Turn     `json:"turn"`
	Status  string           `json:"status"`
	Message *contact.Message `json:"message"`
	Event   *struct {
		Type string `json:"type"`
	} `json:"event"`
}

func (c *client) timeline(ctx context.Context, id string) (list []timelineEntry, raw json.RawMessage, err error) {
	if err = c.call(ctx, "GET", "/_outdial/contacts/"+escape(id)+"/timeline", nil, &raw); err != nil {
		return nil, nil, err
	}
	var out struct {
		Entries []timelineEntry `json:"entries"`
	}
	err = json.Unmarshal(raw, &out)
	return out.Entries, raw, err
}

func contactShow(ctx context.Context, e env, args []string) error {
	fs := flags(e, "contact show", "ID", `
Shows a contact and its timeline: inputs, actions with the branch taken and why,
effects, messages, events. Then each message and what became of it: ✓ the carrier
took it, ✓✓ delivered, read, ✗ failed; when, under which reference of the
carrier's, in how many segments, and what the carrier said.`)
	var cf clientFlags
	cf.add(fs)
	output := fs.String("o", "text", "`FORMAT`: text or json")
	c, id, err := cf.one(e, fs, args, "contact's id")
	if err != nil {
		return err
	}
	var k contact.Contact
	if err := c.call(ctx, "GET", "/_outdial/contacts/"+escape(id), nil, &k); err != nil {
		return err
	}
	list, raw, err := c.timeline(ctx, id)
	if err != nil {
		return err
	}
	messages, err := c.messages(ctx, id)
	if err != nil {
		return err
	}
	if *output == "json" {
		return json.NewEncoder(e.stdout).Encode(map[string]any{"contact": k, "timeline": raw, "messages": messages})
	}
	s := newScreen(e)
	s.contact(&k)
	for _, t := range list {
		s.entry(t)
	}
	if len(messages) > 0 {
		fmt.Fprintln(s.w, "\n"+s.paint("1", "Messages"))
	}
	for _, m := range messages {
		s.message(m)
	}
	return nil
}

// contact shows what a contact is.
func (s *screen) contact(k *contact.Contact) {
	fmt.Fprintf(s.w, "%s  %s  %s → %s\n", s.paint("1", string(k.ID)), channelName(string(k.Channel), k.Subtype), k.System.Address, k.Customer.Address)
	fmt.Fprintf(s.w, "initiated %s by %s", k.Initiated.Local().Format(time.DateTime), k.Method)
	if !k.Connected.IsZero() {
		fmt.Fprintf(s.w, ", connected %s", k.Connected.Local().Format(time.TimeOnly))
	}
	if !k.Open() {
		fmt.Fprintf(s.w, ", ended %s: %s", k.Disconnected.Local().Format(time.DateTime), k.Reason)
	}
	fmt.Fprintln(s.w)
	if k.Call != nil && k.Call.Code != "" {
		fmt.Fprintf(s.w, "the network said %s\n", strings.TrimSpace(k.Call.Code+" "+k.Call.Phrase))
	}
	for _, name := range slices.Sorted(maps.Keys(k.Attributes)) {
		fmt.Fprintf(s.w, "  %s = %s\n", name, k.Attributes[name])
	}
	fmt.Fprintln(s.w)
}

// entry shows one thing that happened.
func (s *screen) entry(t timelineEntry) {
	at := s.paint("2", t.At.Local().Format("15:04:05.000"))
	switch {
	case t.Turn != nil:
		fmt.Fprintf(s.w, "%s %s %s\n", at, s.paint("1", t.Turn.Input), brief(t.Turn.In))
		s.ladder(t.Turn.In)
		s.turn(t.Turn)
	case t.Message != nil && t.Message.Direction == "INBOUND":
		fmt.Fprintf(s.w, "%s %s %s\n", at, s.paint("32", "← "+t.Message.Channel), said(t.Message))
	case t.Message != nil:
		m := t.Message
		fmt.Fprintf(s.w, "%s %s %s", at, s.paint("36", "→ "+m.Channel+" "+cmp.Or(ticks[t.Status], t.Status)), said(m))
		if t.Status == contact.StatusFailed {
			fmt.Fprint(s.w, " "+s.paint("31", strings.TrimSpace(m.Code+" "+m.Error)))
		}
		if m.Resent > 0 && t.Status == contact.StatusSent {
			fmt.Fprintf(s.w, " (sent again %s)", often(m.Resent))
		}
		fmt.Fprintln(s.w)
	case t.Event != nil:
		fmt.Fprintf(s.w, "%s %s\n", at, s.paint("2", "told "+t.Event.Type))
	}
}

// margin is before what belongs to the line above.
const margin = "             "

// ladder draws what was said on the wire for a call that ended, one line a message.
func (s *screen) ladder(in json.RawMessage) {
	var end contact.CallEnded
	if json.Unmarshal(in, &end) != nil || end.Ladder == "" {
		return
	}
	for line := range strings.Lines(end.Ladder) {
		fmt.Fprintln(s.w, margin+s.paint("2", strings.TrimRight(line, "\n")))
	}
}

func (s *screen) turn(t *engine.Turn) {
	for _, p := range t.Passed {
		line := p.Action + " (" + p.Type + "): " + p.Branch
		if p.Why != "" {
			line += ", " + p.Why
		}
		fmt.Fprintln(s.w, margin+line)
	}
	for _, x := range t.Effects {
		due := ""
		if !x.Due.IsZero() {
			due = " at " + x.Due.Local().Format(time.DateTime)
		}
		fmt.Fprintln(s.w, margin+s.paint("36", "asks "+x.Kind+due)+" "+brief(x.Doc))
	}
	for _, n := range t.Notes {
		fmt.Fprintln(s.w, margin+s.paint("33", n))
	}
	if t.Reason != "" {
		fmt.Fprintln(s.w, margin+s.paint("1", "ends: "+t.Reason))
	}
}

// brief writes the plain members of a JSON object on one line.
func brief(doc json.RawMessage) string {
	var m map[string]any
	if json.Unmarshal(doc, &m) != nil {
		return ""
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		switch v := m[k].(type) {
		case string:
			if k != "id" && k != "ladder" && v != "" {
				out = append(out, k+"="+strconv.Quote(v))
			}
		case float64, bool:
			if k != "visit" {
				out = append(out, fmt.Sprint(k, "=", v))
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok && text != "" {
				out = append(out, k+"="+strconv.Quote(text))
			}
		}
	}
	return strings.Join(out, " ")
}

func contactTail(ctx context.Context, e env, args []string) error {
	fs := flags(e, "contact tail", "[ID]", "Shows what happens to a contact, as it happens, until it ends; without ID, every contact that begins or ends.")
	var cf clientFlags
	cf.add(fs)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 1 {
		return usagef("wants one contact's id, or none")
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	s := newScreen(e)
	look := c.tailEvery(ctx, s)
	if len(words) == 1 {
		look = c.tailOne(ctx, s, words[0])
	}
	for {
		done, err := look()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// tailOne shows what is new in a timeline, and is done when the contact has ended.
func (c *client) tailOne(ctx context.Context, s *screen, id string) func() (bool, error) {
	shown := 0
	return func() (bool, error) {
		var k contact.Contact
		if err := c.call(ctx, "GET", "/_outdial/contacts/"+escape(id), nil, &k); err != nil {
			return false, err
		}
		list, _, err := c.timeline(ctx, id)
		if err != nil {
			return false, err
		}
		if shown == 0 {
			s.contact(&k)
		}
		for _, t := range list[min(shown, len(list)):] {
			s.entry(t)
		}
		shown = len(list)
		return !k.Open(), nil
	}
}

// tailEvery shows each contact that begins, and again when its state changes.
func (c *client) tailEvery(ctx context.Context, s *screen) func() (bool, error) {
	states := map[string]string{}
	from := time.Now().UTC().Format(time.RFC3339)
	return func() (bool, error) {
		list, err := c.contacts(ctx, url.Values{"from": {from}}, 1000)
		if err != nil {
			return false, err
		}
		for _, l := range slices.Backward(list) {
			if states[l.ID] != l.state() {
				states[l.ID] = l.state()
				fmt.Fprintln(s.w, l)
			}
		}
		return false, nil
	}
}

func contactDelete(ctx context.Context, e env, args []string) error {
	fs := flags(e, "contact delete", "ID…", `
Deletes contacts that have ended, with their messages, events and timelines; with
-customer, everything that is kept of a person's contacts. What sinks were told
is beyond its reach. Opt-outs stay: they protect the person.`)
	var cf clientFlags
	cf.add(fs)
	customer := fs.String("customer", "", "delete every contact with this customer's `NUMBER`")
	yes := fs.Bool("yes", false, "do not ask")
	ids, err := parse(fs, args)
	if err != nil {
		return err
	}
	if (len(ids) == 0) == (*customer == "") {
		return usagef("wants contacts' ids, or -customer")
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d contacts", len(ids))
	if *customer != "" {
		what = "every contact with " + *customer
	}
	if !*yes {
		if err := confirm(e, "Delete "+what+" for good?"); err != nil {
			return err
		}
	}
	paths := []string{"/_outdial/contacts?customer=" + url.QueryEscape(*customer)}
	if *customer == "" {
		paths = nil
		for _, id := range ids {
			paths = append(paths, "/_outdial/contacts/"+escape(id))
		}
	}
	sum := 0
	for _, p := range paths {
		var out struct {
			Erased int `json:"erased"`
		}
		if err := c.call(ctx, "DELETE", p, nil, &out); err != nil {
			return err
		}
		sum += out.Erased
	}
	fmt.Fprintf(e.stdout, "deleted %d\n", sum)
	return nil
}

// confirm asks a person, and fails unless the answer is yes.
func confirm(e env, question string) error {
	fmt.Fprint(e.stderr, question+" [yes/no] ")
	s := bufio.NewScanner(io.LimitReader(e.stdin, 1000))
	if s.Scan() && strings.EqualFold(strings.TrimSpace(s.Text()), "yes") {
		return nil
	}
	return errors.New("nothing was done: the answer was not yes (-yes does not ask)")
}
