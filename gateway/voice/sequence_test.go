package voice

import (
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/voicetest"
)

// loud tells which of two tones are in each half second of what was heard.
func loud(sound []int16, freqs ...float64) (out string) {
	for len(sound) >= 4000 {
		best := "."
		for i, f := range freqs {
			if voicetest.Level(sound[400:3600], f) > -25 {
				best = string(rune('a' + i))
			}
		}
		out, sound = out+best, sound[4000:]
	}
	return out
}

// Several prompts play one after the other, and over and over until something
// else is wanted.
func TestSeveralPrompts(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		short, beep := prompt("short"), prompt(builtinBeep)
		b.ear.Packets()
		b.do(contact.PlayPrompt{Visit: 1, Prompt: short, More: []contact.Prompt{beep, {}, short}})
		time.Sleep(2 * time.Second)
		b.wants(contact.PromptEnded{Visit: 1})
		if got := loud(b.ear.Sound()[:12000], 440, 1000); got != "aba" {
			b.Errorf("heard %q", got)
		}
		b.do(contact.PlayPrompt{Visit: 2, Prompt: short, More: []contact.Prompt{short, beep}, Loop: true})
		time.Sleep(20 * time.Second)
		b.wants()
		b.ear.Packets()
		if r := b.do(contact.StopPrompt{}); r.Input != (contact.PromptEnded{Visit: 2}) {
			b.Errorf("%+v", r)
		}
		time.Sleep(time.Second)
		if got := loud(b.ear.Sound()[800:], 440, 1000); got != "." {
			b.Errorf("heard %q after the stop", got)
		}
		// A key breaks all of them off.
		b.do(contact.PlayPrompt{Visit: 3, Prompt: prompt(builtinMusic), Loop: true})
		time.Sleep(time.Second)
		b.do(contact.CollectDigits{Visit: 4, First: 5, Max: 1})
		b.ear.Press("7")
		b.wants(contact.DigitsReceived{Visit: 4, Digits: "7", End: contact.Complete})
		b.hangUp(d)
	})
}

// A looped sequence wraps within a frame, and one that is not ends in silence.
func TestSequence(t *testing.T) {
	clip := func(from, n int) audio.Clip {
		c := audio.Clip{Rate: 8000}
		for i := range n {
			c.Samples = append(c.Samples, int16(from+i))
		}
		return c
	}
	s := newSequence([]audio.Clip{clip(0, 3), {Rate: 8000}, clip(3, 2)}, true)
	pcm := make([]int16, 7)
	for round := range 5 {
		if !s.Next(pcm) {
			t.Fatal("a loop ends")
		}
		for i, v := range pcm {
			if v != int16((round*7+i)%5) {
				t.Fatalf("round %d: %v", round, pcm)
			}
		}
	}
	s = newSequence([]audio.Clip{clip(1, 3), clip(4, 2)}, false)
	clear(pcm)
	if s.Next(pcm) || pcm[4] != 5 || pcm[5] != 0 {
		t.Errorf("%v", pcm)
	}
	if !newSequence(nil, true).empty() || newSequence(nil, true).Next(pcm) {
		t.Error("nothing plays for ever")
	}
	s = newSequence([]audio.Clip{clip(0, 80), clip(0, 160)}, true)
	s.Next(make([]int16, 160))
	if up := s.to(16000); up.clip != 1 || up.at != 160 || len(up.clips[1].Samples) != 320 {
		t.Errorf("at %d of %d at the other rate", up.at, up.clip)
	}
}

// What is built in is heard, neither faint nor distorted, and wraps without a gap.
func TestMusic(t *testing.T) {
	c := music()
	peak := 0
	for _, v := range c.Samples {
		peak = max(peak, int(v), -int(v))
	}
	if peak < 4000 || peak > 20000 || c.Length() != 16*time.Second {
		t.Errorf("a peak of %d in %v", peak, c.Length())
	}
	for i := 0; i < len(c.Samples); i += audio.Rate {
		if audio.Energy(c.Samples[i:i+audio.Rate]) < 100*100 {
			t.Errorf("silence after %d s", i/audio.Rate)
		}
	}
}

// What plays goes on where the other side changes to a codec of another rate.
func TestCodecChanges(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Codecs = []string{"PCMA", "G722"} }, func(b *bench) {
		d := b.up()
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("long")})
		time.Sleep(4 * time.Second)
		d.Request("INVITE", "", "v=0\r\no=- 1 2 IN IP4 "+theirIP+"\r\ns=-\r\nc=IN IP4 "+theirIP+"\r\nt=0 0\r\nm=audio 6000 RTP/AVP 9\r\n")
		d.Answered(b.phone.Expect("200"))
		d.Request("ACK", "")
		synctest.Wait()
		time.Sleep(5 * time.Second)
		b.wants()
		time.Sleep(1200 * time.Millisecond)
		b.wants(contact.PromptEnded{Visit: 1})
		b.hangUp(d)
	})
}

// A caller who is put through hears that it rings.
func TestTransferRings(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		m, ear := b.third(contact.TransferCall{Visit: 1, To: "+12065550177"})
		ear.Close()
		b.phone.Reply(m, "180 Ringing", "third", "")
		b.ear.Packets()
		time.Sleep(1900 * time.Millisecond)
		if l := voicetest.Level(b.ear.Sound()[800:12000], 480); l < -22 {
			b.Errorf("the ringing tone is at %.1f dB", l)
		}
		b.phone.Reply(m, "603 Decline", "third", "")
		b.phone.Expect("ACK")
		b.wants(contact.TransferEnded{Visit: 1, Outcome: transferFailed, Code: "603"})
		b.ear.Packets()
		time.Sleep(5 * time.Second)
		if got := loud(b.ear.Sound()[800:], 480); got != "........." {
			b.Errorf("it goes on ringing: %q", got)
		}
		b.hangUp(d)
	})
}
