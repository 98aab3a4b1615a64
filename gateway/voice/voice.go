// Package voice places and takes telephone calls on an operator's SIP trunk: it
// plays prompts, gathers what is pressed, and says how a call ended.
//
// It will not decide what a call does next, nor place a call a second time. The
// signalling is in signal, the packets in media, the sound of prompts in speech.
package voice

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/recognise"
	"outdial/gateway/voice/signal"
	"outdial/gateway/voice/speech"
	"outdial/gateway/voice/stream"
)

// Options are what a gateway must be given from outside.
type Options struct {
	// Speaker makes sound of prompts; several trunks may share it.
	Speaker *speech.Speaker
	Signal  signal.Options
	// ListenPacket opens the sockets for sound; nil is net.ListenPacket.
	ListenPacket func(network, address string) (net.PacketConn, error)
	// HTTP reaches where calls are streamed to, and what recognises words; nil is a
	// client of each one's own.
	HTTP *http.Client
	// Dir is a folder of the trunk's own, where calls that are up are written
	// down, so that the far side is released after a crash; "" is none.
	Dir string
	Log *slog.Logger
}

// A Gateway is one trunk.
type Gateway struct {
	set   *settings
	opt   Options
	log   *slog.Logger
	agent *signal.Agent
	ports *media.Ports
	clock *media.Clock

	ears     *recognise.Recogniser // nil: keys only
	streams  *stream.Streamer      // nil: calls are not streamed
	streamed streamCounts

	mu       sync.Mutex
	in       gateway.Inbox // nil unless it runs
	group    *errgroup.Group
	calls    map[contact.ID]*call
	past     map[contact.ID]string // ladders of calls that are over
	order    []contact.ID          // of past, the oldest first
	stopping bool
	changed  chan struct{} // one goes in when a call goes
}

// remembered is how many calls are known after their end.
const remembered = 2000

// New makes a gateway of a trunk. It does no I/O. An error is of kind
// fault.Invalid and names the field.
func New(t Trunk, o Options) (*Gateway, error) {
	set, err := t.check()
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	log := o.Log.With("account", t.Name)
	if o.Speaker == nil {
		if o.Speaker, err = speech.New(speech.Config{}, speech.Options{Log: log}); err != nil {
			return nil, err
		}
	}
	var streams *stream.Streamer
	if set.Stream.URL != "" {
		if streams, err = stream.New(set.Stream, o.HTTP, log); err != nil {
			return nil, fault.New(fault.Invalid, "stream.%s", err)
		}
	}
	ears, err := recognise.New(set.Ears, recognise.Options{HTTP: o.HTTP, Log: log})
	if err != nil {
		return nil, fault.New(fault.Invalid, "recognition.%s", err)
	}
	o.Signal.Log = log
	agent, err := signal.New(set.Config, o.Signal)
	if err != nil {
		return nil, err
	}
	return &Gateway{
		set: set, opt: o, log: log, agent: agent, ears: ears, streams: streams, ports: media.NewPorts(set.host, set.low, set.high, o.ListenPacket),
		clock: media.NewClock(runtime.GOMAXPROCS(0)), calls: map[contact.ID]*call{}, past: map[contact.ID]string{}, changed: make(chan struct{}, 1),
	}, nil
}

// Run serves the trunk until ctx is done; then calls may go on for the trunk's
// drain, and are hung up. It takes at most ten seconds more than that.
func (g *Gateway) Run(ctx context.Context, in gateway.Inbox) error {
	g.mu.Lock()
	if g.in != nil {
		g.mu.Unlock()
		return fault.New(fault.Internal, "trunk %s runs already", g.set.Name)
	}
	g.in, g.group = in, new(errgroup.Group)
	g.mu.Unlock()
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var base errgroup.Group
	base.Go(func() error { return g.clock.Run(inner) })
	failed := make(chan error, 1)
	base.Go(func() error {
		err := g.agent.Run(inner, g.incoming)
		failed <- err
		return err
	})
	base.Go(func() error {
		if g.agent.Wait(inner) {
			g.releaseKept(inner)
		}
		return nil
	})
	select {
	case <-ctx.Done():
	case err := <-failed: // the sockets could not be had
		stop()
		_ = base.Wait()
		return err
	}
	g.drain()
	_ = g.group.Wait()
	stop()
	return base.Wait()
}

// drain lets calls end, and ends those that do not.
func (g *Gateway) drain() {
	g.mu.Lock()
	g.stopping = true
	g.mu.Unlock()
	if g.waitForCalls(g.set.Drain) {
		return
	}
	g.mu.Lock()
	left := make([]*call, 0, len(g.calls))
	for _, k := range g.calls {
		left = append(left, k)
	}
	g.mu.Unlock()
	for _, k := range left {
		k.loop.Post(func() { k.leg.Hangup(signal.Outcome{By: contact.ByLostNode, Phrase: "the server was stopped"}) })
	}
	if g.waitForCalls(5 * time.Second) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.calls { // a far side that does not answer our BYE
		k.loop.Close()
	}
}

// waitForCalls tells whether there are none any more within d.
func (g *Gateway) waitForCalls(d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	for {
		g.mu.Lock()
		n := len(g.calls)
		g.mu.Unlock()
		if n == 0 {
			return true
		}
		select {
		case <-g.changed:
		case <-t.C:
			return false
		}
	}
}

// add takes a call into the books and lets its loop run. It fails when the trunk
// does not run, or stops.
func (g *Gateway) add(k *call) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in == nil || g.stopping {
		return &fault.Error{Kind: fault.Busy, Code: "503", Message: "the trunk does not run"}
	}
	if g.calls[k.id] != nil {
		return fault.New(fault.Conflict, "the contact has a call already")
	}
	g.calls[k.id] = k
	g.group.Go(func() error { k.loop.Run(); return nil })
	return nil
}

// remove forgets a call whose far side has been released.
func (g *Gateway) remove(k *call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.calls[k.id] == k {
		delete(g.calls, k.id)
	}
	if k.leg != nil {
		g.remember(k.id, k.leg.Ladder().String())
	}
	select {
	case g.changed <- struct{}{}:
	default:
	}
}

// remember keeps the ladder of a call. g.mu is held.
func (g *Gateway) remember(id contact.ID, ladder string) {
	if _, known := g.past[id]; !known {
		if len(g.order) >= remembered {
			delete(g.past, g.order[0])
			g.order = append(g.order[:0], g.order[1:]...)
		}
		g.order = append(g.order, id)
	}
	g.past[id] = ladder
}

// call gives the call of a contact; known tells of one that there is none that
// it had one, which has ended.
func (g *Gateway) call(id contact.ID) (k *call, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, known = g.past[id]
	return g.calls[id], known
}

// Ladder is what was said on the wire for a contact's call, one line a message;
// "" where it is not known any more.
func (g *Gateway) Ladder(id contact.ID) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if k := g.calls[id]; k != nil && k.leg != nil {
		return k.leg.Ladder().String()
	}
	return g.past[id]
}

// A Health is how a trunk does, at one moment.
type Health struct {
	Account string `json:"account"`
	// Up is true while calls can be placed, as far as is known.
	Up           bool                       `json:"up"`
	Calls        int                        `json:"calls"`
	Ports        int                        `json:"ports"` // pairs that are lent for sound
	Targets      []signal.TargetHealth      `json:"targets"`
	Registration *signal.RegistrationHealth `json:"registration,omitempty"`
	Counts       signal.Counts              `json:"counts"`
	Streams      *StreamCounts              `json:"streams,omitempty"` // nil: calls are not streamed
}

// Health tells how the trunk does.
func (g *Gateway) Health() Health {
	h := Health{Account: g.set.Name, Targets: g.agent.Targets(), Counts: g.agent.Counts(), Ports: g.ports.Lent()}
	for _, t := range h.Targets {
		h.Up = h.Up || t.State != signal.StateDown
	}
	if g.streams != nil {
		h.Streams = g.streamed.now()
	}
	if r, ok := g.agent.Registration(); ok {
		h.Registration = &r
		h.Up = h.Up && r.Registered
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	h.Calls = len(g.calls)
	h.Up = h.Up && g.in != nil && !g.stopping
	return h
}

// incoming takes a call that came in: the house is told, and it is answered when
// somebody there takes it.
func (g *Gateway) incoming(l *signal.Leg) {
	k := g.newCall(contact.ID(uuid.Must(uuid.NewV7()).String()))
	k.leg = l
	if err := k.open(); err != nil {
		g.log.Warn("a call was refused", "err", err)
		l.Refuse(503, "Service Unavailable")
		return
	}
	line := contact.Line{Subtype: contact.Telephony, Customer: l.Caller(), System: l.Called()}
	k.from = line.Customer
	l.Attach(k.plan(contact.PlaceCall{}))
	if err := g.add(k); err != nil {
		k.media.Close()
		l.Refuse(503, "Service Unavailable")
		return
	}
	k.loop.Post(func() { k.announce(line) })
}
