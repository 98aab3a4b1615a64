package audio

import (
	"github.com/zaf/g711"
)

// A Codec turns sound into the payload of packets and back. It may remember
// what went before, so each stream has one of its own.
type Codec interface {
	// Encode appends the payload of pcm to dst; nothing where nothing need be sent.
	Encode(dst []byte, pcm []int16) []byte
	// Decode appends the sound of payload to dst; nothing where it is none.
	Decode(dst []int16, payload []byte) []int16
	// Conceal appends n samples in place of a packet that is missing. next is the
	// payload right behind it, nil where that has not come. It is false where the
	// codec knows no more of what is missing than anybody.
	Conceal(dst []int16, n int, next []byte) ([]int16, bool)
}

// repeats are codecs that know nothing of what is missing.
type repeats struct{}

func (repeats) Conceal(dst []int16, _ int, _ []byte) ([]int16, bool) { return dst, false }

// A Format is a codec as SDP and RTP know it.
type Format struct {
	Name  string // PCMU, PCMA, G722, opus
	Clock int    // of the RTP timestamps; G722's is 8000 by RFC 3551 §4.5.2
	Rate  int    // of the sound
	make  func(wishes string) Codec
	units func(payload []byte) int // nil: each octet is a unit
}

// New gives a codec for one stream to a side that has no wishes.
func (f Format) New() Codec { return f.make("") }

// For gives a codec for one stream to the side that wrote these parameters into
// its description (a=fmtp).
func (f Format) For(wishes string) Codec { return f.make(wishes) }

// Units is how long the sound of payload is, on Clock; 0 where it is none.
func (f Format) Units(payload []byte) int {
	if f.units == nil {
		return len(payload)
	}
	return f.units(payload)
}

// Formats are the codecs that there are, by their names in SDP.
func Formats() []Format {
	return append([]Format{
		{Name: "PCMU", Clock: 8000, Rate: 8000, make: func(string) Codec { return ulaw{} }},
		{Name: "PCMA", Clock: 8000, Rate: 8000, make: func(string) Codec { return alaw{} }},
		{Name: "G722", Clock: 8000, Rate: 16000, make: func(string) Codec { return NewG722() }},
	}, builtIn()...)
}

// Opus is the name of the codec that needs a C library: it is there where it was
// built in, by the build tag opus. RFC 6716, RFC 7587
const Opus = "opus"

// ulaw is PCMU. ITU-T G.711
type ulaw struct{ repeats }

func (ulaw) Encode(dst []byte, pcm []int16) []byte {
	for _, s := range pcm {
		dst = append(dst, g711.EncodeUlawFrame(s))
	}
	return dst
}

func (ulaw) Decode(dst []int16, payload []byte) []int16 {
	for _, b := range payload {
		dst = append(dst, g711.DecodeUlawFrame(b))
	}
	return dst
}

// alaw is PCMA. ITU-T G.711
type alaw struct{ repeats }

func (alaw) Encode(dst []byte, pcm []int16) []byte {
	for _, s := range pcm {
		dst = append(dst, g711.EncodeAlawFrame(s))
	}
	return dst
}

func (alaw) Decode(dst []int16, payload []byte) []int16 {
	for _, b := range payload {
		dst = append(dst, g711.DecodeAlawFrame(b))
	}
	return dst
}
