// Package bench measures the program that it is part of: starts, whole contacts,
// memory, SMS over SMPP and calls over SIP, each against a server that it starts
// as a child process, so that what is measured is what is shipped.
//
// It judges nothing, and what serves never imports it.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"outdial/load"
)

// A Bench is what to measure with. Its children are the same program, called as
// "serve" and as "bench" (see Child).
type Bench struct {
	Conns    int           // connections that send requests
	For      time.Duration // how long each part takes, where it takes as long as it is told
	Ended    int           // ended contacts in the store, for the part million
	Store    string        // postgres://… to measure; "" is a SQLite file of its own
	Profile  string        // file for the CPU profile of the server, each part's in the place of the one before; "" is none
	Reminder []byte        // the demo's flow of that name, which the part smpp runs
	Out, Err io.Writer     // the figures; what children complain about

	dir string
}

// Check says what is wrong with parts, before any is measured.
func (b *Bench) Check(parts []string) error {
	for _, p := range parts {
		switch p {
		case "idle", "floor", "start", "latency", "whole", "million", "smpp", "sip":
		case "parked":
			if b.Store != "" {
				return fmt.Errorf("the part parked measures a file: it takes no -store")
			}
		default:
			if _, ok := callsAtOnce(p); !ok {
				return fmt.Errorf("there is no part %q", p)
			}
		}
	}
	return nil
}

// callsAtOnce reads the part sip-N.
func callsAtOnce(part string) (int, bool) {
	s, ok := strings.CutPrefix(part, "sip-")
	n, err := strconv.Atoi(s)
	return n, ok && err == nil && n > 0
}

// Run measures the parts, in their order, and prints a line for each figure.
func (b *Bench) Run(ctx context.Context, parts []string) (err error) {
	if err := b.Check(parts); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "outdial-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	return b.run(ctx, parts)
}

func (b *Bench) run(ctx context.Context, parts []string) error {
	kind := "SQLite"
	if strings.HasPrefix(b.Store, "postgres") {
		kind = "PostgreSQL"
	}
	fmt.Fprintf(b.Out, "%s, %d cores, %s, %d connections, %v a part\n", kind, runtime.NumCPU(), runtime.Version(), b.Conns, b.For)
	floor, start := 0.0, 0.0
	for _, p := range parts {
		var err error
		switch p {
		case "idle":
			err = b.idle(ctx)
		case "floor":
			floor, err = b.starts(ctx, "floor: the same handler, nothing kept", 0, "-floor")
		case "start":
			if start, err = b.starts(ctx, "StartOutboundChatContact, durable", 0); err == nil && floor > 0 {
				fmt.Fprintf(b.Out, "  of the floor: %.0f %%\n", 100*start/floor)
			}
		case "latency":
			rate := start
			if rate == 0 {
				rate = 6000
			}
			_, err = b.starts(ctx, "the same at half that load", rate/2)
		case "whole":
			err = b.whole(ctx)
		case "million":
			err = b.million(ctx, start)
		case "parked":
			err = b.parkedCost(ctx)
		case "smpp":
			err = b.smpp(ctx)
		case "sip":
			err = b.sip(ctx)
		default:
			n, _ := callsAtOnce(p)
			_, err = b.sipLevel(ctx, n)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// starts measures StartOutboundChatContact; rate 0 is as fast as it goes.
func (b *Bench) starts(ctx context.Context, what string, rate float64, extra ...string) (float64, error) {
	c, err := b.serve(ctx, "", extra...)
	if err != nil {
		return 0, err
	}
	defer c.stop()
	return b.startsOn(ctx, c, what, rate, 0)
}

func (b *Bench) startsOn(ctx context.Context, c *child, what string, rate float64, from int) (float64, error) {
	most := 40_000
	if rate > 0 {
		most = int(rate)
	}
	requests, err := c.requests(int(float64(most)*b.For.Seconds()), from)
	if err != nil {
		return 0, err
	}
	runtime.GC()
	before := c.used()
	res, err := load.Run{Addr: c.addr, Conns: b.Conns, Rate: rate, For: b.For}.Send(ctx, requests)
	if err != nil {
		return 0, err
	}
	each := (c.used() - before) / time.Duration(max(res.OK, 1))
	fmt.Fprintf(b.Out, "%s: %.0f/s, p50 %v, p99 %v, %v of the server's processors each\n", what, res.Rate(), round(res.Percentile(50)), round(res.Percentile(99)),
		each.Round(time.Microsecond))
	if res.Bad > 0 {
		fmt.Fprintf(b.Out, "  refused: %d, the first: %s\n", res.Bad, res.FirstBad)
	}
	return res.Rate(), nil
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// wholeFrom is the first customer of whole: with those of start a database that
// both share has open conversations already.
const wholeFrom = 3_000_000

// whole measures SMS contacts from the request to their end: message out, reply
// in, message out, end. Each handset of the server replies "1".
func (b *Bench) whole(ctx context.Context) error {
	c, err := b.serve(ctx, "", "-handsets-reply", "1")
	if err != nil {
		return err
	}
	defer c.stop()
	n := int(2500 * b.For.Seconds())
	requests, err := c.requests(n, wholeFrom)
	if err != nil {
		return err
	}
	begun, before := time.Now(), c.used()
	res, err := load.Run{Addr: c.addr, Conns: b.Conns}.Send(ctx, requests)
	if err != nil {
		return err
	}
	if res.Bad > 0 {
		return fmt.Errorf("%d of %d starts were refused, the first: %s", res.Bad, n, res.FirstBad)
	}
	for time.Since(begun) < 2*time.Minute {
		ended, err := c.metric("outdial_contacts_ended_total")
		if err != nil {
			return err
		}
		if ended >= float64(res.OK) {
			each := (c.used() - before) / time.Duration(max(res.OK, 1))
			fmt.Fprintf(b.Out, "whole SMS contacts: %.0f/s (%d in %v), %v of the server's processors each\n", float64(res.OK)/time.Since(begun).Seconds(), res.OK,
				time.Since(begun).Round(time.Millisecond), each.Round(time.Microsecond))
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return fmt.Errorf("not all of %d contacts came to their end", res.OK)
}

// config has a configuration written into a folder of its own.
func (b *Bench) config(write func(dir string) (string, error)) (string, error) {
	dir, err := os.MkdirTemp(b.dir, "config-")
	if err != nil {
		return "", err
	}
	return write(dir)
}

// idle measures memory and start.
func (b *Bench) idle(ctx context.Context) error {
	first, err := b.serve(ctx, "")
	if err != nil {
		return err
	}
	defer first.stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * time.Second):
	}
	rss, err := residentMB(first.cmd.Process.Pid)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "ready after %v (first start, demo instance made), idle memory %.1f MB\n", first.took.Round(time.Millisecond), rss)
	return nil
}
