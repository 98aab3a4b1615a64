// Package voicetest is the far side for tests of voice: a network in memory that
// loses and delays as real ones do, and a telephone that says and hears what a
// test wants, down to the last octet.
//
// It shares no code with what it tests, so that both cannot be wrong alike. It is
// for tests and benchmarks only.
package voicetest

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// A Network carries datagrams between its sockets.
type Network struct {
	mu      sync.Mutex
	sockets map[netip.AddrPort]*socket
	port    uint16
	rand    *rand.Rand
	faults  Faults
	filter  func(from, to netip.AddrPort, b []byte) bool
}

// Faults are what goes wrong on a network.
type Faults struct {
	Loss, Duplicate float64       // shares of the datagrams
	Delay, Jitter   time.Duration // every one is late by Delay, and by up to Jitter more
}

// NewNetwork gives a network on which nothing goes wrong.
func NewNetwork() *Network {
	return &Network{sockets: map[netip.AddrPort]*socket{}, port: 32768, rand: rand.New(rand.NewPCG(1, 2))}
}

// Fail lets things go wrong from now on.
func (n *Network) Fail(f Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
}

// Filter lets only those datagrams pass for which f is true; nil: all.
func (n *Network) Filter(f func(from, to netip.AddrPort, b []byte) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.filter = f
}

// Open is how many sockets are open.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.sockets)
}

// Listen opens a socket at an address; port 0 is a free one.
func (n *Network) Listen(_, address string) (net.PacketConn, error) {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if a.Port() == 0 {
		n.port++
		a = netip.AddrPortFrom(a.Addr(), n.port)
	}
	if n.sockets[a] != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Err: errors.New("address already in use")}
	}
	s := &socket{net: n, addr: a, in: make(chan datagram, 4096), closed: make(chan struct{})}
	n.sockets[a] = s
	return s, nil
}

type datagram struct {
	from netip.AddrPort
	b    []byte
}

type socket struct {
	net    *Network
	addr   netip.AddrPort
	in     chan datagram
	once   sync.Once
	closed chan struct{}
}

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case <-s.closed:
		return 0, nil, net.ErrClosed
	case d := <-s.in:
		return copy(b, d.b), net.UDPAddrFromAddrPort(d.from), nil
	}
}

func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-s.closed:
		return 0, net.ErrClosed
	default:
	}
	a, err := netip.ParseAddrPort(to.String())
	if err != nil {
		return 0, err
	}
	s.net.carry(s.addr, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), b)
	return len(b), nil
}

// carry brings a datagram to where it shall go, or loses it.
func (n *Network) carry(from, to netip.AddrPort, b []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.filter != nil && !n.filter(from, to, b) || n.rand.Float64() < n.faults.Loss {
		return
	}
	times := 1
	if n.rand.Float64() < n.faults.Duplicate {
		times = 2
	}
	for range times {
		d := datagram{from, append([]byte(nil), b...)}
		late := n.faults.Delay
		if n.faults.Jitter > 0 {
			late += time.Duration(n.rand.Int64N(int64(n.faults.Jitter)))
		}
		if late == 0 {
			n.deliver(to, d)
			continue
		}
		time.AfterFunc(late, func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.deliver(to, d)
		})
	}
}

func (n *Network) deliver(to netip.AddrPort, d datagram) {
	if s := n.sockets[to]; s != nil {
		select {
		case s.in <- d:
		default: // full, as the kernel's would be
		}
	}
}

func (s *socket) Close() error {
	s.once.Do(func() {
		s.net.mu.Lock()
		delete(s.net.sockets, s.addr)
		s.net.mu.Unlock()
		close(s.closed)
	})
	return nil
}

func (s *socket) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(s.addr) }

func (s *socket) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (s *socket) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (s *socket) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
