package voice

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
)

// Parties of a recording, as RecordCall names them.
const (
	partyCustomer = "Customer"
	partyAgent    = "Agent"
)

// Parties as contact records name them.
const (
	partyOfAll      = "ALL"
	partyOfCustomer = "CUSTOMER"
	partyOfAgent    = "AGENT"
)

const (
	tapeDepth = 500              // frames that may wait to be written: ten seconds
	tapeFrame = 4 * 160          // octets of a frame of both sides
	tapeEvery = 50               // frames after which the header says how much there is
	tapeTime  = time.Second / 50 // of a frame
)

// A tape records a call: the customer on the left, our side on the right.
type tape struct {
	path     string
	begun    time.Time
	left     atomic.Bool
	right    atomic.Bool
	all      [2]bool // sides that were ever recorded
	paused   atomic.Bool
	frames   chan piece
	dropped  atomic.Int64
	untap    func()
	finished bool

	missing int // frames that were dropped since the last that was not
}

// A piece is a frame of both sides, behind so many that were dropped.
type piece struct {
	missing int
	sound   []byte
}

// A tapeFile is where a tape is written to.
type tapeFile interface {
	io.Writer
	io.WriterAt
	Sync() error
	Close() error
}

// record begins, ends, pauses or resumes the recording of the call.
func (k *call) record(v contact.RecordCall) (gateway.Result, error) {
	switch {
	case v.Do != "" && len(v.Parties) == 0:
		if k.tape == nil {
			return gateway.Result{Note: "nothing is recorded"}, nil
		}
		k.tape.paused.Store(v.Do == contact.RecordingSuspend)
		return gateway.Result{}, nil
	case len(v.Parties) == 0:
		k.stopTape()
		return gateway.Result{}, nil
	case k.g.set.Recordings == "":
		return gateway.Result{Note: "the call is not recorded: the trunk has no folder for recordings"}, nil
	}
	left, right := slices.Contains(v.Parties, partyCustomer), slices.Contains(v.Parties, partyAgent)
	if t := k.tape; t != nil && !t.finished {
		t.sides(left, right)
		return gateway.Result{}, nil
	}
	return gateway.Result{}, k.startTape(left, right, v.Do == contact.RecordingSuspend)
}

// sides says who is recorded from now on.
func (t *tape) sides(left, right bool) {
	t.left.Store(left)
	t.right.Store(right)
	t.all[0], t.all[1] = t.all[0] || left, t.all[1] || right
}

// party is who is on it, as contact records name them.
func (t *tape) party() string {
	switch t.all {
	case [2]bool{true, false}:
		return partyOfCustomer
	case [2]bool{false, true}:
		return partyOfAgent
	}
	return partyOfAll
}

func newTape(path string, begun time.Time) *tape {
	return &tape{path: path, begun: begun, frames: make(chan piece, tapeDepth)}
}

// createTape makes the file of a recording. Two that begin in the same
// millisecond have names of their own.
func createTape(folder string, id contact.ID, now time.Time) (*os.File, error) {
	dir := filepath.Join(folder, now.Format("2006"), now.Format("01"), now.Format("02"))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, string(id)+"_"+now.Format("20060102T15:04:05.000")+"_UTC")
	for n := 1; ; n++ {
		name := path + ".wav"
		if n > 1 {
			name = fmt.Sprintf("%s_%d.wav", path, n)
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil || !errors.Is(err, fs.ErrExist) || n == 100 {
			return f, err
		}
	}
}

func (k *call) startTape(left, right, paused bool) error {
	now := time.Now().UTC()
	f, err := createTape(k.g.set.Recordings, k.id, now)
	if err != nil {
		return fault.Wrap(fault.Refused, err, "the call cannot be recorded")
	}
	t := newTape(f.Name(), now)
	t.sides(left, right)
	t.paused.Store(paused)
	k.tape = t
	k.writing++
	t.untap = k.media.Tap(media.Timed(t.take, now))
	// The contact bears it from the beginning, so that it is known where it is if
	// this process dies.
	k.tell(contact.RecordingKept{Recording: contact.Recording{Path: t.path, Party: t.party(), Started: t.begun}})
	k.g.group.Go(func() error {
		n, err := t.write(f)
		k.loop.Post(func() { k.taped(t, n, err) })
		return nil
	})
	return nil
}

// take takes a frame of both sides. While it is paused there is silence, so that
// the times of what follows stay right; so there is for what could not be written
// in time: it goes before the next frame that can.
func (t *tape) take(heard, said []int16) {
	b := make([]byte, 0, tapeFrame)
	for i := range heard {
		var l, r int16
		if !t.paused.Load() {
			if t.left.Load() {
				l = heard[i]
			}
			if t.right.Load() && i < len(said) {
				r = said[i]
			}
		}
		b = append(b, byte(l), byte(uint16(l)>>8), byte(r), byte(uint16(r)>>8))
	}
	select {
	case t.frames <- piece{t.missing, b}:
		t.missing = 0
	default: // the disk does not keep up: the sound of the call comes first
		t.missing++
		t.dropped.Add(1)
	}
}

// write writes frames until there are no more. Its header tells once in a second
// how much there is, so that the file is good if this process dies; and in the
// end, also where there was no room for all of it. n is how many octets of sound
// there are.
func (t *tape) write(f tapeFile) (n int64, err error) {
	_, err = f.Write(audio.WAVHeader(audio.Rate, 2, 0))
	header := func() error {
		_, err := f.WriteAt(audio.WAVHeader(audio.Rate, 2, n), 0)
		return err
	}
	frames := 0
	put := func(b []byte) {
		if err == nil { // where it is not, the call goes on all the same
			var wrote int
			wrote, err = f.Write(b)
			n += int64(wrote)
		}
	}
	silence := make([]byte, tapeFrame)
	for p := range t.frames {
		for range p.missing {
			put(silence)
		}
		put(p.sound)
		if frames++; err == nil && frames%tapeEvery == 0 {
			err = header()
		}
	}
	n -= n % 4 // both sides of a sample, or neither
	return n, errors.Join(err, header(), f.Sync(), f.Close())
}

// stopTape ends a recording; what was recorded is told when it is written.
func (k *call) stopTape() {
	if t := k.tape; t != nil && !t.finished {
		t.finished = true
		t.untap() // no frame comes after it
		close(t.frames)
	}
}

func (k *call) taped(t *tape, n int64, err error) {
	k.writing--
	if k.tape == t {
		k.tape = nil
	}
	if lost := t.dropped.Load(); err != nil || lost > 0 {
		k.g.log.Warn("a recording is not whole", "contact", k.id, "path", t.path, "missing", time.Duration(lost)*tapeTime, "err", err)
	}
	stopped := time.Now().UTC()
	if err != nil { // it ends where there was no more room
		stopped = t.begun.Add(time.Duration(n/tapeFrame) * tapeTime)
	}
	k.tell(contact.RecordingKept{Recording: contact.Recording{Path: t.path, Party: t.party(), Started: t.begun, Stopped: stopped}})
	k.leave()
}
