package smpp

import (
	"sync/atomic"
	"time"
)

// Health is how an account does, at one moment.
type Health struct {
	Account string `json:"account"`
	// Up is true while at least one bind can submit.
	Up     bool         `json:"up"`
	Binds  []BindHealth `json:"binds"`
	Counts Counts       `json:"counts"`
	// Paused is until when the carrier's throttling holds submissions back.
	Paused time.Time `json:"paused,omitzero"`
	// LastError is what went wrong last, and ErrorAt when.
	LastError string    `json:"lastError,omitempty"`
	ErrorAt   time.Time `json:"errorAt,omitzero"`
	// Parts is the number of inbound messages that wait for parts, at all nodes.
	Parts int `json:"parts"`
}

// States of a bind.
const (
	StateConnecting = "connecting"
	StateBound      = "bound"
	StateWaiting    = "waiting" // for the next try to connect
	StateStopped    = "stopped"
)

// BindHealth is how one bind does.
type BindHealth struct {
	Type     string    `json:"type"` // bind_transceiver…
	State    string    `json:"state"`
	Address  string    `json:"address,omitempty"`
	Since    time.Time `json:"since,omitzero"` // of the state
	Window   int       `json:"window"`
	InFlight int       `json:"inFlight"`
	// Binds counts how often it was bound; Failures how often it could not be,
	// in a row.
	Binds     int    `json:"binds"`
	Failures  int    `json:"failures"`
	LastError string `json:"lastError,omitempty"`
}

// Counts are what an account did since it was started.
type Counts struct {
	Submitted  int64 `json:"submitted"`  // parts that the carrier took
	Throttled  int64 `json:"throttled"`  // answers that said: not now
	Refused    int64 `json:"refused"`    // answers that said: no
	Unanswered int64 `json:"unanswered"` // submissions of unknown outcome
	Late       int64 `json:"late"`       // answers that came after they were given up
	Receipts   int64 `json:"receipts"`   // receipts that were handed on
	Strays     int64 `json:"strays"`     // receipts of messages that nobody knows
	Received   int64 `json:"received"`   // inbound messages that were handed on
	Incomplete int64 `json:"incomplete"` // among them, those that miss parts
	Repeats    int64 `json:"repeats"`    // parts of inbound messages that had been handed on before
	Dropped    int64 `json:"dropped"`    // inbound messages that are no text
	Rejected   int64 `json:"rejected"`   // inbound messages that were refused, or put off
	Malformed  int64 `json:"malformed"`  // PDUs that could not be read
}

// counters are Counts that many may count at once.
type counters struct {
	submitted, throttled, refused, unanswered, late, receipts, strays,
	received, incomplete, repeats, dropped, rejected, malformed atomic.Int64
}

func (c *counters) snapshot() Counts {
	return Counts{
		Submitted: c.submitted.Load(), Throttled: c.throttled.Load(), Refused: c.refused.Load(), Unanswered: c.unanswered.Load(),
		Late: c.late.Load(), Receipts: c.receipts.Load(), Strays: c.strays.Load(), Received: c.received.Load(),
		Incomplete: c.incomplete.Load(), Repeats: c.repeats.Load(), Dropped: c.dropped.Load(), Rejected: c.rejected.Load(),
		Malformed: c.malformed.Load(),
	}
}

// Health tells how the account does.
func (g *Gateway) Health() Health {
	h := Health{Account: g.set.Name, Counts: g.counts.snapshot(), Paused: g.brake.until(), Parts: g.parts.waiting()}
	g.mu.Lock()
	defer g.mu.Unlock()
	h.LastError, h.ErrorAt = g.lastError, g.errorAt
	for _, l := range g.links {
		b := l.health
		b.Window = g.set.Window
		if l.session != nil {
			b.InFlight = len(l.session.window)
			h.Up = h.Up || l.submits()
		}
		h.Binds = append(h.Binds, b)
	}
	return h
}
