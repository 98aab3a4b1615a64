// Package crowd is the far end of load on a trunk: telephones at one address, as
// many as are called, that answer, talk, press keys, and take down when the
// kernel received what they hear.
//
// It shares no code with what it measures. It is for benchmarks and tests on
// loopback: it trusts what comes, speaks SIP over UDP and PCMU only, and sounds
// like nobody.
package crowd

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// Keen marks the numbers whose telephones press 1 while they hear the first
// prompt; it is how the user of their address begins.
const Keen = "+12062"

// A Call is one that came in.
type Call struct {
	id     string
	keen   bool
	sip    netip.AddrPort // whom we talk to
	media  netip.AddrPort // where the caller hears
	target string         // the caller's own address
	local  string         // our side of the dialogue, with its tag
	remote string
	offer  string // answer to the INVITE, for whoever asks again

	acked  int64 // when the ACK came, in nanoseconds; 0: not yet
	first  int64 // when the first prompt was heard
	key    int64 // when the end of the key was sent
	second int64 // when the next prompt was heard
	over   bool
	sound  voice
}

// A Crowd is at work from Open until Close.
type Crowd struct {
	sip, rtp *net.UDPConn
	host     string
	done     chan struct{}
	group    sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*Call         // by Call-ID
	by    map[netip.AddrPort]*Call // by where the caller's sound comes from
	slots [slots][]*Call
	begun int // calls that were answered and acknowledged
	ended int
	most  int // at once
	from  int64
	until int64 // between the first ACK and the last
	meter *Meter
}

// Open opens a crowd on loopback.
func Open() (*Crowd, error) {
	loopback := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	sip, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		return nil, err
	}
	rtp, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		_ = sip.Close()
		return nil, err
	}
	for _, c := range []*net.UDPConn{sip, rtp} {
		if err := prepare(c); err != nil {
			_ = sip.Close()
			_ = rtp.Close()
			return nil, err
		}
	}
	c := &Crowd{sip: sip, rtp: rtp, host: sip.LocalAddr().String(), done: make(chan struct{}),
		calls: map[string]*Call{}, by: map[netip.AddrPort]*Call{}, meter: newMeter()}
	c.group.Go(c.signal)
	c.group.Go(c.hear)
	c.group.Go(c.talk)
	c.group.Go(c.remind)
	return c, nil
}

// Address is where calls go.
func (c *Crowd) Address() string { return c.host }

// Close ends the crowd; calls that are up are left as they are.
func (c *Crowd) Close() {
	close(c.done)
	_ = c.sip.Close()
	_ = c.rtp.Close()
	c.group.Wait()
}

// A Count is what came of the calls so far.
type Count struct {
	Answered, Ended, Most int
	// Within is the time from the first answer that was acknowledged to the last.
	Within time.Duration
	// Prompt is from the ACK to the first packet of the first prompt, Reaction from
	// the end of a key to the first packet of the next prompt; sorted.
	Prompt, Reaction []time.Duration
}

// Count tells what came of the calls so far.
func (c *Crowd) Count() Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := Count{Answered: c.begun, Ended: c.ended, Most: c.most, Within: time.Duration(c.until - c.from)}
	for _, k := range c.calls {
		if k.acked != 0 && k.first != 0 {
			n.Prompt = append(n.Prompt, time.Duration(k.first-k.acked))
		}
		if k.key != 0 && k.second != 0 {
			n.Reaction = append(n.Reaction, time.Duration(k.second-k.key))
		}
	}
	ordered(n.Prompt)
	ordered(n.Reaction)
	return n
}

// Begin forgets what was heard so far: measuring begins.
func (c *Crowd) Begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meter = newMeter()
}

// Pace tells how evenly packets have come since Begin.
func (c *Crowd) Pace() Pace {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.meter.pace()
}

// hear takes what comes for all telephones.
func (c *Crowd) hear() {
	b, oob := make([]byte, 2048), make([]byte, 128)
	for {
		n, o, _, from, err := c.rtp.ReadMsgUDPAddrPort(b, oob)
		if err != nil {
			return
		}
		if n < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] <= 223 {
			continue
		}
		at := received(oob[:o])
		c.mu.Lock()
		c.meter.add(b[:n], at)
		if k := c.by[from]; k != nil && k.second == 0 {
			k.listen(b[12:n], at)
		}
		c.mu.Unlock()
	}
}

// The sound of the prompts that a crowd tells apart: a level above silence, and
// one below. They are PCMU, of which the highest bit is the sign.
func isFirst(v byte) bool  { return v >= 0x80 && v < 0xF0 }
func isSecond(v byte) bool { return v < 0x70 }

// listen notes when prompts are heard. c.mu is held.
func (k *Call) listen(payload []byte, at int64) {
	if len(payload) < 160 {
		return
	}
	switch v := payload[80]; {
	case isFirst(v) && k.first == 0:
		k.first = at
		if k.keen {
			k.sound.pressAfter = wait
		}
	case isSecond(v) && k.key != 0:
		k.second = at
	}
}
