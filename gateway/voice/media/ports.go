package media

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"outdial/fault"
)

// rest is how long a port is not lent again, so that what comes late for one
// call does not reach the next one.
const rest = 5 * time.Second

// Ports lends pairs of ports: an even one for RTP, the next one for RTCP.
type Ports struct {
	host      string
	low, high int
	listen    func(network, address string) (net.PacketConn, error)

	mu      sync.Mutex
	lent    map[int]bool
	resting map[int]time.Time
}

// NewPorts lends the ports from low to high on host; with low 0, whatever the
// system gives. listen nil is net.ListenPacket.
func NewPorts(host string, low, high int, listen func(network, address string) (net.PacketConn, error)) *Ports {
	if listen == nil {
		listen = net.ListenPacket
	}
	return &Ports{host: host, low: low + low%2, high: high, listen: listen, lent: map[int]bool{}, resting: map[int]time.Time{}}
}

// A Pair is two ports of a stream.
type Pair struct {
	RTP, RTCP      net.PacketConn
	Port, RTCPPort int
	ports          *Ports
	once           sync.Once
}

// Lent is how many pairs are lent now.
func (p *Ports) Lent() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lent)
}

// Open lends a pair. fault.Busy: none is free.
func (p *Ports) Open() (*Pair, error) {
	if p.low == 0 {
		return p.any()
	}
	var last error
	for range 50 {
		port, ok := p.reserve()
		if !ok {
			return nil, fault.New(fault.Busy, "no port for sound is free from %d to %d", p.low, p.high)
		}
		pair, err := p.bind(port)
		if err == nil {
			return pair, nil
		}
		last = err
		p.release(port) // somebody else has it
	}
	return nil, fault.Wrap(fault.Busy, last, "no port for sound can be had from %d to %d", p.low, p.high)
}

// reserve picks a free port at random, so that it cannot be guessed.
func (p *Ports) reserve() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := (p.high - p.low + 1) / 2
	if n <= 0 {
		return 0, false
	}
	now, first := time.Now(), rand.IntN(n)
	for i := range n {
		port := p.low + 2*((first+i)%n)
		if p.lent[port] || now.Before(p.resting[port]) {
			continue
		}
		delete(p.resting, port)
		p.lent[port] = true
		return port, true
	}
	return 0, false
}

func (p *Ports) release(port int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.lent, port)
	if p.low != 0 {
		p.resting[port] = time.Now().Add(rest)
	}
}

func (p *Ports) bind(port int) (*Pair, error) {
	rtp, err := p.listen("udp", net.JoinHostPort(p.host, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	rtcp, err := p.listen("udp", net.JoinHostPort(p.host, strconv.Itoa(port+1)))
	if err != nil {
		_ = rtp.Close()
		return nil, err
	}
	return &Pair{RTP: rtp, RTCP: rtcp, Port: port, RTCPPort: port + 1, ports: p}, nil
}

// any lends what the system gives.
func (p *Ports) any() (*Pair, error) {
	rtp, err := p.listen("udp", net.JoinHostPort(p.host, "0"))
	if err != nil {
		return nil, fault.Wrap(fault.Busy, err, "no port for sound")
	}
	rtcp, err := p.listen("udp", net.JoinHostPort(p.host, "0"))
	if err != nil {
		_ = rtp.Close()
		return nil, fault.Wrap(fault.Busy, err, "no port for sound")
	}
	pair := &Pair{RTP: rtp, RTCP: rtcp, ports: p}
	if pair.Port, err = portOf(rtp); err == nil {
		pair.RTCPPort, err = portOf(rtcp)
	}
	if err != nil {
		_ = rtp.Close()
		_ = rtcp.Close()
		return nil, err
	}
	p.mu.Lock()
	p.lent[pair.Port] = true
	p.mu.Unlock()
	return pair, nil
}

func portOf(c net.PacketConn) (int, error) {
	_, port, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0, fmt.Errorf("%s is no address with a port", c.LocalAddr())
	}
	return n, nil
}

// Close gives the ports back.
func (p *Pair) Close() {
	p.once.Do(func() {
		_ = p.RTP.Close()
		_ = p.RTCP.Close()
		p.ports.release(p.Port)
	})
}
