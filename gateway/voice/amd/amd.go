// Package amd tells who or what answered a call: a person, a machine with or
// without a beep, a fax, or a tone of the network.
//
// It is pure: it is fed sound at audio.Rate, frame by frame, and keeps time by it.
// It knows no call. It goes by how long somebody speaks before they wait for an
// answer: people say a word or two, machines go on.
package amd

import (
	"fmt"
	"time"

	"outdial/gateway/voice/audio"
)

// Statuses, as DescribeContact names them. API_Contact, AnsweringMachineDetectionStatus
const (
	Human      = "HUMAN_ANSWERED"
	Beep       = "VOICEMAIL_BEEP"
	NoBeep     = "VOICEMAIL_NO_BEEP"
	Fax        = "FAX_MACHINE_DETECTED"
	SIT        = "SIT_TONE_DETECTED"
	SITBusy    = "SIT_TONE_BUSY"
	SITInvalid = "SIT_TONE_INVALID_NUMBER"
	Silence    = "AMD_UNRESOLVED_SILENCE"
	Unresolved = "AMD_UNRESOLVED"
)

// A Config is how the detector judges, as the operator configures it. What is
// left out has the default that its sentence names.
type Config struct {
	Greeting time.Duration `yaml:"greeting" eg:"1800ms" doc:"whoever speaks longer than this without waiting is a machine; default 1800ms"`
	Pause    time.Duration `yaml:"pause" eg:"700ms" doc:"silence after a short greeting that makes it a person's; default 700ms"`
	Silence  time.Duration `yaml:"silence" eg:"3500ms" doc:"nothing at all for so long is silence; default 3500ms"`
	Total    time.Duration `yaml:"total" eg:"4s" doc:"when a decision is made at the latest; default 4s"`
	Word     time.Duration `yaml:"word" eg:"100ms" doc:"sound that is shorter is no speech: a click; default 100ms"`
	Wait     time.Duration `yaml:"wait_beep" eg:"30s" doc:"how long the beep of a machine is waited for, where the caller asked for that; default 30s"`
	Quiet    time.Duration `yaml:"quiet" eg:"1500ms" doc:"silence after a machine's greeting that ends it without a beep; default 1500ms"`
}

func (c *Config) defaults() {
	set := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	set(&c.Greeting, 1800*time.Millisecond)
	set(&c.Pause, 700*time.Millisecond)
	set(&c.Silence, 3500*time.Millisecond)
	set(&c.Total, 4*time.Second)
	set(&c.Word, 100*time.Millisecond)
	set(&c.Wait, 30*time.Second)
	set(&c.Quiet, 1500*time.Millisecond)
}

// Check says which field is wrong.
func (c Config) Check() error {
	c.defaults()
	for _, f := range []struct {
		name       string
		v          time.Duration
		least, top time.Duration
	}{
		{"greeting", c.Greeting, 500 * time.Millisecond, 10 * time.Second}, {"pause", c.Pause, 200 * time.Millisecond, 3 * time.Second},
		{"silence", c.Silence, time.Second, 20 * time.Second}, {"total", c.Total, time.Second, 20 * time.Second},
		{"word", c.Word, 40 * time.Millisecond, time.Second}, {"wait_beep", c.Wait, time.Second, 2 * time.Minute},
		{"quiet", c.Quiet, 500 * time.Millisecond, 10 * time.Second},
	} {
		if f.v < f.least || f.v > f.top {
			return fmt.Errorf("%s: from %v to %v, not %v", f.name, f.least, f.top, f.v)
		}
	}
	return nil
}

// A Finding is what the detector found; its times are since the first frame.
type Finding struct {
	Status     string
	Start, End time.Duration // of the greeting; both 0 where there was none
	Decided    time.Duration
}

// frame is how much sound is judged at once.
const frame = 20 * time.Millisecond

// A Detector listens to one call.
type Detector struct {
	set   Config
	await bool // a machine's beep is waited for
	tones *tones
	level audio.Activity

	now      time.Duration
	run      time.Duration // of sound or of silence, whichever it is now
	speaking bool
	word     time.Duration // of loud frames in this run of sound
	voiced   time.Duration // of all sound that was speech
	start    time.Duration
	end      time.Duration
	began    bool
	machine  bool // decided, and its beep is waited for
	decided  time.Duration
	finished bool
}

// New gives a detector. With await a machine is told only after its beep, or when
// it has ended without one.
func New(c Config, await bool) *Detector {
	c.defaults()
	return &Detector{set: c, await: await, tones: newTones()}
}

// Add takes a frame of 20 ms, and tells when it is certain. Nothing comes of
// frames after that.
func (d *Detector) Add(pcm []int16) (Finding, bool) {
	if d.finished {
		return Finding{}, false
	}
	d.now += frame
	heard := d.tones.add(pcm)
	sound, loud := d.level.Add(pcm)
	switch heard {
	case toneBeep:
		if d.machine || d.voiced >= d.set.Word {
			return d.done(Beep)
		}
	case toneFax:
		return d.done(Fax)
	case toneSIT:
		return d.done(SIT)
	case toneInvalid:
		return d.done(SITInvalid)
	case toneBusy:
		return d.done(SITBusy)
	}
	if d.tones.steady() {
		sound, loud = false, false // a tone is nobody who speaks
	}
	d.follow(sound, loud)
	if d.machine {
		return d.after()
	}
	return d.judge()
}

// follow keeps the books of speech and pauses. Sound counts once it has been loud
// for as long as a word.
func (d *Detector) follow(sound, loud bool) {
	if sound != d.speaking {
		d.speaking, d.run, d.word = sound, 0, 0
	}
	d.run += frame
	if !loud {
		return
	}
	d.word += frame
	if d.word < d.set.Word {
		return
	}
	d.voiced += frame
	d.end = d.now
	if !d.began {
		d.began, d.start = true, d.now-d.run
	}
}

// judge decides between a person and a machine.
func (d *Detector) judge() (Finding, bool) {
	length := d.end - d.start
	switch {
	case !d.began && d.now >= d.set.Silence:
		return d.done(Silence)
	case d.began && length >= d.set.Greeting:
		return d.isMachine()
	case d.began && !d.speaking && d.run >= d.set.Pause:
		return d.done(Human)
	case d.now >= d.set.Total && d.began:
		return d.done(Unresolved)
	}
	return Finding{}, false
}

// isMachine tells it, or begins to wait for the beep.
func (d *Detector) isMachine() (Finding, bool) {
	d.decided = d.now
	if !d.await {
		return d.done(NoBeep)
	}
	d.machine = true
	return Finding{}, false
}

// after waits for the end of a machine's greeting.
func (d *Detector) after() (Finding, bool) {
	if !d.speaking && d.run >= d.set.Quiet && !d.tones.steady() || d.now-d.decided >= d.set.Wait {
		return d.done(NoBeep)
	}
	return Finding{}, false
}

func (d *Detector) done(status string) (Finding, bool) {
	d.finished = true
	f := Finding{Status: status, Decided: d.now}
	if d.decided > 0 {
		f.Decided = d.decided
	}
	if d.began {
		f.Start, f.End = d.start, d.end
	}
	return f, true
}
