package recognise

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"outdial/fault"
	"outdial/gateway/voice/audio"
)

// voice is sound like a caller's: syllables of three tones, with dips between.
func voice(d time.Duration) []int16 {
	out := make([]int16, samples(d))
	for i := range out {
		out[i] = int16(i%7)*8 - 24
		if i%samples(240*time.Millisecond) >= samples(180*time.Millisecond) {
			continue
		}
		for _, f := range []float64{210, 640, 1150} {
			out[i] += int16(3000 * math.Sin(2*math.Pi*f*float64(i)/audio.Rate))
		}
	}
	return out
}

func quiet(d time.Duration) []int16 {
	out := make([]int16, samples(d))
	for i := range out {
		out[i] = int16(i%7) - 3
	}
	return out
}

func softer(pcm []int16, by int16) []int16 {
	out := make([]int16, len(pcm))
	for i := range pcm {
		out[i] = pcm[i] / by
	}
	return out
}

// feed lets a turn hear sounds, one after the other, while nothing is said to the
// caller.
func feed(t *Turn, sounds ...[]int16) {
	for _, s := range sounds {
		feedBoth(t, s, make([]int16, len(s)))
	}
}

func feedBoth(t *Turn, heard, said []int16) {
	n := samples(frame)
	for i := 0; i+n <= len(heard); i += n {
		t.Take(heard[i:i+n], said[i:i+n])
	}
}

// script is a program of a few lines of shell.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hear")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

type turnOf struct {
	*Turn
	events chan Event
}

func listen(t *testing.T, c Config, a Ask, playing bool) turnOf {
	t.Helper()
	r, err := New(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan Event, 100)
	x := turnOf{r.Listen(a, playing, func(e Event) { events <- e }), events}
	t.Cleanup(func() { x.Close(); x.Wait() })
	return x
}

// next waits for the next event.
func (x turnOf) next(t *testing.T) Event {
	t.Helper()
	select {
	case e := <-x.events:
		return e
	case <-time.After(time.Minute):
		t.Fatal("nothing comes")
		return Event{}
	}
}

func (x turnOf) none(t *testing.T) {
	t.Helper()
	select {
	case e := <-x.events:
		t.Errorf("%+v", e)
	default:
	}
}

const second = time.Second

func TestCommand(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		args        []string
		raw         bool
		rate        int
		want        string
		least, most int // octets of sound
	}{
		{"wav", `head -c 4; echo; wc -c`, nil, false, 0, "RIFF", 56000, 65000}, // 1.75 to 2 s at 16 kHz
		{"raw", `echo raw; wc -c`, nil, true, 8000, "raw", 28000, 32500},
		{"file", `head -c 4 "$1"; echo; wc -c < "$1"`, []string{"{file}"}, false, 8000, "RIFF", 28000, 32500},
		{"language", `echo "$1/$2"; wc -c`, []string{"{language}", "{lang}"}, true, 8000, "de-CH/de", 28000, 32500},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := listen(t, Config{Engine: engineCommand, Command: append([]string{script(t, c.lines)}, c.args...), Raw: c.raw, Rate: c.rate}, Ask{Language: "de-CH"}, false)
			feed(x.Turn, quiet(second), voice(second))
			if e := x.next(t); e.Kind != Began {
				t.Fatalf("%+v", e)
			}
			x.none(t)
			feed(x.Turn, quiet(600*time.Millisecond))
			e := x.next(t)
			words := strings.Fields(e.Text)
			if e.Kind != Heard || len(words) != 2 || words[0] != c.want {
				t.Fatalf("%+v", e)
			}
			n := 0
			for _, d := range words[1] {
				n = n*10 + int(d-'0')
			}
			if n < c.least || n > c.most {
				t.Errorf("%d octets of sound", n)
			}
		})
	}
}

// He speaks again: the turn goes on.
func TestTwice(t *testing.T) {
	x := listen(t, Config{Engine: engineCommand, Command: []string{script(t, "echo yes")}}, Ask{}, false)
	feed(x.Turn, quiet(second), voice(second), quiet(second))
	x.next(t)
	if e := x.next(t); e.Text != "yes" {
		t.Errorf("%+v", e)
	}
	for t.Context().Err() == nil { // the words are told before the turn listens again
		feed(x.Turn, quiet(second), voice(second), quiet(second))
		select {
		case e := <-x.events:
			if e.Kind != Began {
				t.Errorf("%+v", e)
			}
			return
		default:
			runtime.Gosched()
		}
	}
}

func TestWhatIsNoWord(t *testing.T) {
	for name, f := range map[string]func(*Turn){
		"silence": func(x *Turn) { feed(x, quiet(5*second)) },
		"clicks": func(x *Turn) {
			feed(x, quiet(second), voice(60*time.Millisecond), quiet(second), voice(60*time.Millisecond), quiet(second))
		},
		"echo":   func(x *Turn) { feedBoth(x, softer(voice(3*second), 8), voice(3*second)) },
		"closed": func(x *Turn) { x.Close(); feed(x, quiet(second), voice(second), quiet(second)) },
	} {
		t.Run(name, func(t *testing.T) {
			x := listen(t, Config{Engine: engineCommand, Command: []string{script(t, "echo yes")}}, Ask{}, true)
			f(x.Turn)
			x.none(t)
		})
	}
}

// A voice breaks into a prompt that echoes.
func TestBargeIn(t *testing.T) {
	x := listen(t, Config{Engine: engineCommand, Command: []string{script(t, "echo yes")}}, Ask{}, true)
	prompt := make([]int16, samples(10*second))
	for i := range prompt {
		prompt[i] = int16(4000 * math.Sin(2*math.Pi*440*float64(i)/audio.Rate))
	}
	heard := append(softer(prompt[:samples(2*second)], 10), voice(2*second)...)
	feedBoth(x.Turn, heard[:samples(2100*time.Millisecond)], prompt)
	x.none(t)
	feedBoth(x.Turn, heard[samples(2100*time.Millisecond):samples(2500*time.Millisecond)], prompt)
	if e := x.next(t); e.Kind != Began {
		t.Errorf("%+v", e)
	}
}

func TestNobodySpeaksForever(t *testing.T) {
	x := listen(t, Config{Engine: engineCommand, Command: []string{script(t, "wc -c")}, Raw: true, Rate: 8000}, Ask{Most: 3 * second}, false)
	feed(x.Turn, quiet(second), voice(20*second))
	x.next(t)
	if e := x.next(t); e.Kind != Heard || e.Text != "48000" {
		t.Errorf("%+v", e)
	}
}

func TestCommandFails(t *testing.T) {
	for lines, want := range map[string]string{
		"echo no model >&2; exit 3": "hear: exit status 3: no model",
		"exec sleep 60":             "deadline exceeded",
	} {
		x := listen(t, Config{Engine: engineCommand, Command: []string{script(t, lines)}, Timeout: second}, Ask{}, false)
		feed(x.Turn, quiet(second), voice(second), quiet(second))
		x.next(t)
		if e := x.next(t); e.Kind != Failed || !strings.Contains(e.Err.Error(), want) {
			t.Errorf("%s: %+v", lines, e)
		}
	}
}

func TestConfig(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"engine":       func(c *Config) { c.Engine = "ears" },
		"command":      func(c *Config) { c.Command = nil },
		"command ":     func(c *Config) { c.Command = []string{"/there/is/none"} },
		"rate":         func(c *Config) { c.Rate = 44100 },
		"timeout":      func(c *Config) { c.Timeout = time.Hour },
		"parallel":     func(c *Config) { c.Parallel = -1 },
		"silence":      func(c *Config) { c.Silence = time.Minute },
		"lex.endpoint": func(c *Config) { c.Engine = engineLex },
		"url":          func(c *Config) { c.Engine, c.URL = engineSocket, "https://x" },
		"ca":           func(c *Config) { c.CA = "/dev/null" },
	} {
		c := Config{Engine: engineCommand, Command: []string{"/bin/sh"}}
		change(&c)
		if _, err := New(c, Options{}); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), strings.TrimSpace(field)+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	r, err := New(Config{}, Options{})
	if r != nil || err != nil || r.Serves("x") {
		t.Errorf("%v, %v", r, err)
	}
}
