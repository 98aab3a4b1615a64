//go:build peers

package amd

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

// A set is recordings to be judged that share nothing with those of another set:
// neither voice nor words, beep, line or tone.
type set struct {
	name   string
	voices []speaker
	people map[string][]string // by language: a person who picks up
	firms  map[string][]string // a person at work, who says more before they wait
	boxes  map[string][]string // a machine's greeting
	lines  []path
	beeps  []float64
	tones  []sample
	seed   uint64
}

// A sample is sound with what it is.
type sample struct {
	was   string
	want  []string // statuses that are right
	await bool
	sound []int16
}

// A path is a line with more that can be wrong with it.
type path struct {
	line
	hum    float64       // amplitude of the mains' hum
	rumble float64       // amplitude of noise that is stronger the lower it is: a street
	delay  time.Duration // of the echo
	burst  int           // packets that are lost in a row, where any is
	codec  int           // of audio.Formats
}

// through lets sound go over a path.
func (p path) through(sound []int16, r *rand.Rand) []int16 {
	out := make([]int16, len(sound))
	low := 0.0
	for i := range sound {
		v := float64(sound[i]) * p.gain
		if d := i - int(p.delay.Seconds()*audio.Rate); p.echo > 0 && d >= 0 {
			v += float64(sound[d]) * p.gain * p.echo
		}
		low = 0.97*low + r.NormFloat64()*p.rumble*0.25
		v += low + p.hum*math.Sin(2*math.Pi*50*float64(i)/audio.Rate) + p.hum/2*math.Sin(2*math.Pi*150*float64(i)/audio.Rate)
		out[i] = audio.Clamp(int(v + r.NormFloat64()*p.noise))
	}
	codec := audio.Formats()[p.codec].New()
	out = codec.Decode(nil, codec.Encode(nil, out))
	for i := 0; i+160 <= len(out); i += 160 {
		if r.Float64() < p.loss/float64(max(1, p.burst)) {
			clear(out[i:min(len(out), i+160*max(1, p.burst))])
		}
	}
	return out
}

// samples makes the recordings of a set.
func (s *set) samples(t *testing.T, each func(sample)) {
	t.Helper()
	r := rand.New(rand.NewPCG(s.seed, s.seed))
	for _, v := range s.voices {
		for _, row := range []struct {
			was   string
			texts []string
		}{{"person", s.people[v.language]}, {"person at work", s.firms[v.language]}} {
			for n, text := range row.texts {
				said := v.say(t, text)
				for _, p := range s.lines {
					lead := quiet(time.Duration(150+r.IntN(1500)) * time.Millisecond)
					sound := join(lead, said, quiet(time.Duration(2200+r.IntN(1500))*time.Millisecond), said, quiet(3*time.Second))
					each(sample{row.was, []string{Human}, n%2 == 0, p.through(sound, r)})
				}
			}
		}
		for n, text := range s.boxes[v.language] {
			said := v.say(t, text)
			for k, p := range s.lines {
				lead := quiet(time.Duration(150+r.IntN(1200)) * time.Millisecond)
				beep := audio.Tone(audio.Rate, time.Duration(180+r.IntN(700))*time.Millisecond, 2500+float64(r.IntN(6000)), s.beeps[(n+k)%len(s.beeps)])
				sound := p.through(join(lead, said, quiet(time.Duration(150+r.IntN(1000))*time.Millisecond), beep, quiet(3*time.Second)), r)
				each(sample{"machine", []string{NoBeep, Beep}, false, sound})
				each(sample{"machine, beep awaited", []string{Beep}, true, sound})
			}
		}
	}
	for _, x := range s.tones {
		for _, p := range s.lines {
			x := x
			x.sound = p.through(join(quiet(time.Duration(50+r.IntN(900))*time.Millisecond), x.sound), r)
			each(x)
		}
	}
}

// judged is what came of a set.
type judged struct {
	matrix map[string]map[string]int
	right  map[string]int
	all    map[string]int
	called int // people of either kind who were called machines
	latest time.Duration
}

// judge lets the detector hear a set, with the parameters that it has by default.
func (s *set) judge(t *testing.T) *judged {
	j := &judged{matrix: map[string]map[string]int{}, right: map[string]int{}, all: map[string]int{}}
	s.samples(t, func(x sample) {
		f, ok := feed(New(Config{}, x.await), x.sound)
		if !ok {
			f.Status = "undecided"
		}
		if j.matrix[x.was] == nil {
			j.matrix[x.was] = map[string]int{}
		}
		j.matrix[x.was][f.Status]++
		j.all[x.was]++
		for _, w := range x.want {
			if w == f.Status {
				j.right[x.was]++
			}
		}
		if x.was == "person" && machineStatus(f.Status) {
			j.called++
		}
		j.latest = max(j.latest, f.Decided)
	})
	return j
}

// share is how many of a row are right, in percent.
func (j *judged) share(row string) float64 {
	return 100 * float64(j.right[row]) / float64(max(1, j.all[row]))
}

// bursts is a tone that comes and goes.
func bursts(on, off time.Duration, n int, amp float64, freqs ...float64) (out []int16) {
	for range n {
		out = join(out, audio.Tone(audio.Rate, on, amp, freqs...), quiet(off))
	}
	return out
}

// three is three tones, one directly after the other, and silence.
func three(amp float64, freqs, ms [3]float64) (out []int16) {
	for i, f := range freqs {
		out = join(out, audio.Tone(audio.Rate, time.Duration(ms[i])*time.Millisecond, amp, f))
	}
	return join(out, quiet(4*time.Second))
}

// reversed is a fax's answer that turns its phase every 450 ms. ITU-T V.8 §3.2
func reversed(d time.Duration, amp float64) []int16 {
	out := audio.Tone(audio.Rate, d, amp, 2100)
	for i := range out {
		if i/3600%2 == 1 {
			out[i] = -out[i]
		}
	}
	return out
}
