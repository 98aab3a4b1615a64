package signal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"outdial/fault"
)

// An ear is a socket that we listen on.
type ear struct {
	packet   *heard // nil: a listener
	listener net.Listener
	secure   bool
	server   *sipgo.Server
}

// listen opens the sockets of the trunk's transport. With TLS and no certificate
// of our own nobody can connect to us: what comes in comes on our connections.
func (a *Agent) listen(tlsConfig *tls.Config) ([]*ear, error) {
	at := a.set.listenAt.String()
	fail := func(err error) ([]*ear, error) {
		return nil, fault.Wrap(fault.Internal, err, "listen: %s cannot be had", at)
	}
	switch {
	case a.set.Transport == "udp":
		c, err := a.opt.ListenPacket(family("udp", a.set.listenAt), at)
		if err != nil {
			return fail(err)
		}
		if u, ok := c.(*net.UDPConn); ok {
			// What comes in a burst, or in a flood, waits here and is not lost: as much
			// of it as the system allows.
			_ = u.SetReadBuffer(4 << 20)
		}
		a.local, err = netip.ParseAddrPort(c.LocalAddr().String())
		return []*ear{{packet: &heard{PacketConn: c, reads: make(chan struct{})}}}, err
	case a.set.Transport == "tls" && len(tlsConfig.Certificates) == 0:
		a.local = a.set.listenAt
		return nil, nil
	}
	l, err := a.opt.Listen(family("tcp", a.set.listenAt), at)
	if err != nil {
		return fail(err)
	}
	a.local, err = netip.ParseAddrPort(l.Addr().String())
	e := &ear{listener: &door{Listener: l, trusted: &a.trusted}, secure: a.set.Transport == "tls"}
	if e.secure {
		e.listener = tls.NewListener(e.listener, tlsConfig)
	}
	return []*ear{e}, err
}

// family is the network for an address: a wildcard of IPv4 is of IPv4 only.
func family(network string, at netip.AddrPort) string {
	if at.Addr().Is4() {
		return network + "4"
	}
	return network
}

// serve hears until the socket is closed. What goes wrong on it in between must
// not make the trunk deaf.
func (e *ear) serve(ctx context.Context, a *Agent) {
	for {
		var err error
		switch {
		case e.packet != nil:
			err = e.server.ServeUDP(e.packet)
		case e.secure:
			err = e.server.ServeTLS(e.listener)
		default:
			err = e.server.ServeTCP(e.listener)
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		a.log.Warn("a socket of the trunk failed and is served again", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// A heard is a socket that tells when it is read for the first time: the library
// knows it by then, and sends from it.
type heard struct {
	net.PacketConn
	once  sync.Once
	reads chan struct{}
}

// ReadFrom reads one datagram.
func (h *heard) ReadFrom(b []byte) (int, net.Addr, error) {
	h.once.Do(func() { close(h.reads) })
	return h.PacketConn.ReadFrom(b)
}

// wait waits until requests can be sent from the socket.
func (e *ear) wait(ctx context.Context) {
	if e.packet == nil {
		return // connections are made as they are needed
	}
	select {
	case <-e.packet.reads:
	case <-ctx.Done():
	}
}

func (e *ear) close() {
	if e.packet != nil {
		_ = e.packet.Close()
	}
	if e.listener != nil {
		_ = e.listener.Close()
	}
}

// A door lets only those connect who are trusted.
type door struct {
	net.Listener
	trusted *trusted
}

// Accept waits for the next connection of somebody who is trusted.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if from, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil && d.trusted.has(from.Addr()) {
			return c, nil
		}
		_ = c.Close()
	}
}

// dialers are the library's transports with time limits that suit a call.
func dialers() sip.TransportsConfig {
	dial := func(laddr net.Addr) net.Dialer {
		return net.Dialer{Timeout: briefly, LocalAddr: laddr, KeepAlive: 30 * time.Second}
	}
	return sip.TransportsConfig{
		TCP: &sip.TransportTCP{DialerCreate: dial, WriteTimeout: briefly},
		TLS: &sip.TransportTLS{TransportTCP: &sip.TransportTCP{DialerCreate: dial, WriteTimeout: briefly}},
	}
}

// tls gives the configuration of TLS for both directions.
func (s *settings) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.Transport != "tls" {
		return c, nil
	}
	if s.TLS.Cert != "" {
		pair, err := tls.LoadX509KeyPair(s.TLS.Cert, s.TLS.Key)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "tls: certificate and key")
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if s.TLS.CA != "" {
		pem, err := os.ReadFile(s.TLS.CA)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "tls.ca")
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.Invalid, "tls.ca: %s has no certificate", s.TLS.CA)
		}
	}
	names := s.tlsNames()
	c.ServerName = names[0]
	// The library connects to addresses, and a trunk may have several servers: the
	// certificate must be for one of their names. RFC 5922 §7.1
	c.InsecureSkipVerify = true
	if !s.TLS.Insecure {
		roots := c.RootCAs
		c.VerifyConnection = func(cs tls.ConnectionState) error { return verify(cs, roots, names) }
	}
	return c, nil
}

func (s *settings) tlsNames() []string {
	switch {
	case s.TLS.ServerName != "":
		return []string{s.TLS.ServerName}
	case s.Domain != "":
		return []string{s.Domain}
	case s.proxy != nil:
		return []string{s.proxy.host}
	}
	var names []string
	for _, t := range s.targets {
		names = append(names, t.host)
	}
	return names
}

// verify checks a certificate by the authorities, and that it is for one of the
// names.
func verify(cs tls.ConnectionState, roots *x509.CertPool, names []string) error {
	if len(cs.PeerCertificates) == 0 {
		return nil // somebody who connected to us: trusted by address
	}
	o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, c := range cs.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	if _, err := cs.PeerCertificates[0].Verify(o); err != nil {
		return err
	}
	var err error
	for _, n := range names {
		if err = cs.PeerCertificates[0].VerifyHostname(n); err == nil {
			return nil
		}
	}
	return err
}

// trusted are the addresses that requests are taken from.
type trusted struct {
	networks []netip.Prefix
	mu       sync.RWMutex
	targets  map[netip.Addr]bool
}

func (t *trusted) start(s *settings) {
	t.networks, t.targets = s.trust, map[netip.Addr]bool{}
	for _, x := range append(append([]*target(nil), s.targets...), s.proxy) {
		if x == nil {
			continue
		}
		if a, err := netip.ParseAddr(x.host); err == nil {
			t.targets[a.Unmap()] = true
		}
	}
}

func (t *trusted) has(a netip.Addr) bool {
	a = a.Unmap()
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.targets[a] {
		return true
	}
	for _, n := range t.networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

func (t *trusted) add(a netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.targets[a.Unmap()] = true
}

// filter lets through what is a message, and either from somebody trusted or
// about a call that is there. It keeps the library from remembering everybody
// who sends a datagram, and from reading what would upset it.
func (a *Agent) filter(info sip.TransportReadProps, data []byte) ([]byte, error) {
	from, err := netip.ParseAddrPort(info.RemoteAddr.String())
	if err != nil {
		return nil, nil
	}
	known := a.trusted.has(from.Addr())
	if info.Transport != "UDP" {
		// A stream comes in pieces. Only those who are trusted, or whom we called,
		// are connected.
		return data, nil
	}
	if known && len(data) <= 4 && len(strings.Trim(string(data), "\r\n")) == 0 {
		return data, nil // keeps a router's memory alive
	}
	callID, ok := whole(data)
	if !ok || !known && a.leg(callID) == nil {
		a.count(func(c *Counts) { c.Dropped++ })
		return nil, nil
	}
	return data, nil
}

// whole tells whether data is a message with everything that any message has,
// and gives its Call-ID. What makes the library panic is no message.
func whole(data []byte) (callID string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	m, err := sip.ParseMessage(data)
	if err != nil {
		return "", false
	}
	id, cseq, via, from, to := m.CallID(), m.CSeq(), m.Via(), m.From(), m.To()
	if id == nil || cseq == nil || via == nil || from == nil || to == nil {
		return "", false
	}
	switch m := m.(type) {
	case *sip.Request:
		ok = m.Method == cseq.MethodName && m.SipVersion == "SIP/2.0"
		_ = sip.NewResponseFromRequest(m, 400, "Bad Request", nil).String()
	case *sip.Response:
		ok = m.StatusCode >= 100 && m.StatusCode <= 699
	}
	return string(*id), ok
}
