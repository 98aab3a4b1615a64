// Package web is what every carrier that is reached over HTTP needs, whatever
// it speaks: requests whose fate is known, web-hooks that are checked first and
// answered after the commit, statuses that overtake their send, files that come
// with messages, Amazon SNS, counts, and a test message.
//
// It knows no carrier: a room such as gateway/smshttp hands in a Carrier. It
// will not retry a message, which is the engine's, and it never logs an address
// of a web-hook or a request, for secrets may stand in them.
package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/progress"
	"outdial/gateway/sms"
)

// A Carrier is one carrier's language. Its methods are called by many at once.
type Carrier interface {
	// Requests writes the requests that send m: one, or several that go one
	// after the other. An error is a fault: nothing was sent.
	Requests(ctx context.Context, m *Message) ([]Request, error)
	// Answer reads the answer to a request. An error is a *Refusal.
	Answer(a *Answer) (Taken, error)
	// Admit tells whether a web-hook comes from the carrier; an error says why
	// not, in words without secrets.
	Admit(ctx context.Context, h *Hook) error
	// Hear reads a web-hook that was admitted. An error says what cannot be read.
	Hear(ctx context.Context, h *Hook) (Heard, error)
}

// A Config is a carrier as a room made it of an account.
type Config struct {
	Name    string // the account's
	Kind    string // what it speaks, for people: "twilio"
	Subtype string // contact.SMS or contact.WhatsApp
	Carrier Carrier
	// Verdicts says what the carrier's codes mean, Errors what the operator
	// says they mean; Errors goes first. What is in neither is judged by its
	// HTTP status.
	Verdicts map[string]sms.Verdict
	Errors   map[string]sms.Verdict
	// Throttles are codes that say "not now" to the whole account.
	Throttles []string
	// Segments counts the parts of a message that the carrier does not count.
	Segments func(text string) int
	// Timeout bounds one exchange with the carrier; 0 is 20 seconds.
	Timeout time.Duration
	// Trial is the message of a test; nil sends a sentence.
	Trial *contact.SendMessage
}

// Options are what a gateway must be given from outside.
type Options struct {
	// HTTP carries requests; nil is a transport of its own.
	HTTP http.RoundTripper
	// HookURL is the address by which the carrier reaches Hook, as it sees it
	// through any proxy; "" where it cannot.
	HookURL string
	// Sender is the number of ours that a test is sent from.
	Sender string
	// Keep stores a file that came with a message, and gives it an ID; nil leaves
	// files at the carrier. An error of kind fault.Invalid is final: the file is
	// passed on by its old address, with the reason.
	Keep func(ctx context.Context, a contact.Attachment, file io.Reader) (contact.Attachment, error)
	// Open opens a file that goes with a message and has an ID; nil: there are
	// none.
	Open func(ctx context.Context, a contact.Attachment) (io.ReadCloser, error)
	// Link gives an address by which the carrier can fetch a file that has an ID,
	// for a message: the same at every try. "" or nil: it can reach none.
	Link func(a contact.Attachment, message string) string
	Log  *slog.Logger
}

// A Gateway is one account.
type Gateway struct {
	config    Config
	opt       Options
	log       *slog.Logger
	counts    counters
	brake     brake
	journeys  progress.Journeys[Taken]
	flights   progress.Flights
	parts     *parts
	trials    trials
	downloads downloads

	mu       sync.Mutex
	in       gateway.Inbox
	stopping bool
	stopped  chan struct{} // closed when it stops
	inHand   int           // web-hooks that are being taken
	idle     chan struct{} // closed when none is, after the stop
	failures int           // exchanges in a row that reached nobody
	last     lastError
}

// New makes a gateway. It does no I/O.
func New(c Config, o Options) *Gateway {
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	if c.Segments == nil {
		c.Segments = func(string) int { return 0 }
	}
	if o.HTTP == nil {
		o.HTTP = transport()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Gateway{
		config: c, opt: o, log: o.Log.With("account", c.Name),
		parts: newParts(), stopped: make(chan struct{}), idle: make(chan struct{}),
	}
}

// transport makes connections that many requests at once may use.
func transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 100
	t.ResponseHeaderTimeout = time.Minute
	return t
}

// Run takes web-hooks until ctx is done, and returns when those in hand have
// been answered.
func (g *Gateway) Run(ctx context.Context, in gateway.Inbox) error {
	g.mu.Lock()
	if g.in != nil {
		g.mu.Unlock()
		return fault.New(fault.Internal, "account %s runs already", g.config.Name)
	}
	g.in = in
	g.mu.Unlock()
	tick := time.NewTicker(sweeping)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			g.stop()
			<-g.idle
			return nil
		case now := <-tick.C:
			g.sweep(now)
		}
	}
}

// sweeping is how often what was waited for too long is given up.
const sweeping = 30 * time.Second

func (g *Gateway) sweep(now time.Time) {
	g.journeys.Sweep(now)
	g.downloads.sweep(now)
	for _, w := range g.parts.expired(now) {
		g.incomplete(w)
	}
}

// stop lets nothing more begin.
func (g *Gateway) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopping = true
	close(g.stopped)
	if g.inHand == 0 {
		close(g.idle)
	}
}

// enter takes a web-hook in hand; false before Run and after the stop.
func (g *Gateway) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.in == nil || g.stopping {
		return false
	}
	g.inHand++
	return true
}

func (g *Gateway) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inHand--
	if g.stopping && g.inHand == 0 {
		close(g.idle)
	}
}

func (g *Gateway) inbox(ctx context.Context, a gateway.Arrival) error {
	g.mu.Lock()
	in := g.in
	g.mu.Unlock()
	return in(ctx, a)
}
