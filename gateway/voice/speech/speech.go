// Package speech makes sound of prompts: it reads recordings, has texts spoken by
// an engine, brings everything to the rate of a call, and keeps what it made.
//
// It knows no call. It will not play anything, nor decide what is said.
package speech

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/voice/audio"
)

// A Config is how prompts are spoken and where recordings are, as the operator
// configures it. What is left out has the default that its sentence names.
type Config struct {
	Engine   string            `yaml:"engine" eg:"espeak-ng" doc:"what speaks texts: espeak-ng, flite, polly (Amazon Polly, or a server that speaks its API), command, or none; default: espeak-ng or flite, whichever is installed"`
	Fallback string            `yaml:"fallback" eg:"espeak-ng" doc:"engine that speaks where the first one fails; default none"`
	Command  []string          `yaml:"command" eg:"[piper, --model, '{voice}', --output_file, '{out}']" doc:"program of the engine command, and its arguments. The text comes on its standard input; it writes a WAV file to its standard output, or to {out}. {voice} and {language} stand for what the flow asked for"`
	SSML     bool              `yaml:"ssml" eg:"false" doc:"the command understands SSML; default: it gets the words only"`
	Polly    Polly             `yaml:"polly" doc:"Amazon Polly, or a server that speaks its API"`
	Voice    string            `yaml:"voice" eg:"Joanna" doc:"voice of flows that name none; default Joanna, as in Connect"`
	Voices   map[string]string `yaml:"voices" eg:"Joanna: en-us+f3" doc:"what the engine calls a voice that flows name; default: one of the same language and sex"`
	Parallel int               `yaml:"parallel" eg:"2" doc:"as many texts are spoken at once; default: the number of processors"`
	Timeout  time.Duration     `yaml:"timeout" eg:"15s" doc:"how long an engine or a download may take; default 15s"`

	Files   []string          `yaml:"files" eg:"[./prompts]" doc:"folders that recordings may lie in, where a prompt is a path; default none"`
	S3      S3                `yaml:"s3" doc:"where recordings are that flows name as s3://BUCKET/KEY"`
	Web     *bool             `yaml:"web" eg:"true" doc:"fetch recordings that flows name as http:// or https://; default true"`
	Refresh time.Duration     `yaml:"refresh" eg:"5m" doc:"how long a recording that was fetched is used before it is asked for again; default 5m"`
	Cache   string            `yaml:"cache" eg:"./prompts-cache" doc:"folder for what was spoken, so that it is there after a restart; default: in memory only"`
	Memory  int               `yaml:"memory" eg:"64" doc:"megabytes of sound that are held in memory; default 64"`
	Aliases map[string]string `yaml:"aliases" eg:"s3://acme-prompts/: ./prompts/" doc:"beginnings of addresses of recordings, and what stands in their place"`
}

// Polly is Amazon Polly, or a server that speaks its API.
type Polly struct {
	Endpoint string `yaml:"endpoint" eg:"https://polly.us-east-1.amazonaws.com" doc:"its address"`
	Region   string `yaml:"region" eg:"us-east-1" doc:"region that requests are signed for; default us-east-1"`
	Key      string `yaml:"accessKeyId" eg:"" doc:"access key; default none: requests are not signed"`
	Secret   string `yaml:"secretAccessKey" eg:"" doc:"its secret; env:NAME or file:PATH keeps it out of this file"`
	Engine   string `yaml:"engine" eg:"neural" doc:"engine of voices for which flows name none; default standard"`
}

// S3 is where recordings are that flows name as s3://BUCKET/KEY.
type S3 struct {
	Endpoint string `yaml:"endpoint" eg:"https://s3.us-east-1.amazonaws.com" doc:"address of S3, or of a server that speaks its API; default none"`
	Region   string `yaml:"region" eg:"us-east-1" doc:"region that requests are signed for; default us-east-1"`
	Key      string `yaml:"accessKeyId" eg:"" doc:"access key; default none: requests are not signed"`
	Secret   string `yaml:"secretAccessKey" eg:"" doc:"its secret; env:NAME or file:PATH keeps it out of this file"`
}

// Options are what a speaker must be given from outside.
type Options struct {
	HTTP *http.Client // nil: http.DefaultClient
	Log  *slog.Logger
}

// Limits of a prompt. Admin guide, "Play prompt": a recording has up to 50 MB and
// five minutes; a text, up to 6,000 characters.
const (
	maxFile = 50 << 20
	maxClip = 10 * time.Minute
	maxText = 6000
)

// An engine speaks texts.
type engine interface {
	// speak gives the sound of a text. voice is a voice that flows name.
	speak(ctx context.Context, text string, ssml bool, v voice) (audio.Clip, error)
	// id tells engines apart in the cache.
	id() string
}

// A Speaker makes sound of prompts. It may be used by many calls at once.
type Speaker struct {
	set     Config
	http    *http.Client
	log     *slog.Logger
	engine  engine // nil: nothing speaks
	second  engine
	memory  *memory
	flights singleflight.Group
	slots   chan struct{}
}

// New makes a speaker. It looks for programs, and does no other I/O. An error is
// of kind fault.Invalid and names the field.
func New(c Config, o Options) (*Speaker, error) {
	c.defaults()
	s := &Speaker{set: c, http: o.HTTP, log: o.Log, memory: newMemory(int64(c.Memory) << 20), slots: make(chan struct{}, c.Parallel)}
	if s.http == nil {
		s.http = http.DefaultClient
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.engine, err = s.find("engine", c.Engine); err != nil {
		return nil, err
	}
	if s.second, err = s.find("fallback", c.Fallback); err != nil {
		return nil, err
	}
	for i, dir := range c.Files {
		if s.set.Files[i], err = filepath.Abs(dir); err != nil {
			return nil, invalid("files", "%v", err)
		}
	}
	return s, nil
}

func (c *Config) defaults() {
	if c.Voice == "" {
		c.Voice = "Joanna"
	}
	if c.Parallel <= 0 {
		c.Parallel = runtime.NumCPU()
	}
	if c.Timeout <= 0 {
		c.Timeout = 15 * time.Second
	}
	if c.Refresh <= 0 {
		c.Refresh = 5 * time.Minute
	}
	if c.Memory <= 0 {
		c.Memory = 64
	}
	if c.Engine == "" {
		c.Engine = "none"
		for _, name := range []string{"espeak-ng", "flite"} {
			if _, err := exec.LookPath(name); err == nil {
				c.Engine = name
				break
			}
		}
	}
	c.Files = append([]string(nil), c.Files...)
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

// find gives the engine of a name.
func (s *Speaker) find(field, name string) (engine, error) {
	switch name {
	case "", "none":
		return nil, nil
	case "espeak-ng", "flite":
		path, err := exec.LookPath(name)
		if err != nil {
			return nil, invalid(field, "%s is not installed", name)
		}
		if name == "flite" {
			return &program{name: name, argv: []string{path, "-voice", "{voice}", "-f", "/dev/stdin", "-o", "{out}"}, pick: fliteVoice, timeout: s.set.Timeout, voices: s.set.Voices}, nil
		}
		return &program{name: name, argv: []string{path, "--stdin", "--stdout", "-b", "1", "-v", "{voice}"}, pick: espeakVoice, ssml: []string{"-m"}, timeout: s.set.Timeout, voices: s.set.Voices, clean: cleanEspeak}, nil
	case "command":
		if len(s.set.Command) == 0 {
			return nil, invalid("command", "the engine command needs a program")
		}
		path, err := exec.LookPath(s.set.Command[0])
		if err != nil {
			return nil, invalid("command", "%v", err)
		}
		argv := append([]string{path}, s.set.Command[1:]...)
		p := &program{name: name + strings.Join(argv, " "), argv: argv, pick: ownVoice, timeout: s.set.Timeout, voices: s.set.Voices}
		if s.set.SSML {
			p.ssml = []string{}
		}
		return p, nil
	case "polly":
		if s.set.Polly.Endpoint == "" {
			return nil, invalid("polly.endpoint", "the engine polly needs one")
		}
		return &polly{set: s.set.Polly, http: s.http, timeout: s.set.Timeout, voices: s.set.Voices}, nil
	}
	return nil, invalid(field, "espeak-ng, flite, polly, command or none, not %q", name)
}

// Clip gives the sound of a prompt at a rate. An error of kind fault.Refused: the
// prompt cannot be had.
func (s *Speaker) Clip(ctx context.Context, p contact.Prompt, rate int) (audio.Clip, error) {
	if p.Text == "" && p.SSML == "" && p.URI == "" {
		return audio.Clip{Rate: rate}, nil
	}
	key := s.key(p)
	if c, ok := s.memory.get(key, rate); ok {
		return c, nil
	}
	// Many calls that want the same wait for one that makes it.
	ch := s.flights.DoChan(fmt.Sprint(key, rate), func() (any, error) {
		c, err := s.make(context.WithoutCancel(ctx), p, key)
		if err != nil {
			return nil, err
		}
		c = c.At(rate)
		s.memory.put(key, c, s.life(p))
		return c, nil
	})
	select {
	case <-ctx.Done():
		return audio.Clip{}, ctx.Err()
	case r := <-ch:
		if r.Err != nil {
			return audio.Clip{}, fault.Wrap(fault.Refused, r.Err, "the prompt cannot be had")
		}
		return r.Val.(audio.Clip), nil
	}
}

// life is how long a prompt stays as it is; 0: for ever.
func (s *Speaker) life(p contact.Prompt) time.Duration {
	if p.URI != "" {
		return s.set.Refresh
	}
	return 0
}

// key names what a prompt sounds like.
func (s *Speaker) key(p contact.Prompt) string {
	h := sha256.New()
	id := ""
	if s.engine != nil {
		id = s.engine.id()
	}
	for _, part := range []string{id, p.Text, p.SSML, p.URI, s.voiceName(p), p.Language, p.Voice.Engine, p.Voice.Style} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Speaker) voiceName(p contact.Prompt) string {
	if p.Voice.Name != "" {
		return p.Voice.Name
	}
	return s.set.Voice
}

// make gives the sound of a prompt at whatever rate it has.
func (s *Speaker) make(ctx context.Context, p contact.Prompt, key string) (audio.Clip, error) {
	if p.URI != "" {
		return s.recording(ctx, p.URI)
	}
	if c, ok := s.load(key); ok {
		return c, nil
	}
	if s.engine == nil {
		return audio.Clip{}, errors.New("nothing is configured that speaks texts")
	}
	text, ssml := p.Text, false
	if p.SSML != "" {
		text, ssml = p.SSML, true
	}
	if len([]rune(text)) > maxText {
		return audio.Clip{}, fmt.Errorf("a text of more than %d characters", maxText)
	}
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	v := voiceOf(s.voiceName(p), p)
	c, err := s.engine.speak(ctx, text, ssml, v)
	if err != nil && s.second != nil {
		s.log.Warn("a text was spoken by the fallback", "engine", s.set.Engine, "err", err)
		return s.second.speak(ctx, text, ssml, v)
	}
	if err == nil {
		s.save(key, c)
	}
	return c, err
}

// load gives what was spoken before a restart.
func (s *Speaker) load(key string) (audio.Clip, bool) {
	if s.set.Cache == "" {
		return audio.Clip{}, false
	}
	b, err := os.ReadFile(filepath.Join(s.set.Cache, key+".wav"))
	if err != nil {
		return audio.Clip{}, false
	}
	c, err := audio.ReadWAV(b)
	return c, err == nil
}

// save keeps what was spoken for after a restart.
func (s *Speaker) save(key string, c audio.Clip) {
	if s.set.Cache == "" {
		return
	}
	err := os.MkdirAll(s.set.Cache, 0o700)
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(s.set.Cache, ".new-*")
	}
	if err == nil {
		err = errors.Join(audio.WriteWAV(f, c), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), filepath.Join(s.set.Cache, key+".wav"))
		}
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		s.log.Warn("a prompt is not kept", "err", err)
	}
}
