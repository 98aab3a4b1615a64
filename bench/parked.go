package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"outdial/load"
)

// parked is how many conversations wait for their customers in the part parked.
const parked = 100_000

// parkedCost measures what conversations cost that wait for an answer: in the
// store, and in the memory of a server that serves them.
func (b *Bench) parkedCost(ctx context.Context) error {
	file := filepath.Join(b.dir, "parked.db")
	empty, before, err := b.settled(ctx, file, 0)
	if err != nil {
		return err
	}
	full, after, err := b.settled(ctx, file, parked)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "%d parked conversations, each with one message: %.2f KB each in the store, %.2f KB each in memory (%.1f MB, and %.1f MB without)\n",
		parked, (after-before)/1024/parked, (full-empty)*1024/parked, full, empty)
	return nil
}

// settled starts contacts, lets all be sent and starts the server again: it gives
// its memory in MB when it rests, and the size of the file.
func (b *Bench) settled(ctx context.Context, file string, n int) (rss, size float64, err error) {
	c, err := b.serve(ctx, "file:"+file)
	if err != nil {
		return 0, 0, err
	}
	if n > 0 {
		err = b.park(ctx, c, n)
	}
	c.stop()
	if err != nil {
		return 0, 0, err
	}
	if c, err = b.serve(ctx, "file:"+file); err != nil {
		return 0, 0, err
	}
	defer c.stop()
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(5 * time.Second):
	}
	if rss, err = residentMB(c.cmd.Process.Pid); err != nil {
		return 0, 0, err
	}
	for _, name := range []string{file, file + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			size += float64(info.Size())
		}
	}
	return rss, size, nil
}

// park starts n conversations, and waits until what they say is sent.
func (b *Bench) park(ctx context.Context, c *child, n int) error {
	for from := 0; from < n; from += 20_000 {
		requests, err := c.requests(min(20_000, n-from), from)
		if err != nil {
			return err
		}
		res, err := load.Run{Addr: c.addr, Conns: b.Conns}.Send(ctx, requests)
		if err != nil {
			return err
		}
		if res.Bad > 0 {
			return fmt.Errorf("%d starts were refused, the first: %s", res.Bad, res.FirstBad)
		}
	}
	for begun := time.Now(); time.Since(begun) < 5*time.Minute; time.Sleep(100 * time.Millisecond) {
		sent, err := c.metric("outdial_messages_sent_total")
		if err != nil {
			return err
		}
		if sent >= float64(n) {
			return nil
		}
	}
	return fmt.Errorf("not all messages were sent")
}
