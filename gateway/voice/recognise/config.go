// Package recognise turns what a caller says into text: it finds where his words
// begin and end, and has them recognised by a program, by a server over a
// WebSocket, or by Amazon Lex.
//
// It knows no call, and will not decide what the words mean.
package recognise

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/voice/audio"
)

// A Config is what recognises words, as the operator configures it. What is left
// out has the default that its sentence names.
type Config struct {
	Engine   string            `yaml:"engine" eg:"command" doc:"what turns speech into text: command, websocket, lex (Amazon Lex V2's audio API, for bots of Lex), or none; default none: keys only"`
	Command  []string          `yaml:"command" eg:"[whisper-cli, -nt, -l, '{language}', -f, '{file}']" doc:"program of the engine command, and its arguments. The sound comes as a WAV file on its standard input, or in {file}; it writes the words to its standard output. {language} is as the flow says (en-US), {lang} its first part (en)"`
	Raw      bool              `yaml:"raw" eg:"false" doc:"the command wants samples (16-bit, little-endian) without a WAV header"`
	URL      string            `yaml:"url" eg:"wss://ears.example.com/listen?language={language}" doc:"address of the engine websocket; {language}, {lang} and {contact} stand for what they name"`
	Token    string            `yaml:"token" eg:"env:EARS_TOKEN" doc:"sent to the websocket as Authorization: Bearer"`
	Headers  map[string]string `yaml:"headers" eg:"X-Tenant: acme" doc:"further headers of that request"`
	CA       string            `yaml:"ca" eg:"" doc:"file of the authorities that are trusted (PEM); default: the system's"`
	Lex      Lex               `yaml:"lex" doc:"Amazon Lex V2, or a server that speaks its API"`
	Rate     int               `yaml:"rate" eg:"16000" doc:"samples per second that a command or a websocket is given: 8000 or 16000; default 16000"`
	Timeout  time.Duration     `yaml:"timeout" eg:"10s" doc:"how long words may take to be recognised; default 10s"`
	Parallel int               `yaml:"parallel" eg:"4" doc:"as many programs run at once; default: twice the number of processors"`
	Silence  time.Duration     `yaml:"silence" eg:"600ms" doc:"silence that ends what is said, where the bot's session says nothing (x-amz-lex:audio:end-timeout-ms); default 600ms"`
}

// Lex is Amazon Lex V2's runtime, or a server that speaks its API.
type Lex struct {
	Endpoint string `yaml:"endpoint" eg:"https://runtime-v2-lex.us-east-1.amazonaws.com" doc:"its address"`
	Region   string `yaml:"region" eg:"us-east-1" doc:"region that requests are signed for; default us-east-1"`
	Key      string `yaml:"accessKeyId" eg:"" doc:"access key; default none: requests are not signed"`
	Secret   string `yaml:"secretAccessKey" eg:"" doc:"its secret; env:NAME or file:PATH keeps it out of this file"`
}

// Options are what a recogniser must be given from outside.
type Options struct {
	HTTP *http.Client // nil: a client of its own
	Log  *slog.Logger
}

// A Recogniser may be used by many calls at once.
type Recogniser struct {
	set   Config
	http  *http.Client
	log   *slog.Logger
	slots chan struct{}
}

// Engines.
const (
	engineNone    = "none"
	engineCommand = "command"
	engineSocket  = "websocket"
	engineLex     = "lex"
)

// New checks a configuration, looks for its program and reads its file of
// authorities. An error is of kind fault.Invalid and names the field. It gives nil
// where nothing recognises words.
func New(c Config, o Options) (*Recogniser, error) {
	c.defaults()
	if c.Engine == engineNone {
		return nil, nil
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &Recogniser{set: c, http: o.HTTP, log: o.Log, slots: make(chan struct{}, c.Parallel)}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.http == nil {
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
		r.http = &http.Client{Transport: t}
	}
	return r, nil
}

func (c *Config) defaults() {
	if c.Engine == "" {
		c.Engine = engineNone
	}
	if c.Rate == 0 {
		c.Rate = 16000
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Parallel == 0 {
		c.Parallel = 2 * runtime.NumCPU()
	}
	if c.Silence == 0 {
		c.Silence = 600 * time.Millisecond
	}
	if c.Lex.Region == "" {
		c.Lex.Region = "us-east-1"
	}
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

func (c *Config) check() error {
	switch {
	case !slices.Contains([]string{engineCommand, engineSocket, engineLex}, c.Engine):
		return invalid("engine", "command, websocket, lex or none, not %q", c.Engine)
	case c.Rate != audio.Rate && c.Rate != 2*audio.Rate:
		return invalid("rate", "8000 or 16000, not %d", c.Rate)
	case c.Timeout < time.Second || c.Timeout > time.Minute:
		return invalid("timeout", "from 1s to 1m, not %v", c.Timeout)
	case c.Parallel < 1:
		return invalid("parallel", "at least 1, not %d", c.Parallel)
	case c.Silence < 200*time.Millisecond || c.Silence > 5*time.Second:
		return invalid("silence", "from 200ms to 5s, not %v", c.Silence)
	case c.Engine == engineLex && !address(c.Lex.Endpoint, "https", "http"):
		return invalid("lex.endpoint", "an address that begins with https://, not %q", c.Lex.Endpoint)
	case c.Engine == engineSocket && !address(strings.NewReplacer("{language}", "x", "{lang}", "x", "{contact}", "x").Replace(c.URL), "wss", "ws"):
		return invalid("url", "an address that begins with wss:// or ws://, not %q", c.URL)
	}
	if c.Engine != engineCommand {
		return nil
	}
	if len(c.Command) == 0 {
		return invalid("command", "the engine command needs a program")
	}
	path, err := exec.LookPath(c.Command[0])
	if err != nil {
		return invalid("command", "%v", err)
	}
	c.Command = append([]string{path}, c.Command[1:]...)
	return nil
}

func address(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && slices.Contains(schemes, u.Scheme) && !strings.ContainsAny(s, "{}")
}

// An Ask is what is to be recognised, and for whom.
type Ask struct {
	Contact  string
	Language string // en-US
	// Bot is the alias ARN of a bot of Amazon Lex; "" where the words are for
	// somebody else.
	Bot     string
	Session map[string]string // session attributes
	Silence time.Duration     // ends what is said; 0: as configured
	Most    time.Duration     // longest that may be said; 0: 13 s, as in Lex
}

// Serves tells whether it can recognise words for a bot: Lex hears for its own.
func (r *Recogniser) Serves(bot string) bool {
	return r != nil && (r.set.Engine != engineLex || strings.Contains(bot, ":bot-alias/"))
}

// words puts what an Ask says in place of names in braces.
func (a Ask) words() *strings.Replacer {
	lang, _, _ := strings.Cut(a.Language, "-")
	return strings.NewReplacer("{language}", a.Language, "{lang}", lang, "{contact}", a.Contact)
}

// An Event is what a turn tells.
type Event struct {
	Kind int
	Text string // Heard: the words; "" where there were none
	// Answer is what a bot answered that heard the sound itself, as the answer of
	// RecognizeText.
	Answer json.RawMessage
	Err    error // Failed
}

// Kinds of events.
const (
	Began  = iota // somebody speaks
	Heard         // what was said; he may speak again
	Failed        // it cannot be recognised
)
