package stream

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"time"

	"github.com/zaf/g711"

	"outdial/gateway/voice/audio"
)

// Tracks of a stream.
const (
	FromCustomer = "FROM_CUSTOMER"
	ToCustomer   = "TO_CUSTOMER"
)

// version is that of what is sent. It changes when a reader has to.
const version = 1

// headerSize is what stands before the sound of a binary message:
// version, track (1: from the customer, 2: to him), two octets of zero, the
// sequence number (32 bits) and the time since the start in milliseconds
// (64 bits), the highest octet first.
const headerSize = 16

// A chunk is the sound of one track in one message.
type chunk struct {
	track string
	seq   uint32
	at    time.Duration // since the stream's start
	sound []byte
}

func (c *chunk) binary() []byte {
	b := make([]byte, 0, headerSize+len(c.sound))
	kind := byte(1)
	if c.track == ToCustomer {
		kind = 2
	}
	b = append(b, version, kind, 0, 0)
	b = binary.BigEndian.AppendUint32(b, c.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(c.at.Milliseconds()))
	return append(b, c.sound...)
}

// A message is what is sent as text.
type message struct {
	Event      string            `json:"event"`
	Version    int               `json:"version,omitempty"`
	Stream     string            `json:"streamId"`
	Contact    string            `json:"contactId,omitempty"`
	Instance   string            `json:"instanceId,omitempty"`
	Account    string            `json:"account,omitempty"`
	Customer   string            `json:"customer,omitempty"`
	System     string            `json:"system,omitempty"`
	Started    string            `json:"started,omitempty"` // RFC 3339
	Tracks     []string          `json:"tracks,omitempty"`
	Format     *format           `json:"format,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Resumed    bool              `json:"resumed,omitempty"` // it was broken off, and goes on

	Track    string  `json:"track,omitempty"`
	Sequence *uint32 `json:"sequence,omitempty"`  // media, dropped: of this chunk, or of the first after what was dropped
	At       *int64  `json:"timestamp,omitempty"` // milliseconds since the start
	Payload  string  `json:"payload,omitempty"`   // base64

	Dropped *int64 `json:"dropped,omitempty"` // chunks, in all
	Sent    *int64 `json:"sent,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

type format struct {
	Encoding     string `json:"encoding"`
	Rate         int    `json:"sampleRate"`
	Channels     int    `json:"channels"` // of each track
	Milliseconds int64  `json:"frameMilliseconds"`
	Frames       string `json:"frames"`
}

func (s *Stream) starting(resumed bool) message {
	return message{
		Event: "start", Version: version, Stream: s.start.Stream, Contact: s.start.Contact, Instance: s.start.Instance, Account: s.start.Account,
		Customer: s.start.Customer, System: s.start.System, Started: s.begun.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Tracks: s.start.Tracks,
		Format:     &format{s.set.Encoding, audio.Rate, 1, s.set.Frame.Milliseconds(), s.set.Frames},
		Parameters: s.start.Parameters, Resumed: resumed,
	}
}

// text writes a message. Its members are texts and numbers: nothing can fail.
func (m message) text() []byte {
	b, _ := json.Marshal(m)
	return b
}

func (s *Stream) media(c *chunk) []byte {
	at := c.at.Milliseconds()
	return message{Event: "media", Stream: s.start.Stream, Track: c.track, Sequence: &c.seq, At: &at, Payload: base64.StdEncoding.EncodeToString(c.sound)}.text()
}

// encode writes samples as the far side wants them.
func (s *Stream) encode(dst []byte, pcm []int16) []byte {
	if s.set.Encoding == PCM {
		return audio.Bytes(dst, pcm)
	}
	for _, v := range pcm {
		dst = append(dst, g711.EncodeUlawFrame(v))
	}
	return dst
}

// Take takes what was heard from the customer and said to him: a media.Tap. It
// never waits.
func (s *Stream) Take(heard, said []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	for _, t := range []struct {
		track string
		pcm   []int16
	}{{FromCustomer, heard}, {ToCustomer, said}} {
		if !slices.Contains(s.start.Tracks, t.track) {
			continue
		}
		s.open[t.track] = s.encode(s.open[t.track], t.pcm)
	}
	if s.pieces++; s.pieces%int64(s.set.Frame/piece) == 0 {
		s.cut()
	}
}

// cut makes chunks of what was gathered. s.mu is held.
func (s *Stream) cut() {
	for _, track := range s.start.Tracks {
		sound := s.open[track]
		if len(sound) == 0 {
			continue
		}
		delete(s.open, track)
		s.seq++
		s.waiting = append(s.waiting, chunk{track: track, seq: s.seq, at: s.cutAt, sound: sound})
	}
	s.cutAt = time.Duration(s.pieces) * piece
	if n := len(s.waiting) - s.most; n > 0 {
		s.waiting = append(s.waiting[:0], s.waiting[n:]...)
		s.dropped += int64(n)
	}
	s.nudge()
}
