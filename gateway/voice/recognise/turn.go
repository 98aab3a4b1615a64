package recognise

import (
	"context"
	"strings"
	"sync"
	"time"

	"outdial/gateway/voice/audio"
)

const (
	frame = 20 * time.Millisecond
	// What sounds for less than this is no word, but a click or a cough. While a
	// prompt plays it takes more, so that an echo of it breaks nothing off.
	leastSound  = 120 * time.Millisecond
	leastBarge  = 240 * time.Millisecond
	before      = 400 * time.Millisecond // sound from before the words were noticed that is recognised too
	mostSpoken  = 13 * time.Second       // Lex's default. https://docs.aws.amazon.com/lexv2/latest/dg/session-attribs-speech.html
	echoMargin  = 12.0                   // dB by which an echo of ours is softer than what we say, at least
	echoFrames  = 15                     // so long after we said it
	hangover    = 8                      // frames that Activity holds on to sound
	soundToTell = -45.0                  // dB; what we say that is softer makes no echo
)

// A Turn is one turn of a caller: from when we begin to listen until his words are
// known.
type Turn struct {
	*Recogniser
	ask  Ask
	tell func(Event)
	ctx  context.Context
	stop context.CancelFunc
	jobs sync.WaitGroup
	link *link // of the engine websocket

	mu       sync.Mutex
	closed   bool
	playing  bool // a prompt of ours
	activity audio.Activity
	past     []int16 // of late, before anybody spoke
	spoken   []int16
	speaking bool
	run      int           // frames of sound in a row
	quiet    time.Duration // since the last sound
	said     [echoFrames]float64
	n        int
	busy     bool // words are being recognised
}

// Listen begins a turn. tell is called from other goroutines; it must not block, nor
// call the turn.
// playing says that a prompt is about to play, which words may break off.
func (r *Recogniser) Listen(a Ask, playing bool, tell func(Event)) *Turn {
	if a.Silence <= 0 {
		a.Silence = r.set.Silence
	}
	if a.Most <= 0 {
		a.Most = mostSpoken
	}
	t := &Turn{Recogniser: r, ask: a, tell: tell, playing: playing}
	for i := range t.said {
		t.said[i] = -100
	}
	t.ctx, t.stop = context.WithCancel(context.Background())
	if r.set.Engine == engineSocket {
		t.link = t.connect()
	}
	return t
}

// Alone says that no prompt plays any more.
func (t *Turn) Alone() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.playing = false
}

// Close ends the turn: nothing is told after it. It does not wait for what is
// under way; Wait does.
func (t *Turn) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.stop()
}

// Wait waits until nothing of a turn that was closed is under way.
func (t *Turn) Wait() { t.jobs.Wait() }

func (t *Turn) say(e Event) {
	t.mu.Lock()
	closed := t.closed
	t.mu.Unlock()
	if !closed {
		t.tell(e)
	}
}

// Take takes a frame of both sides at audio.Rate: a media.Tap. It never waits.
func (t *Turn) Take(heard, said []int16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.busy {
		return
	}
	t.link.put(heard)
	sound := t.sound(heard, said)
	if !t.speaking {
		t.past = append(t.past, heard...)
		if n := len(t.past) - samples(before); n > 0 {
			t.past = append(t.past[:0], t.past[n:]...)
		}
		need := leastSound
		if t.playing {
			need = leastBarge
		}
		if time.Duration(t.run)*frame >= need {
			t.begin()
		}
		return
	}
	t.spoken = append(t.spoken, heard...)
	t.quiet += frame
	if sound {
		t.quiet = 0
	}
	if t.quiet >= max(frame, t.ask.Silence-hangover*frame) || len(t.spoken) >= samples(t.ask.Most) {
		t.end()
	}
}

func samples(d time.Duration) int { return int(d * audio.Rate / time.Second) }

// sound tells whether a frame is the caller's voice, and counts how long it has
// been. What is no louder than an echo of what we say is not.
func (t *Turn) sound(heard, said []int16) bool {
	t.said[t.n%echoFrames] = audio.Decibels(said)
	t.n++
	sound, loud := t.activity.Add(heard)
	loudest := -100.0
	for _, db := range t.said {
		loudest = max(loudest, db)
	}
	if loudest > soundToTell && audio.Decibels(heard) < loudest-echoMargin {
		loud = false
	}
	switch {
	case loud:
		t.run++
	case !sound:
		t.run = 0
	}
	return sound
}

// begin is where words begin. t.mu is held.
func (t *Turn) begin() {
	t.speaking, t.quiet = true, 0
	t.spoken = append(t.spoken[:0], t.past...)
	t.past = t.past[:0]
	t.tell(Event{Kind: Began})
}

// end is where words end. t.mu is held.
func (t *Turn) end() {
	spoken := append([]int16(nil), t.spoken...)
	t.spoken, t.speaking, t.run, t.busy = t.spoken[:0], false, 0, true
	if t.link != nil {
		t.link.end() // its answer comes by itself
		return
	}
	t.jobs.Go(func() {
		ctx, cancel := context.WithTimeout(t.ctx, t.set.Timeout)
		defer cancel()
		e := Event{Kind: Heard}
		if t.set.Engine == engineLex {
			e.Text, e.Answer, e.Err = t.lex(ctx, spoken)
		} else {
			e.Text, e.Err = t.command(ctx, spoken)
		}
		t.recognised(e)
	})
}

// recognised hands words on, and listens for others.
func (t *Turn) recognised(e Event) {
	if e.Err != nil {
		e = Event{Kind: Failed, Err: e.Err}
	}
	e.Text = strings.Join(strings.Fields(e.Text), " ")
	t.say(e)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
}
