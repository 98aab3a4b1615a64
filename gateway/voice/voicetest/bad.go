package voicetest

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Bad lets things go wrong on real sockets, in both directions: what is sent on
// them and what comes is lost, repeated and late. Datagrams that are late by
// different times come in another order.
func Bad(f Faults) func(network, address string) (net.PacketConn, error) {
	return func(network, address string) (net.PacketConn, error) {
		c, err := net.ListenPacket(network, address)
		if err != nil {
			return nil, err
		}
		return &bad{PacketConn: c, faults: f}, nil
	}
}

type bad struct {
	net.PacketConn
	faults Faults

	mu    sync.Mutex
	again []byte // a datagram that comes a second time
	from  net.Addr
}

func (b *bad) ReadFrom(p []byte) (int, net.Addr, error) {
	b.mu.Lock()
	if again, from := b.again, b.from; again != nil {
		b.again = nil
		b.mu.Unlock()
		return copy(p, again), from, nil
	}
	b.mu.Unlock()
	for {
		n, from, err := b.PacketConn.ReadFrom(p)
		if err == nil && rand.Float64() < b.faults.Loss {
			continue
		}
		if err == nil && rand.Float64() < b.faults.Duplicate {
			b.mu.Lock()
			b.again, b.from = append([]byte(nil), p[:n]...), from
			b.mu.Unlock()
		}
		return n, from, err
	}
}

func (b *bad) WriteTo(p []byte, to net.Addr) (int, error) {
	if rand.Float64() < b.faults.Loss {
		return len(p), nil
	}
	times := 1
	if rand.Float64() < b.faults.Duplicate {
		times = 2
	}
	for range times {
		late := b.faults.Delay
		if b.faults.Jitter > 0 {
			late += time.Duration(rand.Int64N(int64(b.faults.Jitter)))
		}
		if late == 0 {
			if _, err := b.PacketConn.WriteTo(p, to); err != nil {
				return 0, err
			}
			continue
		}
		later := append([]byte(nil), p...)
		// Who closes the socket meanwhile has lost it.
		time.AfterFunc(late, func() { _, _ = b.PacketConn.WriteTo(later, to) })
	}
	return len(p), nil
}
