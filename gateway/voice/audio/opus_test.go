//go:build opus

package audio

import (
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// opusFormat is Opus as it was built in.
func opusFormat(t testing.TB) Format {
	t.Helper()
	for _, f := range Formats() {
		if f.Name == Opus {
			return f
		}
	}
	t.Fatal("it is not built in")
	return Format{}
}

// through sends sound through a codec in frames of 20 ms, and gives what comes out
// and how many octets each packet had.
func through(f Format, wishes string, in []int16) (out []int16, sizes []int) {
	enc, dec := f.For(wishes), f.New()
	for ; len(in) >= f.Rate/50; in = in[f.Rate/50:] {
		payload := enc.Encode(nil, in[:f.Rate/50])
		sizes = append(sizes, len(payload))
		out = dec.Decode(out, payload)
	}
	return out, sizes
}

func sum(sizes []int) (n int) {
	for _, s := range sizes {
		n += s
	}
	return n
}

func TestOpusTones(t *testing.T) {
	f := opusFormat(t)
	in := Tone(f.Rate, 2*time.Second, 8000, 440, 1500, 5000)
	out, sizes := through(f, "useinbandfec=1", in)
	if len(out) != len(in) {
		t.Fatalf("%d samples from %d", len(out), len(in))
	}
	for _, freq := range []float64{440, 1500, 5000} {
		want, got := at(in, f.Rate, freq), at(out[f.Rate/2:], f.Rate, freq)
		if math.Abs(want-got) > 1.5 {
			t.Errorf("%.0f Hz at %.1f dB comes out at %.1f", freq, want, got)
		}
	}
	if bits := sum(sizes) * 8 / 2; bits > 44000 {
		t.Errorf("%d bits per second", bits)
	}
}

// Keys that are pressed in the sound are understood behind Opus too.
func TestOpusKeys(t *testing.T) {
	f := opusFormat(t)
	var in []int16
	for _, k := range []byte(Keys) {
		in = append(in, KeyTone(f.Rate, k, 100*time.Millisecond, 7000)...)
		in = append(in, Silence(f.Rate, 100*time.Millisecond)...)
	}
	out, _ := through(f, "", in)
	if got := NewDTMF().Add(nil, Clip{Rate: f.Rate, Samples: out}.At(Rate).Samples); string(got) != Keys {
		t.Errorf("heard %q", got)
	}
}

// murmur is sound that speech is like: a buzz whose pitch and loudness move.
func murmur(rate int, d time.Duration) []int16 {
	out := make([]int16, int(d.Seconds()*float64(rate)))
	var phase float64
	for i := range out {
		s := float64(i) / float64(rate)
		phase += 2 * math.Pi * (140 + 40*math.Sin(2*math.Pi*1.3*s)) / float64(rate)
		var v float64
		for h := 1.0; h <= 20; h++ {
			v += math.Sin(h*phase) / h
		}
		out[i] = Clamp(int(3500 * v * (0.6 + 0.4*math.Sin(2*math.Pi*4*s))))
	}
	return out
}

// off is how far sound is from what it should be, in dB below that.
func off(want, got []int16) float64 {
	d := make([]int16, len(want))
	for i := range d {
		d[i] = Clamp(int(want[i]) - int(got[i]))
	}
	return 10 * math.Log10(Energy(want)/math.Max(Energy(d), 1e-9))
}

// A packet that is lost is made good by the copy in the next one, better than by
// going on with what was heard.
func TestOpusConceals(t *testing.T) {
	f := opusFormat(t)
	in := murmur(f.Rate, 4*time.Second)
	n := f.Rate / 50
	hear := func(lose int, copies bool) (out []int16) {
		enc, dec := f.For("useinbandfec=1"), f.New()
		var packets [][]byte
		for i := 0; i+n <= len(in); i += n {
			packets = append(packets, enc.Encode(nil, in[i:i+n]))
		}
		for i, p := range packets {
			if lose == 0 || i%lose != lose-1 || i+1 == len(packets) {
				out = dec.Decode(out, p)
				continue
			}
			var next []byte
			if copies {
				next = packets[i+1]
			}
			var ok bool
			if out, ok = dec.Conceal(out, n, next); !ok {
				t.Fatal("it knows nothing")
			}
		}
		return out
	}
	whole := hear(0, false)
	with, without := off(whole, hear(10, true)), off(whole, hear(10, false))
	if with < without+3 || with < 8 {
		t.Errorf("with copies it is off by %.1f dB, without by %.1f dB", with, without)
	}
	if _, ok := f.New().Conceal(nil, n, nil); ok {
		t.Error("it knows what is missing though it heard nothing")
	}
	c := f.New()
	c.Decode(nil, f.New().Encode(nil, in[:n]))
	if out, ok := c.Conceal(nil, n+1, nil); ok || len(out) != 0 {
		t.Error("it makes up a piece that is none")
	}
}

// What the other side would like is done.
func TestOpusWishes(t *testing.T) {
	f := opusFormat(t)
	speech := murmur(f.Rate, 2*time.Second)
	_, usual := through(f, "", speech)
	if _, sizes := through(f, "maxaveragebitrate=12000", speech); sum(sizes) > 12000/8*2*5/4 {
		t.Errorf("%d octets in 2 s at 12000 bits per second", sum(sizes))
	}
	if _, sizes := through(f, "maxaveragebitrate=500000; stereo=1", speech); sum(sizes) != sum(usual) {
		t.Errorf("%d octets where we would send %d", sum(sizes), sum(usual))
	}
	_, sizes := through(f, "cbr=1", speech)
	for _, n := range sizes {
		if n != sizes[0] {
			t.Fatalf("packets of %d and %d octets", n, sizes[0])
		}
	}
	high := append(Tone(f.Rate, time.Second, 8000, 1000), Tone(f.Rate, time.Second, 8000, 6000)...)
	out, _ := through(f, "maxplaybackrate=8000", high)
	if l := at(out[3*f.Rate/2:], f.Rate, 6000); l > -40 {
		t.Errorf("6 kHz come at %.1f dB to who plays 4 kHz", l)
	}
	// Silence is left out for who wishes it, and for nobody else.
	quiet := append(speech, make([]int16, 4*f.Rate)...)
	left := func(wishes string) (n int) {
		_, sizes := through(f, wishes, quiet)
		for _, s := range sizes[len(sizes)-150:] {
			if s == 0 {
				n++
			}
		}
		return n
	}
	if n := left("usedtx=1"); n < 130 || n == 150 {
		t.Errorf("%d of 150 packets of silence are left out", n)
	}
	if n := left("usedtx=0"); n != 0 {
		t.Errorf("%d of 150 packets are left out, which nobody wished", n)
	}
	for _, odd := range []string{"=;;=", "maxplaybackrate", "useinbandfec=x;;maxaveragebitrate=99999999999", ";"} {
		if w := opusWishes(odd); w != (wished{}) {
			t.Errorf("%q: %+v", odd, w)
		}
	}
}

// How long a packet is, from its first octets. RFC 6716 §3.1, §3.2
func TestOpusUnits(t *testing.T) {
	for _, c := range []struct {
		payload []byte
		want    int
	}{
		{nil, 0}, {[]byte{0 << 3}, 480}, {[]byte{1<<3 | 1}, 1920}, {[]byte{3<<3 | 2}, 5760}, {[]byte{12 << 3}, 480}, {[]byte{15 << 3}, 960},
		{[]byte{16 << 3}, 120}, {[]byte{17 << 3}, 240}, {[]byte{19 << 3}, 960}, {[]byte{31<<3 | 3, 6}, 5760},
		{[]byte{3}, 0}, {[]byte{31<<3 | 3, 7}, 0}, {[]byte{31<<3 | 3, 0}, 0},
	} {
		if got := opusUnits(c.payload); got != c.want {
			t.Errorf("% x: %d units, not %d", c.payload, got, c.want)
		}
	}
}

// Whatever comes is either no sound, or as long as its first octets say.
func FuzzOpus(f *testing.F) {
	format := opusFormat(f)
	f.Add(format.New().Encode(nil, murmur(format.Rate, 20*time.Millisecond)), uint16(320))
	f.Add([]byte{31<<3 | 3, 6, 1, 2, 3}, uint16(40))
	f.Add([]byte{}, uint16(0))
	f.Fuzz(func(t *testing.T, payload []byte, gap uint16) {
		c := format.New()
		pcm := c.Decode(nil, payload)
		if n := len(pcm) * opusClock / opusRate; n != 0 && n != format.Units(payload) {
			t.Fatalf("%d units of sound in a packet of %d", n, format.Units(payload))
		}
		if out, ok := c.Conceal(nil, int(gap), payload); len(out) != 0 && len(out) != int(gap) || ok != (len(out) != 0) {
			t.Fatalf("%d samples in a gap of %d, %v", len(out), gap, ok)
		}
	})
}

// busy is how long the processors have worked for this program.
func busy(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// What a call costs: 20 ms there and back.
func BenchmarkOpus(b *testing.B) {
	f := opusFormat(b)
	talk := murmur(f.Rate, 10*time.Second)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range talk {
		talk[i] = Clamp(int(talk[i]) + int(rnd.NormFloat64()*100))
	}
	for name, in := range map[string][]int16{"talk": talk, "silence": make([]int16, len(talk))} {
		b.Run(name, func(b *testing.B) {
			enc, dec := f.For("useinbandfec=1"), f.New()
			n := f.Rate / 50
			var payload []byte
			var out []int16
			at, begun := 0, busy(b)
			for b.Loop() {
				payload = enc.Encode(payload[:0], in[at:at+n])
				out = dec.Decode(out[:0], payload)
				at = (at + n) % len(in)
			}
			b.ReportMetric((busy(b)-begun).Seconds()/float64(b.N)*50*1000, "cpu-ms/s")
		})
	}
}
