package voice

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/voicetest"
)

// declared is how much sound the header of a file tells of.
func declared(t testing.TB, path string) (octets, all int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || len(b) < audio.WAVHeaderSize {
		t.Fatalf("%d octets, %v", len(b), err)
	}
	return int(binary.LittleEndian.Uint32(b[40:])), len(b) - audio.WAVHeaderSize
}

// kept gives the recordings that the house was told of, the first that is told of
// being known from the beginning.
func (b *bench) kept() (all []contact.Recording) {
	b.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.heard {
		if r, ok := a.Input.(contact.RecordingKept); ok {
			all = append(all, r.Recording)
		}
	}
	b.heard = nil
	return all
}

// A process that dies leaves a file that can be played, and a contact that knows
// of it.
func TestRecordingOutlivesACrash(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		b.do(contact.RecordCall{Parties: []string{"Customer", "Agent"}})
		kept := b.kept()
		if len(kept) != 1 || kept[0].Party != "ALL" || kept[0].Started.IsZero() || !kept[0].Stopped.IsZero() {
			b.Fatalf("%+v", kept)
		}
		b.ear.Talk(700, 3500*time.Millisecond)
		synctest.Wait()
		if octets, all := declared(b, kept[0].Path); octets < 3*32000 || octets > all {
			b.Errorf("the header tells of %d octets of %d", octets, all)
		}
		d.Request("BYE", "")
		b.phone.Expect("200")
		if octets, all := declared(b, b.kept()[0].Path); octets != all {
			b.Errorf("the header tells of %d octets of %d", octets, all)
		}
	})
}

// Who is recorded changes while it is recorded.
func TestRecordingChangesParties(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		b.do(contact.RecordCall{Parties: []string{"Agent"}})
		b.ear.Talk(700, 2*time.Second)
		if r := b.do(contact.RecordCall{Parties: []string{"Agent", "Customer"}}); r.Note != "" {
			b.Errorf("%+v", r)
		}
		b.ear.Talk(700, 2*time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		kept := b.kept()
		if len(kept) != 2 || kept[0].Party != "AGENT" || kept[1].Party != "ALL" {
			b.Fatalf("%+v", kept)
		}
		file, err := os.ReadFile(kept[1].Path)
		if err != nil {
			b.Fatal(err)
		}
		left, _ := channels(file)
		if a, z := voicetest.Level(left[4000:12000], 700), voicetest.Level(left[20000:28000], 700); a > -60 || z < -13 {
			b.Errorf("the customer is at %.1f dB, then at %.1f dB", a, z)
		}
	})
}

// A recording that begins while it is suspended begins in silence, and both sides
// are in it from then on when it is resumed.
func TestRecordingBeginsSuspended(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		if r := b.do(contact.RecordCall{Do: contact.RecordingSuspend}); r.Note == "" {
			b.Error("nobody is told that nothing is recorded")
		}
		b.do(contact.RecordCall{Parties: []string{"Agent", "Customer"}, Do: contact.RecordingSuspend})
		b.ear.Talk(700, 2*time.Second)
		b.do(contact.RecordCall{Do: contact.RecordingResume})
		b.ear.Talk(700, 2*time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		kept := b.kept()
		file, err := os.ReadFile(kept[len(kept)-1].Path)
		if err != nil {
			b.Fatal(err)
		}
		left, _ := channels(file)
		if a, z := voicetest.Level(left[4000:12000], 700), voicetest.Level(left[20000:28000], 700); a > -60 || z < -13 {
			b.Errorf("the customer is at %.1f dB, then at %.1f dB", a, z)
		}
	})
}

// Two recordings may begin in the same millisecond.
func TestRecordingsInOneMillisecond(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		for range 3 {
			b.do(contact.RecordCall{Parties: []string{"Customer"}})
			b.do(contact.RecordCall{})
		}
		b.kept()
		b.hangUp(d)
		if names, err := filepath.Glob(filepath.Join(dir, "*", "*", "*", "*.wav")); len(names) != 3 {
			b.Errorf("%q, %v", names, err)
		}
	})
}

// A smallFile has room for so much. It moves when it is let, and tells when it has.
type smallFile struct {
	b       []byte
	room    int
	closed  bool
	let     chan struct{} // nil: it always moves
	moved   chan struct{}
	written int
}

func (f *smallFile) Write(p []byte) (int, error) {
	if f.let != nil {
		<-f.let
		if f.written++; f.written == 10 {
			close(f.moved)
		}
	}
	n := min(len(p), f.room-len(f.b))
	f.b = append(f.b, p[:n]...)
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (f *smallFile) WriteAt(p []byte, at int64) (int, error) { return copy(f.b[at:], p), nil }
func (f *smallFile) Sync() error                             { return nil }
func (f *smallFile) Close() error                            { f.closed = true; return nil }

// A disk that is full keeps what it had room for.
func TestRecordingOnAFullDisk(t *testing.T) {
	x := newTape("p", time.Now())
	x.sides(true, true)
	f := &smallFile{room: 44 + 10*tapeFrame + 3}
	done := make(chan error, 1)
	var n int64
	go func() {
		var err error
		n, err = x.write(f)
		done <- err
	}()
	for range 2 * tapeDepth { // nobody waits for the disk
		x.take(make([]int16, 160), make([]int16, 160))
	}
	close(x.frames)
	if err := <-done; !errors.Is(err, syscall.ENOSPC) || n != 10*tapeFrame || !f.closed {
		t.Errorf("%d octets, %v", n, err)
	}
	if told := binary.LittleEndian.Uint32(f.b[40:]); told != 10*tapeFrame {
		t.Errorf("the header tells of %d", told)
	}
}

// A disk that stands still loses sound, but no time: what follows is where it
// belongs.
func TestRecordingOnASlowDisk(t *testing.T) {
	x := newTape("p", time.Now())
	x.sides(true, false)
	frame := make([]int16, 160)
	for range tapeDepth + 100 {
		x.take(frame, frame)
	}
	f := &smallFile{room: 1 << 30, let: make(chan struct{}), moved: make(chan struct{})}
	done := make(chan error, 1)
	go func() { _, err := x.write(f); done <- err }()
	close(f.let)
	<-f.moved
	frame[0] = 1000
	x.take(frame, frame)
	close(x.frames)
	if err := <-done; err != nil {
		t.Error(err)
	}
	left, right := channels(f.b)
	at := (tapeDepth + 100) * 160
	if len(left) != at+160 || left[at] != 1000 || right[at] != 0 || x.dropped.Load() != 100 {
		t.Errorf("%d samples, %d frames were dropped", len(left), x.dropped.Load())
	}
}

// Where nothing can be written the call goes on, and that is told.
func TestRecordingNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(t *Trunk) { t.Recordings = filepath.Join(file, "below") }, func(b *bench) {
		d := b.up()
		_, err := b.gw.Do(context.Background(), &contact.Contact{ID: alice}, contact.RecordCall{Parties: []string{"Customer"}})
		if !fault.Is(err, fault.Refused) {
			b.Errorf("%v", err)
		}
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
		time.Sleep(time.Second)
		b.wants(contact.PromptEnded{Visit: 1})
		b.hangUp(d)
	})
}

// onset is where a side of a recording begins to sound.
func onset(pcm []int16) time.Duration {
	for i, v := range pcm {
		if v > 3000 || v < -3000 {
			return time.Duration(i) * time.Second / audio.Rate
		}
	}
	return -1
}

// Both sides lie where they belong: what was said and heard at one moment is at
// one place, as long after the beginning as it was.
func TestRecordingKeepsTime(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		b.do(contact.RecordCall{Parties: []string{"Customer", "Agent"}})
		b.ear.Talk(0, 2*time.Second)
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
		b.ear.Talk(700, time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		file, err := os.ReadFile(b.kept()[0].Path)
		if err != nil {
			b.Fatal(err)
		}
		left, right := channels(file)
		l, r := onset(left), onset(right)
		if l < 1980*time.Millisecond || l > 2120*time.Millisecond || r < 1980*time.Millisecond || r > 2060*time.Millisecond {
			b.Errorf("the customer begins at %v, the prompt at %v", l, r)
		}
	})
}
