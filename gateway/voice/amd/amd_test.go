package amd

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

// feed lets a detector hear sound, and gives what it found.
func feed(d *Detector, sound []int16) (Finding, bool) {
	for len(sound) >= 160 {
		if f, ok := d.Add(sound[:160]); ok {
			return f, true
		}
		sound = sound[160:]
	}
	return Finding{}, false
}

// babble is noise with the syllables of speech: four in a second, and hardly anything between two of them.
func babble(d time.Duration, seed uint64) []int16 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := audio.Silence(audio.Rate, d)
	var y float64
	for i := range out {
		y = 0.8*y + r.NormFloat64()*1200
		out[i] = audio.Clamp(int(y * (0.04 + 0.96*math.Pow(math.Sin(2*math.Pi*2*float64(i)/audio.Rate), 2))))
	}
	return out
}

func noise(sound []int16, amp float64) []int16 {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range sound {
		sound[i] = audio.Clamp(int(float64(sound[i]) + r.NormFloat64()*amp))
	}
	return sound
}

func join(parts ...[]int16) (all []int16) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func quiet(d time.Duration) []int16 { return audio.Silence(audio.Rate, d) }

func tone2(d time.Duration, f ...float64) []int16 { return audio.Tone(audio.Rate, d, 5000, f...) }

func TestFindings(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	sitTones := func(a, b, c float64, x, y, z int) []int16 {
		return join(quiet(ms(200)), tone2(ms(x), a), tone2(ms(y), b), tone2(ms(z), c), quiet(time.Second))
	}
	busyUS := join(tone2(ms(500), 480, 620), quiet(ms(500)))
	busyEU := join(tone2(ms(480), 425), quiet(ms(480)))
	for _, c := range []struct {
		name  string
		sound []int16
		await bool
		want  string
	}{
		{"a word", join(quiet(ms(400)), babble(ms(600), 1), quiet(ms(2000))), false, Human},
		{"a short sentence", join(quiet(ms(800)), babble(ms(1300), 2), quiet(ms(2000))), false, Human},
		{"a greeting", join(quiet(ms(500)), babble(ms(6000), 3)), false, NoBeep},
		{"a greeting, and its beep", join(quiet(ms(500)), babble(ms(6000), 3), quiet(ms(300)), tone2(ms(400), 1000), quiet(ms(500))), true, Beep},
		{"a greeting that just ends", join(quiet(ms(500)), babble(ms(6000), 4), quiet(ms(4000))), true, NoBeep},
		{"nothing", quiet(8 * time.Second), false, Silence},
		{"noise only", noise(quiet(8*time.Second), 60), false, Silence},
		{"a word in noise", noise(join(quiet(ms(600)), babble(ms(600), 5), quiet(ms(3000))), 60), false, Human},
		{"a click, then nothing", join(quiet(ms(500)), babble(ms(40), 6), quiet(ms(6000))), false, Silence},
		{"a fax", join(quiet(ms(300)), tone2(3*time.Second, 2100)), false, Fax},
		{"vacant code", sitTones(985.2, 1370.6, 1776.7, 380, 274, 380), false, SITInvalid},
		{"intercept", sitTones(913.8, 1370.6, 1776.7, 274, 274, 380), false, SITInvalid},
		{"no circuit", sitTones(985.2, 1428.5, 1776.7, 380, 380, 380), false, SIT},
		{"of the rest of the world", sitTones(950, 1400, 1800, 330, 330, 330), false, SIT},
		{"busy in America", join(quiet(ms(100)), busyUS, busyUS, busyUS, busyUS), false, SITBusy},
		{"busy in Europe", join(quiet(ms(100)), busyEU, busyEU, busyEU, busyEU), false, SITBusy},
	} {
		f, ok := feed(New(Config{}, c.await), c.sound)
		if !ok || f.Status != c.want {
			t.Errorf("%s: %+v, %v; wanted %s", c.name, f, ok, c.want)
			continue
		}
		if f.Decided > 4*time.Second {
			t.Errorf("%s: decided after %v", c.name, f.Decided)
		}
	}
}

// The times of a greeting are told as they were.
func TestTimes(t *testing.T) {
	f, _ := feed(New(Config{}, false), join(quiet(time.Second), babble(800*time.Millisecond, 9), quiet(3*time.Second)))
	if f.Start < 950*time.Millisecond || f.Start > 1100*time.Millisecond || f.End < 1750*time.Millisecond || f.End > 2050*time.Millisecond {
		t.Errorf("from %v to %v", f.Start, f.End)
	}
	d := New(Config{}, false)
	feed(d, babble(10*time.Second, 1))
	if _, ok := feed(d, babble(10*time.Second, 2)); ok {
		t.Error("a second finding")
	}
}

func TestConfig(t *testing.T) {
	if err := (Config{}).Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []Config{{Greeting: time.Millisecond}, {Pause: time.Hour}, {Total: time.Hour}, {Word: time.Millisecond}, {Wait: time.Millisecond}} {
		if c.Check() == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

func FuzzAdd(f *testing.F) {
	f.Add([]byte("sound"), true)
	f.Fuzz(func(t *testing.T, b []byte, await bool) {
		d := New(Config{}, await)
		sound := audio.FromBytes(nil, b)
		for range 300 {
			if r, ok := d.Add(sound); ok && r.Status == "" {
				t.Error("found nothing")
			}
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	d, sound := New(Config{Total: 20 * time.Second, Silence: 20 * time.Second}, false), noise(quiet(20*time.Millisecond), 20)
	for b.Loop() {
		d.now = 0
		d.Add(sound)
	}
}
