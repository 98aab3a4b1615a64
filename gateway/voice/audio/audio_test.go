package audio

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// at is how much of a frequency is in samples, in dB below a full sine.
func at(samples []int16, rate int, freq float64) float64 {
	g := NewGoertzel(freq, rate)
	for _, s := range samples {
		g.Add(float64(s))
	}
	return 10 * math.Log10(g.Power()/(32767*32767/2)+1e-20)
}

func TestResample(t *testing.T) {
	for _, c := range []struct {
		from, to int
		freq     float64
		least    float64 // dB of what must be there
		most     float64
	}{
		{22050, 8000, 300, -6.3, -5.9},
		{22050, 8000, 3400, -6.5, -5.9},
		{16000, 8000, 1000, -6.3, -5.9},
		{44100, 8000, 2000, -6.3, -5.9},
		{48000, 16000, 7000, -6.5, -5.9},
		{8000, 16000, 3000, -6.5, -5.9},
		{11025, 8000, 440, -6.3, -5.9},
		{8000, 48000, 1000, -6.3, -5.9},
	} {
		in := Clip{Rate: c.from, Samples: Tone(c.from, time.Second, 16384, c.freq)}
		out := in.At(c.to)
		if got, want := len(out.Samples), c.to; got != want {
			t.Errorf("%d to %d: %d samples, not %d", c.from, c.to, got, want)
		}
		mid := out.Samples[len(out.Samples)/8 : len(out.Samples)*7/8]
		if got := at(mid, c.to, c.freq); got < c.least || got > c.most {
			t.Errorf("%d to %d: %.0f Hz comes out at %.1f dB", c.from, c.to, c.freq, got)
		}
	}
	// What does not fit into the band must not come back as something else.
	for _, freq := range []float64{4600, 5000, 7000, 9000} {
		out := Clip{Rate: 22050, Samples: Tone(22050, time.Second, 16384, freq)}.At(8000)
		mid := out.Samples[1000:7000]
		if db := 10 * math.Log10(Energy(mid)/(32767*32767/2)+1e-20); db > -65 {
			t.Errorf("%.0f Hz is folded back at %.1f dB", freq, db)
		}
	}
}

// A stream that comes in pieces sounds as one that comes at once.
func TestResampleInPieces(t *testing.T) {
	in := Tone(22050, time.Second, 12000, 500, 1900)
	whole := NewResampler(22050, 8000).All(in)
	r := NewResampler(22050, 8000)
	var out []int16
	rnd := rand.New(rand.NewPCG(1, 2))
	for len(in) > 0 {
		n := min(len(in), 1+rnd.IntN(700))
		out = r.Next(out, in[:n])
		in = in[n:]
	}
	if len(out) < len(whole)-100 {
		t.Fatalf("%d samples of %d", len(out), len(whole))
	}
	for i := range out {
		if out[i] != whole[i] {
			t.Fatalf("sample %d is %d, not %d", i, out[i], whole[i])
		}
	}
}

// plain are the codecs in which an octet is a unit; Opus has tests of its own.
func plain() []Format {
	return slices.DeleteFunc(Formats(), func(f Format) bool { return f.Name == Opus })
}

func TestCodecs(t *testing.T) {
	for _, f := range plain() {
		enc, dec := f.New(), f.New()
		in := Tone(f.Rate, time.Second, 8000, 440, 1500)
		var out []int16
		var size int
		for i := 0; i < len(in); i += f.Rate / 50 {
			payload := enc.Encode(nil, in[i:i+f.Rate/50])
			size += len(payload)
			out = dec.Decode(out, payload)
		}
		if len(out) != len(in) || size != 8000 {
			t.Fatalf("%s: %d samples from %d, %d octets", f.Name, len(out), len(in), size)
		}
		for _, freq := range []float64{440, 1500} {
			want, got := at(in, f.Rate, freq), at(out, f.Rate, freq)
			if math.Abs(want-got) > 0.5 {
				t.Errorf("%s: %.0f Hz at %.1f dB comes out at %.1f", f.Name, freq, want, got)
			}
		}
		left := Energy(out) - math.Pow(10, at(out, f.Rate, 440)/10)*32767*32767/2 - math.Pow(10, at(out, f.Rate, 1500)/10)*32767*32767/2
		if snr := 10 * math.Log10(Energy(out)/left); snr < 25 {
			t.Errorf("%s: %.1f dB of signal to noise", f.Name, snr)
		}
	}
}

// G.722 has two bands: a tone in the upper one has to come through too.
func TestG722High(t *testing.T) {
	enc, dec := NewG722(), NewG722()
	in := Tone(16000, time.Second, 8000, 5500)
	out := dec.Decode(nil, enc.Encode(nil, in))
	if want, got := at(in, 16000, 5500), at(out, 16000, 5500); math.Abs(want-got) > 2 {
		t.Errorf("5500 Hz at %.1f dB comes out at %.1f", want, got)
	}
}

func FuzzCodecs(f *testing.F) {
	f.Add([]byte("any octets are sound"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, k := range plain() {
			c := k.New()
			pcm := c.Decode(nil, payload)
			if len(pcm) != len(payload)*k.Rate/8000 {
				t.Fatalf("%s: %d samples of %d octets", k.Name, len(pcm), len(payload))
			}
			if back := c.Encode(nil, pcm); len(back) != len(payload) {
				t.Fatalf("%s: %d octets of %d", k.Name, len(back), len(payload))
			}
		}
	})
}

// wav makes a file with one sample in each channel.
func wav(kind, bits, rate, channels int, data []byte, extensible bool) []byte {
	b := WAVHeader(rate, channels, int64(len(data)))
	if extensible {
		ext := append([]byte(nil), b[:16]...)
		ext = binary.LittleEndian.AppendUint32(ext, 40)
		ext = binary.LittleEndian.AppendUint16(ext, wavExtensible)
		ext = append(ext, b[22:36]...)
		ext = append(ext, 22, 0, byte(bits), 0, 0, 0, 0, 0, byte(kind), 0)
		ext = append(ext, make([]byte, 14)...)
		ext = append(ext, "LIST\x03\x00\x00\x00abc\x00"...)
		b = append(ext, b[36:]...)
		binary.LittleEndian.PutUint16(b[34:], uint16(bits))
		return append(b, data...)
	}
	binary.LittleEndian.PutUint16(b[20:], uint16(kind))
	binary.LittleEndian.PutUint16(b[34:], uint16(bits))
	return append(b, data...)
}

func TestReadWAV(t *testing.T) {
	f32 := binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.5))
	f64 := binary.LittleEndian.AppendUint64(nil, math.Float64bits(-0.25))
	for _, c := range []struct {
		name string
		file []byte
		want int16
		near int
	}{
		{"8 bits", wav(1, 8, 8000, 1, []byte{192}, false), 16384, 0},
		{"16 bits", wav(1, 16, 8000, 1, []byte{0x34, 0x12}, false), 0x1234, 0},
		{"24 bits", wav(1, 24, 44100, 1, []byte{0xFF, 0x34, 0x12}, true), 0x1234, 0},
		{"32 bits", wav(1, 32, 48000, 1, []byte{1, 2, 0x34, 0x12}, false), 0x1234, 0},
		{"float", wav(3, 32, 8000, 1, f32, true), 16383, 1},
		{"double", wav(3, 64, 8000, 1, f64, false), -8191, 1},
		{"µ-law", wav(7, 8, 8000, 1, []byte{0x80}, false), 32124, 0},
		{"A-law", wav(6, 8, 8000, 1, []byte{0xD5}, false), 8, 8},
		{"stereo", wav(1, 16, 8000, 2, []byte{0, 0x10, 0, 0x30}, false), 0x2000, 0},
	} {
		clip, err := ReadWAV(c.file)
		if err != nil || len(clip.Samples) != 1 {
			t.Errorf("%s: %d samples, %v", c.name, len(clip.Samples), err)
			continue
		}
		if got := int(clip.Samples[0]) - int(c.want); got < -c.near || got > c.near {
			t.Errorf("%s: %d, not %d", c.name, clip.Samples[0], c.want)
		}
	}
	for name, file := range map[string][]byte{
		"empty": nil, "mp3": []byte("ID3\x03 and so on and on"), "no sound": WAVHeader(8000, 1, 0)[:36],
		"ADPCM": wav(2, 4, 8000, 1, []byte{1}, false), "no channels": wav(1, 16, 8000, 0, []byte{1, 2}, false),
		"a rate from hell": wav(1, 16, 1<<30, 1, []byte{1, 2}, false),
	} {
		if _, err := ReadWAV(file); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestWriteWAV(t *testing.T) {
	in := Clip{Rate: 8000, Samples: Tone(8000, 100*time.Millisecond, 9000, 700)}
	var b bytes.Buffer
	if err := WriteWAV(&b, in); err != nil {
		t.Fatal(err)
	}
	out, err := ReadWAV(b.Bytes())
	if err != nil || out.Rate != in.Rate || out.Length() != 100*time.Millisecond {
		t.Fatalf("%v at %d, %v", out.Length(), out.Rate, err)
	}
	for i := range in.Samples {
		if in.Samples[i] != out.Samples[i] {
			t.Fatalf("sample %d differs", i)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(1, 24, 44100, 1, []byte{0xFF, 0x34, 0x12}, true))
	f.Add(wav(7, 8, 8000, 2, []byte{0x80, 2, 3}, false))
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := ReadWAV(file)
		if err == nil && (c.Rate <= 0 || len(c.Samples) > len(file)) {
			t.Errorf("%d samples at %d of %d octets", len(c.Samples), c.Rate, len(file))
		}
	})
}

func TestDTMF(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	noise := func(s []int16, amp float64) []int16 {
		for i := range s {
			s[i] = Clamp(int(s[i]) + int(rnd.NormFloat64()*amp))
		}
		return s
	}
	for _, c := range []struct {
		name      string
		on, pause time.Duration
		amp       float64
		noise     float64
	}{
		{"as people press", 120 * time.Millisecond, 80 * time.Millisecond, 6000, 0},
		{"as fast as allowed", 50 * time.Millisecond, 50 * time.Millisecond, 6000, 0},
		{"quiet", 80 * time.Millisecond, 80 * time.Millisecond, 400, 0},
		{"in noise", 80 * time.Millisecond, 80 * time.Millisecond, 4000, 300},
		{"overdriven", 80 * time.Millisecond, 80 * time.Millisecond, 15000, 50},
	} {
		var sound []int16
		for _, k := range []byte(Keys + "112233") {
			sound = append(sound, KeyTone(Rate, k, c.on, c.amp)...)
			sound = append(sound, Silence(Rate, c.pause)...)
		}
		d := NewDTMF()
		// Through the codec, as on a telephone, in packets of 20 ms.
		sound = ulaw{}.Decode(nil, ulaw{}.Encode(nil, noise(sound, c.noise)))
		var got []byte
		for i := 0; i < len(sound); i += 160 {
			got = d.Add(got, sound[i:min(i+160, len(sound))])
		}
		if string(got) != Keys+"112233" {
			t.Errorf("%s: heard %q", c.name, got)
		}
	}
}

// What is no key must not be one: single tones, tones of the network, noise.
func TestNotDTMF(t *testing.T) {
	d := NewDTMF()
	rnd := rand.New(rand.NewPCG(5, 6))
	var sound []int16
	for _, f := range [][]float64{{697}, {1336}, {440, 480}, {350, 440}, {480, 620}, {1000}, {2100}, {1100}, {697, 770}, {1209, 1477}, {941, 1336, 2200}} {
		sound = append(sound, Tone(Rate, 400*time.Millisecond, 5000, f...)...)
	}
	for range 5 * Rate {
		sound = append(sound, Clamp(int(rnd.NormFloat64()*4000)))
	}
	sound = append(sound, KeyTone(Rate, '5', 20*time.Millisecond, 6000)...)
	sound = append(sound, Silence(Rate, time.Second)...)
	if got := d.Add(nil, sound); len(got) > 0 {
		t.Errorf("heard %q", got)
	}
}

func BenchmarkDTMF(b *testing.B) {
	d, frame := NewDTMF(), Tone(Rate, 20*time.Millisecond, 5000, 300, 700)
	for b.Loop() {
		d.Add(nil, frame)
	}
}

func BenchmarkResample(b *testing.B) {
	in := Tone(22050, time.Second, 5000, 300, 700)
	for b.Loop() {
		NewResampler(22050, 8000).All(in)
	}
}
