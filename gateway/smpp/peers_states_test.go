//go:build peers

package smpp

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// A receipt that was under way when the connection broke comes again on the next.
func TestPeerDropsWithAReceiptInFlight(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{})
		p.await("bound")
		for range 3 {
			p.fail("deliver", 1)
			r := c.must("hi")
			for a := c.next(); a.Ref != r.Ref || a.Receipt.Status != contact.StatusDelivered; a = c.next() {
				if a.Receipt == nil || a.Receipt.Status != contact.StatusDelivered { // a repeat is one of those before
					p.Fatalf("%+v for %+v", a, r)
				}
			}
			p.await("bound")
		}
	})
}

// A message whose second part was cut off goes on with it: no part is sent twice
// but the one that was under way.
func TestPeerDropsInTheMiddleOfAMessage(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{})
		p.await("bound")
		text := strings.Repeat("Long and plain. ", 30) // four parts
		p.fail("middle", 2)
		if _, err := c.sendAs("m", text); !fault.Is(err, fault.Internal) {
			p.Errorf("cut off in the middle: %v", err)
		}
		r, err := c.sendAs("m", text)
		for fault.Is(err, fault.Busy) { // the bind is being made
			r, err = c.sendAs("m", text)
		}
		if err != nil || r.Segments != 4 || len(r.Refs) != 3 {
			p.Errorf("%+v %v", r, err)
		}
		if got := p.took(); got != text {
			p.Errorf("it took %q", got)
		}
		for seen := map[string]bool{}; len(seen) < 4; {
			seen[c.next().Ref] = true
		}
		if n := c.g.Health().Counts.Submitted; n != 4 {
			p.Errorf("%d parts were taken", n)
		}
	})
}

// A far side that breaks off when it is asked whether it is there, and one that
// does not answer: the bind is made anew, and nothing is lost.
func TestPeerFailsEnquireLink(t *testing.T) {
	for _, how := range []string{"enquire", "enquire mute"} {
		t.Run(how, func(t *testing.T) {
			eachPeer(t, func(p *peer) {
				c := p.call(Account{Enquire: 200 * time.Millisecond, Response: 500 * time.Millisecond})
				p.await("bound")
				for range 2 {
					p.fail(how, 1)
					p.await("bound")
				}
				c.must("after that")
				if got := p.took(); got != "after that" {
					p.Errorf("it took %q", got)
				}
			})
		})
	}
}

// Our own goodbye is not waited for longer than an answer may take.
func TestPeerFailsUnbind(t *testing.T) {
	for _, how := range []string{"unbind", "unbind mute"} {
		t.Run(how, func(t *testing.T) {
			eachPeer(t, func(p *peer) {
				c := p.call(Account{Response: time.Second})
				p.await("bound")
				c.must("hi")
				p.fail(how, 1)
				begun := time.Now()
				c.end()
				if took := time.Since(begun); took > 5*time.Second {
					p.Errorf("the end took %v", took)
				}
			})
		})
	}
}

// A half-open connection: the far side's machine still acknowledges, but nobody
// reads. What was under way is of unknown outcome; when the far side is back, so
// is the bind.
func TestPeerIsFrozen(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{Enquire: 300 * time.Millisecond, Response: time.Second, Connect: time.Second})
		p.await("bound")
		p.Cleanup(func() { _ = p.cmd.Process.Signal(syscall.SIGCONT) })
		if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			p.Fatal(err)
		}
		if _, err := c.send("frozen"); !fault.Is(err, fault.Internal) {
			p.Errorf("nobody reads: %v", err)
		}
		for c.g.Health().Up {
			if _, err := c.send("frozen"); err == nil {
				p.Fatal("it was taken")
			}
		}
		if _, err := c.send("frozen"); !fault.Is(err, fault.Busy) {
			p.Errorf("no bind is up: %v", err)
		}
		if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			p.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); !c.g.Health().Up; {
			if _, _ = c.send("thawed"); time.Now().After(end) {
				p.Fatalf("it is back, and the bind is not: %+v", c.g.Health())
			}
		}
		c.must("thawed")
		for got := ""; got != "thawed"; got = p.took() {
			if got != "" && got != "frozen" {
				p.Fatalf("it took %q", got)
			}
		}
	})
}
