package voice

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
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

// tapeDepth is how many frames may wait to be written: ten seconds.
const tapeDepth = 500

// A tape records a call: the customer on the left, our side on the right.
type tape struct {
	path     string
	party    string
	begun    time.Time
	left     bool
	right    bool
	paused   atomic.Bool
	frames   chan []byte
	dropped  atomic.Int64
	untap    func()
	finished bool
}

// record begins, ends, pauses or resumes the recording of the call.
func (k *call) record(v contact.RecordCall) (gateway.Result, error) {
	switch {
	case v.Do == "suspend" || v.Do == "resume":
		if k.tape != nil {
			k.tape.paused.Store(v.Do == "suspend")
		}
		return gateway.Result{}, nil
	case len(v.Parties) == 0:
		k.stopTape()
		return gateway.Result{}, nil
	case k.g.set.Recordings == "":
		return gateway.Result{Note: "the call is not recorded: the trunk has no folder for recordings"}, nil
	}
	left, right := slices.Contains(v.Parties, partyCustomer), slices.Contains(v.Parties, partyAgent)
	if t := k.tape; t != nil && !t.finished {
		if t.left == left && t.right == right {
			return gateway.Result{}, nil
		}
		return gateway.Result{Note: "the call is recorded already, and goes on as it was begun"}, nil
	}
	return gateway.Result{}, k.startTape(left, right)
}

func (k *call) startTape(left, right bool) error {
	now := time.Now().UTC()
	dir := filepath.Join(k.g.set.Recordings, now.Format("2006"), now.Format("01"), now.Format("02"))
	path := filepath.Join(dir, string(k.id)+"_"+now.Format("20060102T15:04:05.000")+"_UTC.wav")
	err := os.MkdirAll(dir, 0o700)
	var f *os.File
	if err == nil {
		f, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	}
	if err != nil {
		return fault.Wrap(fault.Refused, err, "the call cannot be recorded")
	}
	t := &tape{path: path, party: partyOfAll, begun: now, left: left, right: right, frames: make(chan []byte, tapeDepth)}
	switch {
	case !right:
		t.party = partyOfCustomer
	case !left:
		t.party = partyOfAgent
	}
	k.tape = t
	k.writing++
	t.untap = k.media.Tap(t.take)
	k.g.group.Go(func() error {
		err := t.write(f)
		k.loop.Post(func() { k.taped(t, err) })
		return nil
	})
	return nil
}

// take takes a frame of both sides. While it is paused there is silence, so that
// the times of what follows stay right.
func (t *tape) take(heard, said []int16) {
	b := make([]byte, 0, 4*len(heard))
	for i := range heard {
		var l, r int16
		if !t.paused.Load() {
			if t.left {
				l = heard[i]
			}
			if t.right && i < len(said) {
				r = said[i]
			}
		}
		b = append(b, byte(l), byte(uint16(l)>>8), byte(r), byte(uint16(r)>>8))
	}
	select {
	case t.frames <- b:
	default:
		t.dropped.Add(1) // the disk does not keep up: the sound of the call comes first
	}
}

// write writes frames until there are no more, and the file's header at last.
func (t *tape) write(f *os.File) error {
	_, err := f.Write(audio.WAVHeader(audio.Rate, 2, 0))
	var n int64
	for b := range t.frames {
		if err == nil {
			_, err = f.Write(b)
			n += int64(len(b))
		}
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = f.Write(audio.WAVHeader(audio.Rate, 2, n))
	}
	return errors.Join(err, f.Close())
}

// stopTape ends a recording; what was recorded is told when it is written.
func (k *call) stopTape() {
	if t := k.tape; t != nil && !t.finished {
		t.finished = true
		t.untap() // no frame comes after it
		close(t.frames)
	}
}

func (k *call) taped(t *tape, err error) {
	k.writing--
	if k.tape == t {
		k.tape = nil
	}
	if n := t.dropped.Load(); err != nil || n > 0 {
		k.g.log.Warn("a recording is not whole", "contact", k.id, "path", t.path, "missing", time.Duration(n)*20*time.Millisecond, "err", err)
	}
	if err == nil {
		k.tell(contact.RecordingKept{Recording: contact.Recording{Path: t.path, Party: t.party, Started: t.begun, Stopped: time.Now().UTC()}})
	}
	k.leave()
}
