package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"outdial/contact"
)

const linesAbout = `
How the accounts at carriers do, and which of them serve which numbers: up or
down, what waits, what went wrong last, and whether an operator has ever seen
them work.

  outdial lines
  outdial lines test +4915112345678                  one message by the route that it would take
  outdial lines test -account acme-smsc +4915112345678
  outdial lines test -channel voice +4915112345678   one call`

// runLines lists the carrier accounts, or tries one out.
func runLines(ctx context.Context, e env, args []string) error {
	if len(args) > 0 && args[0] == "test" {
		return linesTest(ctx, e, args[1:])
	}
	fs := flags(e, "lines", "[test NUMBER]", linesAbout)
	var cf clientFlags
	cf.add(fs)
	output := fs.String("o", "text", "`FORMAT`: text or json")
	if err := noWords(parse(fs, args)); err != nil {
		return err
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	var doc json.RawMessage
	if err := c.call(ctx, "GET", "/_outdial/lines", nil, &doc); err != nil {
		return err
	}
	if *output == "json" {
		_, err := fmt.Fprintln(e.stdout, string(doc))
		return err
	}
	var out lineList
	if err := json.Unmarshal(doc, &out); err != nil {
		return err
	}
	return out.print(e.stdout)
}

// A lineList is what the server tells of its lines.
type lineList struct {
	Lines []struct {
		Account, Kind, Circuit, LastError string
		Up, Hold, Simulated               bool
		Until, Proven, ErrorAt            time.Time
		Failures, Waiting                 int
		Throttle                          float64
		Sent, Refused, Failed             int64
	}
	Routes []struct {
		From, To, Channels, Accounts []string
	}
	Numbers []struct {
		Number             string
		Channels, Accounts []string
		Throttle           float64
		QuietHours         string
	}
}

func (l *lineList) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CARRIER\tKIND\tSTATE\tPROVEN\tWAITING\tTHROTTLE\tSENT\tREFUSED\tFAILED")
	for _, x := range l.Lines {
		state := "up"
		switch {
		case x.Circuit != "closed":
			state = "down, " + x.Circuit + " until " + x.Until.Local().Format("15:04:05")
		case !x.Up:
			state = "down"
		}
		proven := "unproven"
		if x.Simulated {
			proven = "simulated"
		} else if !x.Proven.IsZero() {
			proven = x.Proven.Local().Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\n", x.Account, x.Kind, state, proven, x.Waiting, perSecond(x.Throttle), x.Sent, x.Refused, x.Failed)
	}
	if len(l.Numbers) > 0 {
		fmt.Fprintln(w, "\nNUMBER\tCHANNELS\tCARRIERS\tTHROTTLE\tQUIET HOURS")
	}
	for _, n := range l.Numbers {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.Number, strings.Join(n.Channels, " "), strings.Join(n.Accounts, ", then "), perSecond(n.Throttle), cmp.Or(n.QuietHours, "-"))
	}
	if len(l.Routes) > 0 {
		fmt.Fprintln(w, "\nFROM\tTO\tCHANNELS\tCARRIERS, before those of the number")
	}
	for _, r := range l.Routes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", orAll(r.From), orAll(r.To), orAll(r.Channels), strings.Join(r.Accounts, ", then "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, x := range l.Lines {
		if x.LastError != "" {
			fmt.Fprintf(out, "\n%s, last error (%s): %s\n", x.Account, moment(x.ErrorAt), x.LastError)
		}
	}
	return nil
}

func moment(at time.Time) string {
	if at.IsZero() {
		return "time unknown"
	}
	return at.Local().Format(time.DateTime)
}

func perSecond(rate float64) string {
	if rate == 0 {
		return "-"
	}
	return fmt.Sprintf("%v/s", rate)
}

func orAll(list []string) string {
	if len(list) == 0 {
		return "all"
	}
	return strings.Join(list, " ")
}

// linesTest sends one message, or places one call, and says what happened.
func linesTest(ctx context.Context, e env, args []string) error {
	fs := flags(e, "lines test", "NUMBER", linesAbout)
	var cf clientFlags
	cf.add(fs)
	in := map[string]string{}
	account := fs.String("account", "", "the `CARRIER` to try (default: those of the route, one after the other)")
	from := fs.String("from", "", "`NUMBER` of ours that sends it (default: the first that fits)")
	channel := fs.String("channel", "", "sms, whatsapp or voice (default sms)")
	text := fs.String("text", "", "`TEXT` of the message")
	wait := fs.Duration("wait", 0, "how long to wait for its receipt, or for the end of the call (default 30s)")
	output := fs.String("o", "text", "`FORMAT`: text or json")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usagef("wants one number: the handset that is in your hand")
	}
	if !contact.E164(words[0]) {
		return usagef("wants a number in E.164, such as +4915112345678, not %q", words[0])
	}
	for name, v := range map[string]string{"number": words[0], "account": *account, "from": *from, "channel": strings.ToUpper(*channel), "text": *text} {
		if v != "" {
			in[name] = v
		}
	}
	if *wait > 0 {
		in["wait"] = wait.String()
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	var doc json.RawMessage
	if err := c.call(ctx, "POST", "/_outdial/lines/test", in, &doc); err != nil {
		return err
	}
	return tested(e, doc, *output == "json")
}

// tested says what a test saw. One that did not pass is a failure.
func tested(e env, doc json.RawMessage, asJSON bool) error {
	var out struct {
		Passed      bool
		Error, Code string
		Steps       []struct {
			At            time.Time
			Account, What string
		}
	}
	if err := json.Unmarshal(doc, &out); err != nil {
		return err
	}
	if asJSON {
		fmt.Fprintln(e.stdout, string(doc))
	} else {
		for _, s := range out.Steps {
			fmt.Fprintf(e.stdout, "%s  %-16s %s\n", s.At.Local().Format("15:04:05.000"), cmp.Or(s.Account, "-"), s.What)
		}
	}
	if !out.Passed {
		fmt.Fprintf(e.stderr, "it did not pass: %s\n", out.Error)
		return exitError(1)
	}
	if !asJSON {
		fmt.Fprintln(e.stdout, "it passed")
	}
	return nil
}
