// Package media is the sound of a call: RTP both ways on an absolute clock, what
// the caller presses, and what is recorded or handed on of it.
//
// It knows no signalling: somebody tells it the terms on which both sides agreed.
// It will not find out where a prompt comes from, nor what a caller means by a key.
// RFC 3550, RFC 3551, RFC 4733, RFC 3711
package media

import (
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
)

// frame is how much sound a packet of ours holds, and how often there is one.
const frame = 20 * time.Millisecond

// frameUnits is a frame at audio.Rate, and on the clock of RTP timestamps that all
// codecs but Opus have.
const frameUnits = audio.Rate / 50

// Events are what a stream tells. Its functions are called from the stream's own
// goroutines and must not block.
type Events struct {
	Key  func(key byte) // the caller pressed a key
	Lost func()         // nothing has come for Options.Lost
}

// Options are what a stream must be told.
type Options struct {
	Clock  *Clock
	Ports  *Ports
	Events Events
	// Lost is how long nothing may come before it is told; 0: for ever.
	Lost time.Duration
	// Strict takes sound from the address in the description only, not from
	// where it really comes.
	Strict bool
	// Inband hears keys in the sound: always, or where the other side knows no
	// other way.
	Inband Inband
	// KeyTone is how long a key that we press sounds, and the pause after it.
	KeyTone, KeyPause time.Duration
	Log               *slog.Logger
}

// Inband says when keys are heard in the sound.
type Inband int

// When keys are heard in the sound.
const (
	InbandAuto Inband = iota
	InbandOn
	InbandOff
)

// A Session is one stream in both directions. Its methods may be called from
// anywhere.
type Session struct {
	opt     Options
	pair    *Pair
	readers errgroup.Group
	ssrc    uint32
	wheel   *wheel // nil until it is agreed on
	slot    int

	mu     sync.Mutex
	closed bool
	terms  *sdp.Terms
	rate   int // of the sound; 8000 until a codec is agreed on
	out    sender
	in     receiver
	taps   []*tap
	ctl    control
	keeper keeper
	turn   int64 // the wheel's frame at the last tick
	quiet  int   // ticks since something came
	lost   bool
	stats  Stats
}

// A Tap takes what was heard from the other side and what was said to it, frame
// by frame at audio.Rate. It must not block, nor keep the slices.
type Tap func(heard, said []int16)

type tap struct{ f Tap }

// Stats are what happened on a stream.
type Stats struct {
	Sent, Received  int64         // packets
	Missing         int64         // packets that never came
	Late            int64         // packets that came too late to be heard
	Repeated        int64         // packets that came twice
	Strangers       int64         // packets from somebody else, or that were no sound
	Keys            int64         // keys that were pressed by the other side
	Jitter          time.Duration // of what came. RFC 3550 §6.4.1
	TheirLost       float64       // what share of our packets they missed, by their last report
	TheirJitter     time.Duration
	RTT             time.Duration // 0: not known
	Remote          netip.AddrPort
	Codec           string
	Latched, Secure bool // it came from elsewhere than the description said; it was protected
}

// Open binds the ports of a stream. Nothing is sent until Agree.
func Open(opt Options) (*Session, error) {
	if opt.KeyTone <= 0 {
		opt.KeyTone = 160 * time.Millisecond
	}
	if opt.KeyPause <= 0 {
		opt.KeyPause = 100 * time.Millisecond
	}
	pair, err := opt.Ports.Open()
	if err != nil {
		return nil, err
	}
	s := &Session{opt: opt, pair: pair, ssrc: rand.Uint32(), rate: audio.Rate}
	s.out.start()
	s.in.start()
	s.readers.Go(func() error { s.read(pair.RTP, false); return nil })
	s.readers.Go(func() error { s.read(pair.RTCP, true); return nil })
	return s, nil
}

// Port is the port of RTP, and RTCPPort that of RTCP.
func (s *Session) Port() int { return s.pair.Port }

// RTCPPort is the port of RTCP: the next one, unless ports are taken as they come.
func (s *Session) RTCPPort() int { return s.pair.RTCPPort }

// Rate is the sample rate of what Play wants.
func (s *Session) Rate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rate
}

// Agree begins the stream, or goes on with it on new terms. Host is resolved
// already: it is an address.
func (s *Session) Agree(t *sdp.Terms) error {
	remote, err := address(t.Host, t.Port)
	if err != nil {
		return err
	}
	control, err := address(t.RTCPHost, t.RTCPPort)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	if err := s.keeper.agree(t, s.terms); err != nil {
		return err
	}
	before := s.terms
	s.terms = t
	s.adopt(t.Codec)
	s.stats.Codec, s.stats.Secure = t.Codec.Name, t.Suite != ""
	s.in.agree(t, before, remote)
	s.out.to, s.ctl.to = remote, control
	if before != nil && s.in.locked.IsValid() && !s.opt.Strict {
		s.out.to = s.in.locked // it stays where it really comes from until it moves
	}
	s.quiet, s.lost = 0, false
	if s.wheel == nil {
		s.opt.Clock.join(s)
	}
	return nil
}

// adopt changes the codec that we send with, if it is another one, or the other
// side has other wishes.
func (s *Session) adopt(theirs sdp.Format) {
	if s.out.name == theirs.Name && s.out.wishes == theirs.Fmtp {
		return
	}
	for _, f := range audio.Formats() {
		if f.Name == theirs.Name {
			s.out.name, s.out.wishes, s.out.codec, s.out.unit = f.Name, theirs.Fmtp, f.For(theirs.Fmtp), uint32(f.Clock/50)
			if s.rate != f.Rate {
				s.rate = f.Rate
				s.out.thin, s.in.thin = thinner(f.Rate), thinner(f.Rate)
				s.out.source = nil // what played has the wrong rate
			}
		}
	}
}

func address(host string, port int) (netip.AddrPort, error) {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), nil
}

// Tap hands what is heard and said to f until the returned function is called.
func (s *Session) Tap(f Tap) (remove func()) {
	t := &tap{f}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taps = append(s.taps, t)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, x := range s.taps {
			if x == t {
				s.taps = append(s.taps[:i:i], s.taps[i+1:]...)
				return
			}
		}
	}
}

// Stats tells what has happened so far.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Jitter = time.Duration(s.in.jitter/16) * time.Second / time.Duration(s.in.buffer.clock)
	st.Remote = s.out.to
	if w := &s.in.seen; w.began {
		st.Missing = max(0, int64(w.extended()-w.first+1)-int64(s.in.received))
	}
	return st
}

// Close ends the stream, tells the other side so, and frees its ports. It waits
// until nothing of the stream runs any more.
func (s *Session) Close() Stats {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = s.readers.Wait()
		return s.Stats()
	}
	s.closed = true
	s.goodbye()
	wheel := s.wheel
	s.mu.Unlock()
	if wheel != nil {
		wheel.leave(s)
	}
	s.pair.Close()
	_ = s.readers.Wait()
	return s.Stats()
}

// tick is one frame: what came is taken, what is to be said is sent. now counts
// the frames of the wheel: where some are missing, the clock stood still.
func (s *Session) tick(now int64) {
	s.mu.Lock()
	if s.closed || s.terms == nil {
		s.mu.Unlock()
		return
	}
	late := 0
	if s.turn != 0 {
		late = max(0, int(now-s.turn)-1)
	}
	s.turn = now
	heard := s.in.take(s.rate)
	s.stats.Late = s.in.buffer.late
	var key byte
	hears := s.hears()
	h := heard
	if hears || len(s.taps) > 0 {
		h = s.in.thin.down(heard) // once: it goes on from where it was
	}
	if hears {
		key = s.in.inband(h)
	}
	said, done := s.send(late)
	if len(s.taps) > 0 {
		d := s.out.thin.down(said)
		for _, t := range s.taps {
			t.f(h, d)
		}
	}
	lost := s.missed()
	s.report()
	s.mu.Unlock()
	if key != 0 && s.opt.Events.Key != nil {
		s.opt.Events.Key(key)
	}
	if done != nil {
		done()
	}
	if lost && s.opt.Events.Lost != nil {
		s.opt.Events.Lost()
	}
}

// hears tells whether keys are listened for in the sound.
func (s *Session) hears() bool {
	return s.opt.Inband == InbandOn || s.opt.Inband == InbandAuto && s.terms.EventOut == 0
}

// missed tells, once, that nothing has come for too long. Who is not to send is
// not missed.
func (s *Session) missed() bool {
	if s.opt.Lost <= 0 || !s.terms.Receives {
		s.quiet = 0
		return false
	}
	s.quiet++
	if s.lost || time.Duration(s.quiet)*frame < s.opt.Lost {
		return false
	}
	s.lost = true
	return true
}

// thin brings sound to audio.Rate for taps.
type thin struct {
	resampler *audio.Resampler // nil: it has that rate
	ready     []int16
	frame     []int16
}

func thinner(rate int) thin {
	if rate == audio.Rate {
		return thin{}
	}
	return thin{resampler: audio.NewResampler(rate, audio.Rate), frame: make([]int16, frameUnits)}
}

func (t *thin) down(pcm []int16) []int16 {
	if t.resampler == nil {
		return pcm
	}
	t.ready = t.resampler.Next(t.ready, pcm)
	clear(t.frame)
	n := copy(t.frame, t.ready)
	t.ready = append(t.ready[:0], t.ready[n:]...)
	return t.frame
}
