package signal

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// registration is that we told the carrier where we are. RFC 3261 §10
type registration struct {
	mu     sync.Mutex
	callID string
	seq    uint32
	health RegistrationHealth
	hop    hop
	least  time.Duration // the shortest that they take
}

// RegistrationHealth is how the registration does.
type RegistrationHealth struct {
	Registered bool      `json:"registered"`
	Since      time.Time `json:"since,omitzero"`
	Until      time.Time `json:"until,omitzero"`
	Server     string    `json:"server,omitempty"`
	LastError  string    `json:"lastError,omitempty"`
}

// Registration tells how the registration does; ok is false where there is to be
// none.
func (a *Agent) Registration() (h RegistrationHealth, ok bool) {
	a.register.mu.Lock()
	defer a.register.mu.Unlock()
	h = a.register.health
	h.Registered = h.Registered && time.Now().Before(h.Until)
	return h, a.set.Register
}

// Pauses between tries to register, where it fails.
const (
	registerAgain    = 5 * time.Second
	registerAgainMax = 2 * time.Minute
)

// stayRegistered registers again and again, well before the time is over.
func (a *Agent) stayRegistered(ctx context.Context) {
	pause := registerAgain
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		granted, err := a.registerOnce(ctx, a.set.Expires)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			a.log.Warn("the trunk is not registered", "err", err)
			timer.Reset(pause)
			pause = min(2*pause, registerAgainMax)
			continue
		}
		pause = registerAgain
		timer.Reset(max(granted*4/5, 5*time.Second))
	}
}

// registerOnce registers with the first server that takes it, and gives for how
// long.
func (a *Agent) registerOnce(ctx context.Context, d time.Duration) (time.Duration, error) {
	hops, _, err := a.route(ctx)
	if err != nil {
		a.registered(hop{}, 0, err)
		return 0, err
	}
	for _, h := range hops {
		var granted time.Duration
		granted, err = a.registerAt(ctx, h, max(d, a.register.least))
		a.registered(h, granted, err)
		if err == nil || ctx.Err() != nil {
			return granted, err
		}
	}
	return 0, err
}

func (a *Agent) registered(h hop, granted time.Duration, err error) {
	r := &a.register
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.health.Registered && time.Now().Before(r.health.Until)
	if err != nil {
		r.health.LastError = err.Error()
		return
	}
	r.hop = h
	r.health = RegistrationHealth{Registered: granted > 0, Since: r.health.Since, Until: time.Now().Add(granted), Server: h.addr.String()}
	if !was {
		r.health.Since = time.Now()
		a.log.Info("the trunk is registered", "server", h.addr, "for", granted)
	}
}

// registerAt sends one REGISTER, twice where they want a longer time.
func (a *Agent) registerAt(ctx context.Context, h hop, d time.Duration) (time.Duration, error) {
	for range 2 {
		req, err := a.registerRequest(h, d)
		if err != nil {
			return 0, err
		}
		try, cancel := context.WithTimeout(ctx, 2*briefly)
		res, err := a.do(try, req)
		cancel()
		if err != nil {
			return 0, err
		}
		a.register.used(res)
		switch {
		case res.IsSuccess():
			return granted(req, res, d), nil
		case res.StatusCode == sip.StatusIntervalToBrief: // RFC 3261 §10.2.8
			least := time.Duration(seconds(value(res, "Min-Expires"))) * time.Second
			if least <= d || least > 24*time.Hour {
				return 0, fmt.Errorf("%s", statusLine(res))
			}
			a.register.least, d = least, least
		default:
			return 0, fmt.Errorf("REGISTER: %s", statusLine(res))
		}
	}
	return 0, fmt.Errorf("the registrar cannot be suited")
}

// used notes the number that the last request really had: an answered challenge
// takes another one.
func (r *registration) used(res *sip.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := res.CSeq(); c != nil {
		r.seq = max(r.seq, c.SeqNo)
	}
}

func (a *Agent) registerRequest(h hop, d time.Duration) (*sip.Request, error) {
	r := &a.register
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.callID == "" {
		r.callID = sip.GenerateTagN(24)
	}
	r.seq++
	domain := a.set.Domain
	if domain == "" {
		domain = a.set.targets[0].host
	}
	req := a.outside(sip.REGISTER, sip.Uri{Scheme: "sip", Host: domain}, h)
	req.From().Address.Host = domain
	req.To().Address = sip.Uri{Scheme: "sip", User: a.set.User, Host: domain}
	id := sip.CallIDHeader(r.callID)
	req.ReplaceHeader(&id)
	req.CSeq().SeqNo = r.seq
	contact, err := a.contact(a.set.User, h)
	if err != nil {
		return nil, err
	}
	req.AppendHeader(contact)
	req.AppendHeader(sip.NewHeader("Expires", itoa(int(d.Seconds()))))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	req.SetBody(nil)
	return req, a.aim(req, h)
}

// granted reads for how long we are registered: our contact's own time, else the
// whole answer's, else what we asked for.
func granted(req *sip.Request, res *sip.Response, asked time.Duration) time.Duration {
	n := seconds(value(res, "Expires"))
	ours := req.Contact().Address
	for _, h := range res.GetHeaders("Contact") {
		c, ok := h.(*sip.ContactHeader)
		if !ok || !strings.EqualFold(c.Address.User, ours.User) || !sameHost(c.Address, ours) {
			continue
		}
		if v, ok := c.Params.Get("expires"); ok {
			n = seconds(v)
		}
	}
	if n == 0 {
		return asked
	}
	return min(time.Duration(n)*time.Second, 24*time.Hour)
}

func sameHost(a, b sip.Uri) bool {
	x, err := netip.ParseAddr(a.Host)
	y, err2 := netip.ParseAddr(b.Host)
	return err == nil && err2 == nil && x == y && a.Port == b.Port
}

// unregister takes the registration back.
func (a *Agent) unregister() {
	a.register.mu.Lock()
	was, h := a.register.health.Registered, a.register.hop
	a.register.mu.Unlock()
	if !was {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	req, err := a.registerRequest(h, 0)
	if err == nil {
		_, err = a.do(ctx, req)
	}
	if err != nil {
		a.log.Debug("the registration was not taken back", "err", err)
	}
	a.register.mu.Lock()
	a.register.health.Registered = false
	a.register.mu.Unlock()
}
