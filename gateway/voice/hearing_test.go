package voice

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"outdial/contact"
	"outdial/gateway/voice/voicetest"
)

// recogniser is a server that understands one thing, whatever is said.
type recogniser struct{ text string }

func (r *recogniser) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	c, err := websocket.Accept(w, q, nil)
	for err == nil {
		var kind websocket.MessageType
		var b []byte
		if kind, b, err = c.Read(context.Background()); err != nil {
			return
		}
		var m struct{ Event string }
		if kind == websocket.MessageText && json.Unmarshal(b, &m) == nil && m.Event == "end" {
			doc, _ := json.Marshal(map[string]string{"event": "final", "text": r.text})
			err = c.Write(context.Background(), websocket.MessageText, doc)
		}
	}
}

// listening is a bubble with a server that recognises words as text.
func listeningTo(t *testing.T, h http.Handler, f func(b *bench)) {
	t.Helper()
	var p *pipes
	inBubbleWith(t, t.TempDir(), func(tr *Trunk, o *Options) {
		p = newPipes()
		tr.Ears.Engine, tr.Ears.URL = "websocket", "ws://ears.example/"
		o.HTTP = p.client()
	}, func(b *bench) {
		served := make(chan struct{})
		s := &http.Server{Handler: h}
		go func() {
			defer close(served)
			if h != nil {
				_ = s.Serve(p)
			}
		}()
		if h == nil {
			_ = p.Close()
		}
		f(b)
		time.Sleep(20 * time.Second)
		_ = s.Close()
		_ = p.Close()
		<-served
	})
}

func TestWords(t *testing.T) {
	listeningTo(t, &recogniser{"book a table"}, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1, Language: "en-US", Prompt: prompt("short")})
		b.ear.Talk(0, time.Second)
		speak(b.ear, time.Second)
		b.wants()
		b.ear.Talk(0, 900*time.Millisecond)
		b.wants(contact.SpeechReceived{Visit: 1, Text: "book a table"})
		b.hangUp(d)
	})
}

// Who speaks while the prompt plays is heard, and the prompt falls silent.
func TestWordsBargeIn(t *testing.T) {
	for _, allowed := range []string{"true", "false"} {
		listeningTo(t, &recogniser{"stop"}, func(b *bench) {
			d := b.up()
			b.do(contact.CollectSpeech{Visit: 1, Prompt: prompt("long"), Session: map[string]string{"x-amz-lex:allow-interrupt:*:*": allowed}})
			b.ear.Talk(0, time.Second)
			speak(b.ear, time.Second)
			b.ear.Packets()
			b.ear.Talk(0, 900*time.Millisecond)
			loud := voicetest.Level(b.ear.Sound(), 440) > -30
			if allowed == "true" {
				b.wants(contact.SpeechReceived{Visit: 1, Text: "stop"})
			} else {
				b.wants()
			}
			if loud != (allowed == "false") {
				b.Errorf("interruptible %s: the prompt is to be heard: %v", allowed, loud)
			}
			b.hangUp(d)
		})
	}
}

// Who speaks is not timed out; what is no word is listened past, but not for ever.
func TestWordsTakeTime(t *testing.T) {
	listeningTo(t, &recogniser{""}, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1, Session: map[string]string{"x-amz-lex:audio:start-timeout-ms:*:*": "2000"}})
		for range mostVain - 1 {
			b.ear.Talk(0, time.Second)
			speak(b.ear, 3*time.Second)
			b.ear.Talk(0, time.Second)
			b.wants()
		}
		speak(b.ear, time.Second)
		b.ear.Talk(0, time.Second)
		b.wants(contact.SpeechReceived{Visit: 1, End: contact.TimedOut})
		b.hangUp(d)
	})
}

func TestNoWords(t *testing.T) {
	listeningTo(t, &recogniser{"x"}, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1})
		b.ear.Talk(0, 3800*time.Millisecond)
		b.wants()
		b.ear.Talk(0, 400*time.Millisecond)
		b.wants(contact.SpeechReceived{Visit: 1, End: contact.TimedOut})
		b.hangUp(d)
	})
}

// Keys count beside words: they come first here.
func TestKeysBeforeWords(t *testing.T) {
	listeningTo(t, &recogniser{"x"}, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1})
		b.ear.Press("4")
		speak(b.ear, time.Second)
		b.ear.Talk(0, time.Second)
		b.ear.Press("2#")
		b.wants(contact.DigitsReceived{Visit: 1, Digits: "42", End: contact.Terminated})
		b.hangUp(d)
	})
}

// Where the recogniser is away words fail, and keys do not.
func TestRecogniserIsAway(t *testing.T) {
	listeningTo(t, nil, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1})
		b.ear.Press("42#")
		b.wants(contact.DigitsReceived{Visit: 1, Digits: "42", End: contact.Terminated})
		b.do(contact.CollectSpeech{Visit: 2})
		b.ear.Talk(0, time.Second)
		speak(b.ear, time.Second)
		b.ear.Talk(0, time.Second)
		synctest.Wait()
		b.mu.Lock()
		f, ok := b.heard[0].Input.(contact.EffectFailed)
		b.heard = nil
		b.mu.Unlock()
		if !ok || f.Visit != 2 || f.Effect != "CollectSpeech" {
			b.Errorf("%+v", f)
		}
		b.hangUp(d)
	})
}

// The caller hangs up in the middle of a word.
func TestWordsBrokenOff(t *testing.T) {
	listeningTo(t, &recogniser{"x"}, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1})
		b.ear.Talk(0, time.Second)
		speak(b.ear, time.Second)
		b.hangUp(d)
	})
}
