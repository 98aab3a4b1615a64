// Package engine moves contacts: it takes an input, runs one turn in one
// transaction, and sees to it that the effects are done.
//
// It knows no carrier and no API operation: carriers are gateways behind a
// name, operations are faces that call Start and Tell.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/flow"
	"outdial/gateway"
	"outdial/store"
)

// Names of the gateways that are no carrier. A sink's is SinkPrefix and its name.
const (
	Functions  = "functions" // does InvokeFunction
	Services   = "services"  // does CallService
	SinkPrefix = "sink:"     // does PublishEvent
)

// Codes of the faults that Start gives; a face turns them into exceptions.
const (
	CodeOptedOut     = "DESTINATION_PHONE_NUMBER_OPTED_OUT" // fault.Conflict
	CodeDoNotContact = "DO_NOT_CONTACT"                     // fault.Denied
	CodeOpenChat     = "OPEN_CHAT"                          // fault.Conflict: names the contact
	CodeToken        = "TOKEN_PARAMETERS"                   // fault.Invalid: same token, other parameters
	CodeQuota        = "CONCURRENCY"                        // fault.Exceeded
	CodeNoFlow       = "FLOW"                               // fault.NotFound
)

// Codes of what the engine refuses or puts off by itself; see also CodeOptedOut
// and CodeDoNotContact. They stand where a carrier's own would.
const (
	CodeWindow  = "131047"       // Meta's own: WhatsApp free text outside the customer service window
	CodeQuiet   = "QUIET_HOURS"  // it is night at the recipient
	CodeAccount = "NO_ACCOUNT"   // there is no such carrier account
	CodeCircuit = "CIRCUIT_OPEN" // the account has failed too often in a row
)

// Config is what an engine is made of.
type Config struct {
	Store *store.Store
	// Gateways by account name; see also Functions, Services and SinkPrefix.
	Gateways map[string]gateway.Gateway
	// Bots finds the local bot behind an alias of an instance.
	Bots func(instance, alias string) (flow.Bot, bool)
	// Serves tells whether an endpoint is set for a service of flow.World.
	Serves func(service string) bool
	// Policy may be changed later by Adopt.
	Policy
	// Sinks are the names of the sinks that get events and records.
	Sinks []string
	// LogSinks are the names of the sinks that get the flow log.
	LogSinks []string
	// Simulated accounts do not count as under way for real: the clock may move.
	Simulated map[string]bool
	// Segments counts the parts of a message on the air; nil counts one.
	Segments func(c *contact.Contact, text string) int
	// Keyword tells what an inbound text asks of the opt-out list: "stop",
	// "start", "help", or "" for none; reply is what to answer, "" is silence.
	Keyword func(c *contact.Contact, text string) (kind, reply string)
	// Workers is how many effects of one account are done at once; 0 is 64.
	Workers int
	Node    string
	// Offset is what Store.Offset says: how far the engine's time is ahead.
	Offset time.Duration
	Log    *slog.Logger
}

// A Policy is what may change while an engine runs.
type Policy struct {
	// Routes are tried in this order; see Route.
	Routes []Route
	// Throttles are segments per second of an account; none is unlimited.
	// Numbers have their own: resource.Number.
	Throttles map[string]float64
	// Hold lists accounts whose sends of unknown outcome are not sent again.
	Hold map[string]bool
}

// A StartRequest is a new contact, and what is known of its request.
type StartRequest struct {
	// Contact is whole but for ID, Initiated, Position.Hash: Position.Flow is
	// the flow's id, Customer and System its endpoints, Account its carrier.
	Contact *contact.Contact
	// Token is the scope and the ClientToken, "chat/INSTANCE/TOKEN"; "" is none.
	Token string
	// Hashes are short hashes by member of the request.
	Hashes map[string]string
	// Restart lets the token start a new contact once its contact has ended (voice).
	Restart bool
	// OptOutList names the list that the sending number keeps; see OptOutList.
	OptOutList string
	// Max is how many open contacts of its channel the instance may have; 0 is no limit.
	Max int
	// Refuse is why the request cannot be honoured, if the face found a reason:
	// the token is looked up first all the same.
	Refuse error
}

// An Engine moves contacts.
type Engine struct {
	Config
	log    *slog.Logger
	offset atomic.Int64 // of the engine's time, nanoseconds
	nudge  chan struct{}
	rest   chan struct{}
	began  chan struct{}

	accounts sync.Map // name → *account
	circuits sync.Map // name → *circuit
	policy   atomic.Pointer[Policy]
	zones    zones
	trials   trials
	recent   recent
	waiting  waitroom
	flows    flows
	numbers  numbers
	owners   owners
	throttle throttle
	group    atomic.Pointer[errgroup.Group]
	stats    Stats
}

// New makes an engine; Run lets it work.
func New(c Config) *Engine {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Workers == 0 {
		c.Workers = 64
	}
	e := &Engine{Config: c, log: c.Log, nudge: make(chan struct{}, 1), rest: make(chan struct{}, 1), began: make(chan struct{})}
	e.policy.Store(&c.Policy)
	e.throttle.setAccounts(c.Throttles)
	e.offset.Store(int64(c.Offset))
	return e
}

// Now is the engine's time: real time plus the offset that the simulator moved,
// in whole milliseconds.
func (e *Engine) Now() time.Time {
	return time.Now().Add(time.Duration(e.offset.Load())).UTC().Truncate(time.Millisecond)
}

// Began is closed when what earlier processes left behind has been dealt with:
// a call that is asked for before could be taken for one of theirs.
func (e *Engine) Began() <-chan struct{} { return e.began }

// Run serves the gateways, does effects and fires timers until ctx is done, then
// finishes the turns in hand. The store must be running.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.beat(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	// An earlier process of the same name held calls that nobody hears any more.
	e.bury(ctx, e.Node)
	if err := e.survey(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	e.joinRates(ctx)
	close(e.began)
	g, gctx := errgroup.WithContext(ctx)
	for name, gw := range e.Gateways {
		g.Go(func() error {
			if err := gw.Run(gctx, e.Deliver); err != nil && gctx.Err() == nil {
				return fmt.Errorf("gateway %s: %w", name, err)
			}
			return nil
		})
	}
	g.Go(func() error { return e.schedule(gctx) })
	g.Go(func() error { return e.beats(gctx) })
	// Effects in hand outlive ctx: what was handed to a carrier must be struck off.
	work := new(errgroup.Group)
	e.group.Store(work)
	e.wakeAccounts()
	err := g.Wait()
	e.group.Store(nil)
	e.stopAccounts()
	return errors.Join(err, work.Wait())
}

// Stats are the engine's counters, since it was made.
type Stats struct {
	Turns, Stale, Started, Ended, Sent, Refused, Resent, Retried, Detours, Calls, Panics atomic.Int64

	outcomes outcomes
}

// Stats gives the counters.
func (e *Engine) Stats() *Stats { return &e.stats }
