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
	"slices"
	"strings"
	"sync"
	"time"
)

// What telephones do besides answering at once and listening goes by how the
// number begins.
const (
	Keen    = "+12062" // presses 1 while it hears the first prompt
	Engaged = "+12064" // is busy
	Curt    = "+12065" // hangs up when it hears the first prompt
	Dead    = "+12066" // answers, and is never heard again
	Deaf    = "+12067" // rings until it is given up
	Moving  = "+12068" // goes on from another address after a while
)

// A call is one that came in.
type call struct {
	id     string
	user   string
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
	moved  bool // it was heard at its new address
	sound  voice
}

func (k *call) is(manner string) bool { return strings.HasPrefix(k.user, manner) }

// A Crowd is at work from Open until Close.
type Crowd struct {
	sip, rtp *net.UDPConn
	other    *net.UDPConn // where moving telephones go on
	host     string
	done     chan struct{}
	group    sync.WaitGroup

	mu    sync.Mutex
	calls map[string]*call         // by Call-ID
	by    map[netip.AddrPort]*call // by where the caller's sound comes from
	byes  map[string]bye           // by Call-ID
	slots [slots][]*call
	begun int // calls that were answered and acknowledged
	ended int
	most  int // at once
	from  int64
	until int64  // between the first ACK and the last
	meter *meter // nil until Begin
	count Count  // of calls that are over
}

// Open opens a crowd on loopback.
func Open() (*Crowd, error) {
	var all []*net.UDPConn
	for range 3 {
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err == nil {
			all = append(all, u)
			err = prepare(u)
		}
		if err != nil {
			for _, u := range all {
				_ = u.Close()
			}
			return nil, err
		}
	}
	c := &Crowd{sip: all[0], rtp: all[1], other: all[2], host: all[0].LocalAddr().String(), done: make(chan struct{}),
		calls: map[string]*call{}, by: map[netip.AddrPort]*call{}, byes: map[string]bye{}}
	c.group.Go(c.signal)
	c.group.Go(func() { c.hear(c.rtp) })
	c.group.Go(func() { c.hear(c.other) })
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
	_ = c.other.Close()
	c.group.Wait()
}

// A Count is what came of the calls so far.
type Count struct {
	Answered, Ended, Most int
	Moved                 int // heard at their new address
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
	n := c.count
	n.Answered, n.Ended, n.Most, n.Within = c.begun, c.ended, c.most, time.Duration(c.until-c.from)
	n.Prompt, n.Reaction = slices.Clone(n.Prompt), slices.Clone(n.Reaction)
	for _, k := range c.calls {
		n.add(k)
	}
	slices.Sort(n.Prompt)
	slices.Sort(n.Reaction)
	return n
}

// add takes what came of a call to what is counted.
func (n *Count) add(k *call) {
	if k.acked != 0 && k.first != 0 {
		n.Prompt = append(n.Prompt, time.Duration(k.first-k.acked))
	}
	if k.key != 0 && k.second != 0 {
		n.Reaction = append(n.Reaction, time.Duration(k.second-k.key))
	}
	if k.moved {
		n.Moved++
	}
}

// Begin takes down when packets come, from now on.
func (c *Crowd) Begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meter = newMeter()
}

// Pace tells how evenly packets have come since Begin.
func (c *Crowd) Pace() Pace {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.meter == nil {
		return Pace{}
	}
	return c.meter.pace()
}

// hear takes what comes for all telephones.
func (c *Crowd) hear(u *net.UDPConn) {
	b, oob := make([]byte, 2048), make([]byte, 128)
	for {
		n, o, _, from, err := u.ReadMsgUDPAddrPort(b, oob)
		if err != nil {
			return
		}
		if n < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] <= 223 {
			continue
		}
		at := received(oob[:o])
		c.mu.Lock()
		if c.meter != nil {
			c.meter.add(b[:n], at)
		}
		if k := c.by[from]; k != nil {
			k.moved = k.moved || u == c.other
			if k.second == 0 {
				k.listen(b[12:n], at)
			}
			if k.first != 0 && k.is(Curt) && !k.over {
				c.bid(k)
			}
		}
		c.mu.Unlock()
	}
}

// The sound of the prompts that a crowd tells apart: a level above silence, and
// one below. They are PCMU, of which the highest bit is the sign.
func isFirst(v byte) bool  { return v >= 0x80 && v < 0xF0 }
func isSecond(v byte) bool { return v < 0x70 }

// listen notes when prompts are heard. c.mu is held.
func (k *call) listen(payload []byte, at int64) {
	if len(payload) < 160 {
		return
	}
	switch v := payload[80]; {
	case isFirst(v) && k.first == 0:
		k.first = at
		if k.is(Keen) {
			k.sound.pressAfter = wait
		}
	case isSecond(v) && k.key != 0:
		k.second = at
	}
}
