// Package signal is the SIP of a trunk: it places calls and takes them, holds
// their dialogs, keeps the trunk registered, and knows which of the carrier's
// servers is there.
//
// It carries descriptions of sound and knows none itself: somebody else has the
// ports and packets. It knows no contact and no flow. It never places a call
// twice: what is sent to a second server has been given up at the first.
// RFC 3261, and what the field has added to it
package signal

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"golang.org/x/sync/errgroup"

	"outdial/fault"
)

// name is what we call ourselves in messages.
const name = "outdial"

// A message over UDP may be as long as a datagram. The standard wants TCP above
// 1300 octets (RFC 3261 §18.1.1), which carriers on UDP do not speak: the network
// takes long datagrams apart instead. The library keeps its limit in a variable,
// and so its own logger, which counts connections aloud.
var _ = allow(60000)

func allow(n int) int {
	sip.UDPMTUSize = n + 200
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	return n
}

// Options are what an agent must be given from outside; what is nil has a default.
type Options struct {
	ListenPacket func(network, address string) (net.PacketConn, error)
	Listen       func(network, address string) (net.Listener, error)
	LookupSRV    func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupIP     func(ctx context.Context, network, host string) ([]netip.Addr, error)
	// Own gives the address that we send from to a remote one.
	Own func(remote netip.Addr) (netip.Addr, error)
	Log *slog.Logger
}

func (o *Options) defaults() {
	if o.ListenPacket == nil {
		o.ListenPacket = net.ListenPacket
	}
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.LookupSRV == nil {
		o.LookupSRV = net.DefaultResolver.LookupSRV
	}
	if o.LookupIP == nil {
		o.LookupIP = net.DefaultResolver.LookupNetIP
	}
	if o.Own == nil {
		o.Own = ownAddress
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// ownAddress asks the system by which address it would send.
func ownAddress(remote netip.Addr) (netip.Addr, error) {
	c, err := net.Dial("udp", netip.AddrPortFrom(remote, 9).String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer c.Close()
	a, err := netip.ParseAddrPort(c.LocalAddr().String())
	return a.Addr().Unmap(), err
}

// An Incoming decides on a call that comes in: it calls Answer or Refuse on the
// leg, now or later. It may take its time.
type Incoming func(l *Leg)

// An Agent is the SIP of one trunk.
type Agent struct {
	set      *settings
	opt      Options
	log      *slog.Logger
	trusted  trusted
	turns    turns
	register registration
	owns     sync.Map      // netip.Addr → netip.Addr
	ready    chan struct{} // closed once it serves
	awaited  sync.Map      // branch of an INVITE of ours → func(*sip.Response)

	mu       sync.Mutex
	ua       *sipgo.UserAgent // nil unless it runs
	client   *sipgo.Client
	local    netip.AddrPort // where it listens
	incoming Incoming
	legs     map[string]*Leg // by Call-ID
	calls    int
	stopping bool
	group    *errgroup.Group
	counts   Counts
}

// Counts are what a trunk did since it was started.
type Counts struct {
	Placed   int64 `json:"placed"`   // calls that were sent out
	Answered int64 `json:"answered"` // among them, those that were answered
	Received int64 `json:"received"` // calls that came in
	Refused  int64 `json:"refused"`  // calls in both directions for which there was no room
	Dropped  int64 `json:"dropped"`  // messages of strangers, and what was no message
	Strays   int64 `json:"strays"`   // answers that came too late, and were released
}

// New makes an agent. It does no I/O. An error is of kind fault.Invalid and names
// the field.
func New(c Config, o Options) (*Agent, error) {
	set, err := c.check()
	if err != nil {
		return nil, err
	}
	o.defaults()
	a := &Agent{set: set, opt: o, log: o.Log, legs: map[string]*Leg{}, ready: make(chan struct{})}
	a.turns.start(set)
	a.trusted.start(set)
	return a, nil
}

// Run serves the trunk until ctx is done, and then takes its registration back.
// Calls that are up at that time are lost to it: they are to be ended before.
func (a *Agent) Run(ctx context.Context, in Incoming) error {
	ears, err := a.open(in)
	if err != nil {
		return err
	}
	g := a.group
	for _, e := range ears {
		g.Go(func() error { e.serve(ctx, a); return nil })
	}
	for _, e := range ears {
		e.wait(ctx)
	}
	close(a.ready)
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var loops errgroup.Group
	for _, t := range a.everyTarget() {
		loops.Go(func() error { a.ping(work, t); return nil })
	}
	loops.Go(func() error { a.turns.run(work); return nil })
	if a.set.Register {
		loops.Go(func() error { a.stayRegistered(work); return nil })
	}
	<-ctx.Done()
	a.mu.Lock()
	a.stopping = true
	a.mu.Unlock()
	stop()
	_ = loops.Wait()
	a.unregister()
	for _, e := range ears {
		e.close()
	}
	_ = a.ua.Close()
	return g.Wait()
}

// open opens the sockets. It is an error to run twice.
func (a *Agent) open(in Incoming) ([]*ear, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ua != nil {
		return nil, fault.New(fault.Internal, "the trunk runs already")
	}
	tlsConfig, err := a.set.tls()
	if err != nil {
		return nil, err
	}
	ears, err := a.listen(tlsConfig)
	if err != nil {
		return nil, err
	}
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent(name), sipgo.WithUserAgentHostname("outdial.invalid"), sipgo.WithUserAgenTLSConfig(tlsConfig),
		sipgo.WithUserAgentTransportLayerOptions(
			sip.WithTransportLayerLogger(a.log), sip.WithTransportLayerReadFilter(a.filter), sip.WithTransportLayerTransports(dialers())),
		sipgo.WithUserAgentTransactionLayerOptions(
			sip.WithTransactionLayerLogger(a.log), sip.WithTransactionLayerUnhandledResponseHandler(a.stray)))
	if err != nil {
		return nil, err
	}
	ua.TransportLayer().OnMessage(a.progressed)
	server, err := sipgo.NewServer(ua, sipgo.WithServerLogger(a.log))
	if err != nil {
		return nil, err
	}
	if a.client, err = sipgo.NewClient(ua, sipgo.WithClientLogger(a.log)); err != nil {
		return nil, err
	}
	a.serve(server)
	for _, e := range ears {
		e.server = server
	}
	a.ua, a.incoming, a.group = ua, in, new(errgroup.Group)
	return ears, nil
}

// Legs is how many calls there are, those that are still being released among
// them.
func (a *Agent) Legs() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.legs)
}

// Counts gives the counters.
func (a *Agent) Counts() Counts {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counts
}

func (a *Agent) count(f func(c *Counts)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(&a.counts)
}

// add takes a leg into the books. It fails where there is no room.
func (a *Agent) add(l *Leg) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !a.serves() || a.stopping:
		return &fault.Error{Kind: fault.Busy, Code: "503", Message: "the trunk does not run"}
	case a.set.Max > 0 && a.calls >= a.set.Max && l.counts():
		a.counts.Refused++
		return &fault.Error{Kind: fault.Busy, Code: "503", Message: fmt.Sprintf("the trunk has %d calls, as many as it may", a.calls)}
	case a.legs[l.callID] != nil:
		return fault.New(fault.Conflict, "a call with this Call-ID is there already")
	}
	a.legs[l.callID] = l
	if l.counts() {
		a.calls++
	}
	return nil
}

// counts tells whether the call takes one of the carrier's places.
func (l *Leg) counts() bool { return l.inside.Host == "" }

// serves tells whether the sockets are in use: a request that is sent before would
// open one of its own.
func (a *Agent) serves() bool {
	select {
	case <-a.ready:
		return true
	default:
		return false
	}
}

// over notes that a call is over, though it may still have to be released.
func (a *Agent) over(l *Leg) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l.counts() {
		a.calls--
	}
}

func (a *Agent) remove(l *Leg) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.legs[l.callID] == l {
		delete(a.legs, l.callID)
	}
}

func (a *Agent) leg(callID string) *Leg {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.legs[callID]
}

// background runs f, which is waited for when the trunk stops.
func (a *Agent) background(f func()) {
	a.group.Go(func() error { f(); return nil })
}

// briefly bounds what is done besides calls.
const briefly = 5 * time.Second
