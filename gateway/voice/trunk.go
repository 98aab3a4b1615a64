package voice

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/voice/amd"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/recognise"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/signal"
	"outdial/gateway/voice/stream"
)

// A Trunk is one SIP trunk, as the operator configures it. What is left out has
// the default that its sentence names.
type Trunk struct {
	Name          string `yaml:"-"` // as numbers and logs call it
	signal.Config `yaml:",inline"`

	Codecs   []string      `yaml:"codecs" eg:"[PCMU, PCMA, G722]" doc:"codecs, in the order in which they are liked: PCMU, PCMA, G722, and opus where it is built in (make opus); default PCMU, PCMA, G722"`
	Secure   string        `yaml:"srtp" eg:"required" doc:"protection of the sound (SRTP): off, optional (taken where it is offered) or required; default: required with transport tls, else off"`
	Ports    string        `yaml:"rtp_ports" eg:"10000-19999" doc:"ports for sound, two for each call; any leaves it to the system; default 10000-19999"`
	Public   string        `yaml:"rtp_advertise" eg:"203.0.113.5" doc:"address for sound that the carrier is told; default: as advertise"`
	Lost     time.Duration `yaml:"rtp_timeout" eg:"30s" below:"never" doc:"how long no sound may come before a call is given up; default 30s, negative never"`
	Strict   bool          `yaml:"rtp_strict" eg:"false" doc:"take sound only from the address that the far side named"`
	Keys     string        `yaml:"dtmf" eg:"auto" doc:"how keys travel: auto (RFC 4733, else in the sound; default), rfc4733, inband, or info (SIP INFO)"`
	Tone     time.Duration `yaml:"dtmf_length" eg:"160ms" doc:"how long a key that we press sounds; default 160ms"`
	Transfer string        `yaml:"transfer" eg:"bridge" doc:"how a caller is put through to a third party: bridge (we call it, and both calls stay with us; default), or refer (the carrier is asked to, by REFER, where the flow does not go on afterwards and nothing is dialled behind the number)"`
	Referred string        `yaml:"referred" eg:"refuse" doc:"what becomes of the wish of the far side that we call somebody else in its place (REFER): refuse (default), or follow (the new call takes the place of the old one)"`
	Most     time.Duration `yaml:"max_duration" eg:"4h" doc:"longest call; default 4h"`
	Drain    time.Duration `yaml:"drain" eg:"10s" doc:"how long calls may go on at a stop before they are hung up; default 10s"`

	AMD        amd.Config       `yaml:"amd" doc:"how answering machines are told from people"`
	Ears       recognise.Config `yaml:"recognition" doc:"how what callers say becomes text"`
	Stream     stream.Config    `yaml:"stream" doc:"where calls are streamed to while they go on"`
	Hold       string           `yaml:"hold_music" eg:"./prompts/hold.wav" doc:"what a caller hears who waits or is on hold where the flow plays nothing else: an address as prompts have it; default: music that is built in"`
	Recordings string           `yaml:"recordings" eg:"./recordings" doc:"folder that recordings of calls are kept in; default none: calls are not recorded"`
}

// keysInfo is the way of keys by SIP INFO.
const keysInfo = "info"

// settings are a Trunk as it was checked.
type settings struct {
	Trunk
	low, high int
	host      string // that the sockets for sound are opened on
	inband    media.Inband
	events    bool
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

func (t Trunk) check() (*settings, error) {
	s := &settings{Trunk: t}
	s.defaults()
	for _, f := range []func() error{s.checkSound, s.checkPorts, s.checkKeys, s.checkAMD} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) defaults() {
	text := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	set := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	if len(s.Codecs) == 0 {
		s.Codecs = []string{"PCMU", "PCMA", "G722"}
	}
	if s.Transport == "tls" {
		text(&s.Secure, sdp.Must)
	}
	text(&s.Secure, sdp.Never)
	text(&s.Ports, "10000-19999")
	text(&s.Keys, "auto")
	text(&s.Transfer, "bridge")
	text(&s.Referred, "refuse")
	set(&s.Lost, 30*time.Second)
	set(&s.Tone, 160*time.Millisecond)
	set(&s.Most, 4*time.Hour)
	set(&s.Drain, 10*time.Second)
}

func (s *settings) checkSound() error {
	var known []string
	for _, f := range audio.Formats() {
		known = append(known, f.Name)
	}
	for i, c := range s.Codecs {
		field := fmt.Sprintf("codecs[%d]", i)
		switch {
		case slices.Contains(known, c):
		case strings.EqualFold(c, audio.Opus) && !slices.Contains(known, audio.Opus):
			return invalid(field, "%s is not in this program: build one that has it with \"make opus\", or go build -tags 'opus nolibopusfile', "+
				"with cgo and Debian's libopus-dev; or leave it out", c)
		default:
			return invalid(field, "%s, not %q", strings.Join(known, ", "), c)
		}
	}
	if !slices.Contains([]string{sdp.Never, sdp.May, sdp.Must}, s.Secure) {
		return invalid("srtp", "off, optional or required, not %q", s.Secure)
	}
	if s.Public != "" {
		if _, err := netip.ParseAddr(s.Public); err != nil {
			return invalid("rtp_advertise", "an IP address, not %q", s.Public)
		}
	}
	return nil
}

func (s *settings) checkPorts() error {
	s.host = "0.0.0.0"
	if host, _, err := net.SplitHostPort(s.Listen); err == nil && host != "" {
		s.host = host
	}
	if s.Ports == "any" {
		return nil
	}
	low, high, ok := strings.Cut(s.Ports, "-")
	l, err := strconv.ParseUint(low, 10, 16)
	h, err2 := strconv.ParseUint(high, 10, 16)
	if !ok || err != nil || err2 != nil || l < 1024 || h < l+1 {
		return invalid("rtp_ports", "a range such as 10000-19999, from 1024, or any, not %q", s.Ports)
	}
	s.low, s.high = int(l), int(h)
	return nil
}

func (s *settings) checkKeys() error {
	switch s.Keys {
	case "auto":
		s.events = true
	case "rfc4733":
		s.events, s.inband = true, media.InbandOff
	case "inband":
		s.inband = media.InbandOn
	case keysInfo:
		s.inband = media.InbandOff
	default:
		return invalid("dtmf", "auto, rfc4733, inband or info, not %q", s.Keys)
	}
	switch {
	case s.Transfer != "bridge" && s.Transfer != "refer":
		return invalid("transfer", "bridge or refer, not %q", s.Transfer)
	case s.Referred != "refuse" && s.Referred != "follow":
		return invalid("referred", "refuse or follow, not %q", s.Referred)
	case s.Tone < 40*time.Millisecond || s.Tone > 2*time.Second:
		return invalid("dtmf_length", "from 40ms to 2s, not %v", s.Tone)
	case s.Most < time.Second:
		return invalid("max_duration", "at least 1s, not %v", s.Most)
	}
	return nil
}

func (s *settings) checkAMD() error {
	if err := s.AMD.Check(); err != nil {
		return invalid("amd", "%v", err)
	}
	return nil
}

// lost is how long nothing may come; 0: for ever.
func (s *settings) lost() time.Duration { return max(0, s.Lost) }
