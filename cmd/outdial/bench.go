package main

import (
	"context"
	"time"

	"outdial/bench"
)

const benchAbout = `
Measures this program on this machine, load generator included: signed
StartOutboundChatContact answered after a durable commit, against the same
handler that keeps nothing; whole SMS contacts; the latency at half the load;
memory and start; the same with many ended contacts in the store; what
conversations cost that wait for their customers; SMS over SMPP,
beside Kannel where that is installed; and calls over SIP to telephones in a
process of their own: how many are set up in a second, how soon they hear and are
heard, and how evenly the packets of many at once come.
Parts: floor, start, latency, whole, idle, million, parked, smpp, sip, and sip-N for N
calls at once alone.`

// runBench measures. The figures go to stdout as a table.
func runBench(ctx context.Context, e env, args []string) error {
	fs := flags(e, "bench", "[PART…]", benchAbout)
	b := &bench.Bench{Out: e.stdout, Err: e.stderr}
	fs.IntVar(&b.Conns, "conns", 64, "connections")
	fs.DurationVar(&b.For, "for", 8*time.Second, "how long each part takes")
	fs.IntVar(&b.Ended, "ended", 1_000_000, "ended contacts in the store, for the part million")
	fs.StringVar(&b.Store, "store", "", "postgres://… to measure; a SQLite file of its own by default")
	fs.StringVar(&b.Profile, "profile", "", "write the server's CPU profile of the last part to `FILE`")
	parts, err := parse(fs, args)
	if err != nil {
		return err
	}
	if bench.IsChild(parts) {
		return bench.Child(ctx, parts, e.stdin, e.stdout)
	}
	if len(parts) == 0 {
		parts = []string{"idle", "floor", "start", "latency", "whole"}
	}
	if err := b.Check(parts); err != nil {
		return usageError{err}
	}
	if b.Reminder, err = demoFiles.ReadFile("demo/flows/" + bench.Reminder + ".json"); err != nil {
		return err
	}
	return b.Run(ctx, parts)
}
