package amd

import (
	"math"

	"outdial/gateway/voice/audio"
)

// What the detector of tones heard.
type tone int

const (
	toneNone tone = iota
	toneBeep
	toneFax
	toneSIT
	toneInvalid // special information tones that say: no such number
	toneBusy
)

// tones looks for a single frequency, or the pair of a busy tone, in each frame.
type tones struct {
	freq    float64 // of the tone that is heard now; 0: none
	frames  int     // so long by now
	gap     int     // frames since a tone
	history []piece // tones that are over, the newest last
	pair    int     // frames of a busy tone's pair
	busy    int     // busy bursts that were complete
	maybe   int     // frames since a tone that may begin something longer; 0: none
	within  int     // as many frames after which it was a beep after all
}

// A piece is a tone that is over.
type piece struct {
	freq   float64
	frames int
	gap    int // frames before it
}

func newTones() *tones { return new(tones) }

// steady tells whether a tone is heard now.
func (t *tones) steady() bool { return t.frames >= 3 || t.pair >= 3 }

// add takes a frame and tells what is certain with it.
func (t *tones) add(pcm []int16) tone {
	if e := audio.Energy(pcm); e < 10000 { // -50 dB: no tone of a network is so soft
		return t.quiet()
	}
	if pairOf(pcm) {
		t.pair++
		return t.end()
	}
	if t.pair > 0 {
		if v := t.burst(); v != toneNone {
			return v
		}
	}
	f, pure := t.dominant(pcm)
	if !pure {
		return t.quiet()
	}
	if t.freq != 0 && math.Abs(f-t.freq) > 25 {
		t.end()
	}
	t.freq = f
	t.frames++
	return t.long()
}

// quiet is a frame without a tone.
func (t *tones) quiet() tone {
	v := t.end()
	if t.pair > 0 {
		if b := t.burst(); b != toneNone {
			v = b
		}
	}
	return v
}

// end closes the tone that was heard, and judges it.
func (t *tones) end() tone {
	if t.frames == 0 {
		t.gap++
		if t.maybe > 0 {
			if t.maybe++; t.maybe > t.within {
				t.maybe = 0
				return toneBeep
			}
		}
		return toneNone
	}
	p := piece{freq: t.freq, frames: t.frames, gap: t.gap}
	t.freq, t.frames, t.gap = 0, 0, 0
	if t.history = append(t.history, p); len(t.history) > 8 {
		t.history = t.history[1:]
	}
	if v := t.information(); v != toneNone {
		return v
	}
	if single(p.freq) && p.frames >= 10 && p.frames <= 28 { // half a second on, half a second off
		t.maybe, t.within = 1, 34
		return t.cadence()
	}
	// A beep is one tone between a tenth of a second and one and a half.
	if p.frames < 6 || p.frames > 75 || p.freq < 350 || p.freq > 2300 || near(p.freq, 2100) {
		return toneNone
	}
	if beginsSIT(p) {
		t.maybe, t.within = 1, 8 // it is a beep if nothing follows
		return toneNone
	}
	if t.maybe > 0 && p.gap <= 6 {
		t.maybe = 0 // the second of three
		return toneNone
	}
	if h := t.history; len(h) >= 2 && h[len(h)-2].freq < p.freq && p.gap <= 6 && math.Abs(p.freq-1790) < 40 {
		return toneNone // the third
	}
	return toneBeep
}

// long judges a tone while it lasts: a fax's answer is 2100 Hz for seconds, its
// call 1100 Hz for half a second. ITU-T T.30 §4
func (t *tones) long() tone {
	switch {
	case near(t.freq, 2100) && t.frames >= 50:
		return toneFax
	}
	return toneNone
}

func near(f, want float64) bool { return math.Abs(f-want) < 20 }

// single tells whether a frequency is that of busy tones in most of the world.
// ITU-T E.180
func single(f float64) bool { return f > 395 && f < 460 }

// burst closes a burst of the pair that is busy in North America: 480 and 620 Hz.
func (t *tones) burst() tone {
	n := t.pair
	t.pair = 0
	if n < 9 || n > 30 {
		return toneNone
	}
	if t.busy++; t.busy >= 2 {
		return toneBusy
	}
	return toneNone
}

// cadence counts bursts of one frequency.
func (t *tones) cadence() tone {
	h := t.history
	if len(h) < 3 {
		return toneNone
	}
	for i := len(h) - 3; i < len(h); i++ {
		if !single(h[i].freq) || h[i].frames < 10 || h[i].frames > 28 || i > len(h)-3 && (h[i].gap < 8 || h[i].gap > 32) {
			return toneNone
		}
	}
	return toneBusy
}

// sit are the frequencies of special information tones: each segment has a low and
// a high one. ITU-T E.180 §3.7, and the North American variants.
var sit = [3][2]float64{{914, 985}, {1371, 1429}, {1777, 1777}}

// beginsSIT tells whether a tone may be the first of three.
func beginsSIT(p piece) bool {
	return p.frames >= 9 && p.frames <= 24 && (math.Abs(p.freq-914) < 22 || math.Abs(p.freq-985) < 22 || math.Abs(p.freq-950) < 12)
}

// information looks for three tones that rise, one directly after the other.
func (t *tones) information() tone {
	h := t.history
	if len(h) < 3 {
		return toneNone
	}
	h = h[len(h)-3:]
	var high, long [3]bool
	for i, p := range h {
		low := math.Abs(p.freq-sit[i][0]) < 28
		high[i] = math.Abs(p.freq-sit[i][1]) < 28 && !low || i == 0 && p.freq > 950 || i == 1 && p.freq > 1400
		if !low && math.Abs(p.freq-sit[i][1]) >= 28 && !(i == 0 && math.Abs(p.freq-950) < 50) && !(i == 1 && math.Abs(p.freq-1400) < 50) && !(i == 2 && math.Abs(p.freq-1800) < 50) {
			return toneNone
		}
		if p.frames < 9 || p.frames > 24 || i > 0 && p.gap > 6 {
			return toneNone
		}
		long[i] = p.frames >= 17
	}
	// Vacant code: high low, long short. Intercept: low low, short short.
	if high[0] && !high[1] && long[0] && !long[1] || !high[0] && !high[1] && !long[0] && !long[1] {
		return toneInvalid
	}
	return toneSIT
}

// pairOf tells whether a frame is 480 and 620 Hz, and little else.
func pairOf(pcm []int16) bool {
	a, b := audio.NewGoertzel(480, audio.Rate), audio.NewGoertzel(620, audio.Rate)
	for _, s := range pcm {
		a.Add(float64(s))
		b.Add(float64(s))
	}
	p, q, total := a.Power(), b.Power(), audio.Energy(pcm)
	return p+q > 0.75*total && p > q/6 && q > p/6
}

// dominant finds the one frequency of a frame, and tells whether there is little
// else in it. A sine predicts itself: x[n+1] + x[n-1] = 2 cos(w) x[n].
func (t *tones) dominant(pcm []int16) (freq float64, pure bool) {
	var xy, xx float64
	for n := 1; n+1 < len(pcm); n++ {
		x, y := float64(pcm[n]), float64(pcm[n-1])+float64(pcm[n+1])
		xy += x * y
		xx += x * x
	}
	if xx == 0 {
		return 0, false
	}
	c := xy / xx
	if c <= -2 || c >= 2 {
		return 0, false
	}
	freq = math.Acos(c/2) * audio.Rate / (2 * math.Pi)
	if freq < 300 || freq > 3000 {
		return freq, false
	}
	g := audio.NewGoertzel(freq, audio.Rate)
	for _, s := range pcm {
		g.Add(float64(s))
	}
	return freq, g.Power() > 0.88*audio.Energy(pcm)
}
