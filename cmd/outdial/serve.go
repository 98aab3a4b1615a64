package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"outdial/config"
)

const serveAbout = `
Runs the server. With no configuration it keeps its state in ./outdial.db,
listens on 127.0.0.1:3425, makes a demo instance on its first start, and prints
an access key and lines to try it with. SIGHUP reads the configuration again;
SIGTERM drains and ends, a second one ends at once.`

// serveFlags are the flags of serve. They win over the configuration.
type serveFlags struct {
	config, listen, store, ready string
	cert, key                    string
	insecure, noAuth             bool
	drain, grace                 time.Duration
	level, format                string
	floor                        bool
	reply                        string
	profile                      string
}

func (o *serveFlags) add(fs *flag.FlagSet) {
	fs.StringVar(&o.config, "config", "", "configuration `FILE` (default: outdial.yaml, where there is one)")
	fs.StringVar(&o.listen, "listen", "", "`HOST:PORT` to listen on; port 0 picks a free one (default 127.0.0.1:3425)")
	fs.StringVar(&o.store, "store", "", "`URL` of the store: file:PATH or postgres://… (default file:outdial.db)")
	fs.StringVar(&o.ready, "ready", "", "write `FILE` (mode 0600) when it serves: where it is and how it is used, as JSON")
	fs.StringVar(&o.cert, "tls-cert", "", "`FILE` of the certificate and its chain (PEM)")
	fs.StringVar(&o.key, "tls-key", "", "`FILE` of the certificate's key (PEM)")
	fs.BoolVar(&o.insecure, "insecure", false, "serve without TLS off loopback too")
	fs.BoolVar(&o.noAuth, "no-auth", false, "check no signatures; on loopback only")
	fs.DurationVar(&o.drain, "drain", 0, "how long what is in hand may take to end after SIGTERM (default 30s)")
	fs.DurationVar(&o.grace, "grace", 0, "how long calls that go on may take to end by themselves after SIGTERM, before the drain begins (default 0)")
	fs.StringVar(&o.level, "log-level", "", "debug, info, warn or error (default info)")
	fs.StringVar(&o.format, "log-format", "", "text or json (default text)")
	fs.BoolVar(&o.floor, "floor", false, "keep nothing of a start, for the bench")
	fs.StringVar(&o.profile, "cpuprofile", "", "write a CPU profile to `FILE` until the end, for the bench")
	fs.StringVar(&o.reply, "handsets-reply", "", "every simulated handset replies `TEXT` to each message, for the bench")
}

// runServe runs the server until it is told to end.
func runServe(ctx context.Context, e env, args []string) error {
	fs := flags(e, "serve", "", serveAbout)
	var o serveFlags
	o.add(fs)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	if o.profile != "" {
		stop, err := profileTo(o.profile)
		if err != nil {
			return err
		}
		defer stop()
	}
	if e.getenv("GOGC") == "" {
		// The live heap is a few megabytes: collecting it at each doubling costs a
		// tenth of the work under load, and saves next to nothing.
		debug.SetGCPercent(400)
	}
	h, err := openHouse(ctx, e, o)
	if err != nil {
		return err
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again)
	h.announce(e.stdout)
	return h.Run(ctx, again)
}

// settle reads the configuration, and lets the flags win over it.
func (o *serveFlags) settle(e env) (*config.File, error) {
	if o.config == "" {
		if _, err := os.Stat("outdial.yaml"); err == nil {
			o.config = "outdial.yaml"
		}
	}
	c, err := config.Parse("nothing", nil, e.getenv, nil)
	if o.config != "" {
		c, err = config.Read(o.config, e.stdin, e.getenv)
	}
	if err != nil {
		return nil, err
	}
	c.Listen = cmp.Or(o.listen, c.Listen, "127.0.0.1:3425")
	c.Store = cmp.Or(o.store, c.Store, "file:outdial.db")
	if name, ok := strings.CutPrefix(c.Store, "env:"); ok {
		if c.Store = e.getenv(name); c.Store == "" {
			return nil, fmt.Errorf("store: the environment has no %s", name)
		}
	}
	c.TLS.Cert, c.TLS.Key = cmp.Or(o.cert, c.TLS.Cert), cmp.Or(o.key, c.TLS.Key)
	c.Insecure = c.Insecure || o.insecure
	if o.drain < 0 {
		return nil, usagef("-drain: wants a length of time, such as 30s, not %v", o.drain)
	}
	if o.drain > 0 {
		c.Drain = config.Span(o.drain)
	}
	if o.grace < 0 {
		return nil, usagef("-grace: wants a length of time, such as 5m, not %v", o.grace)
	}
	c.Log.Level, c.Log.Format = cmp.Or(o.level, c.Log.Level), cmp.Or(o.format, c.Log.Format)
	if path, ok := strings.CutPrefix(c.Store, "file:"); ok && c.Journal == "" {
		path, _, _ = strings.Cut(path, "?")
		c.Journal = path + ".journal"
	}
	return c, o.safe(c)
}

// safe refuses to serve strangers in clear, or without signatures.
func (o *serveFlags) safe(c *config.File) error {
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return usagef("-tls-cert and -tls-key go together")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return usagef("listen: wants HOST:PORT, such as 127.0.0.1:3425, not %q", c.Listen)
	}
	if o.noAuth && !onLoopback(c.Listen) {
		return usagef("-no-auth: on loopback only, not on %s", c.Listen)
	}
	for _, address := range []string{c.Listen, c.Hooks.Listen} {
		if address != "" && !onLoopback(address) && c.TLS.Cert == "" && !c.Insecure {
			return usagef("%s can be reached from outside: give -tls-cert and -tls-key, or -insecure where something else speaks TLS", address)
		}
	}
	return nil
}

// onLoopback tells whether only this machine can reach an address.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
