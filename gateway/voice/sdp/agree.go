package sdp

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
)

// Event is the format by which keys travel. RFC 4733
const Event = "telephone-event"

// Opus is the codec that has a clock of its own. RFC 7587
const Opus = "opus"

// Payload types that are free to choose; most of the field chose these. Keys have
// one for each clock that a codec has. RFC 4733 §2.1
const (
	eventType     = 101
	wideEventType = 110
	opusType      = 111
)

// Clocks of RTP timestamps. Opus has 48000 whatever its sampling. RFC 7587 §4.1
const (
	clock     = 8000
	wideClock = 48000
)

// opusWishes are what we would like to be sent: wideband and one channel, the copy
// of the packet before, and silence too, since who listens for machines and records
// wants to hear it. RFC 7587 §6.1
const opusWishes = "maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;useinbandfec=1;usedtx=0"

// Suites are the ways of protecting a stream that we speak, best first.
// RFC 4568 §6.2, RFC 7714 §14.2
func Suites() []string {
	return []string{"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}
}

// A Side is what one side of a call has to offer.
type Side struct {
	ID      uint64 // of the session; the same for the whole call
	Host    string // where it wants to be sent to
	Port    int    // of RTP; RTCP is one above
	Codecs  []string
	Ptime   int               // milliseconds
	Events  bool              // keys as RFC 4733
	Secure  string            // Never, May, Must
	Mux     bool              // take RTCP on the port of RTP where the other side offers it
	Keys    map[string]string // by suite: base64 of key and salt, made for this call
	version uint64
	last    string // the last description, to know when its version has to change
}

// Whether a stream is protected.
const (
	Never = "off"
	May   = "optional" // taken where offered, and not offered
	Must  = "required"
)

// Errors of an agreement.
var (
	ErrNoCodec  = errors.New("no codec in common")
	ErrNoAudio  = errors.New("no stream of sound")
	ErrSecurity = errors.New("no agreement on the protection of the stream")
)

// Terms are what both sides agreed on, as our side sees it.
type Terms struct {
	Host       string // where to send to
	Port       int
	RTCPHost   string
	RTCPPort   int
	Codec      Format           // to send
	Receive    map[uint8]string // codecs that may come, by payload type
	EventOut   uint8            // payload type of keys that we send; 0: none
	EventClock int              // of the lengths of keys that we send
	EventIn    map[uint8]bool   // of keys that may come
	Sends      bool             // we may send
	Receives   bool             // they may send
	Held       bool             // the other side does not want to hear us
	Ptime      int
	Suite      string // "": not protected
	Key, Their string // base64 of key and salt, of what we send and what they send
}

// Offer makes our offer, with the codec that was agreed on before in front where
// there is one.
func (s *Side) Offer(direction string) *Description {
	m := Media{Kind: "audio", Port: s.Port, Proto: Plain, Host: s.Host, Direction: direction, Ptime: s.Ptime}
	for _, name := range s.Codecs {
		if f, ok := named(name); ok {
			m.Formats = append(m.Formats, f)
		}
	}
	if s.Events {
		// Also where Opus is alone: much of the field knows keys on this clock only.
		m.Formats = append(m.Formats, Format{Type: eventType, Name: Event, Clock: clock, Fmtp: "0-16"})
		if slices.Contains(s.Codecs, Opus) {
			m.Formats = append(m.Formats, Format{Type: wideEventType, Name: Event, Clock: wideClock, Fmtp: "0-16"})
		}
	}
	if s.Secure == Must {
		m.Proto = Secure
		for i, suite := range Suites() {
			m.Crypto = append(m.Crypto, Crypto{Tag: i + 1, Suite: suite, Key: s.Keys[suite]})
		}
	}
	return s.number(&Description{ID: s.ID, Origin: s.Host, Media: []Media{m}})
}

// number gives a description its version: a new one where something changed.
// RFC 3264 §8
func (s *Side) number(d *Description) *Description {
	d.Version = 0
	text := string(d.Marshal())
	if text != s.last {
		s.last = text
		s.version++
	}
	d.Version = s.version
	return d
}

func named(name string) (Format, bool) {
	if name == Opus {
		return Format{Type: opusType, Name: Opus, Clock: wideClock, Fmtp: opusWishes}, true
	}
	for _, t := range []uint8{0, 8, 9} {
		if static[t].Name == name {
			return static[t], true
		}
	}
	return Format{}, false
}

// audio finds the stream of sound of a description, -1 where there is none.
func (d *Description) audio() int {
	return slices.IndexFunc(d.Media, func(m Media) bool { return m.Kind == "audio" && m.Port != 0 && m.profile() })
}

// profile tells whether the stream is one that we can speak: the feedback
// profiles differ in RTCP only.
func (m *Media) profile() bool {
	return slices.Contains([]string{Plain, Secure, "RTP/AVPF", "RTP/SAVPF"}, m.Proto)
}

func (m *Media) secure() bool { return m.Proto == Secure || m.Proto == "RTP/SAVPF" }

// Answer makes our answer to an offer. hold keeps us from sending or taking
// sound: one of the directions, SendRecv where nothing keeps us.
func (s *Side) Answer(offer *Description, direction string) (*Description, *Terms, error) {
	n := offer.audio()
	if n < 0 {
		return nil, nil, ErrNoAudio
	}
	theirs := offer.Media[n]
	t, ours, err := s.agree(&theirs)
	if err != nil {
		return nil, nil, err
	}
	ours.Direction = meet(direction, reverse(theirs.Direction))
	t.direct(ours.Direction, theirs.Direction, theirs.Host)
	d := &Description{ID: s.ID, Origin: s.Host}
	for i, m := range offer.Media {
		if i == n {
			d.Media = append(d.Media, ours)
			continue
		}
		d.Media = append(d.Media, Media{Kind: m.Kind, Proto: m.Proto, Formats: m.Formats}) // declined: port 0
	}
	return s.number(d), t, nil
}

// agree finds the codec, keys and protection for an offer.
func (s *Side) agree(theirs *Media) (*Terms, Media, error) {
	t := s.terms(theirs)
	ours := Media{Kind: "audio", Port: s.Port, Proto: theirs.Proto, Host: s.Host, Ptime: s.Ptime, Mux: s.Mux && theirs.Mux}
	for _, name := range s.Codecs { // our order: the answerer may choose
		f, ok := theirs.codec(name)
		if !ok {
			continue
		}
		if t.Codec.Name == "" {
			t.Codec = f
		}
		t.Receive[f.Type] = f.Name
		if f.Name == Opus {
			f.Fmtp = opusWishes // each side has its own
		}
		ours.Formats = append(ours.Formats, f)
	}
	if t.Codec.Name == "" {
		return nil, ours, ErrNoCodec
	}
	if s.Events {
		s.events(t, theirs, &ours)
	}
	if theirs.secure() != (s.Secure == Must) && s.Secure != May {
		return nil, ours, ErrSecurity
	}
	if !theirs.secure() {
		return t, ours, nil
	}
	for _, suite := range Suites() {
		for _, c := range theirs.Crypto {
			if c.Suite == suite && s.Keys[suite] != "" {
				t.Suite, t.Key, t.Their = suite, s.Keys[suite], c.Key
				ours.Crypto = []Crypto{{Tag: c.Tag, Suite: suite, Key: t.Key}}
				return t, ours, nil
			}
		}
	}
	return nil, ours, ErrSecurity
}

// events answers the formats of keys: on the clock of each codec that is answered.
func (s *Side) events(t *Terms, theirs, ours *Media) {
	_, wide := ours.find(Opus, wideClock)
	for _, c := range []int{clock, wideClock} {
		if f, ok := theirs.find(Event, c); ok && (c == clock || wide) {
			t.EventIn[f.Type] = true
			ours.Formats = append(ours.Formats, Format{Type: f.Type, Name: Event, Clock: c, Fmtp: "0-16"})
		}
	}
	t.press(theirs)
}

// press finds how we press keys: on the clock of the codec, else on the one that
// everybody knows.
func (t *Terms) press(theirs *Media) {
	f, ok := theirs.find(Event, t.Codec.Clock)
	if !ok {
		f, ok = theirs.find(Event, clock)
	}
	if ok {
		t.EventOut, t.EventClock = f.Type, f.Clock
	}
}

// Accept reads their answer to our offer.
func (s *Side) Accept(offer, answer *Description) (*Terms, error) {
	if len(offer.Media) == 0 || len(answer.Media) == 0 {
		return nil, ErrNoAudio
	}
	ours, theirs := &offer.Media[0], &answer.Media[0]
	if theirs.Kind != "audio" || theirs.Port == 0 {
		return nil, ErrNoAudio
	}
	t := s.terms(theirs)
	for _, f := range theirs.Formats { // their order: they chose
		if !slices.Contains(s.Codecs, f.Name) {
			continue
		}
		if t.Codec.Name == "" {
			t.Codec = f
		}
	}
	if t.Codec.Name == "" {
		return nil, ErrNoCodec
	}
	for _, f := range ours.Formats {
		if f.Name == Event {
			t.EventIn[f.Type] = true
		} else {
			t.Receive[f.Type] = f.Name
		}
	}
	if t.press(theirs); t.EventOut != 0 {
		t.EventIn[t.EventOut] = true
	}
	if err := t.secure(s, ours, theirs); err != nil {
		return nil, err
	}
	t.direct(meet(ours.Direction, reverse(theirs.Direction)), theirs.Direction, theirs.Host)
	return t, nil
}

// secure finds which of the keys that we offered was taken.
func (t *Terms) secure(s *Side, ours, theirs *Media) error {
	if ours.secure() != theirs.secure() {
		return ErrSecurity
	}
	if !ours.secure() {
		return nil
	}
	for _, c := range theirs.Crypto {
		for _, o := range ours.Crypto {
			if c.Tag == o.Tag && c.Suite == o.Suite {
				t.Suite, t.Key, t.Their = c.Suite, s.Keys[c.Suite], c.Key
				return nil
			}
		}
	}
	return ErrSecurity
}

// terms begins with where their stream wants to be sent to.
func (s *Side) terms(theirs *Media) *Terms {
	t := &Terms{
		Host: theirs.Host, Port: theirs.Port, RTCPHost: theirs.Host, RTCPPort: theirs.Port + 1,
		Receive: map[uint8]string{}, EventIn: map[uint8]bool{}, Ptime: s.Ptime,
	}
	if theirs.RTCP != 0 {
		t.RTCPPort = theirs.RTCP
	}
	if theirs.RTCPHost != "" {
		t.RTCPHost = theirs.RTCPHost
	}
	if theirs.Mux && s.Mux {
		t.RTCPPort, t.RTCPHost = theirs.Port, theirs.Host
	}
	if theirs.Ptime > 0 {
		t.Ptime = theirs.Ptime
	}
	return t
}

// direct sets who may send. An address of zero is the old way to say hold.
// RFC 2543 §B.5, RFC 3264 §8.4
func (t *Terms) direct(ours, theirs, host string) {
	t.Sends = ours == SendRecv || ours == SendOnly
	t.Receives = ours == SendRecv || ours == RecvOnly
	if a, err := netip.ParseAddr(host); err == nil && a.IsUnspecified() {
		t.Sends = false
	}
	t.Held = !t.Sends
}

func (m *Media) find(name string, clock int) (Format, bool) {
	for _, f := range m.Formats {
		if f.Name == name && f.Clock == clock {
			return f, true
		}
	}
	return Format{}, false
}

// codec finds a codec on the clock that it has.
func (m *Media) codec(name string) (Format, bool) {
	if name == Opus {
		return m.find(name, wideClock)
	}
	return m.find(name, clock)
}

// reverse is a direction as the other side sees it.
func reverse(d string) string {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	case Inactive:
		return Inactive
	}
	return SendRecv
}

// meet is what two directions have in common.
func meet(a, b string) string {
	send := (a == SendRecv || a == SendOnly) && (b == SendRecv || b == SendOnly)
	recv := (a == SendRecv || a == RecvOnly) && (b == SendRecv || b == RecvOnly)
	switch {
	case send && recv:
		return SendRecv
	case send:
		return SendOnly
	case recv:
		return RecvOnly
	}
	return Inactive
}

// String tells in a few words what was agreed.
func (t *Terms) String() string {
	s := t.Codec.Name + " to " + t.Host + ":" + strconv.Itoa(t.Port)
	if t.Suite != "" {
		s += ", " + t.Suite
	}
	if t.EventOut == 0 {
		s += ", no telephone-event"
	}
	if !t.Sends || !t.Receives {
		s += ", " + map[[2]bool]string{{true, false}: SendOnly, {false, true}: RecvOnly, {false, false}: Inactive}[[2]bool{t.Sends, t.Receives}]
	}
	return s
}
