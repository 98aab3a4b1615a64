package audio

import (
	"math"
	"time"
)

// A Goertzel measures how much of one frequency is in a block of samples.
// It is the cheapest way to ask for a few frequencies.
type Goertzel struct {
	coeff  float64
	s1, s2 float64
	n      int
}

// NewGoertzel listens for a frequency, in Hz, in sound of the given rate.
func NewGoertzel(freq float64, rate int) Goertzel {
	return Goertzel{coeff: 2 * math.Cos(2*math.Pi*freq/float64(rate))}
}

// Add takes one sample.
func (g *Goertzel) Add(x float64) {
	g.s1, g.s2 = x+g.coeff*g.s1-g.s2, g.s1
	g.n++
}

// Power is the mean square of the part of the block that is at the frequency,
// and begins a new block.
func (g *Goertzel) Power() float64 {
	if g.n == 0 {
		return 0
	}
	p := g.s1*g.s1 + g.s2*g.s2 - g.coeff*g.s1*g.s2
	n := float64(g.n)
	g.s1, g.s2, g.n = 0, 0, 0
	return 2 * p / (n * n)
}

// Tone gives a sum of sines of equal amplitude: amp is that of each, 32767 the
// most there is for all.
func Tone(rate int, d time.Duration, amp float64, freqs ...float64) []int16 {
	out := make([]int16, int(d.Seconds()*float64(rate)+0.5))
	for i := range out {
		var v float64
		for _, f := range freqs {
			v += math.Sin(2 * math.Pi * f * float64(i) / float64(rate))
		}
		out[i] = Clamp(int(math.Round(v * amp)))
	}
	return out
}

// Silence gives that much of nothing.
func Silence(rate int, d time.Duration) []int16 {
	return make([]int16, int(d.Seconds()*float64(rate)+0.5))
}
