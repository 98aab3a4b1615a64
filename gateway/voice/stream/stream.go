package stream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"

	"outdial/fault"
)

// How long things may take.
const (
	writeTime  = 5 * time.Second  // one message, before the far side counts as gone
	pingEvery  = 15 * time.Second // to find out that it is gone
	flushTime  = 3 * time.Second  // what waits when the stream ends
	dialTime   = 10 * time.Second // a connection after the first
	leastPause = 200 * time.Millisecond
	mostPause  = 10 * time.Second
	readLimit  = 64 << 10 // what the far side may say in one message
)

// A Stream is the stream of one call.
type Stream struct {
	*Streamer
	start Start
	begun time.Time
	wake  chan struct{} // something waits, or it is over
	done  chan struct{} // closed by Stop

	mu      sync.Mutex
	over    bool
	reason  string
	open    map[string][]byte // what was gathered of a track, and is no chunk yet
	pieces  int64             // frames of the call that were taken
	cutAt   time.Duration     // when what was gathered began
	seq     uint32            // of the last chunk
	waiting []chunk
	most    int   // chunks that may wait
	dropped int64 // chunks
	told    int64 // of dropped, as the far side knows
	sent    int64
	breaks  int64
}

// Totals are what came of a stream.
type Totals struct {
	Sent, Dropped int64 // messages of sound
	Breaks        int64 // times that the connection was lost
	Last          uint32
}

// Stream makes a stream. It does nothing before Run.
func (s *Streamer) Stream(b Start) *Stream {
	b.Tracks = slices.Clone(b.Tracks)
	return &Stream{
		Streamer: s, start: b, begun: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{}), open: map[string][]byte{},
		most: max(1, int(s.set.Buffer/s.set.Frame)) * max(1, len(b.Tracks)),
	}
}

// Address is where it goes to.
func (s *Stream) Address() string { return s.address(s.start) }

// Begun is when it began: the time that timestamps count from.
func (s *Stream) Begun() time.Time { return s.begun }

func (s *Stream) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Stop ends a stream: what waits is sent, and that it is over, and why. It does not
// wait for that. A second call does nothing.
func (s *Stream) Stop(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.cut() // what is less than a whole chunk
	s.over, s.reason = true, reason
	close(s.done)
	s.nudge()
}

// Run sends until Stop. ready is called once: with nil when the far side has taken
// the call, or with the reason why it did not in time; then Run ends.
func (s *Stream) Run(ready func(error)) Totals {
	c, err := s.first()
	ready(err)
	if err != nil {
		return s.totals()
	}
	// The end of the call leaves a moment for what waits.
	ctx, cancel := context.WithCancel(context.Background())
	var others sync.WaitGroup
	defer others.Wait()
	defer cancel()
	others.Go(func() { s.limit(ctx, cancel) })
	for pause := leastPause; ; {
		if c != nil {
			began := time.Now()
			err = s.serve(ctx, c)
			if err == nil {
				return s.totals()
			}
			s.broke(err)
			if time.Since(began) > time.Minute {
				pause = leastPause
			}
		}
		if !s.wait(ctx, pause) {
			return s.totals()
		}
		pause = min(2*pause, mostPause)
		try, done := context.WithTimeout(ctx, dialTime)
		c, err = s.dial(try, true)
		done()
		if err != nil && ctx.Err() == nil {
			s.log.Debug("the far side of a stream is still away", "contact", s.start.Contact, "err", err)
		}
	}
}

// limit ends what is not done in time after Stop.
func (s *Stream) limit(ctx context.Context, cancel context.CancelFunc) {
	select {
	case <-ctx.Done():
		return
	case <-s.done:
	}
	t := time.NewTimer(flushTime)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
		cancel()
	}
}

// first makes the first connection: the flow waits for it.
func (s *Stream) first() (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.set.Connect)
	var others sync.WaitGroup
	defer others.Wait()
	defer cancel()
	others.Go(func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	})
	var last error
	for pause := leastPause; ; pause *= 2 {
		c, err := s.dial(ctx, false)
		if err == nil {
			return c, nil
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		if !sleep(ctx, pause) {
			return nil, last
		}
	}
}

// dial connects, and says what comes.
func (s *Stream) dial(ctx context.Context, resumed bool) (*websocket.Conn, error) {
	h := http.Header{}
	for name, v := range s.set.Headers {
		h.Set(name, v)
	}
	if s.set.Token != "" {
		h.Set("Authorization", "Bearer "+s.set.Token)
	}
	c, res, err := websocket.Dial(ctx, s.Address(), &websocket.DialOptions{HTTPClient: s.http, HTTPHeader: h})
	if err != nil {
		if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
			return nil, fault.New(fault.Busy, "the far side of the stream answers %s", res.Status)
		}
		return nil, err
	}
	c.SetReadLimit(readLimit)
	if err := c.Write(ctx, websocket.MessageText, s.starting(resumed).text()); err != nil {
		_ = c.CloseNow()
		return nil, err
	}
	return c, nil
}

// sleep waits, and is false when ctx is done before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// wait is a pause between two tries, which the end of the call cuts short. It is
// false where there is no sense in another one.
func (s *Stream) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d + rand.N(d/4+1))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-s.done: // the far side shall know all the same
		return sleep(ctx, min(d, leastPause))
	case <-t.C:
		return true
	}
}

func (s *Stream) broke(err error) {
	s.mu.Lock()
	s.breaks++
	n := s.breaks
	s.mu.Unlock()
	if n == 1 {
		s.log.Warn("the stream of a call is broken off, and is begun again", "contact", s.start.Contact, "err", err)
	}
}

func (s *Stream) totals() Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Totals{Sent: s.sent, Dropped: s.dropped + int64(len(s.waiting)), Breaks: s.breaks, Last: s.seq}
}

// serve sends over one connection until the stream is over, which is no error, or
// the connection breaks.
func (s *Stream) serve(ctx context.Context, c *websocket.Conn) error {
	defer c.CloseNow()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var others sync.WaitGroup
	defer others.Wait()
	defer c.CloseNow() // ends the reader, before it is waited for
	defer cancel(nil)
	others.Go(func() { cancel(deaf(ctx, c)) })
	others.Go(func() { cancel(ping(ctx, c)) })
	for {
		over, err := s.drain(ctx, c)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
		if over {
			_ = c.Close(websocket.StatusNormalClosure, "")
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.wake:
		}
	}
}

// deaf takes what the far side says, so that its pings and its end are seen.
func deaf(ctx context.Context, c *websocket.Conn) error {
	for {
		if _, _, err := c.Read(ctx); err != nil {
			return err
		}
	}
}

func ping(ctx context.Context, c *websocket.Conn) error {
	for sleep(ctx, pingEvery) {
		try, cancel := context.WithTimeout(ctx, writeTime)
		err := c.Ping(try)
		cancel()
		if err != nil {
			return fmt.Errorf("no answer to a ping: %w", err)
		}
	}
	return ctx.Err()
}

// drain sends what waits, and the end when there is one.
func (s *Stream) drain(ctx context.Context, c *websocket.Conn) (over bool, err error) {
	write := func(kind websocket.MessageType, b []byte) error {
		try, cancel := context.WithTimeout(ctx, writeTime)
		defer cancel()
		return c.Write(try, kind, b)
	}
	for {
		next, lost, over := s.next()
		if lost != nil {
			if err := write(websocket.MessageText, lost.text()); err != nil {
				s.putBack(next)
				return false, err
			}
			s.mu.Lock()
			s.told = *lost.Dropped
			s.mu.Unlock()
		}
		switch {
		case next == nil && !over:
			return false, nil
		case next == nil:
			return true, write(websocket.MessageText, s.stopping().text())
		case s.set.Frames == base64Frames:
			err = write(websocket.MessageText, s.media(next))
		default:
			err = write(websocket.MessageBinary, next.binary())
		}
		if err != nil {
			s.putBack(next)
			return false, err
		}
		s.mu.Lock()
		s.sent++
		s.mu.Unlock()
	}
}

// next takes the chunk that is sent next, and what there is to say of those that
// were dropped before it.
func (s *Stream) next() (c *chunk, lost *message, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) > 0 {
		x := s.waiting[0]
		s.waiting = append(s.waiting[:0], s.waiting[1:]...)
		c = &x
	}
	if s.dropped > s.told {
		n := s.dropped
		lost = &message{Event: "dropped", Stream: s.start.Stream, Dropped: &n}
		if c != nil {
			lost.Sequence = &c.seq
		}
	}
	return c, lost, s.over
}

// putBack takes a chunk again that was not sent. The far side may have it all the
// same, and sees that by its number.
func (s *Stream) putBack(c *chunk) {
	if c == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) >= s.most {
		s.dropped++
		return
	}
	s.waiting = slices.Insert(s.waiting, 0, *c)
	s.nudge()
}

func (s *Stream) stopping() message {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent, dropped := s.sent, s.dropped
	return message{Event: "stop", Stream: s.start.Stream, Reason: s.reason, Sent: &sent, Dropped: &dropped}
}
