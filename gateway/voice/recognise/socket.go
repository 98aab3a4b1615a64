package recognise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"outdial/gateway/voice/audio"
)

// A said is what goes over the WebSocket as text: first {"event":"start"}, and
// {"event":"end"} where the caller is silent again after he spoke. His sound goes
// between in binary messages of 16-bit little-endian samples, from the beginning
// of the turn. The server says {"event":"speech"} or {"event":"partial"} where it
// hears him before we do, and {"event":"final","text":"…"}, which ends his words,
// at any time.
type said struct {
	Event    string            `json:"event"`
	Contact  string            `json:"contactId,omitempty"`
	Language string            `json:"language,omitempty"`
	Bot      string            `json:"bot,omitempty"`
	Encoding string            `json:"encoding,omitempty"`
	Rate     int               `json:"sampleRate,omitempty"`
	Session  map[string]string `json:"session,omitempty"`
	Text     string            `json:"text,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// linkDepth is how many frames may wait for the server: as many as a caller may
// say at most, and some.
const linkDepth = 3500

// A link is the connection of one turn.
type link struct {
	t    *Turn
	send chan []byte // sound; nil: the words are over

	mu     sync.Mutex
	broken error // why nothing can be recognised
	ended  bool  // words wait for their text
	timer  *time.Timer
}

func (t *Turn) connect() *link {
	l := &link{t: t, send: make(chan []byte, linkDepth)}
	t.jobs.Go(func() {
		if err := l.serve(t.ctx); err != nil && t.ctx.Err() == nil {
			l.fail(err)
		}
	})
	return l
}

// put sends sound. A link that is not there takes it too: it is the other engines'.
func (l *link) put(pcm []int16) {
	if l == nil || len(pcm) == 0 {
		return
	}
	select {
	case l.send <- audio.Bytes(nil, pcm):
	default:
	}
}

// end says that the words are over; their text has so much time.
func (l *link) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		err := l.broken
		l.t.jobs.Go(func() { l.t.recognised(Event{Err: err}) })
		return
	}
	l.ended = true
	l.timer = time.AfterFunc(l.t.set.Timeout, func() { l.fail(errors.New("the server gives no text in time")) })
	select {
	case l.send <- nil:
	default:
	}
}

// fail is the end of the connection. Who has not spoken yet may press keys all the
// same, so it is told only where words wait.
func (l *link) fail(err error) {
	l.mu.Lock()
	if l.broken == nil {
		l.broken = err
	}
	told := l.ended
	l.ended = false
	l.mu.Unlock()
	if told {
		l.t.recognised(Event{Err: err})
	} else {
		l.t.log.Warn("words are not recognised", "contact", l.t.ask.Contact, "err", err)
	}
}

func (l *link) serve(ctx context.Context) error {
	set := &l.t.set
	h := http.Header{}
	for name, v := range set.Headers {
		h.Set(name, v)
	}
	if set.Token != "" {
		h.Set("Authorization", "Bearer "+set.Token)
	}
	try, cancel := context.WithTimeout(ctx, set.Timeout)
	c, _, err := websocket.Dial(try, l.t.ask.words().Replace(set.URL), &websocket.DialOptions{HTTPClient: l.t.http, HTTPHeader: h})
	cancel()
	if err != nil {
		return err
	}
	defer c.CloseNow()
	c.SetReadLimit(mostText)
	a := l.t.ask
	start, err := json.Marshal(said{Event: "start", Contact: a.Contact, Language: a.Language, Bot: a.Bot, Encoding: "pcm_s16le", Rate: set.Rate, Session: a.Session})
	if err != nil {
		return err
	}
	if err := c.Write(ctx, websocket.MessageText, start); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var reader sync.WaitGroup
	defer reader.Wait()
	defer stop(nil)
	reader.Go(func() { stop(l.read(ctx, c)) })
	return l.write(ctx, c)
}

// write sends sound until the turn is over.
func (l *link) write(ctx context.Context, c *websocket.Conn) error {
	up := audio.NewResampler(audio.Rate, l.t.set.Rate)
	var out []int16
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case b := <-l.send:
			if b == nil {
				err = c.Write(ctx, websocket.MessageText, []byte(`{"event":"end"}`))
				break
			}
			if l.t.set.Rate != audio.Rate {
				out = up.Next(out[:0], audio.FromBytes(nil, b))
				b = audio.Bytes(b[:0], out)
			}
			err = c.Write(ctx, websocket.MessageBinary, b)
		}
		if err != nil {
			return err
		}
	}
}

// read hears what the server says.
func (l *link) read(ctx context.Context, c *websocket.Conn) error {
	for {
		kind, b, err := c.Read(ctx)
		if err != nil {
			return err
		}
		var m said
		if kind != websocket.MessageText || json.Unmarshal(b, &m) != nil {
			return fmt.Errorf("the server says %.40q", b)
		}
		switch m.Event {
		case "speech", "partial":
			l.t.hurried()
		case "final":
			l.final(m.Text)
		case "error":
			return fmt.Errorf("the server says %.200s", m.Error)
		}
	}
}

// final is the text of what was said.
func (l *link) final(text string) {
	l.mu.Lock()
	l.ended = false
	if l.timer != nil {
		l.timer.Stop()
	}
	l.mu.Unlock()
	l.t.finished()
	l.t.recognised(Event{Kind: Heard, Text: text})
}

// hurried is where a server hears words before we do.
func (t *Turn) hurried() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed && !t.busy && !t.speaking {
		t.begin()
	}
}

// finished is where a server knows the words before we know their end.
func (t *Turn) finished() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spoken, t.speaking, t.run, t.quiet = t.spoken[:0], false, 0, 0
}
