// Package smpp speaks SMPP 3.4 with a carrier, as an ESME: it binds, submits,
// takes delivery receipts and inbound messages, and keeps its binds up.
//
// What it hears is answered after the inbox has kept it, and never before. It
// will not retry a message: that is the engine's, which it tells by the kind of
// the error whether to. It will not do MMS, USSD, broadcast or outbind.
package smpp

import (
	"context"
	"crypto/tls"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/progress"
)

// Options are what a gateway must be given from outside.
type Options struct {
	// Dial makes connections; nil dials TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is what TLS connections start from; nil trusts the system's roots.
	TLS *tls.Config
	// Shelf keeps the parts of inbound messages until all have come, so that each
	// can be answered when it comes. nil keeps them in memory: a crash loses them.
	Shelf Shelf
	Log   *slog.Logger
}

// A Gateway is one SMPP account.
type Gateway struct {
	set      *settings
	opt      Options
	log      *slog.Logger
	counts   counters
	brake    *brake
	journeys progress.Journeys[taken]
	flights  progress.Flights
	lanes    *lanes
	parts    *parts
	answers  *answers
	refs     atomic.Uint32 // of concatenated messages
	turn     atomic.Uint32 // of the binds

	mu        sync.Mutex
	in        gateway.Inbox
	links     []*link
	stopping  bool
	changed   chan struct{} // closed, and made anew, when a link changes
	freed     chan struct{} // a place in a window became free
	lastError string
	errorAt   time.Time
}

// New makes a gateway of an account. It does no I/O. An error is of kind
// fault.Invalid and names the field.
func New(a Account, o Options) (*Gateway, error) {
	set, err := a.check()
	if err != nil {
		return nil, err
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Shelf == nil {
		o.Shelf = newMemory()
	}
	log := o.Log.With("account", a.Name)
	g := &Gateway{
		set: set, opt: o, log: log, brake: newBrake(),
		lanes: newLanes(), parts: newParts(set, o.Shelf, log), answers: newAnswers(), changed: make(chan struct{}), freed: make(chan struct{}, 1),
	}
	g.refs.Store(rand.Uint32())
	for i, c := range set.commands {
		g.links = append(g.links, &link{command: c, first: i, health: BindHealth{Type: c.String(), State: StateStopped}})
	}
	return g, nil
}

// Run holds the binds until ctx is done, then waits for what is under way and
// unbinds. It takes at most twice the response timeout to stop.
func (g *Gateway) Run(ctx context.Context, in gateway.Inbox) error {
	if err := g.start(in); err != nil {
		return err
	}
	var links, work errgroup.Group
	g.lanes.open(&work)
	for _, l := range g.links {
		links.Go(func() error { g.keep(ctx, l); return nil })
	}
	swept, stop := context.WithCancel(context.WithoutCancel(ctx))
	work.Go(func() error { g.sweep(swept); return nil })
	<-ctx.Done()
	g.stop()
	_ = links.Wait()
	stop()
	g.lanes.close()
	_ = work.Wait()
	g.release(time.Now())
	return nil
}

func (g *Gateway) start(in gateway.Inbox) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in != nil {
		return fault.New(fault.Internal, "smpp account %s runs already", g.set.Name)
	}
	g.in = in
	for _, l := range g.links {
		l.health.State = StateConnecting
	}
	return nil
}

// stop lets no more submissions begin.
func (g *Gateway) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopping = true
	g.announce()
}

// announce wakes whoever waits for a bind. g.mu is held.
func (g *Gateway) announce() {
	close(g.changed)
	g.changed = make(chan struct{})
}
