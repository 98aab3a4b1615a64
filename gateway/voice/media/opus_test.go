//go:build opus

package media

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/voicetest"
)

// opusTerms turns terms into those of Opus, with keys on its clock.
func opusTerms(all ...*sdp.Terms) {
	for _, t := range all {
		t.Codec = sdp.Format{Type: 111, Name: audio.Opus, Clock: 48000, Fmtp: "useinbandfec=1"}
		t.Receive[111] = audio.Opus
		t.EventOut, t.EventClock, t.EventIn[110] = 110, 48000, true
	}
}

// sniffed is a packet that was seen on the way.
type sniffed struct {
	kind    byte
	marker  bool
	ts      uint32
	payload []byte
}

// sniff gives what comes from a host on its RTP port.
func (w *world) sniff(host string, port int) func() []sniffed {
	var mu sync.Mutex
	var seen []sniffed
	w.net.Filter(func(from, _ netip.AddrPort, b []byte) bool {
		if from.Addr().String() == host && int(from.Port()) == port && len(b) >= 12 {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, sniffed{b[1] & 0x7F, b[1]&0x80 != 0, binary.BigEndian.Uint32(b[4:]), slices.Clone(b[12:])})
		}
		return true
	})
	return func() []sniffed {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
}

func TestOpusBothWays(t *testing.T) {
	for _, secure := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.open(here, nil), w.open(there, nil)
			seen := w.sniff(here, a.Port())
			w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) {
				opusTerms(ta, tb)
				if secure {
					suite := sdp.Suites()[0]
					ka, kb := NewKeys()[suite], NewKeys()[suite]
					ta.Suite, ta.Key, ta.Their = suite, ka, kb
					tb.Suite, tb.Key, tb.Their = suite, kb, ka
				}
			})
			a.Play(Clip(audio.Tone(a.Rate(), 3*time.Second, 9000, 440), false), nil)
			b.Play(Clip(audio.Tone(b.Rate(), 3*time.Second, 9000, 800), false), nil)
			time.Sleep(2 * time.Second)
			for e, freq := range map[*end]float64{a: 800, b: 440} {
				e.mu.Lock()
				if l := level(e.heard[4000:12000], freq); l < -12 || l > -10 {
					t.Errorf("%v Hz come at %.1f dB", freq, l)
				}
				e.mu.Unlock()
				if st := e.Stats(); st.Missing+st.Late+st.Repeated+st.Strangers != 0 || st.Received < 90 || st.Codec != audio.Opus || st.Jitter > time.Millisecond {
					t.Errorf("%+v", st)
				}
			}
			all := seen()
			for i, p := range all[1:] {
				if p.kind != 111 || p.ts-all[i].ts != 960 {
					t.Fatalf("packet %d of type %d is %d units behind the one before", i+1, p.kind, p.ts-all[i].ts)
				}
			}
			w.close(a, b)
		})
	}
}

// Keys on the clock of Opus, and on the clock of those who know no other.
func TestOpusKeysByPacket(t *testing.T) {
	for clock, unit := range map[int]uint16{48000: 960, 8000: 160} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.open(here, nil), w.open(there, nil)
			seen := w.sniff(here, a.Port())
			w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) {
				opusTerms(ta, tb)
				ta.EventClock = clock
			})
			a.Press("12,#")
			time.Sleep(3 * time.Second)
			b.mu.Lock()
			if string(b.keys) != "12#" {
				t.Errorf("pressed %q", b.keys)
			}
			b.mu.Unlock()
			var lengths []uint16
			var last sniffed
			for _, p := range seen() {
				if p.kind == 110 && (len(lengths) == 0 || p.ts == last.ts) {
					lengths, last = append(lengths, binary.BigEndian.Uint16(p.payload[2:])), p
				}
			}
			want := []uint16{1, 2, 3, 4, 5, 6, 7, 8, 8, 8} // 160 ms, and its end twice more
			for i := range want {
				want[i] *= unit
			}
			if !slices.Equal(lengths, want) {
				t.Errorf("at %d Hz the first key is %v long, not %v", clock, lengths, want)
			}
			w.close(a, b)
		})
	}
}

// Where the other side knows no packets for keys, they are in the sound.
func TestOpusKeysInSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) {
			opusTerms(ta, tb)
			ta.EventOut, tb.EventOut = 0, 0
		})
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

func TestOpusOnBadNetworks(t *testing.T) {
	for name, f := range map[string]voicetest.Faults{
		"loss": {Loss: 0.1}, "jitter": {Delay: 30 * time.Millisecond, Jitter: 60 * time.Millisecond},
		"all": {Loss: 0.05, Jitter: 60 * time.Millisecond, Duplicate: 0.1, Delay: 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.net.Fail(f)
				a, b := w.open(here, nil), w.open(there, nil)
				w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) { opusTerms(ta, tb) })
				a.Play(Clip(audio.Tone(a.Rate(), 30*time.Second, 9000, 440), false), nil)
				time.Sleep(2 * time.Second)
				a.Press("1234567890*#")
				time.Sleep(8 * time.Second)
				b.mu.Lock()
				if string(b.keys) != "1234567890*#" {
					t.Errorf("pressed %q", b.keys)
				}
				if l := level(b.heard[len(b.heard)-16000:], 440); l < -13 {
					t.Errorf("440 Hz comes at %.1f dB", l)
				}
				b.mu.Unlock()
				if st := b.Stats(); f.Loss == 0 && st.Missing > 5 || f.Jitter > 0 && (st.Jitter < 5*time.Millisecond || st.Jitter > 60*time.Millisecond) {
					t.Errorf("%+v", st)
				}
				if st := a.Stats(); f.Jitter > 0 && (st.TheirJitter < 5*time.Millisecond || st.TheirJitter > 60*time.Millisecond) {
					t.Errorf("they report a jitter of %v", st.TheirJitter)
				}
				w.close(a, b)
			})
		})
	}
}

// buzz is sound that speech is like: its pitch and loudness move.
func buzz(rate int, d time.Duration) []int16 {
	out := make([]int16, int(d.Seconds()*float64(rate)))
	var phase float64
	for i := range out {
		s := float64(i) / float64(rate)
		phase += 2 * math.Pi * (140 + 40*math.Sin(2*math.Pi*1.3*s)) / float64(rate)
		var v float64
		for h := 1.0; h <= 20; h++ {
			v += math.Sin(h*phase) / h
		}
		out[i] = audio.Clamp(int(3500 * v * (0.6 + 0.4*math.Sin(2*math.Pi*4*s))))
	}
	return out
}

// heardOpus is what is heard of a buzz where each packet of that number is lost.
func heardOpus(t *testing.T, lose int, wishes string) (heard []int16) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, nil)
		n := 0
		w.net.Filter(func(from, _ netip.AddrPort, _ []byte) bool {
			if from.Addr().String() != here {
				return true
			}
			n++
			return lose == 0 || n%lose != 0
		})
		w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) {
			opusTerms(ta, tb)
			ta.Codec.Fmtp = wishes
		})
		a.Play(Clip(buzz(a.Rate(), 5*time.Second), false), nil)
		time.Sleep(6 * time.Second)
		if st := b.Stats(); lose != 0 && st.Missing < 20 {
			t.Errorf("%+v", st)
		}
		b.mu.Lock()
		heard = b.heard
		b.mu.Unlock()
		w.close(a, b)
	})
	for i, v := range heard { // from where the sound begins
		if v > 500 || v < -500 {
			return heard[i : i+4*audio.Rate]
		}
	}
	t.Fatal("nothing is heard")
	return nil
}

// Packets that are lost are made good by the copy in the ones behind them.
func TestOpusFillsGaps(t *testing.T) {
	off := func(wishes string) float64 {
		whole, broken := heardOpus(t, 0, wishes), heardOpus(t, 10, wishes)
		for i := range broken {
			broken[i] -= whole[i]
		}
		return audio.Decibels(broken) - audio.Decibels(whole)
	}
	with, without := off("useinbandfec=1"), off("")
	t.Logf("what is made up is off by %.1f dB with copies, by %.1f dB without", with, without)
	if with > -8 || with > without-3 {
		t.Errorf("it is off by %.1f dB with copies, by %.1f dB without", with, without)
	}
}

// The other side changes between codecs of different clocks as it likes, and sends
// another one than we do.
func TestOpusAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.open(here, nil)
		r := w.raw(there+":4000", a)
		tm := terms(there, a, "PCMU")
		tm.Receive[111] = audio.Opus
		if err := a.Agree(tm); err != nil {
			t.Fatal(err)
		}
		speak := func(pt byte, freq float64) {
			var f audio.Format
			for _, x := range audio.Formats() {
				if x.Name == tm.Receive[pt] {
					f = x
				}
			}
			enc := f.New()
			pcm := audio.Tone(f.Rate, 2*time.Second, 9000, freq)
			for ; len(pcm) > 0; pcm = pcm[f.Rate/50:] {
				r.send(pt, false, enc.Encode(nil, pcm[:f.Rate/50])...)
				r.ts += uint32(f.Clock / 50)
				time.Sleep(frame)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if l := level(a.heard[len(a.heard)-8000:], freq); l < -13 || l > -10 {
				t.Errorf("type %d: %v Hz come at %.1f dB", pt, freq, l)
			}
		}
		speak(8, 440)
		speak(111, 620)
		speak(9, 530)
		speak(111, 880)
		if st := a.Stats(); st.Strangers+st.Late != 0 || st.Jitter > 5*time.Millisecond {
			t.Errorf("%+v", st)
		}
		_ = r.Close()
		w.close(a)
	})
}

// A leg with Opus and one with G.711 are joined: what one side says is heard on the
// other.
func TestOpusIsJoinedWithG711(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		caller, legA := w.open("192.0.2.3", nil), w.open("192.0.2.4", nil)
		legB, agent := w.open("192.0.2.5", nil), w.open("192.0.2.6", nil)
		agree := func(e, to *end, host string, wide bool) {
			x := terms(host, to, "PCMA")
			if wide {
				opusTerms(x)
			}
			if err := e.Agree(x); err != nil {
				t.Fatal(err)
			}
		}
		agree(caller, legA, "192.0.2.4", true)
		agree(legA, caller, "192.0.2.3", true)
		agree(legB, agent, "192.0.2.6", false)
		agree(agent, legB, "192.0.2.5", false)
		there, back := NewPipe(legB.Rate()), NewPipe(legA.Rate())
		legA.Tap(func(heard, _ []int16) { there.Put(heard) })
		legB.Tap(func(heard, _ []int16) { back.Put(heard) })
		legB.Play(there, nil)
		legA.Play(back, nil)
		caller.Play(Clip(audio.Tone(caller.Rate(), 5*time.Second, 9000, 440), false), nil)
		agent.Play(Clip(audio.Tone(agent.Rate(), 5*time.Second, 9000, 800), false), nil)
		time.Sleep(3 * time.Second)
		for e, freq := range map[*end]float64{caller: 800, agent: 440} {
			e.mu.Lock()
			if l := level(e.heard[len(e.heard)-8000:], freq); l < -12.5 || l > -10 {
				t.Errorf("%v Hz come at %.1f dB", freq, l)
			}
			e.mu.Unlock()
		}
		w.close(caller, legA, legB, agent)
	})
}

// Silence is left out for who wishes it; he is not thought to be lost by it, and
// what is said after it is heard from its beginning.
func TestOpusSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, nil), w.open(there, func(o *Options) { o.Lost = 3 * time.Second })
		seen := w.sniff(here, a.Port())
		w.join(a, b, "PCMA", func(ta, tb *sdp.Terms) {
			opusTerms(ta, tb)
			ta.Codec.Fmtp = "usedtx=1"
		})
		a.Play(Clip(audio.Tone(a.Rate(), time.Second, 9000, 440), false), nil)
		time.Sleep(11 * time.Second)
		if n := a.Stats().Sent; n > 120 || n < 70 {
			t.Errorf("%d packets in a second of sound and ten of silence", n)
		}
		a.Play(Clip(audio.Tone(a.Rate(), time.Second, 9000, 620), false), nil)
		time.Sleep(1200 * time.Millisecond)
		b.mu.Lock()
		if l := level(b.heard[len(b.heard)-8000:len(b.heard)-4000], 620); l < -13 {
			t.Errorf("after silence it comes at %.1f dB", l)
		}
		if l := audio.Decibels(b.heard[5*audio.Rate : 6*audio.Rate]); l > -60 {
			t.Errorf("the silence is at %.1f dB", l)
		}
		b.mu.Unlock()
		if st := b.Stats(); b.lost.Load() != 0 || st.Missing != 0 || st.Late > 0 {
			t.Errorf("lost %d times, %+v", b.lost.Load(), st)
		}
		markers := 0
		all := seen()
		for i, p := range all[1:] {
			if p.marker {
				markers++
				continue
			}
			if p.ts-all[i].ts != 960 {
				t.Fatalf("packet %d is %d units behind the one before, without a marker", i+1, p.ts-all[i].ts)
			}
		}
		if markers == 0 {
			t.Error("no packet begins anything")
		}
		w.close(a, b)
	})
}

// What comes over the network must not hurt, whatever it is.
func FuzzOpusHear(f *testing.F) {
	f.Add([]byte{0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 15 << 3, 2, 3}, []byte{0x80, 111, 0, 3, 0, 0, 7, 0x81, 0, 0, 0, 1, 15 << 3, 9})
	f.Add([]byte{0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 16 << 3}, []byte{0x80, 8, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3})
	f.Add([]byte{0x80, 111, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xFB, 6, 1}, []byte{0x80, 111, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0xFB})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		n := voicetest.NewNetwork()
		s, err := Open(Options{Clock: NewClock(1), Ports: NewPorts(here, 0, 0, n.Listen)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tm := terms(there, &end{Session: s}, "PCMA")
		opusTerms(tm)
		if err := s.Agree(tm); err != nil {
			t.Fatal(err)
		}
		from := netip.MustParseAddrPort(there + ":4000")
		for i := range 6 {
			s.hear(first, from)
			s.tick(int64(2 * i))
			s.hear(second, from)
			s.tick(int64(2*i + 1))
			first, second = again(first), again(second)
		}
	})
}

// again is a packet that follows one: the next number, a frame later.
func again(b []byte) []byte {
	b = slices.Clone(b)
	if len(b) >= 12 {
		binary.BigEndian.PutUint16(b[2:], binary.BigEndian.Uint16(b[2:])+2)
		binary.BigEndian.PutUint32(b[4:], binary.BigEndian.Uint32(b[4:])+1920)
	}
	return b
}
