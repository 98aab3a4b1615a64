//go:build opus

package audio

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hraban/opus"
)

// How we speak Opus: as wideband telephony, at the rate that G.722 has too, so
// that prompts are kept in no third one.
const (
	opusClock  = 48000 // whatever the sampling. RFC 7587 §4.1
	opusRate   = 16000
	opusBits   = 40000 // per second: with less, the copies of packets are at the cost of tones (keys, music)
	opusEffort = 5     // of 10: more costs processor time that nobody hears
	opusLoss   = 10    // per cent of packets that a copy is to make good
	opusMost   = 1275  // octets of a frame. RFC 6716 §3.2.1
	opusLong   = 120   // milliseconds of a packet at most. RFC 6716 §3.2.5
	opusStep   = opusRate / 400
)

// builtIn are the codecs that a build tag brings.
func builtIn() []Format {
	return []Format{{
		Name: Opus, Clock: opusClock, Rate: opusRate, units: opusUnits,
		make: func(wishes string) Codec { return &opusCodec{wishes: opusWishes(wishes)} },
	}}
}

// wished is what the other side would like to be sent. RFC 7587 §6.1
type wished struct {
	rate          int // that it plays at most; 0: not said
	bits          int // per second at most; 0: not said
	fec, dtx, cbr bool
}

func opusWishes(fmtp string) (w wished) {
	for p := range strings.SplitSeq(fmtp, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 24)
		if err != nil {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "maxplaybackrate":
			w.rate = int(n)
		case "maxaveragebitrate":
			w.bits = int(n)
		case "useinbandfec":
			w.fec = n == 1
		case "usedtx":
			w.dtx = n == 1
		case "cbr":
			w.cbr = n == 1
		}
	}
	return w
}

// opusUnits reads how long a packet is from its first octets. RFC 6716 §3.1
func opusUnits(payload []byte) int {
	if len(payload) == 0 {
		return 0
	}
	const millisecond = opusClock / 1000
	var frame int // by mode: SILK, hybrid, CELT. RFC 6716 table 2
	switch config := int(payload[0] >> 3); {
	case config < 12:
		frame = []int{10, 20, 40, 60}[config%4] * millisecond
	case config < 16:
		frame = []int{10, 20}[config%2] * millisecond
	default:
		frame = 5 * millisecond / 2 << (config % 4)
	}
	frames := 1
	switch payload[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(payload) < 2 {
			return 0
		}
		frames = int(payload[1] & 63)
	}
	if frames*frame > opusLong*millisecond {
		return 0
	}
	return frames * frame
}

// opusCodec is Opus by libopus. What it needs of it is made when it is first used:
// most streams go one way.
type opusCodec struct {
	wishes wished
	enc    *opus.Encoder
	dec    *opus.Decoder
}

// encoder cannot fail: the rate is one of Opus's, and the settings are its own.
func (w wished) encoder() *opus.Encoder {
	e, err := opus.NewEncoder(opusRate, 1, opus.AppVoIP)
	if err != nil {
		return new(opus.Encoder) // it encodes nothing
	}
	bits := opusBits
	if w.bits >= 6000 { // the least that Opus has. RFC 7587 §6.1
		bits = min(bits, w.bits)
	}
	_ = e.SetBitrate(bits)
	_ = e.SetComplexity(opusEffort)
	_ = e.SetVBR(!w.cbr)
	_ = e.SetDTX(w.dtx)
	if w.fec {
		_ = e.SetInBandFEC(true)
		_ = e.SetPacketLossPerc(opusLoss)
	}
	switch {
	case w.rate == 0 || w.rate >= 16000:
	case w.rate >= 12000:
		_ = e.SetMaxBandwidth(opus.Mediumband)
	default:
		_ = e.SetMaxBandwidth(opus.Narrowband)
	}
	return e
}

// Encode takes one frame. In silence it gives nothing where the other side wants
// silence left out: packets of two octets need not be sent. RFC 7587 §3.1.3
func (o *opusCodec) Encode(dst []byte, pcm []int16) []byte {
	if o.enc == nil {
		o.enc = o.wishes.encoder()
	}
	from := len(dst)
	dst = slices.Grow(dst, opusMost)
	n, err := o.enc.Encode(pcm, dst[from:from+opusMost:from+opusMost])
	if err != nil || o.wishes.dtx && n <= 2 {
		return dst[:from]
	}
	return dst[:from+n]
}

// Decode takes one packet.
func (o *opusCodec) Decode(dst []int16, payload []byte) []int16 {
	if opusUnits(payload) == 0 || !o.hears() {
		return dst
	}
	from := len(dst)
	const most = opusLong * opusRate / 1000
	dst = slices.Grow(dst, most)
	n, err := o.dec.Decode(payload, dst[from:from+most:from+most])
	if err != nil {
		return dst[:from]
	}
	return dst[:from+n]
}

// hears makes the decoder.
func (o *opusCodec) hears() bool {
	if o.dec == nil {
		o.dec, _ = opus.NewDecoder(opusRate, 1)
	}
	return o.dec != nil
}

// Conceal reads the copy that the next packet has of the one before; without one,
// libopus goes on with what was heard last. RFC 6716 §2.1.7
func (o *opusCodec) Conceal(dst []int16, n int, next []byte) ([]int16, bool) {
	if o.dec == nil || n <= 0 || n%opusStep != 0 || n > opusLong*opusRate/1000 {
		return dst, false
	}
	from := len(dst)
	dst = slices.Grow(dst, n)
	gap := dst[from : from+n : from+n]
	var err error
	if opusUnits(next) > 0 {
		err = o.dec.DecodeFEC(next, gap)
	} else {
		err = o.dec.DecodePLC(gap)
	}
	if err != nil {
		return dst[:from], false
	}
	return dst[:from+n], true
}
