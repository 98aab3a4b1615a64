package signal

import (
	"context"
	"net"
	"net/netip"
	"sort"
	"strings"
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
	hops    []hop  // as found last
	how     string // by which they were found
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
	addrs, how, err := a.lookup(ctx, t.host, t.port, a.set.Transport)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.health.LastError = err.Error()
		if len(t.hops) > 0 {
			return t.hops, nil // what was known is better than nothing
		}
		return nil, err
	}
	t.hops, t.found, t.how = nil, time.Now(), how
	t.health.Addresses = nil
	for _, x := range addrs {
		a.trusted.add(x.Addr())
		t.hops = append(t.hops, hop{transport: a.set.Transport, addr: x, target: t})
		t.health.Addresses = append(t.health.Addresses, x.String())
	}
	return t.hops, nil
}

// lookup gives the addresses behind a host: itself where it is one, those of its
// SRV records where it has no port, else its own. how says which it was.
func (a *Agent) lookup(ctx context.Context, host string, port int, transport string) (found []netip.AddrPort, how string, err error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if port == 0 {
			port = defaultPort(transport)
		}
		return []netip.AddrPort{netip.AddrPortFrom(ip.Unmap(), uint16(port))}, "as configured", nil
	}
	if port == 0 {
		if found := a.lookupSRV(ctx, host, transport); len(found) > 0 {
			return found, "by SRV records", nil
		}
		port = defaultPort(transport)
	}
	found, err = a.lookupIP(ctx, host, port)
	return found, "by address records", err
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

// ways gives the hops of a call: those of the carrier, or of whoever is called by
// an address of his own. Where there is a proxy everything goes through it.
func (l *Leg) ways(ctx context.Context) (hops []hop, said []string, err error) {
	a := l.a
	if l.counts() || a.set.proxy != nil {
		return a.route(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, briefly)
	defer cancel()
	found, how, err := a.lookup(ctx, strings.Trim(l.inside.Host, "[]"), l.inside.Port, a.set.Transport)
	for _, x := range found {
		hops = append(hops, hop{transport: a.set.Transport, addr: x})
		said = append(said, l.inside.Host+" is "+x.String()+", "+how)
	}
	return hops, said, err
}

// route gives the hops for a new call: those of targets that are there first.
// The others follow, since who does not answer OPTIONS may still take calls. said
// are the choices in words.
func (a *Agent) route(ctx context.Context) (hops []hop, said []string, err error) {
	type choice struct {
		hops []hop
		down bool
		said string
	}
	var all []choice
	var last error
	for _, t := range a.everyTarget() {
		hops, err := a.find(ctx, t)
		if err != nil {
			last = err
			said = append(said, t.name+" is not found: "+err.Error())
			continue
		}
		t.mu.Lock()
		down := t.health.State == StateDown || time.Now().Before(t.until)
		all = append(all, choice{hops, down, t.describe(hops)})
		t.mu.Unlock()
	}
	sort.SliceStable(all, func(i, j int) bool { return !all[i].down && all[j].down })
	for _, c := range all {
		hops, said = append(hops, c.hops...), append(said, c.said)
	}
	if len(hops) == 0 {
		return nil, said, fault.Wrap(fault.Busy, last, "no target has an address")
	}
	return hops, said, nil
}

// describe says where a target is, and how it does. t.mu is held.
func (t *target) describe(hops []hop) string {
	var list []string
	for _, h := range hops {
		list = append(list, h.addr.String())
	}
	state := t.health.State
	if time.Now().Before(t.until) {
		state = "asked to be left alone until " + t.until.UTC().Format(time.TimeOnly)
	}
	if state != "" && t.health.Answer != "" {
		state += " (OPTIONS: " + t.health.Answer + ")"
	}
	text := t.name + " is " + strings.Join(list, ", ") + ", " + t.how
	if state != "" {
		text += "; " + state
	}
	return text
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
