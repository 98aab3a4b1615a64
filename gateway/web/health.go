package web

import (
	"sync/atomic"
	"time"

	"outdial/gateway"
)

// Health is how an account does, at one moment.
type Health struct {
	Account string `json:"account"`
	Carrier string `json:"carrier"` // what it speaks
	// Up is false after several exchanges in a row that reached nobody.
	Up     bool   `json:"up"`
	Counts Counts `json:"counts"`
	// Paused is until when the carrier's throttling holds sends back.
	Paused    time.Time `json:"paused,omitzero"`
	LastError string    `json:"lastError,omitempty"`
	ErrorAt   time.Time `json:"errorAt,omitzero"`
	// Parts is the number of inbound messages that wait for parts.
	Parts int `json:"parts"`
}

// Counts are what an account did since it was started.
type Counts struct {
	Sent       int64 `json:"sent"`       // requests that the carrier took
	Throttled  int64 `json:"throttled"`  // answers that said: not now
	Refused    int64 `json:"refused"`    // answers that said: no
	Unanswered int64 `json:"unanswered"` // sends of unknown outcome
	Hooks      int64 `json:"hooks"`      // web-hooks that were called
	Forged     int64 `json:"forged"`     // among them, those that the carrier did not sign
	Malformed  int64 `json:"malformed"`  // those that cannot be read
	Receipts   int64 `json:"receipts"`   // statuses that were handed on
	Strays     int64 `json:"strays"`     // statuses of messages that nobody knows
	Received   int64 `json:"received"`   // inbound messages that were handed on
	Incomplete int64 `json:"incomplete"` // among them, those that miss parts
	Rejected   int64 `json:"rejected"`   // events that were refused, or put off
	Files      int64 `json:"files"`      // files that were kept
}

type counters struct {
	sent, throttled, refused, unanswered, hooks, forged, malformed, receipts,
	strays, received, incomplete, rejected, files atomic.Int64
}

func (c *counters) snapshot() Counts {
	return Counts{
		Sent: c.sent.Load(), Throttled: c.throttled.Load(), Refused: c.refused.Load(), Unanswered: c.unanswered.Load(),
		Hooks: c.hooks.Load(), Forged: c.forged.Load(), Malformed: c.malformed.Load(), Receipts: c.receipts.Load(),
		Strays: c.strays.Load(), Received: c.received.Load(), Incomplete: c.incomplete.Load(), Rejected: c.rejected.Load(),
		Files: c.files.Load(),
	}
}

type lastError struct {
	text string
	at   time.Time
}

// down is how many exchanges in a row may reach nobody before an account is
// said to be down.
const down = 3

// failed notes an exchange that went wrong; away tells that nobody was reached,
// or that the carrier does not know us.
func (g *Gateway) failed(err error, away bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = lastError{err.Error(), time.Now()}
	if away {
		g.failures++
	} else {
		g.failures = 0
	}
}

// reached notes an exchange that went well.
func (g *Gateway) reached() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failures = 0
}

// Health tells how the account does.
func (g *Gateway) Health() Health {
	h := Health{Account: g.config.Name, Carrier: g.config.Kind, Counts: g.counts.snapshot(), Paused: g.brake.until(), Parts: g.parts.waiting()}
	g.mu.Lock()
	defer g.mu.Unlock()
	h.Up = g.failures < down && !g.stopping
	h.LastError, h.ErrorAt = g.last.text, g.last.at
	return h
}

// State tells how the account does, as every account is shown.
func (g *Gateway) State() gateway.State {
	h := g.Health()
	return gateway.State{Up: h.Up, LastError: h.LastError, ErrorAt: h.ErrorAt, Detail: h}
}
