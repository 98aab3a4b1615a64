package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/zaf/g711"
)

// Formats of the samples in a WAV file. RFC 2361, and Microsoft's mmreg.h
const (
	wavPCM        = 1
	wavFloat      = 3
	wavAlaw       = 6
	wavUlaw       = 7
	wavExtensible = 0xFFFE
)

// wavLimits bound what a file may claim.
const (
	wavMaxRate     = 192000
	wavMaxChannels = 8
)

// ReadWAV reads the sound of a WAV file: PCM of 8 to 32 bits, floats, µ-law or
// A-law, at any rate. Several channels are mixed into one.
func ReadWAV(file []byte) (Clip, error) {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return Clip{}, errors.New("not a WAV file")
	}
	var f *wavFormat
	for rest := file[12:]; len(rest) >= 8; {
		size := int64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		name := string(rest[:4])
		if size > int64(len(body)) {
			size = int64(len(body)) // cut off, or written by a pipe that could not go back
		}
		body = body[:size]
		switch {
		case name == "fmt ":
			var err error
			if f, err = readWAVFormat(body); err != nil {
				return Clip{}, err
			}
		case name == "data" && f != nil:
			return f.read(body)
		}
		rest = rest[8+size:]
		if size%2 == 1 && len(rest) > 0 {
			rest = rest[1:]
		}
	}
	return Clip{}, errors.New("a WAV file without sound")
}

type wavFormat struct {
	kind, channels, rate, bits int
}

func readWAVFormat(b []byte) (*wavFormat, error) {
	if len(b) < 16 {
		return nil, errors.New("a WAV file with a format that is cut off")
	}
	f := &wavFormat{
		kind: int(binary.LittleEndian.Uint16(b)), channels: int(binary.LittleEndian.Uint16(b[2:])),
		rate: int(binary.LittleEndian.Uint32(b[4:])), bits: int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.kind == wavExtensible && len(b) >= 26 {
		f.kind = int(binary.LittleEndian.Uint16(b[24:]))
	}
	if f.rate < 1000 || f.rate > wavMaxRate || f.channels < 1 || f.channels > wavMaxChannels {
		return nil, fmt.Errorf("a WAV file with %d channels at %d Hz", f.channels, f.rate)
	}
	if f.sample() == nil {
		return nil, fmt.Errorf("a WAV file of format %d with %d bits", f.kind, f.bits)
	}
	return f, nil
}

// sample gives the function that reads a sample at the beginning of b, nil for
// a format that is not known.
func (f *wavFormat) sample() func(b []byte) int {
	switch [2]int{f.kind, f.bits} {
	case [2]int{wavPCM, 8}:
		return func(b []byte) int { return (int(b[0]) - 128) << 8 }
	case [2]int{wavPCM, 16}:
		return func(b []byte) int { return int(int16(binary.LittleEndian.Uint16(b))) }
	case [2]int{wavPCM, 24}:
		return func(b []byte) int { return int(int16(binary.LittleEndian.Uint16(b[1:]))) }
	case [2]int{wavPCM, 32}:
		return func(b []byte) int { return int(int16(binary.LittleEndian.Uint16(b[2:]))) }
	case [2]int{wavFloat, 32}:
		return func(b []byte) int { return float(float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))) }
	case [2]int{wavFloat, 64}:
		return func(b []byte) int { return float(math.Float64frombits(binary.LittleEndian.Uint64(b))) }
	case [2]int{wavAlaw, 8}:
		return func(b []byte) int { return int(g711.DecodeAlawFrame(b[0])) }
	case [2]int{wavUlaw, 8}:
		return func(b []byte) int { return int(g711.DecodeUlawFrame(b[0])) }
	}
	return nil
}

func float(v float64) int {
	if math.IsNaN(v) {
		return 0
	}
	return int(math.Max(-1, math.Min(1, v)) * 32767)
}

func (f *wavFormat) read(b []byte) (Clip, error) {
	width := f.bits / 8
	read := f.sample()
	n := len(b) / (width * f.channels)
	c := Clip{Rate: f.rate, Samples: make([]int16, n)}
	for i := range c.Samples {
		sum := 0
		for ch := range f.channels {
			sum += read(b[(i*f.channels+ch)*width:])
		}
		c.Samples[i] = Clamp(sum / f.channels)
	}
	return c, nil
}

// WAVHeaderSize is the length of what WAVHeader gives.
const WAVHeaderSize = 44

// WAVHeader is the beginning of a WAV file of 16-bit PCM with so many bytes of
// sound behind it. More than fit into 32 bits are told as the most that do.
func WAVHeader(rate, channels int, bytes int64) []byte {
	size := uint32(min(bytes, math.MaxUint32-WAVHeaderSize))
	b := append(make([]byte, 0, WAVHeaderSize), "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, size+WAVHeaderSize-8)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, wavPCM)
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*2))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*2))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, size)
}

// Bytes appends samples to dst as little-endian PCM.
func Bytes(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(s))
	}
	return dst
}

// FromBytes appends the samples of little-endian PCM to dst.
func FromBytes(dst []int16, b []byte) []int16 {
	for ; len(b) >= 2; b = b[2:] {
		dst = append(dst, int16(binary.LittleEndian.Uint16(b)))
	}
	return dst
}

// WriteWAV writes a clip as a WAV file.
func WriteWAV(w io.Writer, c Clip) error {
	b := WAVHeader(c.Rate, 1, int64(len(c.Samples))*2)
	_, err := w.Write(Bytes(b, c.Samples))
	return err
}
