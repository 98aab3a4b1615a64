package media

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/sdp"
)

// Who listens for keys in the sound takes nothing away from who records it.
func TestTapsHearCleanSoundBesideKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.open(here, func(o *Options) { o.Inband = InbandOn }), w.open(there, nil)
		w.join(a, b, "G722", nil)
		b.Play(Clip(audio.Tone(b.Rate(), 3*time.Second, 9000, 440), false), nil)
		time.Sleep(2 * time.Second)
		a.mu.Lock()
		heard := append([]int16(nil), a.heard[4000:12000]...)
		a.mu.Unlock()
		all := audio.Decibels(heard) + 3 // a sine's, as Level has it
		tone := level(heard, 440)
		if noise := math.Pow(10, all/10) - math.Pow(10, tone/10); 10*math.Log10(math.Max(noise, 1e-9)) > tone-25 {
			t.Errorf("the tone is at %.2f dB of %.2f dB", tone, all)
		}
		w.close(a, b)
	})
}

// Frames that the clock left out are silence for who keeps time.
func TestTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n, sound int
		f := Timed(func(heard, _ []int16) {
			n++
			if heard[0] != 0 {
				sound++
			}
		}, time.Now())
		loud := make([]int16, frameUnits)
		loud[0] = 1
		for range 10 {
			time.Sleep(frame)
			f(loud, loud)
		}
		time.Sleep(time.Second) // it stood still
		for range 10 {
			f(loud, loud)
			time.Sleep(frame)
		}
		if sound != 20 || n < 60 || n > 70 {
			t.Errorf("%d frames, %d of them sound", n, sound)
		}
	})
}

// Keys of protection change within a call, by either side, and with each suite;
// what is protected by another key is not heard.
func TestRekey(t *testing.T) {
	for _, suite := range sdp.Suites() {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.open(here, nil), w.open(there, nil)
			ka, kb := NewKeys()[suite], NewKeys()[suite]
			agree := func(e *end, to *end, host, ours, theirs string) {
				x := terms(host, to, "PCMA")
				x.Suite, x.Key, x.Their = suite, ours, theirs
				if err := e.Agree(x); err != nil {
					t.Fatal(err)
				}
			}
			agree(a, b, there, ka, kb)
			agree(b, a, here, kb, ka)
			a.Play(Clip(audio.Tone(8000, 300*time.Millisecond, 9000, 440), true), nil)
			hears := func() float64 {
				b.mu.Lock()
				b.heard = nil
				b.mu.Unlock()
				time.Sleep(time.Second)
				b.mu.Lock()
				defer b.mu.Unlock()
				return level(b.heard[4000:], 440)
			}
			time.Sleep(500 * time.Millisecond)
			if l := hears(); l < -13 {
				t.Errorf("%s: at first it comes at %.1f dB", suite, l)
			}
			agree(a, b, there, NewKeys()[suite], kb) // nobody told the other side
			time.Sleep(500 * time.Millisecond)
			was := b.Stats().Strangers
			if l := hears(); l > -60 || b.Stats().Strangers-was < 45 {
				t.Errorf("%s: with a wrong key it comes at %.1f dB, %d packets were dropped", suite, l, b.Stats().Strangers-was)
			}
			kc := NewKeys()[suite]
			agree(a, b, there, kc, kb)
			agree(b, a, here, kb, kc)
			time.Sleep(500 * time.Millisecond)
			if l := hears(); l < -13 {
				t.Errorf("%s: with new keys it comes at %.1f dB", suite, l)
			}
			if !b.Stats().Secure {
				t.Error("it is not said to be protected")
			}
			w.close(a, b)
		})
	}
}
