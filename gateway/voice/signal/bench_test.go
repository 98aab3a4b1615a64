package signal

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/voicetest"
)

const (
	ourIP   = "192.0.2.1"
	theirIP = "198.51.100.1"
)

// A bench is an agent at work, with the carrier's phones on the same network.
type bench struct {
	*testing.T
	net   *voicetest.Network
	agent *Agent
	stop  context.CancelFunc
	done  chan error
	loops sync.WaitGroup
	calls []*call
	after func() // when the agent has stopped
}

// A call is one leg, and what it told.
type call struct {
	*Leg
	b      *bench
	loop   *Loop
	mu     sync.Mutex
	told   []string
	gone   bool
	refuse error // of terms
}

// inBubble runs a test with an agent whose time costs nothing.
func inBubble(t *testing.T, change func(*Config), f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := Config{Targets: []string{theirIP}, Listen: ourIP + ":5060", Ping: -1, Session: -1}
		if change != nil {
			change(&c)
		}
		b := &bench{T: t}
		b.start(c, b.incoming)
		defer b.close()
		f(b)
	})
}

// inBubbleWith lets an agent run whose calls that come in are taken by in.
func inBubbleWith(b *bench, in Incoming) {
	b.start(Config{Targets: []string{theirIP}, Listen: ourIP + ":5060", Ping: -1, Session: -1}, in)
}

func (b *bench) start(c Config, in Incoming) {
	b.Helper()
	b.net = voicetest.NewNetwork()
	var err error
	if b.agent, err = New(c, Options{ListenPacket: b.net.Listen, LookupIP: lookupIP, LookupSRV: lookupSRV}); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop, b.done = stop, make(chan error, 1)
	go func() { b.done <- b.agent.Run(ctx, in) }()
	synctest.Wait()
}

// close stops the agent, and sees that nothing is left.
func (b *bench) close() {
	b.Helper()
	time.Sleep(3 * time.Minute) // every timer of a transaction
	for _, c := range b.calls {
		c.do(func() {
			if !c.Ended() {
				b.Errorf("%s is still up:\n%s", c.callID, c.Ladder())
				c.Hangup(Outcome{By: bySystem})
			}
		})
	}
	time.Sleep(3 * time.Minute)
	if n := b.agent.Legs(); n != 0 {
		b.Errorf("%d calls are left", n)
	}
	for _, c := range b.calls {
		if !c.gone {
			b.Errorf("%s never went:\n%s", c.callID, c.Ladder())
		}
	}
	b.stop()
	if err := <-b.done; err != nil {
		b.Errorf("Run: %v", err)
	}
	b.loops.Wait()
	if b.after != nil {
		b.after()
	}
}

func (b *bench) plan(c *call, side *sdp.Side) Plan {
	tell := func(format string, args ...any) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.told = append(c.told, fmt.Sprintf(format, args...))
	}
	return Plan{To: "+12065550123", From: "+12065550110", FromName: "Acme", Side: side, Ring: time.Minute, Post: c.loop.Post, Events: Events{
		Progress: func(ringing bool) { tell("progress %v", ringing) },
		Terms: func(t *sdp.Terms) error {
			tell("terms %s", t)
			return c.refuse
		},
		Answered: func() { tell("answered") },
		Key:      func(k byte) { tell("key %c", k) },
		Referred: func(status int) { tell("referred %d", status) },
		Elsewhere: func(number string) bool {
			tell("elsewhere %s", number)
			return number == "+12065550188"
		},
		Ended: func(o Outcome) { tell("ended %s %d %d %q %d", o.By, o.Code, o.Cause, o.Phrase, o.RetryAfter) },
		Gone: func() {
			c.gone = true
			c.loop.Close()
		},
	}}
}

func (b *bench) newCall() *call {
	c := &call{b: b, loop: NewLoop(nil)}
	b.calls = append(b.calls, c)
	b.loops.Go(c.loop.Run)
	return c
}

func newSide() *sdp.Side {
	return &sdp.Side{ID: 1, Port: 4000, Codecs: []string{"PCMA", "PCMU"}, Ptime: 20, Events: true, Secure: sdp.Never}
}

// dial places a call.
func (b *bench) dial(change func(*Plan)) *call {
	b.Helper()
	c := b.newCall()
	p := b.plan(c, newSide())
	if change != nil {
		change(&p)
	}
	l, err := b.agent.Dial(p)
	if err != nil {
		b.calls = b.calls[:len(b.calls)-1]
		c.loop.Close()
		b.Fatal(err)
	}
	c.Leg = l
	return c
}

// incoming takes every call that comes in, and answers it.
func (b *bench) incoming(l *Leg) {
	c := b.newCall()
	c.Leg = l
	l.Attach(b.plan(c, newSide()))
	if strings.HasPrefix(l.Called(), "+1206555") {
		c.do(l.Answer)
		return
	}
	c.do(func() { l.Refuse(404, "Not Found") })
}

// do runs f in the call's loop.
func (c *call) do(f func()) {
	done := make(chan struct{})
	if !c.loop.Post(func() { defer close(done); f() }) {
		return
	}
	<-done
}

// wants checks what the call told since the last check.
func (c *call) wants(lines ...string) {
	c.b.Helper()
	synctest.Wait()
	c.mu.Lock()
	got := strings.Join(c.told, "\n")
	c.told = nil
	c.mu.Unlock()
	if want := strings.Join(lines, "\n"); got != want {
		c.b.Errorf("told:\n%s\nwanted:\n%s\n%s", got, want, c.Ladder())
	}
}

const theirTerms = "terms PCMA to 198.51.100.1:6000"

// up is a call that has been answered.
func (b *bench) up(p *voicetest.Phone, change func(*Plan), headers string) (*call, *voicetest.Dialog) {
	b.Helper()
	c := b.dial(change)
	invite := p.Expect("INVITE")
	p.Reply(invite, "180 Ringing", "callee", "")
	synctest.Wait() // the library may hear two answers in any order
	p.Reply(invite, "200 OK", "callee", headers, voicetest.SDP(theirIP, 6000))
	p.Expect("ACK")
	c.wants("progress true", theirTerms, "answered")
	return c, p.Called(invite, "callee")
}

func lookupIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return map[string][]netip.Addr{
		"one.example.com": {netip.MustParseAddr("198.51.100.1")}, "two.example.com": {netip.MustParseAddr("198.51.100.2")},
		"three.example.com": {netip.MustParseAddr("198.51.100.3")},
	}[host], nil
}
