// Package loopback is the simulated world: SMS, WhatsApp and voice carriers in
// memory, with a handset behind every number. Some numbers have manners of
// their own (busy, invalid, a voicemail…); every other one is a handset that a
// person, a test or a script may hold.
//
// It has no clock: what happens later comes back to it as a Wake that the engine
// keeps, so that simulated time moves with the engine's and outlives a crash. It
// decides nothing about a contact. What was delivered and dialled it writes to a
// journal outside the store, so that a test can count it after a crash; who
// holds a handset it does not check.
package loopback

import (
	"container/list"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// Bounds of what a World remembers.
const (
	messagesKept = 1_000   // per handset
	handsetsKept = 20_000  // the longest untouched is forgotten first
	totalKept    = 100_000 // messages on all handsets
	heardKept    = 200     // prompts of one call
	bufferKept   = 100     // digits that nobody asked for yet
)

// Config is what a World is made of.
type Config struct {
	// Account is the gateway's own name, as the engine knows it.
	Account string
	// Journal is the path of the journal; "" keeps none.
	Journal string
	// Now is the engine's time; nil is real time.
	Now func() time.Time
	// Speed is how many characters of a prompt are spoken in a second; 0 takes
	// no time.
	Speed float64
	// Reply is what every handset without manners of its own replies to a
	// message, for load tests; "" leaves them to whoever holds them.
	Reply string
	// Keep keeps a file that a person sends from a handset; nil: none can be sent.
	Keep func(ctx context.Context, a contact.Attachment, file io.Reader) (contact.Attachment, error)
	// Kept finds a file that was kept before, by its id.
	Kept func(ctx context.Context, id string) (contact.Attachment, error)
	Log  *slog.Logger
}

// A World is a carrier of all channels and the handsets that it reaches. It is a
// gateway.Gateway.
type World struct {
	Config
	journal *journal      // nil: none is kept
	serves  chan struct{} // closed when Run has begun
	once    sync.Once

	mu       sync.Mutex
	inbox    gateway.Inbox // nil while Run does not serve
	inflight sync.WaitGroup
	handsets map[string]*handset
	recent   *list.List // of *handset, the last touched in front
	total    int        // messages on all handsets
	calls    map[contact.ID]*call
	untold   map[contact.ID][]contact.Input // what contacts should have heard: the inbox failed
	rev      uint64                         // of the last change, counted over all handsets
}

// Open makes a World, and rebuilds its handsets from the journal. Calls that
// were open when the journal ends are over.
func Open(c Config) (*World, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{
		Config: c, handsets: make(map[string]*handset), recent: list.New(), calls: make(map[contact.ID]*call),
		untold: make(map[contact.ID][]contact.Input),
		serves: make(chan struct{}),
		rev:    uint64(time.Now().UnixMicro()), // so that it goes on rising after a restart
	}
	if c.Journal == "" {
		return w, nil
	}
	if err := w.rebuild(c.Journal); err != nil {
		return nil, fmt.Errorf("journal %s: %w", c.Journal, err)
	}
	j, err := openJournal(c.Journal)
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", c.Journal, err)
	}
	w.journal = j
	return w, nil
}

// Close closes the journal. Nothing may be done afterwards.
func (w *World) Close() error {
	if w.journal == nil {
		return nil
	}
	return w.journal.close()
}

// Run hands what people do at their handsets to in, until ctx is done and the
// last of it has been taken.
func (w *World) Run(ctx context.Context, in gateway.Inbox) error {
	w.mu.Lock()
	w.inbox = in
	w.mu.Unlock()
	w.once.Do(func() { close(w.serves) })
	<-ctx.Done()
	w.mu.Lock()
	w.inbox = nil
	w.mu.Unlock()
	w.inflight.Wait()
	return nil
}

// begun waits for Run: a handset that is used in the moment of the start is used
// when there is somebody to hear it.
func (w *World) begun(ctx context.Context) {
	select {
	case <-w.serves:
	case <-ctx.Done():
	}
}

// deliver hands one arrival to the inbox. It is called without the lock: the
// house may come back with an effect before it returns.
func (w *World) deliver(ctx context.Context, a gateway.Arrival) error {
	w.begun(ctx)
	w.mu.Lock()
	in := w.inbox
	if in == nil {
		w.mu.Unlock()
		return fault.New(fault.Busy, "the simulated world does not run yet, or not any more")
	}
	w.inflight.Add(1)
	w.mu.Unlock()
	defer w.inflight.Done()
	a.Account = w.Account
	return in(ctx, a)
}

// Do performs one effect.
func (w *World) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	if err := ctx.Err(); err != nil {
		return gateway.Result{}, fault.Wrap(fault.Busy, err, "not begun")
	}
	if v, ok := e.(contact.Wake); ok {
		if what, ok := strings.CutPrefix(v.Name, wakeReply); ok {
			return gateway.Result{}, w.reply(ctx, c, what)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch v := e.(type) {
	case contact.SendMessage:
		return w.send(c, v)
	case contact.PlaceCall:
		return w.place(c, v)
	case contact.TransferCall:
		return w.transfer(c, v)
	case contact.EndCall:
		return w.endCall(c), nil
	case contact.RecordCall:
		return gateway.Result{Note: "the simulator keeps no recording"}, nil
	case contact.StreamCall:
		return gateway.Result{Note: "the simulator streams no media", Input: contact.StreamChanged{Visit: v.Visit}}, nil
	case contact.Wake:
		return w.wake(c, v)
	case contact.TellAgent:
		return w.tellAgent(c, v), nil
	case contact.PlayPrompt, contact.CollectDigits, contact.CollectSpeech, contact.StopPrompt, contact.Bridge:
		return w.speak(c, e)
	}
	return gateway.Result{}, fault.New(fault.Refused, "%s: the simulator does not do this", contact.EffectKind(e))
}

// speak does what needs a call that is connected.
func (w *World) speak(c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	k, gone := w.connected(c)
	if k == nil {
		return gone, nil
	}
	switch v := e.(type) {
	case contact.PlayPrompt:
		return w.play(k, v), nil
	case contact.CollectDigits:
		return w.collectDigits(k, v)
	case contact.CollectSpeech:
		return w.collectSpeech(k, v)
	case contact.Bridge:
		return w.bridge(k, v), nil
	}
	return w.stopPrompt(k), nil
}
