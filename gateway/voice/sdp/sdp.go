// Package sdp reads and writes session descriptions as far as a telephone call
// needs them, and finds what two sides agree on by offer and answer.
//
// It is pure. It reads leniently, since the field writes carelessly, and writes
// strictly. It knows one stream of sound; what else is offered it declines.
// RFC 8866, RFC 3264
package sdp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a description may claim, so that one that is sent in ill will costs little.
const (
	maxBody    = 16 << 10
	maxMedia   = 8
	maxFormats = 32
	maxCrypto  = 16
)

// Directions of a stream, as the side sees it whose description it is in.
const (
	SendRecv = "sendrecv"
	SendOnly = "sendonly"
	RecvOnly = "recvonly"
	Inactive = "inactive"
)

// Protocols of a stream.
const (
	Plain  = "RTP/AVP"
	Secure = "RTP/SAVP"
)

// A Description is one body.
type Description struct {
	ID, Version uint64 // of the o= line
	Origin      string // address in the o= line
	Media       []Media
}

// A Media is one stream.
type Media struct {
	Kind      string // audio, video…
	Port      int    // 0: declined
	Proto     string
	Host      string // an address; rarely a name
	Formats   []Format
	Direction string
	Ptime     int // milliseconds in a packet; 0: not said
	RTCP      int // port; 0: the next one above Port
	RTCPHost  string
	Mux       bool // RTCP comes on Port. RFC 5761
	Crypto    []Crypto
}

// A Format is one payload type and what it means.
type Format struct {
	Type  uint8
	Name  string // PCMU, telephone-event…
	Clock int
	Fmtp  string // the format's own parameters
}

// A Crypto is one offer of a key. RFC 4568
type Crypto struct {
	Tag   int
	Suite string // AES_CM_128_HMAC_SHA1_80…
	Key   string // base64 of key and salt
}

// static are the payload types that need no rtpmap. RFC 3551 §6
var static = map[uint8]Format{
	0: {Type: 0, Name: "PCMU", Clock: 8000}, 3: {Type: 3, Name: "GSM", Clock: 8000}, 4: {Type: 4, Name: "G723", Clock: 8000},
	8: {Type: 8, Name: "PCMA", Clock: 8000}, 9: {Type: 9, Name: "G722", Clock: 8000}, 13: {Type: 13, Name: "CN", Clock: 8000},
	18: {Type: 18, Name: "G729", Clock: 8000},
}

// Parse reads a body.
func Parse(body []byte) (*Description, error) {
	if len(body) > maxBody {
		return nil, fmt.Errorf("a description of %d octets", len(body))
	}
	p := parser{d: new(Description), direction: SendRecv}
	for line := range strings.Lines(string(body)) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) < 2 || line[1] != '=' {
			continue
		}
		if err := p.line(line[0], strings.TrimSpace(line[2:])); err != nil {
			return nil, err
		}
	}
	if !p.version {
		return nil, errors.New("not a session description")
	}
	for i := range p.d.Media {
		m := &p.d.Media[i]
		if m.Host == "" {
			m.Host = p.host
		}
		if m.Direction == "" {
			m.Direction = p.direction
		}
	}
	return p.d, nil
}

type parser struct {
	d         *Description
	version   bool
	host      string // of the session
	direction string // of the session
}

// media is the stream that lines belong to now, nil before the first.
func (p *parser) media() *Media {
	if n := len(p.d.Media); n > 0 {
		return &p.d.Media[n-1]
	}
	return nil
}

func (p *parser) line(kind byte, v string) error {
	switch kind {
	case 'v':
		p.version = true
	case 'o':
		if f := strings.Fields(v); len(f) >= 6 {
			p.d.ID, _ = strconv.ParseUint(f[1], 10, 64)
			p.d.Version, _ = strconv.ParseUint(f[2], 10, 64)
			p.d.Origin = f[5]
		}
	case 'c':
		f := strings.Fields(v)
		if len(f) < 3 {
			return nil
		}
		host, _, _ := strings.Cut(f[2], "/")
		if m := p.media(); m != nil {
			m.Host = host
		} else {
			p.host = host
		}
	case 'm':
		return p.mediaLine(v)
	case 'a':
		name, value, _ := strings.Cut(v, ":")
		p.attribute(strings.ToLower(name), strings.TrimSpace(value))
	}
	return nil
}

func (p *parser) mediaLine(v string) error {
	f := strings.Fields(v)
	if len(f) < 3 {
		return fmt.Errorf("m=%s is no stream", clip(v))
	}
	if len(p.d.Media) == maxMedia {
		return fmt.Errorf("more than %d streams", maxMedia)
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("m=%s has no port", clip(v))
	}
	m := Media{Kind: strings.ToLower(f[0]), Port: int(n), Proto: strings.ToUpper(f[2])}
	for _, s := range f[3:] {
		t, err := strconv.ParseUint(s, 10, 7)
		if err != nil || len(m.Formats) == maxFormats {
			continue // no payload type: another kind of stream
		}
		format, ok := static[uint8(t)]
		if !ok {
			format = Format{Type: uint8(t)}
		}
		m.Formats = append(m.Formats, format)
	}
	p.d.Media = append(p.d.Media, m)
	return nil
}

func (p *parser) attribute(name, v string) {
	m := p.media()
	switch name {
	case SendRecv, SendOnly, RecvOnly, Inactive:
		if m == nil {
			p.direction = name
		} else {
			m.Direction = name
		}
		return
	}
	if m == nil {
		return
	}
	switch name {
	case "rtpmap":
		m.rtpmap(v)
	case "fmtp":
		t, params, _ := strings.Cut(v, " ")
		if f := m.format(t); f != nil {
			f.Fmtp = strings.TrimSpace(params)
		}
	case "ptime":
		if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 1 && n <= 200 {
			m.Ptime = int(n)
		}
	case "rtcp":
		f := strings.Fields(v)
		if len(f) == 0 {
			return
		}
		if n, err := strconv.ParseUint(f[0], 10, 16); err == nil {
			m.RTCP = int(n)
			if len(f) >= 4 {
				m.RTCPHost = f[3]
			}
		}
	case "rtcp-mux":
		m.Mux = true
	case "crypto":
		m.crypto(v)
	}
}

// format finds a payload type of the stream.
func (m *Media) format(t string) *Format {
	n, err := strconv.ParseUint(strings.TrimSpace(t), 10, 7)
	if err != nil {
		return nil
	}
	for i := range m.Formats {
		if m.Formats[i].Type == uint8(n) {
			return &m.Formats[i]
		}
	}
	return nil
}

func (m *Media) rtpmap(v string) {
	t, what, _ := strings.Cut(v, " ")
	f := m.format(t)
	if f == nil {
		return
	}
	parts := strings.Split(strings.TrimSpace(what), "/")
	if len(parts) < 2 {
		return
	}
	if n, err := strconv.ParseUint(parts[1], 10, 20); err == nil {
		f.Name, f.Clock = canonical(parts[0]), int(n)
	}
}

// canonical gives a codec's name in the letters that it is registered with.
func canonical(name string) string {
	for _, small := range []string{Event, Opus} {
		if strings.EqualFold(name, small) {
			return small
		}
	}
	return strings.ToUpper(name)
}

func (m *Media) crypto(v string) {
	f := strings.Fields(v)
	if len(f) < 3 || len(m.Crypto) == maxCrypto {
		return
	}
	tag, err := strconv.ParseUint(f[0], 10, 30)
	key, ok := strings.CutPrefix(f[2], "inline:")
	if err != nil || !ok {
		return
	}
	key, rest, _ := strings.Cut(key, "|")
	if strings.Contains(rest, ":") {
		return // a master key identifier, which we do not speak
	}
	m.Crypto = append(m.Crypto, Crypto{Tag: int(tag), Suite: strings.ToUpper(f[1]), Key: key})
}

func clip(s string) string { return s[:min(len(s), 60)] }

// Marshal writes a description.
func (d *Description) Marshal() []byte {
	var b strings.Builder
	b.WriteString("v=0\r\n")
	fmt.Fprintf(&b, "o=- %d %d IN %s %s\r\ns=-\r\n", d.ID, d.Version, family(d.Origin), d.Origin)
	host := d.Origin
	if len(d.Media) > 0 && d.Media[0].Host != "" {
		host = d.Media[0].Host
	}
	fmt.Fprintf(&b, "c=IN %s %s\r\nt=0 0\r\n", family(host), host)
	for i := range d.Media {
		d.Media[i].write(&b, host)
	}
	return []byte(b.String())
}

func family(host string) string {
	if strings.Contains(host, ":") {
		return "IP6"
	}
	return "IP4"
}

func (m *Media) write(b *strings.Builder, host string) {
	fmt.Fprintf(b, "m=%s %d %s", m.Kind, m.Port, m.Proto)
	for _, f := range m.Formats {
		fmt.Fprintf(b, " %d", f.Type)
	}
	if len(m.Formats) == 0 {
		b.WriteString(" 0")
	}
	b.WriteString("\r\n")
	if m.Port == 0 {
		return
	}
	if m.Host != "" && m.Host != host {
		fmt.Fprintf(b, "c=IN %s %s\r\n", family(m.Host), m.Host)
	}
	for _, f := range m.Formats {
		if f.Name != "" {
			channels := ""
			if f.Name == Opus {
				channels = "/2" // always, whatever is sent. RFC 7587 §7
			}
			fmt.Fprintf(b, "a=rtpmap:%d %s/%d%s\r\n", f.Type, f.Name, f.Clock, channels)
		}
		if f.Fmtp != "" {
			fmt.Fprintf(b, "a=fmtp:%d %s\r\n", f.Type, f.Fmtp)
		}
	}
	if m.Ptime > 0 {
		fmt.Fprintf(b, "a=ptime:%d\r\n", m.Ptime)
	}
	for _, c := range m.Crypto {
		fmt.Fprintf(b, "a=crypto:%d %s inline:%s\r\n", c.Tag, c.Suite, c.Key)
	}
	if m.Mux {
		b.WriteString("a=rtcp-mux\r\n")
	}
	if m.RTCP != 0 {
		fmt.Fprintf(b, "a=rtcp:%d\r\n", m.RTCP)
	}
	if m.Direction != "" {
		fmt.Fprintf(b, "a=%s\r\n", m.Direction)
	}
}
