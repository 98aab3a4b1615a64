package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"outdial/gateway/smpp/pdu"
)

// A link is one bind that is held: it is made again whenever it is lost.
type link struct {
	command pdu.Command
	first   int // index of the first address to try
	// The rest is guarded by the gateway's mutex.
	session *session // nil while it is not bound
	health  BindHealth
}

// submits tells whether messages can be submitted on the link now.
func (l *link) submits() bool {
	return l.session != nil && l.command != pdu.BindReceiver && l.session.ended() == nil
}

// steady is how long a bind must hold for the pauses to begin anew.
const steady = 30 * time.Second

// keep holds a link until ctx is done.
func (g *Gateway) keep(ctx context.Context, l *link) {
	pause := g.set.ReconnectMin
	for try := l.first; ctx.Err() == nil; try++ {
		address := g.set.Addresses[try%len(g.set.Addresses)]
		g.state(l, StateConnecting, address, nil)
		began := time.Now()
		err := g.hold(ctx, l, address)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) >= steady {
			pause = g.set.ReconnectMin
			try-- // this address works
		}
		var refused *bindError
		if errors.As(err, &refused) && refused.lasting() {
			pause = g.set.ReconnectMax // more tries would only get the account locked
		}
		g.state(l, StateWaiting, address, err)
		wait := pause/2 + rand.N(pause/2+1)
		g.log.Warn("bind lost", "bind", l.command.String(), "address", address, "err", err, "again", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		pause = min(2*pause, g.set.ReconnectMax)
	}
	g.state(l, StateStopped, "", nil)
}

// hold connects, binds, and serves the session until it ends.
func (g *Gateway) hold(ctx context.Context, l *link, address string) error {
	conn, err := g.connect(ctx, address)
	if err != nil {
		return err
	}
	s := newSession(g.set, conn, g)
	if err := s.bind(ctx, l.command); err != nil {
		_ = conn.Close()
		return err
	}
	g.bound(l, s)
	err = s.run(ctx)
	g.unbound(l, s)
	return err
}

func (g *Gateway) connect(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.set.Connect)
	defer cancel()
	conn, err := g.opt.Dial(ctx, "tcp", address)
	if err != nil || !g.set.TLS {
		return conn, err
	}
	cfg := g.opt.TLS.Clone()
	if cfg == nil {
		cfg = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if cfg.ServerName = g.set.ServerName; cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(address)
	}
	secure := tls.Client(conn, cfg)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("tls: %w", err)
	}
	return secure, nil
}

// state notes what a link does, and wakes whoever waits for a bind.
func (g *Gateway) state(l *link, state, address string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	h := &l.health
	h.State, h.Address, h.Since = state, address, time.Now()
	if err != nil {
		h.LastError = err.Error()
		h.Failures++
		g.lastError, g.errorAt = err.Error(), time.Now()
	}
	g.announce()
}

func (g *Gateway) bound(l *link, s *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.session = s
	l.health.State, l.health.Since, l.health.Failures = StateBound, time.Now(), 0
	l.health.Binds++
	g.log.Info("bound", "bind", l.command.String(), "address", l.health.Address)
	g.announce()
}

func (g *Gateway) unbound(l *link, s *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.session = nil
	g.announce()
}

// connecting tells whether a bind that can submit is being made. g.mu is held.
func (g *Gateway) connecting() bool {
	for _, l := range g.links {
		if l.command != pdu.BindReceiver && l.health.State == StateConnecting {
			return true
		}
	}
	return false
}
