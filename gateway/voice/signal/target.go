package signal

import (
	"context"
	"net"
	"net/netip"
	"sort"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"outdial/fault"
)

// A target is where calls go: one entry of the configuration.
type target struct {
	name string // as configured
	host string
	port int // 0: SRV records, or the default

	mu      sync.Mutex
	hops    []hop // as found last
	found   time.Time
	health  TargetHealth
	failing int
	until   time.Time // told us to stay away until then
}

// A hop is one address of a target.
type hop struct {
	transport string // udp, tcp, tls
	addr      netip.AddrPort
	target    *target // nil: not one of ours
}

// States of a target.
const (
	StateUnknown = "unknown" // nobody has asked yet
	StateUp      = "up"
	StateDown    = "down"
)

// TargetHealth is how one target does.
type TargetHealth struct {
	Target    string        `json:"target"`
	State     string        `json:"state"`
	Since     time.Time     `json:"since,omitzero"`
	Addresses []string      `json:"addresses,omitempty"`
	RTT       time.Duration `json:"rtt,omitempty"` // of the last OPTIONS
	Answer    string        `json:"answer,omitempty"`
	LastError string        `json:"lastError,omitempty"`
}

func (a *Agent) everyTarget() []*target {
	if a.set.proxy != nil {
		return []*target{a.set.proxy}
	}
	return a.set.targets
}

// fresh is how long what the DNS said is used again.
const fresh = time.Minute

// find gives the addresses of a target, in the order in which to try them.
// RFC 3263 §4.2
func (a *Agent) find(ctx context.Context, t *target) ([]hop, error) {
	t.mu.Lock()
	if len(t.hops) > 0 && time.Since(t.found) < fresh {
		defer t.mu.Unlock()
		return t.hops, nil
	}
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, briefly)
	defer cancel()
	addrs, err := a.lookup(ctx, t.host, t.port, a.set.Transport)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.health.LastError = err.Error()
		if len(t.hops) > 0 {
			return t.hops, nil // what was known is better than nothing
		}
		return nil, err
	}
	t.hops, t.found = nil, time.Now()
	t.health.Addresses = nil
	for _, x := range addrs {
		a.trusted.add(x.Addr())
		t.hops = append(t.hops, hop{transport: a.set.Transport, addr: x, target: t})
		t.health.Addresses = append(t.health.Addresses, x.String())
	}
	return t.hops, nil
}

// lookup gives the addresses behind a host: itself where it is one, those of its
// SRV records where it has no port, else its own.
func (a *Agent) lookup(ctx context.Context, host string, port int, transport string) ([]netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if port == 0 {
			port = defaultPort(transport)
		}
		return []netip.AddrPort{netip.AddrPortFrom(ip.Unmap(), uint16(port))}, nil
	}
	if port == 0 {
		if found := a.lookupSRV(ctx, host, transport); len(found) > 0 {
			return found, nil
		}
		port = defaultPort(transport)
	}
	return a.lookupIP(ctx, host, port)
}

func (a *Agent) lookupSRV(ctx context.Context, host, transport string) []netip.AddrPort {
	service, proto := "sip", transport
	if transport == "tls" {
		service, proto = "sips", "tcp"
	}
	// They come sorted by priority, and shuffled by weight. RFC 2782
	_, records, err := a.opt.LookupSRV(ctx, service, proto, host)
	if err != nil {
		return nil
	}
	var all []netip.AddrPort
	for _, r := range records {
		if found, err := a.lookupIP(ctx, r.Target, int(r.Port)); err == nil {
			all = append(all, found...)
		}
	}
	return all
}

func (a *Agent) lookupIP(ctx context.Context, host string, port int) ([]netip.AddrPort, error) {
	ips, err := a.opt.LookupIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	v6 := a.set.listenAt.Addr().Is6() && !a.set.listenAt.Addr().Is4In6()
	var all []netip.AddrPort
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.Is4() || v6 {
			all = append(all, netip.AddrPortFrom(ip, uint16(port)))
		}
	}
	if len(all) == 0 {
		return nil, &net.DNSError{Err: "no address that we can reach", Name: host}
	}
	return all, nil
}

// route gives the hops for a new call: those of targets that are there first.
// The others follow, since who does not answer OPTIONS may still take calls.
func (a *Agent) route(ctx context.Context) ([]hop, error) {
	type choice struct {
		hops []hop
		down bool
	}
	var all []choice
	var last error
	for _, t := range a.everyTarget() {
		hops, err := a.find(ctx, t)
		if err != nil {
			last = err
			continue
		}
		t.mu.Lock()
		down := t.health.State == StateDown || time.Now().Before(t.until)
		t.mu.Unlock()
		all = append(all, choice{hops, down})
	}
	sort.SliceStable(all, func(i, j int) bool { return !all[i].down && all[j].down })
	var hops []hop
	for _, c := range all {
		hops = append(hops, c.hops...)
	}
	if len(hops) == 0 {
		return nil, fault.Wrap(fault.Busy, last, "no target has an address")
	}
	return hops, nil
}

// avoid keeps calls away from a target for a while: it said so. RFC 3261 §21.5.4
func (t *target) avoid(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.until = time.Now().Add(min(d, 10*time.Minute))
}

// tries is how many pings in a row must fail for a target to be down.
const tries = 2

// ping asks a target again and again whether it is there, or only where it is.
// RFC 3261 §11
func (a *Agent) ping(ctx context.Context, t *target) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if a.set.Ping < 0 {
			if _, err := a.find(ctx, t); err != nil && ctx.Err() == nil {
				a.log.Warn("a target of the trunk is not found", "target", t.name, "err", err)
			}
			timer.Reset(fresh)
			continue
		}
		began := time.Now()
		answer, err := a.options(ctx, t)
		if ctx.Err() != nil {
			return
		}
		t.judge(answer, err, time.Since(began), a)
		next := a.set.Ping
		if err != nil {
			next = min(next, 10*time.Second)
		}
		timer.Reset(next)
	}
}

// options asks every address of a target once; one answer is enough.
func (a *Agent) options(ctx context.Context, t *target) (answer string, err error) {
	hops, err := a.find(ctx, t)
	if err != nil {
		return "", err
	}
	for _, h := range hops {
		req := a.outside(sip.OPTIONS, sip.Uri{Scheme: "sip", Host: t.host, Port: t.port}, h)
		req.SetBody(nil)
		if err = a.aim(req, h); err != nil {
			continue
		}
		try, cancel := context.WithTimeout(ctx, briefly)
		var res *sip.Response
		res, err = a.do(try, req)
		cancel()
		if err != nil {
			continue
		}
		answer = statusLine(res)
		if res.StatusCode != sip.StatusServiceUnavailable && res.StatusCode != sip.StatusRequestTimeout {
			return answer, nil
		}
		err = fault.New(fault.Busy, "%s", answer)
	}
	return answer, err
}

func (t *target) judge(answer string, err error, took time.Duration, a *Agent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	state := t.health.State
	t.health.Answer = answer
	if err == nil {
		t.failing, state = 0, StateUp
		t.health.RTT, t.health.LastError = took, ""
	} else {
		t.health.LastError = err.Error()
		if t.failing++; t.failing >= tries {
			state = StateDown
		}
	}
	if state != t.health.State {
		t.health.State, t.health.Since = state, time.Now()
		a.log.Info("a target of the trunk is "+state, "target", t.name, "err", err)
	}
}

// Targets tells how the targets do.
func (a *Agent) Targets() []TargetHealth {
	var all []TargetHealth
	for _, t := range a.everyTarget() {
		t.mu.Lock()
		h := t.health
		t.mu.Unlock()
		h.Target = t.name
		if h.State == "" {
			h.State = StateUnknown
		}
		all = append(all, h)
	}
	return all
}
