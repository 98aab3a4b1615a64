package speech

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/wire"
)

// A program speaks a text that it gets on its standard input.
type program struct {
	name    string
	argv    []string
	ssml    []string // what tells it that the text is SSML; nil: it knows none
	pick    func(voice) string
	clean   func(string) string
	voices  map[string]string
	timeout time.Duration
}

func (p *program) id() string { return p.name }

func (p *program) speak(ctx context.Context, text string, ssml bool, v voice) (audio.Clip, error) {
	argv := append([]string(nil), p.argv...)
	switch {
	case ssml && p.ssml == nil:
		text = Words(text)
	case ssml:
		argv = append(argv, p.ssml...)
	case p.clean != nil:
		text = p.clean(text)
	}
	out, err := p.substitute(argv, v)
	if out != "" {
		defer os.RemoveAll(filepath.Dir(out))
	}
	if err != nil {
		return audio.Clip{}, err
	}
	sound, err := p.run(ctx, argv, text)
	if err != nil {
		return audio.Clip{}, err
	}
	if out != "" {
		if sound, err = readFile(out); err != nil {
			return audio.Clip{}, err
		}
	}
	c, err := audio.ReadWAV(sound)
	if err != nil {
		return audio.Clip{}, fmt.Errorf("%s: %w", filepath.Base(p.argv[0]), err)
	}
	if c.Length() > maxClip {
		return audio.Clip{}, fmt.Errorf("%s speaks for %v", filepath.Base(p.argv[0]), c.Length())
	}
	return c, nil
}

// substitute puts the voice, the language and the file to write into the
// arguments. out is that file, "" where it writes to its standard output.
func (p *program) substitute(argv []string, v voice) (out string, err error) {
	name, ok := p.voices[v.name]
	if !ok {
		name = p.pick(v)
	}
	for i := range argv[1:] {
		a := &argv[i+1]
		*a = strings.ReplaceAll(*a, "{voice}", name)
		*a = strings.ReplaceAll(*a, "{language}", v.language)
		if strings.Contains(*a, "{out}") {
			if out == "" {
				dir, err := os.MkdirTemp("", "speech-")
				if err != nil {
					return "", err
				}
				out = filepath.Join(dir, "out.wav")
			}
			*a = strings.ReplaceAll(*a, "{out}", out)
		}
	}
	return out, nil
}

// run runs the program. No shell is between: the text is never part of a command.
func (p *program) run(ctx context.Context, argv []string, text string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = strings.NewReader(text)
	cmd.WaitDelay = time.Second
	sound, complaint := &bounded{most: maxFile}, &bounded{most: 4096}
	cmd.Stdout, cmd.Stderr = sound, complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, strings.TrimSpace(complaint.String()))
	}
	return sound.Bytes(), nil
}

// bounded keeps the beginning of what is written, and takes the rest in silence.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// cleanEspeak keeps espeak-ng from reading brackets as names of sounds.
func cleanEspeak(text string) string { return strings.ReplaceAll(text, "[[", "[ [") }

// polly speaks by Amazon Polly's API.
// https://docs.aws.amazon.com/polly/latest/dg/API_SynthesizeSpeech.html
type polly struct {
	set     Polly
	http    *http.Client
	timeout time.Duration
	voices  map[string]string
}

func (p *polly) id() string { return "polly " + p.set.Endpoint + " " + p.set.Engine }

// pollyRate is the sample rate that is asked for: the highest that Polly gives as
// PCM.
const pollyRate = 16000

func (p *polly) speak(ctx context.Context, text string, ssml bool, v voice) (audio.Clip, error) {
	name, ok := p.voices[v.name]
	if !ok {
		name = v.name
	}
	in := map[string]string{"OutputFormat": "pcm", "SampleRate": fmt.Sprint(pollyRate), "Text": text, "TextType": "text", "VoiceId": name}
	if ssml {
		in["TextType"] = "ssml"
	}
	if e := v.engine; e != "" {
		in["Engine"] = e
	} else if p.set.Engine != "" {
		in["Engine"] = p.set.Engine
	}
	body, err := json.Marshal(in)
	if err != nil {
		return audio.Clip{}, err
	}
	var sound []byte
	for try := range 2 {
		sound, err = p.post(ctx, body)
		var t *temporary
		if err == nil || !errors.As(err, &t) || try > 0 {
			break
		}
	}
	if err != nil {
		return audio.Clip{}, err
	}
	return audio.Clip{Rate: pollyRate, Samples: audio.FromBytes(nil, sound)}, nil
}

// temporary is an answer that may be another one in a moment.
type temporary struct{ error }

func (p *polly) post(ctx context.Context, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(p.set.Endpoint, "/")+"/v1/speech", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if p.set.Key != "" {
		region := p.set.Region
		if region == "" {
			region = "us-east-1"
		}
		wire.Sign(r, body, wire.Credentials{AccessKeyID: p.set.Key, SecretAccessKey: p.set.Secret}, region, "polly", time.Now())
	}
	res, err := p.http.Do(r)
	if err != nil {
		return nil, &temporary{err}
	}
	defer res.Body.Close()
	sound, err := io.ReadAll(io.LimitReader(res.Body, maxFile))
	switch {
	case err != nil:
		return nil, &temporary{err}
	case res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests:
		return nil, &temporary{fmt.Errorf("polly: %s", res.Status)}
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("polly: %s: %s", res.Status, sound[:min(len(sound), 300)])
	}
	return sound, nil
}
