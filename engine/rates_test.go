package engine

import (
	"testing"
	"time"

	"outdial/contact"
	"outdial/store"
)

// Nodes that share a store share the rates: each leases its part.
func TestRatesAreShared(t *testing.T) {
	var h throttle
	now := time.Now()
	h.setAccounts(map[string]float64{"a": 30})
	h.setNumbers(map[string]float64{"number/i/+1": 0.5})
	if r := h.room(now); r["a"] != 30 || r["number/i/+1"] != 1 {
		t.Errorf("alone: %v", r)
	}
	h.share(3)
	if r := h.room(now.Add(time.Second)); r["a"] != 10 {
		t.Errorf("one of three: %v", r)
	}
	c := &contact.Contact{Instance: "i", System: contact.Endpoint{Address: "+1"}}
	m := h.meter("a", c)
	h.took([]store.Job{{Account: "a", Meter: m, Segments: 10}, {Account: "a", Meter: m}})
	if r := h.room(now.Add(time.Second)); r["a"] != 0 || r["number/i/+1"] != 0 {
		t.Errorf("after ten segments: %v", r)
	}
	// Ten segments more than the number's bucket held, at a sixth of a segment a second.
	if r := h.room(now.Add(56 * time.Second)); r["number/i/+1"] != 0 {
		t.Errorf("a debt was forgiven: %v", r)
	}
	if r := h.room(now.Add(63 * time.Second)); r["number/i/+1"] != 1 {
		t.Errorf("a debt is never paid: %v", r)
	}
	c.System.Address = "+2"
	if got := h.meter("a", c); got != "a" {
		t.Errorf("a number without a rate has the meter %q", got)
	}
}

// A node that comes to others gives nothing before they can have heard of it.
func TestRatesOfANodeThatJoins(t *testing.T) {
	var h throttle
	now := time.Now()
	h.setAccounts(map[string]float64{"a": 30})
	h.share(2)
	h.join(now.Add(6 * time.Second))
	for _, after := range []time.Duration{0, 5 * time.Second, 5900 * time.Millisecond} {
		if r := h.room(now.Add(after)); r["a"] != 0 {
			t.Errorf("after %v: %v", after, r)
		}
	}
	if r := h.room(now.Add(6500 * time.Millisecond)); r["a"] < 1 || r["a"] > 15 {
		t.Errorf("when they have: %v", r)
	}
}

func TestCircuitStates(t *testing.T) {
	var k circuit
	busy := func() { k.tally(errBusy{}) }
	for range tripAfter {
		if k.open() {
			t.Fatal("open too soon")
		}
		busy()
	}
	if ok, again := k.admit(); ok || again <= 0 || !k.open() {
		t.Errorf("open: admitted %v, again in %v", ok, again)
	}
	if n, limited, _ := k.room(); !limited || n != 0 {
		t.Errorf("room %d, limited %v", n, limited)
	}
	k.until = time.Now().Add(-time.Second)
	if ok, _ := k.admit(); !ok {
		t.Error("nothing is tried after the pause")
	}
	if ok, _ := k.admit(); ok {
		t.Error("two are tried at once")
	}
	busy()
	if k.pause != 2*pauseMin {
		t.Errorf("the second pause is %v", k.pause)
	}
	k.until = time.Now().Add(-time.Second)
	k.admit()
	if !k.tally(nil) || k.open() || k.pause != 0 {
		t.Errorf("after a success: %+v", &k)
	}
	for range 10 * tripAfter { // successes between failures keep it closed
		busy()
		k.tally(nil)
	}
	if k.open() {
		t.Error("open though every second one was taken")
	}
	for range 100 {
		busy()
		k.until = time.Now().Add(-time.Second)
		k.admit()
	}
	if k.pause != pauseMax {
		t.Errorf("the longest pause is %v", k.pause)
	}
}

type errBusy struct{}

func (errBusy) Error() string { return "busy" } // of no kind: an unknown outcome counts as a failure
