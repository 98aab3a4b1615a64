package audio

import (
	"github.com/zaf/g711"
)

// A Codec turns sound into the payload of packets and back. It may remember
// what went before, so each stream has one of its own.
type Codec interface {
	// Encode appends the payload of pcm to dst.
	Encode(dst []byte, pcm []int16) []byte
	// Decode appends the sound of payload to dst.
	Decode(dst []int16, payload []byte) []int16
}

// A Format is a codec as SDP and RTP know it.
type Format struct {
	Name  string // PCMU, PCMA, G722
	Type  uint8  // the static payload type. RFC 3551 §6
	Clock int    // of the RTP timestamps; G722's is 8000 by RFC 3551 §4.5.2
	Rate  int    // of the sound
	make  func() Codec
}

// New gives a codec for one stream.
func (f Format) New() Codec { return f.make() }

// Formats are the codecs that there are, by their names in SDP.
func Formats() []Format {
	return []Format{
		{Name: "PCMU", Type: 0, Clock: 8000, Rate: 8000, make: func() Codec { return ulaw{} }},
		{Name: "PCMA", Type: 8, Clock: 8000, Rate: 8000, make: func() Codec { return alaw{} }},
		{Name: "G722", Type: 9, Clock: 8000, Rate: 16000, make: func() Codec { return NewG722() }},
	}
}

// ulaw is PCMU. ITU-T G.711
type ulaw struct{}

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
type alaw struct{}

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
