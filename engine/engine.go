// Package engine moves contacts: it takes an input, runs one turn in one
// transaction, and sees to it that the effects are done.
//
// It knows no carrier and no API operation: carriers are gateways behind a
// name, operations are faces that call Start and Tell.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

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

// Config is what an engine is made of.
type Config struct {
	Store *store.Store
	// Gateways by account name; see also Functions, Services and SinkPrefix.
	Gateways map[string]gateway.Gateway
	// Bots finds the local bot behind an alias of an instance.
	Bots func(instance, alias string) (flow.Bot, bool)
	// Serves tells whether an endpoint is set for a service of flow.World.
	Serves func(service string) bool
	// Throttles are segments per second of an account; none is unlimited.
	Throttles map[string]float64
	// Hold lists accounts whose sends of unknown outcome are not sent again.
	Hold map[string]bool
	// Sinks are the names of the sinks that get events and records.
	Sinks []string
	// Simulated accounts do not count as under way for real: the clock may move.
	Simulated map[string]bool
	// Workers is how many effects are done at once; 0 is 64.
	Workers int
	Node    string
	Log     *slog.Logger
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

var errTodo = errors.New("engine: to be written")

// An Engine moves contacts.
type Engine struct{}

// New makes an engine; Run lets it work.
func New(c Config) *Engine { return &Engine{} }

// Run does effects and fires timers until ctx is done, then finishes the turns
// in hand.
func (e *Engine) Run(ctx context.Context) error { return errTodo }

// Now is the engine's time: real time plus the offset that the simulator moved.
func (e *Engine) Now() time.Time { return time.Now() }

// Start makes a contact and takes its first turn: when it returns, all of it is
// kept. A repeated token gives the contact of the first call.
func (e *Engine) Start(ctx context.Context, r StartRequest) (contact.ID, error) { return "", errTodo }

// Tell hands an input to a contact. fault.NotFound when there is none.
func (e *Engine) Tell(ctx context.Context, id contact.ID, in contact.Input) error { return errTodo }

// Deliver takes what a gateway heard; it is every gateway's Inbox.
func (e *Engine) Deliver(ctx context.Context, a gateway.Arrival) error { return errTodo }

// Advance moves the engine's time by d, fires what comes due in order, and
// returns at rest: no timer, simulated or function effect is due. After wait it
// gives fault.Busy naming what is under way.
func (e *Engine) Advance(ctx context.Context, d, wait time.Duration) error { return errTodo }

// World gives what the flows of an instance may look up, within t.
func (e *Engine) World(t *store.Tx, instance string) (flow.World, error) { return nil, errTodo }
