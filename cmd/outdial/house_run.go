package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/config"
	"outdial/contact"
	"outdial/store"
)

// How long the floors may take to end, beyond the drain, when it is over.
//
// Added up: requests, turns and calls in hand share the drain (30 s), what does
// not end in it is given up; the store commits what is queued and closes within
// storeBound. With the defaults the process is gone 35 s after SIGTERM.
const (
	drainBound = 30 * time.Second
	storeBound = 5 * time.Second
)

// Run serves until ctx is done or something breaks, then stops in reverse:
// no more requests, then turns in hand, then gateways, then the store. What
// arrives on again reads the configuration anew.
func (h *house) Run(ctx context.Context, again <-chan os.Signal) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	engineCtx, stopEngine := context.WithCancel(context.WithoutCancel(ctx))
	defer stopEngine()
	var parts errgroup.Group
	engineDone := make(chan struct{})
	parts.Go(func() error {
		defer close(engineDone)
		err := h.engine.Load().Run(engineCtx)
		if engineCtx.Err() != nil && errors.Is(err, context.Canceled) {
			return nil // it was told to end
		}
		if err != nil {
			fail(err)
		}
		return err
	})
	select {
	case <-h.engine.Load().Began():
	case <-engineDone:
	case <-ctx.Done():
	}
	serve := func(srv *http.Server, ln net.Listener) {
		parts.Go(func() error {
			err := srv.Serve(ln)
			if errors.Is(err, http.ErrServerClosed) {
				return nil
			}
			fail(err)
			return err
		})
	}
	serve(h.srv, h.ln)
	if h.hookSrv != nil {
		serve(h.hookSrv, h.hookLn)
	}
	parts.Go(func() error {
		debug.FreeOSMemory() // what only the start needed; a server may be idle for days
		h.keepHouse(ctx, again, fail)
		return nil
	})
	<-ctx.Done()
	return h.end(ctx, stopEngine, engineDone, &parts)
}

// end lets what is in hand come to its end: calls, requests, then the engine, then
// the store.
func (h *house) end(ctx context.Context, stopEngine func(), engineDone <-chan struct{}, parts *errgroup.Group) error {
	h.ending.Store(true)
	h.waitForCalls(h.flags.grace)
	bound := cmp.Or(time.Duration(h.config.Drain), drainBound)
	h.log.Info("ending", "drain", bound, "why", context.Cause(ctx))
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), bound)
	defer cancel()
	h.stopStream()
	var errs []error
	for _, srv := range []*http.Server{h.srv, h.hookSrv} {
		if srv == nil {
			continue
		}
		if err := srv.Shutdown(drain); err != nil {
			errs = append(errs, fmt.Errorf("requests did not end within %v", bound), srv.Close())
		}
	}
	stopEngine()
	select {
	case <-engineDone:
		errs = append(errs, parts.Wait())
	case <-drain.Done():
		errs = append(errs, fmt.Errorf("what is in hand did not end within %v: it is found again at the next start", bound))
	}
	return errors.Join(append(errs, h.closeWithin(storeBound))...)
}

// waitForCalls gives the calls that this node holds time to end by themselves. The
// server says that it is not ready, and serves on.
func (h *house) waitForCalls(grace time.Duration) {
	if grace <= 0 {
		return
	}
	h.log.Info("waiting for calls to end", "grace", grace)
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		var live []contact.ID
		err := h.st.View(ctx, func(t *store.Tx) (err error) {
			live, err = t.CallsOf(h.node())
			return err
		})
		if err != nil || len(live) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			h.log.Warn("calls are cut off: the grace is over", "calls", len(live))
			return
		case <-tick.C:
		}
	}
}

// closeWithin closes the house, or gives up after a while.
func (h *house) closeWithin(d time.Duration) error {
	closed := make(chan error, 1)
	var g errgroup.Group
	g.Go(func() error { closed <- h.Close(); return nil })
	select {
	case err := <-closed:
		return errors.Join(err, g.Wait())
	case <-time.After(d):
		return fmt.Errorf("the store did not close within %v", d)
	}
}

// sweepEvery is how often old contacts are looked for.
const sweepEvery = 10 * time.Minute

// keepHouse does what is to be done now and then, until ctx is done.
func (h *house) keepHouse(ctx context.Context, again <-chan os.Signal, fail context.CancelCauseFunc) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	keep := h.config.Keeps()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again:
			if h.onTerminal && !hasTerminal() {
				fail(errors.New("its terminal was closed"))
				return
			}
			if err := h.reload(ctx); err != nil {
				h.log.Error("the configuration was not taken: everything stays as it was", "err", err)
			} else {
				h.log.Info("the configuration was read again")
			}
		case <-tick.C:
			if n, err := h.engine.Load().Sweep(ctx, keep); err != nil && ctx.Err() == nil {
				h.log.Error("retention", "err", err)
			} else if n > 0 {
				h.log.Info("retention: old contacts deleted", "rows", n)
			}
			if n, err := h.kept.Sweep(ctx); err != nil && ctx.Err() == nil {
				h.log.Error("files of no contact could not be deleted", "err", err)
			} else if n > 0 {
				h.log.Info("files of no contact deleted", "contents", n)
			}
		}
	}
}

// hasTerminal tells whether the process has a terminal. The same signal says
// "read your configuration" and "your terminal is gone": a server that somebody
// runs in a window ends with the window.
func hasTerminal() bool {
	f, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// reload reads the configuration again: all of it is taken, or nothing. What is
// fixed while the server runs must be as it was.
func (h *house) reload(ctx context.Context) error {
	for _, f := range h.files {
		if err := f.Reopen(); err != nil {
			return fmt.Errorf("sink: %w", err)
		}
	}
	if h.flags.config == "" {
		return nil
	}
	o := h.flags
	c, err := o.settle(h.env)
	if err != nil {
		return err
	}
	if name := fixed(h.config, c); name != "" {
		return fmt.Errorf("%s has changed, and takes a restart", name)
	}
	functions, services, err := h.reach(c)
	if err != nil {
		return err
	}
	if h.config.TLS.Cert != "" {
		if err := h.cert.load(); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	if err := apply(ctx, h.st, h.log, c.Declared); err != nil {
		return err
	}
	if err := h.optOutManners(ctx); err != nil {
		return err
	}
	h.functions.now.Store(functions)
	h.services.now.Store(services)
	h.live.Store(c.Declared)
	h.keys.forget()
	return h.engine.Load().Adopt(ctx, policy(c))
}

// fixed names the first setting that differs and cannot change in a running
// server; outdial config lists them.
func fixed(was, is *config.File) string {
	for _, s := range []struct {
		name    string
		was, is any
	}{
		{"listen", was.Listen, is.Listen}, {"tls", was.TLS, is.TLS}, {"insecure", was.Insecure, is.Insecure},
		{"publicURL", was.PublicURL, is.PublicURL}, {"store", was.Store, is.Store}, {"journal", was.Journal, is.Journal},
		{"log", was.Log, is.Log}, {"drain", was.Drain, is.Drain}, {"retention", was.Retention, is.Retention},
		{"simulator", was.Simulates(), is.Simulates()}, {"carriers", settingsOf(was), settingsOf(is)}, {"sinks", was.Sinks, is.Sinks},
		{"flowLogSinks", was.FlowLogSinks, is.FlowLogSinks},
		{"hooks", was.Hooks, is.Hooks}, {"attachments", was.Attachments, is.Attachments},
	} {
		if !reflect.DeepEqual(s.was, s.is) {
			return s.name
		}
	}
	return ""
}

func settingsOf(c *config.File) (out []any) {
	for _, x := range c.Carriers {
		out = append(out, x.Name, x.Kind, x.Settings)
	}
	return out
}
