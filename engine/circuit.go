package engine

import (
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// Bounds of a circuit breaker. Its times are real: they measure a carrier.
const (
	tripAfter = 5 // failures in a row that open it
	pauseMin  = 5 * time.Second
	pauseMax  = 5 * time.Minute
)

// A circuit counts how one account does. After some failures in a row it opens:
// nothing is tried on the account for a growing pause, then one effect is, and
// what comes of that closes it or opens it for longer.
type circuit struct {
	mu       sync.Mutex
	failures int // in a row
	pause    time.Duration
	until    time.Time // open until then; zero is closed
	probe    time.Time // when the one effect was let through; zero is none

	sent, refused, failed int64
	lastSent, lastBad     time.Time
	lastError             string

	// allies says that there are routes with this account and another: what
	// waits for it may go the other way.
	allies bool
}

func (e *Engine) circuit(name string) *circuit {
	if k, ok := e.circuits.Load(name); ok {
		return k.(*circuit)
	}
	k, _ := e.circuits.LoadOrStore(name, new(circuit))
	return k.(*circuit)
}

// allies remembers that the accounts of a list can stand in for each other.
func (e *Engine) allies(list []string) {
	if len(list) < 2 {
		return
	}
	for _, name := range list {
		k := e.circuit(name)
		k.mu.Lock()
		k.allies = true
		k.mu.Unlock()
	}
}

// open tells whether there is no sense in choosing the account now.
func (k *circuit) open() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.until.IsZero() && (time.Now().Before(k.until) || k.probing())
}

// probing tells whether one effect is being tried. k.mu is held.
func (k *circuit) probing() bool { return !k.probe.IsZero() && time.Since(k.probe) < doing }

// admit lets an effect be tried: all while the circuit is closed, one at a time
// after the pause. Otherwise it tells when to ask again.
func (k *circuit) admit() (ok bool, again time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until.IsZero() {
		return true, 0
	}
	if d := time.Until(k.until); d > 0 {
		return false, d
	}
	if k.probing() {
		return false, time.Second
	}
	k.probe = time.Now()
	return true, 0
}

// room is how many segments may be leased for the account, by its circuit
// alone; limited is false while it is closed, or where what waits may go by
// another. again is when that changes by itself.
func (k *circuit) room() (room int, limited bool, again time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.until.IsZero() || k.allies {
		return 0, false, 0
	}
	if d := time.Until(k.until); d > 0 {
		return 0, true, d
	}
	if k.probing() {
		return 0, true, time.Second
	}
	return 1, true, 0
}

// tally notes what came of an effect, and tells whether that closed the circuit.
func (k *circuit) tally(err error) (closed bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if err != nil {
		k.lastBad, k.lastError = now, err.Error()
	}
	switch kind := fault.KindOf(err); {
	case err != nil && kind == fault.Denied: // of this message: it says nothing of others
		k.refused++
		k.probe = time.Time{}
	case err != nil && (kind == fault.Busy || kind == fault.Internal):
		k.failed++
		k.fail(now)
	default: // the carrier speaks with us, whatever it says
		if err == nil {
			k.sent++
			k.lastSent = now
		} else {
			k.refused++
		}
		closed = !k.until.IsZero()
		k.failures, k.pause, k.until, k.probe = 0, 0, time.Time{}, time.Time{}
	}
	return closed
}

// fail counts a failure. What was under way when the circuit opened says nothing
// new. k.mu is held.
func (k *circuit) fail(now time.Time) {
	k.failures++
	if now.Before(k.until) || k.until.IsZero() && k.failures < tripAfter {
		return
	}
	k.pause = min(max(2*k.pause, pauseMin), pauseMax)
	k.until, k.probe = now.Add(k.pause), time.Time{}
}

// outward tells whether an effect leaves by a route: what else a call asks for
// belongs to the account that holds it.
func outward(f contact.Effect) bool {
	switch f.(type) {
	case contact.SendMessage, contact.PlaceCall, contact.Reply:
		return true
	}
	return false
}

// tally notes what an account made of an effect.
func (e *Engine) tally(name string, f contact.Effect, err error) {
	if !outward(f) {
		return
	}
	if e.circuit(name).tally(err) {
		e.log.Info("a carrier account works again", "account", name)
		e.Nudge()
	}
}

// up tells whether an account's own gateway sees sense in trying.
func (e *Engine) up(name string) bool {
	s, ok := e.Gateways[name].(gateway.Stated)
	return !ok || s.State().Up
}

// works tells whether an account that could not do something just now is worth
// waiting for.
func (e *Engine) works(name string) bool { return !e.circuit(name).open() && e.up(name) }
