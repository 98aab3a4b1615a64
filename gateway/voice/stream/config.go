// Package stream sends the sound of a live call to a server of the operator's
// while the call goes on: a WebSocket for each call, JSON for what happens, and
// the sound in frames, each with its number and its time.
//
// It never holds up a call. What the far side does not take in time is dropped,
// the oldest first, counted, and told to it. It will not hear what the far side
// says, nor decide when a call is streamed.
// RFC 6455
package stream

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"outdial/fault"
)

// A Config is where calls are streamed to, as the operator configures it. What is
// left out has the default that its sentence names.
type Config struct {
	URL        string            `yaml:"url" eg:"wss://sound.example.com/calls/{contact}" doc:"address that calls are streamed to (wss:// or ws://) when their flow says so; {contact}, {instance}, {account}, {customer}, {system} and {stream} stand for what they name. Default none: calls are not streamed"`
	Token      string            `yaml:"token" eg:"env:STREAM_TOKEN" doc:"sent as Authorization: Bearer"`
	Headers    map[string]string `yaml:"headers" eg:"X-Tenant: acme" doc:"further headers of the request"`
	CA         string            `yaml:"ca" eg:"" doc:"file of the authorities that are trusted (PEM); default: the system's"`
	Encoding   string            `yaml:"encoding" eg:"pcm_s16le" doc:"how samples are written: pcm_s16le (default) or mulaw"`
	Frames     string            `yaml:"frames" eg:"binary" doc:"how sound travels: binary (default), or base64 within JSON"`
	Frame      time.Duration     `yaml:"frame" eg:"100ms" doc:"sound in one message, a multiple of 20ms up to 1s; default 100ms"`
	Buffer     time.Duration     `yaml:"buffer" eg:"10s" doc:"sound that is held while the far side is away or slow; beyond, the oldest is dropped; default 10s"`
	Connect    time.Duration     `yaml:"connect_timeout" eg:"3s" doc:"how long the first connection may take before the flow takes its error branch; default 3s"`
	Attributes []string          `yaml:"attributes" eg:"[accountNumber]" doc:"contact attributes that are sent with the start; default none"`
}

// Encodings of samples.
const (
	PCM   = "pcm_s16le"
	Mulaw = "mulaw"
)

// Ways that sound travels.
const (
	binaryFrames = "binary"
	base64Frames = "base64"
)

// piece is the least sound that there is: a frame of the call.
const piece = 20 * time.Millisecond

// A Streamer opens streams. It may be used by many calls at once.
type Streamer struct {
	set  Config
	http *http.Client
	log  *slog.Logger
}

// New checks a configuration, and reads its file of authorities. An error is of
// kind fault.Invalid and names the field. http nil is a client of its own.
func New(c Config, client *http.Client, log *slog.Logger) (*Streamer, error) {
	c.defaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Streamer{set: c, http: client, log: log}
	if s.http == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if c.CA != "" {
			pem, err := os.ReadFile(c.CA)
			pool := x509.NewCertPool()
			if err != nil || !pool.AppendCertsFromPEM(pem) {
				return nil, invalid("ca", "a file of certificates in PEM, not %q", c.CA)
			}
			t.TLSClientConfig.RootCAs = pool
		}
		s.http = &http.Client{Transport: t}
	}
	return s, nil
}

// Attributes are the contact attributes that are sent with the start.
func (s *Streamer) Attributes() []string { return s.set.Attributes }

func (c *Config) defaults() {
	if c.Encoding == "" {
		c.Encoding = PCM
	}
	if c.Frames == "" {
		c.Frames = binaryFrames
	}
	if c.Frame == 0 {
		c.Frame = 100 * time.Millisecond
	}
	if c.Buffer == 0 {
		c.Buffer = 10 * time.Second
	}
	if c.Connect == 0 {
		c.Connect = 3 * time.Second
	}
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

// places are what may stand in braces in an address.
var places = []string{"{contact}", "{instance}", "{account}", "{customer}", "{system}", "{stream}"}

func (c *Config) check() error {
	plain := c.URL
	for _, p := range places {
		plain = strings.ReplaceAll(plain, p, "x")
	}
	u, err := url.Parse(plain)
	switch {
	case err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" || strings.ContainsAny(plain, "{}"):
		return invalid("url", "an address that begins with wss:// or ws://, with %s in it, not %q", strings.Join(places, ", "), c.URL)
	case c.Encoding != PCM && c.Encoding != Mulaw:
		return invalid("encoding", "%s or %s, not %q", PCM, Mulaw, c.Encoding)
	case c.Frames != binaryFrames && c.Frames != base64Frames:
		return invalid("frames", "%s or %s, not %q", binaryFrames, base64Frames, c.Frames)
	case c.Frame < piece || c.Frame > time.Second || c.Frame%piece != 0:
		return invalid("frame", "a multiple of 20ms up to 1s, not %v", c.Frame)
	case c.Buffer < c.Frame || c.Buffer > 10*time.Minute:
		return invalid("buffer", "from one frame to 10m, not %v", c.Buffer)
	case c.Connect < 100*time.Millisecond || c.Connect > 30*time.Second:
		return invalid("connect_timeout", "from 100ms to 30s, not %v", c.Connect)
	}
	for name, v := range c.Headers {
		if name == "" || strings.ContainsAny(name, "\r\n:") || strings.ContainsAny(v, "\r\n") {
			return invalid("headers", "names and values on one line, not %q", name)
		}
	}
	if slices.Contains(c.Attributes, "") {
		return invalid("attributes", "names of attributes, not an empty one")
	}
	return nil
}

// A Start is what the far side is told of a call.
type Start struct {
	Stream     string            // an id of this stream
	Contact    string            // its id
	Instance   string            // its id
	Account    string            // the trunk, as the configuration calls it
	Customer   string            // E.164
	System     string            // E.164
	Tracks     []string          // FromCustomer, ToCustomer
	Parameters map[string]string // contact attributes
}

// address is where a call is streamed to.
func (s *Streamer) address(b Start) string {
	words := []string{"{contact}", b.Contact, "{instance}", b.Instance, "{account}", b.Account, "{customer}", b.Customer, "{system}", b.System, "{stream}", b.Stream}
	for i := 1; i < len(words); i += 2 {
		words[i] = url.QueryEscape(words[i])
	}
	return strings.NewReplacer(words...).Replace(s.set.URL)
}
