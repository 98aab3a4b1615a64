// Package audio is sound as numbers: the codecs of telephony, sample rates, WAV
// files, and the tones that a telephone network speaks in.
//
// It is pure: it knows no packet, no call and no clock. It will not play, record
// or synthesise anything.
package audio

import "time"

// Rate is the sample rate of telephony, per second. What works on sound that
// was heard (detectors, recordings) works at this rate.
const Rate = 8000

// A Clip is a piece of mono sound.
type Clip struct {
	Rate    int // samples per second
	Samples []int16
}

// Length is how long the clip plays.
func (c Clip) Length() time.Duration {
	if c.Rate <= 0 {
		return 0
	}
	return time.Duration(len(c.Samples)) * time.Second / time.Duration(c.Rate)
}

// At gives the clip at another sample rate.
func (c Clip) At(rate int) Clip {
	if c.Rate == rate || c.Rate <= 0 || len(c.Samples) == 0 {
		return Clip{Rate: rate, Samples: c.Samples}
	}
	return Clip{Rate: rate, Samples: NewResampler(c.Rate, rate).All(c.Samples)}
}

// Clamp brings a sum of samples back into the range of one.
func Clamp(v int) int16 {
	switch {
	case v > 32767:
		return 32767
	case v < -32768:
		return -32768
	}
	return int16(v)
}

// Mix adds b to a, as far as both reach.
func Mix(a, b []int16) {
	for i := range min(len(a), len(b)) {
		a[i] = Clamp(int(a[i]) + int(b[i]))
	}
}

// Energy is the mean square of samples.
func Energy(samples []int16) float64 {
	if len(samples) == 0 {
		return 0
	}
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum / float64(len(samples))
}
