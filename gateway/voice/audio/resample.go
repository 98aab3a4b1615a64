package audio

import "math"

// lobes is how many zero crossings of the filter are kept on each side: as many
// as bring what would be folded back into the band some 80 dB down.
const lobes = 24

// A Resampler changes the sample rate of a stream by a windowed sinc, one branch
// of the filter for each place that an output sample can have between two input
// samples.
type Resampler struct {
	up, down int         // the ratio in lowest terms: up output samples for down input samples
	taps     [][]float32 // by branch
	past     []int16     // input that later output still needs
	at       int         // where the next output sample is, in 1/up of an input sample of past
}

// NewResampler gives a resampler between two rates; both must be positive.
func NewResampler(from, to int) *Resampler {
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	cut := math.Min(1, float64(to)/float64(from)) * 0.94 // of the input's band
	half := int(math.Ceil(lobes / cut))
	r.taps = make([][]float32, r.up)
	for p := range r.taps {
		r.taps[p] = branch(half, cut, float64(p)/float64(r.up))
	}
	r.past = make([]int16, half-1) // silence before the beginning, so that the first output lies on the first input
	return r
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// branch is the filter for output samples that lie frac behind an input sample:
// tap i weighs the input sample i-half+1 from there.
func branch(half int, cut, frac float64) []float32 {
	t := make([]float64, 2*half)
	var sum float64
	for i := range t {
		x := float64(i-half+1) - frac
		t[i] = sinc(cut*x) * kaiser(x/float64(half))
		sum += t[i]
	}
	out := make([]float32, len(t))
	for i := range t {
		out[i] = float32(t[i] / sum)
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window with beta 8; x runs from -1 to 1.
func kaiser(x float64) float64 {
	const beta = 8
	if x < -1 || x > 1 {
		return 0
	}
	return bessel(beta*math.Sqrt(1-x*x)) / bessel(beta)
}

// bessel is the modified Bessel function of the first kind and order 0.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-12; k++ {
		term *= (x / (2 * k)) * (x / (2 * k))
		sum += term
	}
	return sum
}

// Next appends to dst the output that is certain after in.
func (r *Resampler) Next(dst, in []int16) []int16 {
	r.past = append(r.past, in...)
	width := len(r.taps[0])
	for {
		first := r.at / r.up
		if first+width > len(r.past) {
			break
		}
		taps, seen := r.taps[r.at%r.up], r.past[first:first+width]
		var v float32
		for i, t := range taps {
			v += t * float32(seen[i])
		}
		dst = append(dst, Clamp(int(math.Round(float64(v)))))
		r.at += r.down
	}
	// What no later sample needs is forgotten.
	drop := min(r.at/r.up, len(r.past))
	r.past = append(r.past[:0], r.past[drop:]...)
	r.at -= drop * r.up
	return dst
}

// All gives the whole of a clip at the other rate, in its right length. It is
// for a fresh resampler.
func (r *Resampler) All(in []int16) []int16 {
	want := int((int64(len(in))*int64(r.up) + int64(r.down) - 1) / int64(r.down))
	out := r.Next(make([]int16, 0, want+1), in)
	for len(out) < want {
		out = r.Next(out, make([]int16, len(r.taps[0])))
	}
	return out[:want]
}
