package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/admin"
	"outdial/attachment"
	"outdial/config"
	"outdial/engine"
	"outdial/flow"
	"outdial/gateway/loopback"
	"outdial/gateway/webhook"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A house is one server: every floor of it, put together. openHouse makes one,
// Run serves until it is told to end, Close gives back what it held.
type house struct {
	flags  serveFlags
	env    env
	config *config.File // as it was started
	log    *slog.Logger
	live   atomic.Pointer[config.Declaration] // of the newest configuration
	engine atomic.Pointer[engine.Engine]
	st     *store.Store
	world  *loopback.World // nil: nothing is simulated
	keys   keyring
	cert   certificate
	ln     net.Listener
	srv    *http.Server
	// Web-hooks have these where they are on a listener of their own.
	hookLn  net.Listener
	hookSrv *http.Server
	facts   *ready
	// secretIs says where the secret of the first key is to be found; "" where
	// the key was made in this start, and the secret is shown.
	secretIs string
	// onTerminal is true where somebody runs the server in a window.
	onTerminal bool

	demoBots  config.Bots
	functions reachable[webhook.Functions, *webhook.Functions]
	services  reachable[webhook.Services, *webhook.Services]
	files     []*webhook.File // sinks that are files
	kept      *attachment.Files

	readyDoc []byte
	// readyBefore is the local ready file of the server before this one.
	readyBefore []byte
	metrics     *admin.Metrics
	ending      atomic.Bool    // requests should go elsewhere
	storing     errgroup.Group // the store's committer
	stopStore   context.CancelFunc
	stopStream  context.CancelFunc // ends answers that have no end
}

// openHouse reads the configuration, opens the store, brings it to what is
// declared, and puts everything together. What fails here fails at once, in
// words; nothing is served yet.
func openHouse(ctx context.Context, e env, o serveFlags) (*house, error) {
	h := &house{flags: o, env: e, onTerminal: hasTerminal()}
	var err error
	if h.config, err = h.flags.settle(e); err != nil {
		return nil, err
	}
	if h.log, err = newLog(e.stderr, h.config.Log); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{h.listen, h.openStore, h.declare, h.build, h.open} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	return h, nil
}

func (h *house) listen(ctx context.Context) (err error) {
	if h.config.TLS.Cert != "" {
		h.cert.files = h.config.TLS
		if err := h.cert.load(); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	if h.ln, err = h.bind(ctx, "listen", h.config.Listen); err != nil || h.config.Hooks.Listen == "" {
		return err
	}
	h.hookLn, err = h.bind(ctx, "hooks.listen", h.config.Hooks.Listen)
	return err
}

// node names this process among those that share a database. It is the same
// after a start on the same address, so that what was in hand is found again at
// once; a SQLite file has one process only.
func (h *house) node() string {
	if !config.IsPostgres(h.config.Store) {
		return "one"
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "/" + h.ln.Addr().String()
}

// now is the engine's time, or real time until there is an engine.
func (h *house) now() time.Time {
	if e := h.engine.Load(); e != nil {
		return e.Now()
	}
	return time.Now()
}

func (h *house) openStore(ctx context.Context) (err error) {
	if h.metrics, err = admin.NewMetrics("outdial"); err != nil {
		return err
	}
	h.st, err = store.Open(ctx, h.config.Store, store.Options{
		Node: h.node(), Log: h.log, Now: h.now, Committed: h.metrics.Committed,
		Handover: func(jobs []store.Job) {
			if e := h.engine.Load(); e != nil {
				e.Take(jobs)
			}
		},
	})
	if err != nil {
		return err
	}
	// The committer outlives ctx: what is in hand when the end comes is kept.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stopStore = stop
	h.storing.Go(func() error { return h.st.Run(run) })
	h.keys.st = h.st
	return nil
}

// declare brings the store to what the configuration declares; without any
// instance, anywhere, it makes the demo instance.
func (h *house) declare(ctx context.Context) error {
	d := h.config.Declared
	h.live.Store(d)
	h.warn(d)
	if err := apply(ctx, h.st, h.log, d); err != nil {
		return err
	}
	if len(h.config.Instances) == 0 && h.config.Simulates() {
		if err := h.demo(ctx); err != nil {
			return fmt.Errorf("demo instance: %w", err)
		}
	}
	var err error
	if h.facts, err = gather(ctx, h.st, d.First); err != nil {
		return err
	}
	account := cmp.Or(h.facts.AccountID, config.DefaultAccount)
	key, made, err := firstKey(ctx, h.st, account, h.env.getenv)
	if err != nil {
		return err
	}
	h.facts.AccessKeyID, h.facts.SecretKey = key.ID, key.Secret
	switch {
	case made:
	case key.ID == h.env.getenv("OUTDIAL_ACCESS_KEY_ID"):
		h.secretIs = "is in OUTDIAL_SECRET_ACCESS_KEY"
	case key.File:
		h.secretIs = "is in the configuration"
	default:
		h.secretIs = "was shown when it was made"
	}
	return h.optOutManners(ctx)
}

// warn says that there is something to read, and what where it is wanted.
func (h *house) warn(d *config.Declaration) {
	for _, w := range d.Warnings {
		h.log.Debug("configuration: " + w)
	}
	if n := len(d.Warnings); n > 0 {
		h.log.Info("the configuration has warnings: outdial config -check lists them", "warnings", n)
	}
}

// demo makes the demo instance where there is none of any kind. It belongs to
// the store from then on: whoever tries things out may change it over the API.
func (h *house) demo(ctx context.Context) error {
	c, err := demoConfig()
	if err != nil {
		return err
	}
	some := false
	err = h.st.View(ctx, func(t *store.Tx) error {
		rows, err := t.Resources(resource.KindInstance, "", "", 1)
		some = len(rows) > 0
		return err
	})
	if err != nil {
		return err
	}
	h.demoBots = c.Declared.Bots // they live in no store: they are there at every start
	if some {
		return nil
	}
	for _, r := range c.Declared.Rows {
		r.Meta.File = false
	}
	return seed(ctx, h.st, c.Declared)
}

// bot finds a local bot by the newest configuration.
func (h *house) bot(instance, alias string) (flow.Bot, bool) {
	if b, ok := h.live.Load().Bots.Find(instance, alias); ok {
		return b, true
	}
	return h.demoBots.Find(instance, alias)
}

// verifier checks signatures; nil with -no-auth.
func (h *house) verifier() *wire.Verifier {
	if h.flags.noAuth {
		return nil
	}
	return &wire.Verifier{Keys: h.keys.find}
}

// anonymous is who calls where signatures are not checked.
func (h *house) anonymous() wire.Caller {
	account := cmp.Or(h.facts.AccountID, config.DefaultAccount)
	return wire.Caller{Account: account, ARN: "arn:aws:iam::" + account + ":root", UserID: account, Region: cmp.Or(h.facts.Region, config.DefaultRegion),
		Policy: &wire.Policy{Statements: []wire.Statement{{Actions: []string{"*"}}}}}
}

// endpoint is where this server is reached from this machine.
func (h *house) endpoint() string {
	scheme := "http://"
	if h.config.TLS.Cert != "" {
		scheme = "https://"
	}
	host, port, err := net.SplitHostPort(h.ln.Addr().String())
	if err != nil {
		return scheme + h.ln.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port)
}

// optOutManners opts +12065550106 out of every simulated number, as its manners
// say: the API is to refuse it like a customer who has sent STOP.
func (h *house) optOutManners(ctx context.Context) error {
	if h.world == nil && !h.config.Simulates() {
		return nil
	}
	return markOptedOut(ctx, h.st, "+12065550106")
}

// carrierOf gives the account that carries a number which names none: the only
// one that there is.
func (h *house) carrierOf(_ *resource.Number, _ string) string {
	switch cs := h.config.Carriers; {
	case len(cs) == 1:
		return cs[0].Name
	case len(cs) == 0 && h.config.Simulates():
		return config.Simulated
	}
	return ""
}

// Close gives back what the house held. It is safe at every stage of opening.
func (h *house) Close() error {
	var errs []error
	if h.readyDoc != nil {
		dropReady(localReady(h.env.getenv), h.readyDoc, h.readyBefore)
		if h.flags.ready != "" {
			dropReady(h.flags.ready, h.readyDoc, nil)
		}
	}
	for _, ln := range []net.Listener{h.ln, h.hookLn} {
		if ln == nil {
			continue
		}
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	for _, f := range h.files {
		errs = append(errs, f.Close())
	}
	if h.world != nil {
		errs = append(errs, h.world.Close())
	}
	if h.st != nil {
		h.stopStore()
		errs = append(errs, h.storing.Wait(), h.st.Close())
	}
	return errors.Join(errs...)
}
