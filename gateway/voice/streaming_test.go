package voice

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/voicetest"
)

// pipes are a network of streams in memory: whoever connects is served.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
}

// A listener is the operator's server that calls are streamed to.
type listener struct {
	mu    sync.Mutex
	said  []map[string]any
	sound map[byte][]int16 // by track
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	for err == nil {
		var kind websocket.MessageType
		var b []byte
		if kind, b, err = c.Read(context.Background()); err != nil {
			return
		}
		l.mu.Lock()
		if kind == websocket.MessageBinary {
			l.sound[b[1]] = audio.FromBytes(l.sound[b[1]], b[16:])
		} else {
			var m map[string]any
			_ = json.Unmarshal(b, &m)
			l.said = append(l.said, m)
		}
		l.mu.Unlock()
	}
}

// streamed is a bubble with a server that calls are streamed to; there is none
// where l is nil.
func streamed(t *testing.T, l *listener, f func(b *bench)) {
	t.Helper()
	var p *pipes
	inBubbleWith(t, t.TempDir(), func(tr *Trunk, o *Options) {
		p = newPipes()
		tr.Stream.URL = "ws://far.example/{contact}?token=x"
		o.HTTP = p.client()
	}, func(b *bench) {
		served := make(chan struct{})
		s := &http.Server{Handler: l}
		go func() {
			defer close(served)
			if l != nil {
				_ = s.Serve(p)
			}
		}()
		if l == nil {
			_ = p.Close()
		}
		f(b)
		time.Sleep(10 * time.Second)
		_ = s.Close()
		_ = p.Close()
		<-served
	})
}

// stream does a StreamCall as the engine does it.
func (b *bench) stream(v contact.StreamCall) gateway.Result {
	b.Helper()
	c := &contact.Contact{ID: alice, Instance: "i-1", Customer: contact.Endpoint{Address: "+12065550123"}, Attributes: map[string]string{"account": "42", "other": "no"}}
	r, err := b.gw.Do(context.Background(), c, v)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func TestStreaming(t *testing.T) {
	l := &listener{sound: map[byte][]int16{}}
	streamed(t, l, func(b *bench) {
		d := b.up()
		if r := b.stream(contact.StreamCall{Visit: 1, Enabled: true, Tracks: []string{"From", "To"}}); r.Input != nil {
			b.Errorf("%+v", r)
		}
		b.wants(contact.StreamChanged{Visit: 1})
		b.do(contact.PlayPrompt{Visit: 2, Prompt: prompt("long")})
		b.ear.Talk(700, 2*time.Second)
		if r := b.stream(contact.StreamCall{Visit: 3}); r.Input != (contact.StreamChanged{Visit: 3}) {
			b.Errorf("%+v", r)
		}
		time.Sleep(time.Second)
		kept := b.keptRecording()
		if kept.Path != "ws://far.example/"+string(alice) || !kept.Live || kept.Party != "ALL" || kept.Last < 38 || kept.Lost != 0 ||
			kept.Stopped.Sub(kept.Started) < 2*time.Second {
			b.Errorf("%+v", kept)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.said) != 2 || l.said[0]["event"] != "start" || l.said[0]["contactId"] != string(alice) || l.said[0]["customer"] != "+12065550123" ||
			l.said[1]["event"] != "stop" || l.said[1]["reason"] != "flow" {
			b.Errorf("%v", l.said)
		}
		for track, freq := range map[byte]float64{1: 700, 2: 440} {
			if len(l.sound[track]) < 15800 || voicetest.Level(l.sound[track][4000:14000], freq) < -13 {
				b.Errorf("track %d: %d samples, %.0f Hz at %.1f dB", track, len(l.sound[track]), freq, voicetest.Level(l.sound[track][4000:14000], freq))
			}
		}
		if h := b.gw.Health().Streams; h == nil || h.Streams != 1 || h.Sent < 38 {
			b.Errorf("%+v", h)
		}
		b.hangUp(d)
	})
}

// The call ends while it is streamed.
func TestStreamingEndsWithTheCall(t *testing.T) {
	l := &listener{sound: map[byte][]int16{}}
	streamed(t, l, func(b *bench) {
		d := b.up()
		b.stream(contact.StreamCall{Visit: 1, Enabled: true, Tracks: []string{"From"}})
		b.wants(contact.StreamChanged{Visit: 1})
		b.ear.Talk(700, time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		time.Sleep(time.Second)
		if kept := b.keptRecording(); kept.Party != "CUSTOMER" || kept.Last < 9 {
			b.Errorf("%+v", kept)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if n := len(l.said); n != 2 || l.said[1]["reason"] != "callEnded" || len(l.sound[2]) > 0 {
			b.Errorf("%v", l.said)
		}
	})
}

// Nobody takes the stream: the flow hears of it, and the call goes on meanwhile.
func TestStreamingFails(t *testing.T) {
	streamed(t, nil, func(b *bench) {
		d := b.up()
		b.stream(contact.StreamCall{Visit: 1, Enabled: true, Tracks: []string{"From"}})
		time.Sleep(4 * time.Second)
		b.mu.Lock()
		heard := b.heard
		b.heard = nil
		b.mu.Unlock()
		if len(heard) != 1 {
			b.Fatalf("heard %+v", heard)
		}
		if f, ok := heard[0].Input.(contact.EffectFailed); !ok || f.Visit != 1 || f.Effect != "StreamCall" {
			b.Errorf("%+v", heard[0].Input)
		}
		b.hangUp(d)
	})
}

// keptRecording gives the one recording that the house was told of.
func (b *bench) keptRecording() contact.Recording {
	b.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	var kept []contact.Recording
	for _, a := range b.heard {
		if r, ok := a.Input.(contact.RecordingKept); ok {
			kept = append(kept, r.Recording)
		}
	}
	b.heard = nil
	if len(kept) != 1 {
		b.Fatalf("%d recordings", len(kept))
	}
	return kept[0]
}
