package audio

// A G722 is the sub-band codec of ITU-T G.722 at 64 kbit/s, one for both
// directions of a stream: two samples at 16 kHz are one octet.
type G722 struct {
	repeats
	sends, hears     qmf
	toLow, toHigh    band // of the encoder
	fromLow, fromHig band // of the decoder
}

// NewG722 gives a codec that has heard nothing.
func NewG722() *G722 {
	g := new(G722)
	g.toLow.scale, g.fromLow.scale = 32, 32
	g.toHigh.scale, g.fromHig.scale = 8, 8
	return g
}

// qmfTaps are one half of the symmetric filter that splits and joins the two
// bands. ITU-T G.722 table 11
var qmfTaps = [12]int{3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11}

// qmf is the memory of that filter: the last 24 values.
type qmf [24]int

// step takes two values and gives the sums over the even and the odd ones.
func (q *qmf) step(a, b int) (even, odd int) {
	copy(q[:], q[2:])
	q[22], q[23] = a, b
	for i, t := range qmfTaps {
		even += q[2*i] * t
		odd += q[2*i+1] * qmfTaps[11-i]
	}
	return even, odd
}

// Encode takes an even number of samples; one left over is dropped.
func (g *G722) Encode(dst []byte, pcm []int16) []byte {
	for i := 0; i+1 < len(pcm); i += 2 {
		even, odd := g.sends.step(int(pcm[i]), int(pcm[i+1]))
		low := g.toLow.quantizeLow(clip16((odd + even) >> 14))
		high := g.toHigh.quantizeHigh(clip16((odd - even) >> 14))
		dst = append(dst, byte(high<<6|low))
	}
	return dst
}

// Decode gives two samples for each octet.
func (g *G722) Decode(dst []int16, payload []byte) []int16 {
	for _, b := range payload {
		low := g.fromLow.reconstructLow(int(b & 0x3F))
		high := g.fromHig.reconstructHigh(int(b >> 6))
		even, odd := g.hears.step(low+high, low-high)
		dst = append(dst, Clamp(odd>>11), Clamp(even>>11))
	}
	return dst
}

// band is the adaptive predictor and quantizer of one band: the blocks of
// ITU-T G.722 §3.5 and §3.6 under their own names in the comments.
type band struct {
	log, scale int    // NB and DET: the logarithmic and the linear scale factor
	poles      [3]int // A, [0] unused
	zeros      [7]int // B, [0] unused
	diffs      [7]int // D, the quantized differences, newest first
	recons     [3]int // R, the reconstructed signal
	partial    [3]int // P, the partially reconstructed one
	zero       int    // SZ, the zero section's part of the prediction
	predicted  int    // S
}

// lowSteps are the decision levels of the low band. Table 14, LLIL
var lowSteps = [30]int{0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023,
	1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919}

// lowLevels are the output levels of 6 bits, lowLevels4 those of 4. Table 17
var lowLevels = [64]int{-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360,
	-8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
	24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008,
	3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136}

var lowLevels4 = [16]int{0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0}

// lowAdapt says by how much a code of 4 bits changes the scale. Tables 18, 19
var lowAdapt = [16]int{-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60}

var highLevels = [4]int{-7408, -1616, 7408, 1616}

var highAdapt = [4]int{798, -214, 798, -214}

// antilog is 2^(i/32) in units of 1/2048. Table 20, ILB
var antilog = [32]int{2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
	2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008}

// quantizeLow codes a sample of the low band with 6 bits.
func (b *band) quantizeLow(x int) int {
	e := clip16(x - b.predicted) // SUBTRA
	size := e
	if e < 0 {
		size = -(e + 1)
	}
	n := 1 // QUANTL
	for n < len(lowSteps) && size >= lowSteps[n]*b.scale>>12 {
		n++
	}
	code := 62 - n // n 1..30 is 61..32
	if e < 0 {
		code = 64 - n // 63, 62, then 31..4
		if n > 2 {
			code = 34 - n
		}
	}
	b.adaptLow(code >> 2)
	return code
}

// reconstructLow gives the sample of the low band behind 6 bits.
func (b *band) reconstructLow(code int) int {
	r := limit(b.predicted+(b.scale*lowLevels[code]>>15), 16383) // INVQBL, RECONS, LIMIT
	b.adaptLow(code >> 2)
	return r
}

func (b *band) adaptLow(code int) {
	d := b.scale * lowLevels4[code] >> 15                     // INVQAL
	b.log = min(max(0, (b.log*127>>7)+lowAdapt[code]), 18432) // LOGSCL
	b.scale = shift(antilog[b.log>>6&31], 8-(b.log>>11)) << 2 // SCALEL
	b.predict(d)
}

// quantizeHigh codes a sample of the high band with 2 bits.
func (b *band) quantizeHigh(x int) int {
	e := clip16(x - b.predicted) // SUBTRA
	size, code := e, 2
	if e < 0 {
		size, code = -(e + 1), 0
	}
	if size < 564*b.scale>>12 { // QUANTH
		code++
	}
	b.adaptHigh(code)
	return code
}

// reconstructHigh gives the sample of the high band behind 2 bits.
func (b *band) reconstructHigh(code int) int {
	r := limit(b.predicted+(b.scale*highLevels[code]>>15), 16383)
	b.adaptHigh(code)
	return r
}

func (b *band) adaptHigh(code int) {
	d := b.scale * highLevels[code] >> 15                      // INVQAH
	b.log = min(max(0, (b.log*127>>7)+highAdapt[code]), 22528) // LOGSCH
	b.scale = shift(antilog[b.log>>6&31], 10-(b.log>>11)) << 2 // SCALEH
	b.predict(d)
}

// predict takes the quantized difference and predicts the next sample: the
// blocks RECONS to PREDIC, which are the same for both bands.
func (b *band) predict(d int) {
	b.diffs[0] = d
	b.recons[0] = clip16(b.predicted + d) // RECONS
	b.partial[0] = clip16(b.zero + d)     // PARREC
	second := b.secondPole()
	first := b.firstPole(second)
	b.adaptZeros(d)
	copy(b.diffs[1:], b.diffs[:6]) // DELAYA
	copy(b.recons[1:], b.recons[:2])
	copy(b.partial[1:], b.partial[:2])
	b.poles[1], b.poles[2] = first, second
	pole := clip16((first * clip16(2*b.recons[1]) >> 15) + (second * clip16(2*b.recons[2]) >> 15)) // FILTEP
	b.zero = 0
	for i := 6; i > 0; i-- { // FILTEZ
		b.zero += b.zeros[i] * clip16(2*b.diffs[i]) >> 15
	}
	b.zero = clip16(b.zero)
	b.predicted = clip16(pole + b.zero) // PREDIC
}

// secondPole is UPPOL2.
func (b *band) secondPole() int {
	v := clip16(b.poles[1] << 2)
	if sameSign(b.partial[0], b.partial[1]) {
		v = min(-v, 32767)
	}
	v >>= 7
	if sameSign(b.partial[0], b.partial[2]) {
		v += 128
	} else {
		v -= 128
	}
	return limit2(v+(b.poles[2]*32512>>15), 12288)
}

// firstPole is UPPOL1.
func (b *band) firstPole(second int) int {
	v := -192
	if sameSign(b.partial[0], b.partial[1]) {
		v = 192
	}
	return limit2(clip16(v+(b.poles[1]*32640>>15)), clip16(15360-second))
}

// adaptZeros is UPZERO.
func (b *band) adaptZeros(d int) {
	step := 128
	if d == 0 {
		step = 0
	}
	for i := 1; i < 7; i++ {
		v := -step
		if sameSign(b.diffs[i], d) {
			v = step
		}
		b.zeros[i] = clip16(v + (b.zeros[i] * 32640 >> 15))
	}
}

func sameSign(a, b int) bool { return (a < 0) == (b < 0) }

func clip16(v int) int { return int(Clamp(v)) }

// limit keeps v within -most-1 and most.
func limit(v, most int) int { return min(max(v, -most-1), most) }

// limit2 keeps v within -most and most.
func limit2(v, most int) int { return min(max(v, -most), most) }

// shift shifts right by n, or left where n is negative.
func shift(v, n int) int {
	if n < 0 {
		return v << -n
	}
	return v >> n
}
