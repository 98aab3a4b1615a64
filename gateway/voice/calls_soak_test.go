//go:build peers

package voice

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/voice/crowd"
	"outdial/gateway/voice/signal"
	"outdial/gateway/voice/voicetest"
)

// A soak is a trunk at work on real sockets, to a crowd of telephones, with a
// house that goes through many calls at once.
type soak struct {
	*testing.T
	gw    *Gateway
	far   *crowd.Crowd
	inbox sync.Map // contact.ID: chan contact.Input
	ended sync.Map // how calls ended: *atomic.Int64
}

func newSoak(t *testing.T, lost time.Duration, f *voicetest.Faults) *soak {
	t.Helper()
	far, err := crowd.Open()
	if err != nil {
		t.Fatal(err)
	}
	trunk := Trunk{Name: "soak", Codecs: []string{"PCMU"}, Ports: "30000-32766", Lost: lost, Drain: time.Second}
	trunk.Config = signal.Config{Targets: []string{far.Address()}, Listen: fmt.Sprintf("127.0.0.1:%d", freePort(t)), Ping: -1}
	o := Options{Speaker: prompts(t)}
	if f != nil {
		o.ListenPacket = voicetest.Bad(*f)
		o.Signal.ListenPacket = voicetest.Bad(*f)
	}
	s := &soak{T: t, far: far}
	if s.gw, err = New(trunk, o); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.gw.Run(ctx, s.hear) }()
	if !s.gw.agent.Wait(ctx) {
		t.Fatal("it does not run")
	}
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		far.Close()
	})
	return s
}

func (s *soak) hear(_ context.Context, a gateway.Arrival) error {
	if ch, ok := s.inbox.Load(a.Contact); ok {
		ch.(chan contact.Input) <- a.Input
	}
	return nil
}

// one goes through a call to a number that begins so, and tells how it ended.
func (s *soak) one(manner string, n int) contact.CallEnded {
	c := &contact.Contact{ID: contact.ID(uuid.NewString())}
	in := make(chan contact.Input, 20)
	s.inbox.Store(c.ID, in)
	defer s.inbox.Delete(c.ID)
	do := func(e contact.Effect) contact.Input {
		r, err := s.gw.Do(context.Background(), c, e)
		if err != nil {
			s.Errorf("%s: %v", contact.EffectKind(e), err)
			return contact.CallEnded{Phrase: err.Error()}
		}
		return r.Input
	}
	p := placeCall()
	p.To, p.RingTimeout = fmt.Sprintf("%s%06d", manner, n%1000000), 30
	if manner == crowd.Deaf {
		p.RingTimeout = 1
	}
	if end, bad := do(p).(contact.CallEnded); bad {
		return end
	}
	next := contact.Effect(contact.PlayPrompt{Visit: 1, Prompt: prompt("short"), Loop: manner == crowd.Curt || manner == crowd.Dead})
	if manner == crowd.Keen || manner == crowd.Moving {
		next = contact.CollectDigits{Visit: 1, Prompt: prompt("long"), Max: 1, First: 5}
	}
	for limit := time.After(time.Minute); ; {
		select {
		case x := <-in:
			switch v := x.(type) {
			case contact.CallAnswered:
				if manner == crowd.Moving {
					time.AfterFunc(1500*time.Millisecond, func() { in <- contact.PromptEnded{} })
				}
				if end, over := do(next).(contact.CallEnded); over {
					return end
				}
			case contact.PromptEnded, contact.DigitsReceived:
				if end, over := do(contact.EndCall{}).(contact.CallEnded); over {
					return end
				}
			case contact.CallEnded:
				return v
			}
		case <-limit:
			s.Errorf("%s: nothing came of it:\n%s", p.To, s.gw.Ladder(c.ID))
			return contact.CallEnded{}
		}
	}
}

// The manners of callers, and how their calls end: who ended it, and the status.
var manners = []struct {
	begins string
	share  int // of a hundred calls
	end    string
}{
	{"+12063", 60, "system"}, {crowd.Keen, 14, "system"}, {crowd.Engaged, 10, "network 486"}, {crowd.Curt, 10, "customer"},
	{crowd.Deaf, 3, "timer 487"}, {crowd.Moving, 2, "system"}, {crowd.Dead, 1, "network"},
}

// manner picks one for the n-th call.
func manner(n int) (begins, end string) {
	at := n * 37 % 100 // they come mixed
	for _, m := range manners {
		if at < m.share {
			return m.begins, m.end
		}
		at -= m.share
	}
	panic("the shares are less than a hundred")
}

// calls goes through calls from first to end, many at once, and fails where one
// does not end as it should.
func (s *soak) calls(first, end, atOnce int) {
	var next atomic.Int64
	next.Store(int64(first))
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= end {
					return
				}
				begins, want := manner(n)
				e := s.one(begins, n)
				got := string(e.By)
				if e.Code != "" {
					got += " " + e.Code
				}
				if got != want {
					s.Errorf("call %d to %s ended by %q, not %q: %+v", n, begins, got, want, e)
				}
			}
		})
	}
	wg.Wait()
}

// flood sends what is no SIP and no RTP to the trunk's ports until stop is called.
func (s *soak) flood() (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	signal, err := net.ResolveUDPAddr("udp4", s.gw.set.Listen)
	if err != nil {
		s.Fatal(err)
	}
	wg.Go(func() {
		defer c.Close()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for r := rand.New(rand.NewPCG(1, 1)); ; {
			for range 20 {
				b := make([]byte, r.IntN(1500))
				for i := range b {
					b[i] = byte(r.Uint32())
				}
				to := &net.UDPAddr{IP: signal.IP, Port: s.gw.set.low + r.IntN(s.gw.set.high-s.gw.set.low)}
				switch r.IntN(4) {
				case 0:
					to = signal
				case 1:
					to, b = signal, fmt.Appendf(nil, "INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP z;branch=%d\r\nContent-Length: 99999\r\n%q", r.IntN(9), b)
				case 2: // it begins as RTP does
					b = append([]byte{0x80, 0, 0, 1}, b...)
				}
				_, _ = c.WriteTo(b, to) // a port that nobody has answers by ICMP
			}
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// A toll is what a process holds.
type toll struct {
	Goroutines, Files int
	Heap              int64
}

// rest waits until no call is left and as few goroutines run as may, and tells
// what is held then.
func (s *soak) rest(goroutines int) (now toll) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); ; <-tick.C {
		h := s.gw.Health()
		if h.Calls == 0 && h.Ports == 0 && runtime.NumGoroutine() <= goroutines || time.Since(begun) > 50*time.Second {
			if h.Calls != 0 || h.Ports != 0 {
				s.Errorf("%d calls and %d pairs of ports are left", h.Calls, h.Ports)
			}
			break
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		s.Fatal(err)
	}
	return toll{runtime.NumGoroutine(), len(files), int64(m.HeapAlloc)}
}

// soakCalls is how many calls the test goes through.
func soakCalls(t *testing.T) int {
	n := 2000
	if v := os.Getenv("OUTDIAL_SOAK_CALLS"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 100 {
			t.Fatalf("OUTDIAL_SOAK_CALLS: a number from 100, not %q", v)
		}
	}
	if testing.Short() {
		n = min(n, 300)
	}
	return n
}

// Thousands of calls of every manner, in a flood of garbage, leave nothing behind:
// no goroutine, no socket, and no memory beyond what is remembered of the last
// calls on purpose.
func TestSoak(t *testing.T) {
	total := soakCalls(t)
	s := newSoak(t, 4*time.Second, nil)
	stop := s.flood()
	before := s.rest(1 << 20)
	took := time.Duration(0)
	const part = 2000 // after so many calls, what is remembered on purpose is full
	held := before
	for n := 0; n < total; n += part {
		begun := time.Now()
		s.calls(n, min(total, n+part), 100)
		took += time.Since(begun)
		if total > part {
			held = s.rest(before.Goroutines + 10)
			t.Logf("%d calls: %+v", min(total, n+part), held)
		}
		if n == 0 && total > part {
			before.Heap = held.Heap
		}
	}
	stop()
	held = s.rest(before.Goroutines)
	c := s.far.Count()
	t.Logf("%d calls in %v (%.0f/s), %d at once; before %+v, after %+v; thrown away: %d", total, took.Round(time.Millisecond), float64(total)/took.Seconds(), c.Most, before, held, s.gw.agent.Counts().Dropped)
	room := int64(4 << 20)
	if total <= part {
		room = int64(part) * 8 << 10 // the ladders of the last calls
	}
	if held.Goroutines > before.Goroutines+2 || held.Files > before.Files+2 || held.Heap > before.Heap+room {
		t.Errorf("something is left: %+v before, %+v after", before, held)
	}
	if c.Moved == 0 {
		t.Error("nobody was heard at a new address")
	}
	if s.gw.agent.Counts().Dropped == 0 {
		t.Error("no garbage was thrown away")
	}
}

// Calls over a network that loses 5 %, is late by up to 60 ms, brings datagrams in
// another order and some of them twice, in signalling and in sound.
func TestSoakBadNetwork(t *testing.T) {
	s := newSoak(t, 10*time.Second, &voicetest.Faults{Loss: 0.05, Duplicate: 0.05, Jitter: 60 * time.Millisecond})
	before := s.rest(1 << 20)
	var wg sync.WaitGroup
	for n := range 100 {
		wg.Go(func() {
			begins := []string{"+12063", crowd.Keen}[n%2]
			if e := s.one(begins, n); e.By != contact.BySystem {
				t.Errorf("call %d ended by %+v", n, e)
			}
		})
	}
	wg.Wait()
	held := s.rest(before.Goroutines)
	c := s.far.Count()
	t.Logf("%d answered, %d answers to keys; before %+v, after %+v", c.Answered, len(c.Prompt), before, held)
	if held.Goroutines > before.Goroutines+2 || held.Files > before.Files+2 {
		t.Errorf("something is left: %+v before, %+v after", before, held)
	}
}
