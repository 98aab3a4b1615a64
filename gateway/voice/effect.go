package voice

import (
	"context"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/dtmf"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/signal"
)

// playing is the prompt that the caller hears now.
type playing struct {
	visit int
	sound *sequence
	then  func() // when it is over
}

// listening is a wait for keys.
type listening struct {
	visit int
	keys  *dtmf.Collector
	timer *time.Timer
	words *words // words are waited for too, and silence is told as such; nil: keys only
}

// Do performs one effect of a call. What is asked of a call that is over does
// nothing: its contact has been told, or will be.
func (g *Gateway) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	switch v := e.(type) {
	case contact.PlaceCall:
		return g.place(c, v)
	case contact.PlayPrompt:
		return g.play(ctx, c, v)
	case contact.CollectDigits:
		if v.Key != "" {
			if _, err := dtmf.Encrypt("0", v.Key, v.KeyID); err != nil {
				return gateway.Result{}, err // before the caller presses anything
			}
		}
		return g.within(ctx, c, v.Prompt, func(k *call, clip audio.Clip) (gateway.Result, error) { return k.collect(v, clip) })
	case contact.CollectSpeech:
		return g.within(ctx, c, v.Prompt, func(k *call, clip audio.Clip) (gateway.Result, error) { return k.collectSpeech(c, v, clip) })
	case contact.StopPrompt:
		return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) { return k.hush(), nil })
	case contact.TransferCall:
		return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) { return k.transfer(v) })
	case contact.Bridge:
		return g.bridge(ctx, c, v)
	case contact.TellAgent:
		return g.tellAgent(ctx, c, v)
	case contact.RecordCall:
		return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) { return k.record(v) })
	case contact.StreamCall:
		return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) { return k.stream(c, v) })
	case contact.EndCall:
		return g.endCall(ctx, c)
	}
	return gateway.Result{}, fault.New(fault.Refused, "a trunk does not do %s", contact.EffectKind(e))
}

// within does something with a call that is there. The sound of a prompt is made
// before, so that the call does not wait for it.
func (g *Gateway) within(ctx context.Context, c *contact.Contact, p contact.Prompt, f func(*call, audio.Clip) (gateway.Result, error)) (gateway.Result, error) {
	k, known := g.call(c.ID)
	switch {
	case k == nil && known:
		return gateway.Result{}, nil
	case k == nil:
		return gateway.Result{Input: contact.CallEnded{By: contact.ByLostNode, Phrase: "the call is not here any more"}}, nil
	}
	clips, err := g.clips(ctx, k.media.Rate(), p)
	if err != nil {
		return gateway.Result{}, err
	}
	clip := clips[0]
	type answer struct {
		r   gateway.Result
		err error
	}
	done := make(chan answer, 1)
	ok := k.loop.Post(func() {
		if k.over {
			done <- answer{}
			return
		}
		r, err := f(k, clip.At(k.media.Rate())) // the codec may have changed meanwhile
		done <- answer{r, err}
	})
	if !ok {
		return gateway.Result{}, nil
	}
	select {
	case a := <-done:
		return a.r, a.err
	case <-ctx.Done():
		return gateway.Result{}, ctx.Err()
	}
}

// play plays prompts, one after the other.
func (g *Gateway) play(ctx context.Context, c *contact.Contact, v contact.PlayPrompt) (gateway.Result, error) {
	k, _ := g.call(c.ID)
	rate := audio.Rate
	if k != nil {
		rate = k.media.Rate()
	}
	more, err := g.clips(ctx, rate, v.More...)
	if err != nil {
		return gateway.Result{}, err
	}
	return g.within(ctx, c, v.Prompt, func(k *call, clip audio.Clip) (gateway.Result, error) {
		return k.play(v, newSequence(append([]audio.Clip{clip}, more...), v.Loop).to(clip.Rate)), nil
	})
}

// play plays prompts. What played or listened before is broken off.
func (k *call) play(v contact.PlayPrompt, sound *sequence) gateway.Result {
	k.deafen()
	k.playing = nil
	k.media.Hush()
	if v.SkipOnDigits && len(k.buffer) > 0 || sound.empty() {
		return gateway.Result{Input: contact.PromptEnded{Visit: v.Visit}}
	}
	k.whenUp(func() {
		k.say(v.Visit, sound, func() { k.tell(contact.PromptEnded{Visit: v.Visit}) })
	})
	return gateway.Result{}
}

// whenUp does something now, or once an inbound call is answered.
func (k *call) whenUp(f func()) {
	k.waiting = nil
	if k.up {
		f()
		return
	}
	k.waiting = f
}

// say plays a sound, and calls then when it is over and nothing took its place.
func (k *call) say(visit int, sound *sequence, then func()) {
	p := &playing{visit: visit, sound: sound, then: then}
	k.playing = p
	k.media.Play(sound, func() {
		k.loop.Post(func() {
			if k.playing != p {
				return
			}
			k.playing, k.spoke = nil, time.Now()
			then()
		})
	})
}

// hush silences what plays.
func (k *call) hush() gateway.Result {
	k.waiting = nil
	if k.desk != nil && k.desk.joined || k.third != nil && k.third.up && !k.third.over {
		return gateway.Result{} // somebody talks: what was to be silenced is over
	}
	k.media.Hush()
	if k.playing == nil {
		return gateway.Result{}
	}
	visit := k.playing.visit
	k.playing = nil
	return gateway.Result{Input: contact.PromptEnded{Visit: visit}}
}

// collect plays a prompt and waits for keys.
func (k *call) collect(v contact.CollectDigits, clip audio.Clip) (gateway.Result, error) {
	return k.hear(v, &listening{visit: v.Visit, keys: dtmf.New(v)}, clip)
}

// hear plays a prompt and waits as l says.
func (k *call) hear(v contact.CollectDigits, l *listening, clip audio.Clip) (gateway.Result, error) {
	k.deafen()
	k.playing = nil
	k.media.Hush()
	early := k.buffer
	k.buffer = nil
	k.listen = l
	if v.Buffer {
		for i, key := range early {
			if l.keys.Press(key) {
				k.listen = nil
				k.buffer = append(k.buffer, early[i+1:]...)
				in, err := l.keys.Received()
				return gateway.Result{Input: in}, err
			}
		}
	}
	k.whenUp(func() {
		playing := len(clip.Samples) > 0 && !l.keys.Pressed()
		l.words.begin(playing)
		if !playing {
			k.patient(l)
			return
		}
		k.say(v.Visit, newSequence([]audio.Clip{clip}, false), func() { k.patient(l) })
	})
	return gateway.Result{}, nil
}

// patient waits for the next key.
func (k *call) patient(l *listening) {
	if k.listen != l {
		return
	}
	l.words.begin(false)
	if l.words != nil && l.words.speaking {
		return // who speaks has time
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	var t *time.Timer
	t = time.AfterFunc(l.keys.Wait(), func() {
		k.loop.Post(func() {
			if k.listen == l && l.timer == t {
				l.keys.TimeOut()
				k.gathered(l)
			}
		})
	})
	l.timer = t
}

// press takes a key. One that nobody listens for is kept.
func (k *call) press(key byte) {
	l := k.listen
	if k.over || !dtmf.IsKey(key) {
		return
	}
	if k.pressed != nil {
		k.pressed(key)
		return
	}
	if t := k.third; t != nil && t.up && !t.over {
		t.k.dialOn(string(key)) // they talk with a third party, and its menu asks
		return
	}
	if l == nil {
		if len(k.buffer) < bufferKept {
			k.buffer = append(k.buffer, key)
		}
		return
	}
	k.endWords(l)
	if k.playing != nil { // a key breaks the prompt off
		k.playing = nil
		k.media.Hush()
	}
	if l.keys.Press(key) {
		k.gathered(l)
		return
	}
	k.patient(l)
}

// gathered tells what was pressed.
func (k *call) gathered(l *listening) {
	k.deafen()
	in, err := l.keys.Received()
	if err != nil {
		k.tell(contact.EffectFailed{Visit: l.visit, Effect: "CollectDigits", Code: fault.CodeOf(err), Message: "the digits cannot be encrypted"})
		return
	}
	if l.words != nil && in.Digits == "" {
		k.tell(contact.SpeechReceived{Visit: l.visit, End: contact.TimedOut})
		return
	}
	k.tell(in)
}

// deafen ends a wait for keys.
func (k *call) deafen() {
	if l := k.listen; l != nil {
		if l.timer != nil {
			l.timer.Stop()
		}
		k.endWords(l)
	}
	k.listen = nil
}

// endCall hangs up, after the last words have been heard.
func (g *Gateway) endCall(ctx context.Context, c *contact.Contact) (gateway.Result, error) {
	r := gateway.Result{Input: contact.CallEnded{By: contact.BySystem}}
	k, _ := g.call(c.ID)
	if k == nil {
		return r, nil
	}
	done := make(chan gateway.Result, 1)
	hangUp := func() {
		if k.over {
			done <- r
			return
		}
		k.silent = true
		k.leg.Hangup(signal.Outcome{By: contact.BySystem})
		k.released(func() {
			r.Input = k.end(signal.Outcome{By: contact.BySystem})
			done <- r
		})
	}
	ok := k.loop.Post(func() {
		left := media.Tail() - time.Since(k.spoke)
		if k.over || left <= 0 {
			hangUp()
			return
		}
		time.AfterFunc(left, func() {
			if !k.loop.Post(hangUp) {
				done <- r
			}
		})
	})
	if !ok {
		return r, nil
	}
	select {
	case r := <-done:
		return r, nil
	case <-ctx.Done():
		return gateway.Result{}, ctx.Err()
	}
}
