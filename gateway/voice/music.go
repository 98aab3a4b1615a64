package voice

import (
	"math"
	"sync"
	"time"

	"outdial/gateway/voice/audio"
)

// Addresses of sound that is built in.
const (
	builtinMusic   = "builtin:music"
	builtinRinging = "builtin:ringing"
	builtinBeep    = "builtin:beep"
)

// holdPatience is how long the operator's own hold music may take to be had.
const holdPatience = 2 * time.Second

// builtin gives a sound that is built in.
func builtin(uri string) (audio.Clip, bool) {
	switch uri {
	case builtinMusic:
		return music(), true
	case builtinRinging:
		return ringing(), true
	case builtinBeep:
		return audio.Clip{Rate: audio.Rate, Samples: audio.Tone(audio.Rate, 400*time.Millisecond, 8000, 1000)}, true
	}
	return audio.Clip{}, false
}

// ringing is what a caller hears whose call rings elsewhere: the tone of North
// America. ITU-T E.180 supplement 2
var ringing = sync.OnceValue(func() audio.Clip {
	tone := audio.Tone(audio.Rate, 2*time.Second, 4000, 440, 480)
	return audio.Clip{Rate: audio.Rate, Samples: append(tone, audio.Silence(audio.Rate, 4*time.Second)...)}
})

// chords are the harp's chords, in semitones above A2, two seconds each.
func chords() [][4]int {
	return [][4]int{{15, 19, 22, 27}, {12, 15, 19, 24}, {8, 15, 20, 24}, {10, 17, 20, 26}, {15, 19, 22, 31}, {7, 15, 19, 22}, {8, 12, 15, 20}, {10, 14, 17, 26}}
}

// music is a harp that is played by code: broken chords, which go on where they
// began.
var music = sync.OnceValue(func() audio.Clip {
	const step = audio.Rate / 4 // between two strings
	order := [...]int{0, 1, 2, 3, 2, 1, 2, 1}
	all := chords()
	sound := make([]float64, len(all)*len(order)*step)
	for bar, chord := range all {
		for i, string := range order {
			pluck(sound, (bar*len(order)+i)*step, 110*math.Pow(2, float64(chord[string])/12))
		}
	}
	out := make([]int16, len(sound))
	for i, v := range sound {
		out[i] = audio.Clamp(int(v))
	}
	return audio.Clip{Rate: audio.Rate, Samples: out}
})

// pluck adds a string to sound that begins at a sample. What rings beyond the end
// rings at the beginning.
func pluck(sound []float64, at int, freq float64) {
	const length = 2 * audio.Rate
	for i := range length {
		t := float64(i) / audio.Rate
		v := 3000 * math.Exp(-2.5*t) * min(1, t/0.005) * (1 - float64(i)/length)
		w := 2 * math.Pi * freq * t
		sound[(at+i)%len(sound)] += v * (math.Sin(w) + 0.4*math.Sin(2*w)*math.Exp(-2*t) + 0.15*math.Sin(3*w)*math.Exp(-4*t))
	}
}
