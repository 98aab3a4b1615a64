package media

import (
	"context"
	"encoding/binary"
	"math"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/voicetest"
)

// level is how loud a frequency is in sound, in dB below a full sine.
func level(pcm []int16, freq float64) float64 {
	g := audio.NewGoertzel(freq, audio.Rate)
	for _, s := range pcm {
		g.Add(float64(s))
	}
	return 10 * math.Log10(g.Power()/(32767*32767/2)+1e-20)
}

// end is one side of a stream in a test.
type end struct {
	*Session
	mu    sync.Mutex
	heard []int16
	keys  []byte
	lost  atomic.Int32
}

// world is a network in memory, with a clock that runs until the test is over.
type world struct {
	*testing.T
	net   *voicetest.Network
	clock *Clock
	stop  context.CancelFunc
	done  sync.WaitGroup
}

func newWorld(t *testing.T) *world {
	ctx, stop := context.WithCancel(context.Background())
	w := &world{T: t, net: voicetest.NewNetwork(), clock: NewClock(1), stop: stop}
	w.done.Go(func() { _ = w.clock.Run(ctx) })
	return w
}

func (w *world) close(ends ...*end) {
	for _, e := range ends {
		e.Close()
	}
	w.stop()
	w.done.Wait()
	if n := w.net.Open(); n != 0 {
		w.Errorf("%d sockets are left open", n)
	}
}

func (w *world) open(host string, change func(*Options)) *end {
	w.Helper()
	e := new(end)
	opt := Options{Clock: w.clock, Ports: NewPorts(host, 10000, 10100, w.net.Listen), Events: Events{
		Key: func(k byte) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.keys = append(e.keys, k)
		},
		Lost: func() { e.lost.Add(1) },
	}}
	if change != nil {
		change(&opt)
	}
	s, err := Open(opt)
	if err != nil {
		w.Fatal(err)
	}
	e.Session = s
	s.Tap(func(heard, _ []int16) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, heard...)
	})
	return e
}

// terms are those on which a side sends to another.
func terms(host string, to *end, codec string) *sdp.Terms {
	f := map[string]uint8{"PCMU": 0, "PCMA": 8, "G722": 9}[codec]
	return &sdp.Terms{
		Host: host, Port: to.Port(), RTCPHost: host, RTCPPort: to.RTCPPort(), Codec: sdp.Format{Type: f, Name: codec, Clock: 8000},
		Receive: map[uint8]string{0: "PCMU", 8: "PCMA", 9: "G722"}, EventOut: 101, EventIn: map[uint8]bool{101: true}, Sends: true, Receives: true, Ptime: 20,
	}
}

const here, there = "192.0.2.1", "192.0.2.2"

// join lets two sides talk.
func (w *world) join(a, b *end, codec string, change func(a, b *sdp.Terms)) {
	w.Helper()
	ta, tb := terms(there, b, codec), terms(here, a, codec)
	if change != nil {
		change(ta, tb)
	}
	for e, t := range map[*end]*sdp.Terms{a: ta, b: tb} {
		if err := e.Agree(t); err != nil {
			w.Fatal(err)
		}
	}
}

func TestSoundBothWays(t *testing.T) {
	for _, codec := range []string{"PCMU", "PCMA", "G722"} {
		for _, secure := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				a, b := w.open(here, nil), w.open(there, nil)
				w.join(a, b, codec, func(ta, tb *sdp.Terms) {
					if secure {
						suite := sdp.Suites()[0]
						ka, kb := NewKeys()[suite], NewKeys()[suite]
						ta.Suite, ta.Key, ta.Their = suite, ka, kb
						tb.Suite, tb.Key, tb.Their = suite, kb, ka
					}
				})
				var played atomic.Int32
				a.Play(Clip(audio.Tone(a.Rate(), 2*time.Second, 9000, 440), false), func() { played.Add(1) })
				b.Play(Clip(audio.Tone(b.Rate(), 300*time.Millisecond, 9000, 800), true), func() { t.Error("a loop has ended") })
				time.Sleep(1500 * time.Millisecond)
				a.mu.Lock()
				b.mu.Lock()
				if l := level(a.heard[4000:12000], 800); l < -12 || l > -10 {
					t.Errorf("%s: 800 Hz comes at %.1f dB", codec, l)
				}
				if l := level(b.heard[4000:12000], 440); l < -12 || l > -10 {
					t.Errorf("%s: 440 Hz comes at %.1f dB", codec, l)
				}
				a.mu.Unlock()
				b.mu.Unlock()
				if played.Load() != 0 {
					t.Error("it has ended too early")
				}
				time.Sleep(600 * time.Millisecond)
				if played.Load() != 1 {
					t.Errorf("it has ended %d times", played.Load())
				}
				if st := b.Stats(); st.Missing+st.Late+st.Repeated+st.Strangers != 0 || st.Received < 100 || st.Secure != secure {
					t.Errorf("%+v", st)
				}
				w.close(a, b)
			})
		}
	}
}

// Sound that was not agreed on in the same codec is understood all the same.
func TestAnotherCodec(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "PCMU", func(ta, tb *sdp.Terms) { ta.Codec = sdp.Format{Type: 9, Name: "G722", Clock: 8000} })
		a.Play(Clip(audio.Tone(a.Rate(), 2*time.Second, 9000, 440), false), nil)
		time.Sleep(1500 * time.Millisecond)
		b.mu.Lock()
		if l := level(b.heard[4000:12000], 440); l < -13 || l > -10 {
			t.Errorf("440 Hz comes at %.1f dB", l)
		}
		b.mu.Unlock()
		w.close(a, b)
	})
}

func TestBadNetworks(t *testing.T) {
	for name, f := range map[string]voicetest.Faults{
		"loss": {Loss: 0.05}, "jitter": {Delay: 30 * time.Millisecond, Jitter: 60 * time.Millisecond}, "twice": {Duplicate: 0.3},
		"all": {Loss: 0.05, Jitter: 60 * time.Millisecond, Duplicate: 0.1, Delay: 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.net.Fail(f)
				a, b := w.open(here, nil), w.open(there, nil)
				w.join(a, b, "PCMA", nil)
				a.Play(Clip(audio.Tone(8000, 30*time.Second, 9000, 440), false), nil)
				time.Sleep(2 * time.Second)
				a.Press("12,34567890*#")
				time.Sleep(8 * time.Second)
				b.mu.Lock()
				if string(b.keys) != "1234567890*#" {
					t.Errorf("pressed %q", b.keys)
				}
				sound := b.heard[len(b.heard)-16000:]
				if l := level(sound, 440); l < -14 {
					t.Errorf("440 Hz comes at %.1f dB", l)
				}
				b.mu.Unlock()
				st := b.Stats()
				if f.Loss == 0 && st.Missing > 5 {
					t.Errorf("%d packets are missing", st.Missing)
				}
				if f.Duplicate > 0 && st.Repeated == 0 {
					t.Error("nothing came twice")
				}
				if st := a.Stats(); f.Loss > 0 && (st.TheirLost == 0 || st.TheirLost > 0.25) {
					t.Errorf("they report %.2f of the packets lost", st.TheirLost)
				}
				w.close(a, b)
			})
		})
	}
}

func TestReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.Fail(voicetest.Faults{Delay: 40 * time.Millisecond})
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "PCMA", nil)
		time.Sleep(20 * time.Second)
		if st := a.Stats(); st.RTT < 75*time.Millisecond || st.RTT > 85*time.Millisecond || st.TheirLost != 0 {
			t.Errorf("round trip %v, lost %v", st.RTT, st.TheirLost)
		}
		w.close(a, b)
	})
}

func TestKeysInSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "G722", func(ta, tb *sdp.Terms) { ta.EventOut, tb.EventOut = 0, 0 })
		a.Press("0157*#9911")
		time.Sleep(5 * time.Second)
		b.mu.Lock()
		if string(b.keys) != "0157*#9911" {
			t.Errorf("heard %q", b.keys)
		}
		b.mu.Unlock()
		w.close(a, b)
	})
}

// raw is a peer that sends what it wants.
type raw struct {
	*testing.T
	net.PacketConn
	to   net.Addr
	seq  uint16
	ts   uint32
	ssrc uint32
}

func (w *world) raw(address string, to *end) *raw {
	c, err := w.net.Listen("udp", address)
	if err != nil {
		w.Fatal(err)
	}
	return &raw{T: w.T, PacketConn: c, to: net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(here), uint16(to.Port()))), ssrc: 77}
}

func (r *raw) send(pt byte, marker bool, payload ...byte) {
	b := []byte{0x80, pt}
	if marker {
		b[1] |= 0x80
	}
	b = binary.BigEndian.AppendUint16(b, r.seq)
	b = binary.BigEndian.AppendUint32(b, r.ts)
	b = binary.BigEndian.AppendUint32(b, r.ssrc)
	if _, err := r.WriteTo(append(b, payload...), r.to); err != nil {
		r.Error(err)
	}
	r.seq++
}

// sound sends frames of a tone in A-law.
func (r *raw) sound(frames int) {
	pcm := audio.Tone(8000, time.Duration(frames)*frame, 9000, 700)
	codec := audio.Formats()[1].New()
	for ; len(pcm) > 0; pcm = pcm[160:] {
		r.send(8, false, codec.Encode(nil, pcm[:160])...)
		r.ts += 160
		time.Sleep(frame)
	}
}

// Gateways in the field write key events in all manners.
func TestKeysOfTheField(t *testing.T) {
	type event struct {
		code, flags byte
		duration    uint16
		move        uint32 // of the timestamp, before it
		marker      bool
	}
	for _, c := range []struct {
		name   string
		events []event
		want   string
	}{
		{"by the book", []event{{5, 10, 160, 160, true}, {5, 10, 320, 0, false}, {5, 0x8A, 480, 0, false}, {5, 0x8A, 480, 0, false}, {5, 0x8A, 480, 0, false}}, "5"},
		{"no marker, no duration", []event{{5, 10, 0, 160, false}, {5, 10, 0, 0, false}, {5, 0x8A, 0, 0, false}, {6, 10, 0, 800, false}, {6, 0x8A, 0, 0, false}}, "56"},
		{"the end only", []event{{7, 0x8A, 480, 160, false}, {7, 0x8A, 480, 0, false}}, "7"},
		{"the same key twice", []event{{1, 10, 160, 160, true}, {1, 0x8A, 320, 0, false}, {1, 10, 160, 1600, true}, {1, 0x8A, 320, 0, false}}, "11"},
		{"no end", []event{{1, 10, 160, 160, true}, {2, 10, 160, 1600, true}}, "12"},
		{"the end of one behind the next", []event{{1, 10, 160, 160, true}, {2, 10, 160, 1600, true}, {1, 0x8A, 480, ^uint32(1599), false}, {2, 0x8A, 480, 1600, false}}, "12"},
		{"a flash and a tone", []event{{16, 10, 160, 160, true}, {36, 10, 160, 1600, true}, {11, 10, 160, 160, true}}, "#"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				a := w.open(here, nil)
				r := w.raw(there+":4000", a)
				if err := a.Agree(terms(there, a, "PCMA")); err != nil {
					t.Fatal(err)
				}
				r.sound(3)
				for _, e := range c.events {
					r.ts += e.move
					r.send(101, e.marker, e.code, e.flags, byte(e.duration>>8), byte(e.duration))
					synctest.Wait()
				}
				a.mu.Lock()
				if string(a.keys) != c.want {
					t.Errorf("heard %q", a.keys)
				}
				a.mu.Unlock()
				_ = r.Close()
				w.close(a)
			})
		})
	}
}

// Where sound really comes from is where it is sent to, and a stranger cannot
// change that.
func TestLatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.open(here, nil)
		peer, stranger, moved := w.raw("198.51.100.7:4000", a), w.raw("203.0.113.9:5", a), w.raw("198.51.100.7:4999", a)
		stranger.ssrc = 1234
		if err := a.Agree(terms("10.0.0.1", a, "PCMA")); err != nil { // a private address that is not reached
			t.Fatal(err)
		}
		peer.sound(5)
		if got := a.Stats(); got.Remote.String() != "198.51.100.7:4000" || !got.Latched {
			t.Errorf("it goes to %v", got.Remote)
		}
		stranger.sound(2)
		if got := a.Stats(); got.Remote.String() != "198.51.100.7:4000" || got.Strangers != 2 {
			t.Errorf("after a stranger it goes to %v", got.Remote)
		}
		peer.sound(1)
		moved.seq, moved.ts = peer.seq, peer.ts
		time.Sleep(time.Second)
		stranger.sound(2)
		moved.sound(5)
		if got := a.Stats(); got.Remote.String() != "198.51.100.7:4999" {
			t.Errorf("after the move it goes to %v", got.Remote)
		}
		for _, r := range []*raw{peer, stranger, moved} {
			_ = r.Close()
		}
		w.close(a)
	})
}

func TestStrict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.open(here, func(o *Options) { o.Strict = true })
		peer := w.raw("198.51.100.7:4000", a)
		if err := a.Agree(terms("198.51.100.7", a, "PCMA")); err != nil {
			t.Fatal(err)
		}
		peer.sound(3)
		if st := a.Stats(); st.Received != 0 || st.Strangers != 3 || st.Remote.Port() != uint16(a.Port()) {
			t.Errorf("%+v", st)
		}
		_ = peer.Close()
		w.close(a)
	})
}

func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.open(here, func(o *Options) { o.Lost = 5 * time.Second })
		peer := w.raw(there+":4000", a)
		held := terms(there, a, "PCMA")
		held.Receives = false
		if err := a.Agree(held); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if a.lost.Load() != 0 {
			t.Error("somebody is missed who was not to send")
		}
		if err := a.Agree(terms(there, a, "PCMA")); err != nil {
			t.Fatal(err)
		}
		peer.sound(100)
		time.Sleep(4 * time.Second)
		if a.lost.Load() != 0 {
			t.Error("lost too early")
		}
		time.Sleep(10 * time.Second)
		if a.lost.Load() != 1 {
			t.Errorf("lost %d times", a.lost.Load())
		}
		_ = peer.Close()
		w.close(a)
	})
}

func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "PCMA", nil)
		var over atomic.Bool
		a.Play(Clip(audio.Tone(8000, time.Second, 9000, 440), false), func() { over.Store(true) })
		time.Sleep(500 * time.Millisecond)
		held := terms(there, b, "PCMA")
		held.Sends = false
		if err := a.Agree(held); err != nil {
			t.Fatal(err)
		}
		before := a.Stats().Sent
		time.Sleep(10 * time.Second)
		if n := a.Stats().Sent - before; n > 0 || over.Load() {
			t.Errorf("%d packets to somebody who does not want to hear", n)
		}
		if err := a.Agree(terms(there, b, "PCMA")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(600 * time.Millisecond)
		if !over.Load() {
			t.Error("it does not go on")
		}
		w.close(a, b)
	})
}

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "PCMA", nil)
		p := NewPipe(8000)
		remove := b.Tap(func(heard, _ []int16) { p.Put(heard) }) // b says what it hears
		b.Play(p, nil)
		a.Play(Clip(audio.Tone(8000, 5*time.Second, 9000, 440), false), nil)
		time.Sleep(3 * time.Second)
		a.mu.Lock()
		if l := level(a.heard[8000:], 440); l < -12 || l > -10 {
			t.Errorf("the echo comes at %.1f dB", l)
		}
		a.heard = nil
		a.mu.Unlock()
		remove()
		time.Sleep(time.Second)
		a.mu.Lock()
		if l := level(a.heard[4000:], 440); l > -60 {
			t.Errorf("without the tap the echo comes at %.1f dB", l)
		}
		a.mu.Unlock()
		w.close(a, b)
	})
}

func TestPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := voicetest.NewNetwork()
		p := NewPorts(here, 10001, 10006, n.Listen)
		taken, err := n.Listen("udp", here+":10005")
		if err != nil {
			t.Fatal(err)
		}
		one, err := p.Open()
		if err != nil || one.Port != 10002 || one.RTCPPort != 10003 {
			t.Fatalf("%+v, %v", one, err)
		}
		if _, err := p.Open(); err == nil {
			t.Error("a third pair is lent")
		}
		_ = taken.Close()
		one.Close()
		one.Close()
		if _, err := p.Open(); err == nil {
			t.Error("a port is lent again at once")
		}
		time.Sleep(rest)
		two, err := p.Open()
		if err != nil || p.Lent() != 1 {
			t.Fatalf("%d lent, %v", p.Lent(), err)
		}
		two.Close()
	})
}

// What comes over the network must not hurt, whatever it is.
func FuzzHear(f *testing.F) {
	f.Add([]byte{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3}, byte(0))
	f.Add([]byte{0x80, 0xE5, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 10, 0, 160}, byte(1))
	f.Add([]byte{0xB2, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 1, 9, 9, 9, 9, 4}, byte(0))
	f.Add([]byte{0x81, 200, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, byte(2))
	f.Fuzz(func(t *testing.T, b []byte, how byte) {
		n := voicetest.NewNetwork()
		s, err := Open(Options{Clock: NewClock(1), Ports: NewPorts(here, 0, 0, n.Listen)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tm := terms(there, &end{Session: s}, "G722")
		if how%2 == 1 {
			suite := sdp.Suites()[0]
			tm.Suite, tm.Key, tm.Their = suite, NewKeys()[suite], NewKeys()[suite]
		}
		if err := s.Agree(tm); err != nil {
			t.Fatal(err)
		}
		from := netip.MustParseAddrPort(there + ":4000")
		for i := range 4 {
			s.hear(b, from)
			s.hearControl(b, from)
			s.tick(int64(i))
		}
	})
}
