package audio

import (
	"math"
	"slices"
)

// An Activity tells speech from background by loudness: what is well above the
// quiet tenth of what was heard of late is sound.
type Activity struct {
	recent [50]float64 // dB of the last second's frames
	n      int
	hold   int // frames for which sound is thought to go on: between syllables
}

const (
	quietest  = -58.0 // dB below full scale; nothing that is softer is heard
	nothing   = -80.0 // a frame that was lost, or none at all: it tells nothing of the background
	above     = 9.0   // dB over the background that make a frame sound
	syllables = 8     // frames: shorter gaps are within a word or sentence
)

// Add takes a frame and tells whether somebody speaks, and whether it is loud
// itself: a short gap between two words is speech too.
func (l *Activity) Add(pcm []int16) (sound, loud bool) {
	db := Decibels(pcm)
	l.recent[l.n%len(l.recent)] = db
	l.n++
	loud = db > quietest && db > l.background()+above
	switch {
	case loud:
		l.hold = syllables
	case l.hold > 0:
		l.hold--
	default:
		return false, false
	}
	return true, loud
}

// background is the level below which a tenth of the last second is: even who
// speaks without a breath is softer between two syllables. Lost packets are not
// background, unless there is hardly anything else: a far side that sends nothing
// while nobody speaks.
func (l *Activity) background() float64 {
	all := l.recent
	known := all[:min(l.n, len(all))]
	slices.Sort(known)
	lost := 0
	for lost < len(known) && known[lost] < nothing {
		lost++
	}
	if lost*5 > len(known)*2 {
		return quietest
	}
	known = known[lost:]
	return known[len(known)/10]
}

// Decibels is how loud samples are, in dB below full scale; -100 is nothing.
func Decibels(pcm []int16) float64 { return 10 * math.Log10(Energy(pcm)/(32768*32768)+1e-10) }
