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
	low     highPass
	peak    float64 // most energy of a frame of the tone that is heard now, or was just heard
	fade    int     // frames until the echo of the tone that is over has gone too
	missing int     // frames of it, the last ones, that never came
	fax     int     // frames of a fax's answer
	apart   int     // frames since the last of those
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

const (
	softest = 10000   // energy of -50 dB: no tone of a network is so soft
	never   = 10      // energy of a frame that never came
	bridged = 3       // as many of those in a row may lie within a tone
	tail    = 1. / 12 // a frame with so little of the tone's energy is its echo
	echoes  = 12      // frames for which there may be an echo
)

// add takes a frame and tells what is certain with it.
func (t *tones) add(pcm []int16) tone {
	x := t.low.pass(pcm)
	e := energy(x)
	switch {
	case audio.Energy(pcm) < never && t.frames+t.pair > 0 && t.missing < bridged:
		t.missing++
		return toneNone
	case e < softest || e < t.peak*tail:
		return t.quiet()
	case pairOf(x, e):
		t.pair += t.since(t.pair)
		t.peak = max(t.peak, e)
		return t.end()
	}
	v := toneNone
	if t.pair > 0 {
		if v = t.burst(); v != toneNone {
			return v
		}
	}
	f, pure := dominant(x, e)
	if t.answering(f, pure) {
		return toneFax
	}
	if !pure {
		return t.quiet()
	}
	if t.freq != 0 && math.Abs(f-t.freq) > 25 {
		v = t.end()
	}
	t.frames += t.since(t.frames)
	t.freq, t.peak = f, max(t.peak, e)
	return v
}

// since is how many frames a tone is longer by, with those that never came; n is
// how long it was.
func (t *tones) since(n int) int {
	more := 1
	if n > 0 {
		more += t.missing
	}
	t.missing = 0
	return more
}

// answering counts the frames of a fax's answer: 2100 Hz for seconds, with its
// phase turned twice a second where it cancels echoes. ITU-T T.30 §4, V.8 §3.2
func (t *tones) answering(f float64, pure bool) bool {
	if pure && near(f, 2100) {
		t.fax += 1 + t.missing
		t.apart = 0
		return t.fax >= 50
	}
	if t.apart++; t.apart > 3 {
		t.fax = 0
	}
	return false
}

// quiet is a frame without a tone.
func (t *tones) quiet() tone {
	v := t.end()
	if t.pair > 0 {
		if b := t.burst(); b != toneNone {
			v = b
		}
	}
	if t.fade--; t.fade <= 0 {
		t.peak = 0
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
	t.freq, t.frames, t.gap, t.missing, t.fade = 0, 0, t.missing, 0, echoes
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

func near(f, want float64) bool { return math.Abs(f-want) < 20 }

// single tells whether a frequency is that of busy tones in most of the world.
// ITU-T E.180
func single(f float64) bool { return f > 395 && f < 460 }

// burst closes a burst of the pair that is busy in North America: 480 and 620 Hz.
func (t *tones) burst() tone {
	n := t.pair
	t.pair, t.missing, t.fade = 0, 0, echoes
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
