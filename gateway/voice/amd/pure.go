package amd

import (
	"math"

	"outdial/gateway/voice/audio"
)

// highPass takes away what lies below all tones of a network: the mains' hum, and
// the rumble of a street. It is a Butterworth filter of the fourth order at 280 Hz.
type highPass struct {
	ready  bool
	stage  [2]biquad
	buffer []float64
}

type biquad struct{ b0, b1, b2, a1, a2, x1, x2, y1, y2 float64 }

func (h *highPass) start() {
	const cut = 280.0
	w := 2 * math.Pi * cut / audio.Rate
	for i, q := range []float64{0.5412, 1.3066} { // of the fourth order's two pairs of poles
		alpha := math.Sin(w) / (2 * q)
		a0 := 1 + alpha
		h.stage[i] = biquad{b0: (1 + math.Cos(w)) / 2 / a0, b1: -(1 + math.Cos(w)) / a0, b2: (1 + math.Cos(w)) / 2 / a0,
			a1: -2 * math.Cos(w) / a0, a2: (1 - alpha) / a0}
	}
	h.ready = true
}

// pass filters a frame. What it gives is good until the next call.
func (h *highPass) pass(pcm []int16) []float64 {
	if !h.ready {
		h.start()
	}
	h.buffer = h.buffer[:0]
	for _, v := range pcm {
		x := float64(v)
		for i := range h.stage {
			s := &h.stage[i]
			y := s.b0*x + s.b1*s.x1 + s.b2*s.x2 - s.a1*s.y1 - s.a2*s.y2
			s.x2, s.x1, s.y2, s.y1 = s.x1, x, s.y1, y
			x = y
		}
		h.buffer = append(h.buffer, x)
	}
	return h.buffer
}

func energy(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum / float64(max(1, len(x)))
}

// power is how much of a frame's energy is at a frequency.
func power(x []float64, freq float64) float64 {
	g := audio.NewGoertzel(freq, audio.Rate)
	for _, v := range x {
		g.Add(v)
	}
	return g.Power()
}

// pairOf tells whether a frame of energy e is 480 and 620 Hz, and little else.
func pairOf(x []float64, e float64) bool {
	p, q := power(x, 480), power(x, 620)
	return p+q > 0.75*e && p > q/6 && q > p/6
}

// purest is the share of its energy that a frame of one tone has at its frequency.
const purest = 0.88

// dominant finds the one frequency of a frame of energy e, and tells whether there
// is little else in it. A sine predicts itself: x[n+1] + x[n-1] = 2 cos(w) x[n].
func dominant(x []float64, e float64) (freq float64, pure bool) {
	var xy, xx float64
	for n := 1; n+1 < len(x); n++ {
		xy += x[n] * (x[n-1] + x[n+1])
		xx += x[n] * x[n]
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
	best := power(x, freq)
	if best > purest*e || best < e/2 {
		return freq, best > purest*e
	}
	// The echo of another tone pulls the estimate towards that one.
	near := freq
	for _, d := range []float64{-18, -9, 9, 18} {
		if p := power(x, freq+d); p > best {
			best, near = p, freq+d
		}
	}
	return near, best > purest*e
}
