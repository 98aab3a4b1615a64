package engine_test

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/resource"
)

// Two nodes on one database keep a carrier's rate between them, also in the
// moment when the second comes; the oldest contact goes first, whichever node it
// began on, and each contact's own order holds.
func TestTwoNodesKeepOneRate(t *testing.T) {
	if os.Getenv("PGURL") == "" {
		return // there is no second database to share
	}
	const rate, contacts = 100, 800 // of two messages each
	u := schema(t)
	var mu sync.Mutex
	var taken []string
	var times []time.Time
	by := map[string]int{}
	open := func(name string) *house {
		h := &house{TB: t, url: u, far: &far{took: make(chan contact.Effect, 10_000)}}
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			taken, times = append(taken, e.(contact.SendMessage).Text), append(times, time.Now())
			by[name]++
			return gateway.Result{}, nil
		}
		h.config.Gateways, h.config.Node, h.config.Log = map[string]gateway.Gateway{"carrier": h.far}, name, slog.New(slog.DiscardHandler)
		h.config.Throttles = map[string]float64{"carrier": rate}
		h.open()
		return h
	}
	one := open("one")
	declare(one)
	one.put(resource.KindNumber, "slow", "+12065550191", resource.Number{Meta: resource.Meta{ID: "slow", Name: "+12065550191"}, Number: "+12065550191", Account: "carrier", Throttle: 1})
	if err := one.engine.Adopt(t.Context(), one.config.Policy); err != nil {
		t.Fatal(err)
	}
	one.flow("ask", say("a", "$.CustomerEndpoint.Address one", "b"), say("b", "$.CustomerEndpoint.Address two", "end"), end("end"))
	begun := time.Now()
	for i := range contacts {
		r := chat("ask")
		r.Contact.Customer.Address = fmt.Sprintf("+1206555%04d", i)
		if i == 0 {
			r.Contact.System.Address = "+12065550191"
		}
		one.start(r)
	}
	two := open("two")
	for n := 0; n < 2*contacts; n++ {
		select {
		case <-one.far.took:
		case <-two.far.took:
		case <-time.After(30 * time.Second):
			t.Fatalf("%d messages of %d", n, 2*contacts)
		}
	}
	one.keptRate(begun, times, rate)
	if took := times[len(times)-1].Sub(begun); took > 30*time.Second {
		t.Errorf("%d messages at %d/s took %v", len(times), rate, took)
	}
	if by["two"] < contacts/40 { // of a slow day, too, it has its part
		t.Errorf("the second node sent %d of %d", by["two"], len(times))
	}
	one.oldestFirst(taken, contacts, 2*rate)
}

// keptRate says whether ever more was sent than the rate and a full bucket allow.
func (h *house) keptRate(begun time.Time, times []time.Time, rate int) {
	h.Helper()
	for i, at := range times {
		if most := float64(rate)*at.Sub(begun).Seconds() + 1.1*float64(rate); float64(i+1) > most {
			h.Fatalf("%d messages after %v, at most %.0f may have gone", i+1, at.Sub(begun), most)
		}
	}
}

// oldestFirst says which contacts went far out of their turn.
func (h *house) oldestFirst(taken []string, contacts, slack int) {
	h.Helper()
	last := map[string]string{}
	for place, text := range taken {
		var number, what string
		if _, err := fmt.Sscan(text, &number, &what); err != nil {
			h.Fatal(err)
		}
		if what == "two" && last[number] != "one" || what == "one" && last[number] != "" {
			h.Errorf("%s: %q after %q", number, what, last[number])
		}
		last[number] = what
		var i int
		if _, err := fmt.Sscanf(number, "+1206555%d", &i); err != nil {
			h.Fatal(err)
		}
		if due := 2 * i; i > 0 && (place < due-slack || place > due+slack) {
			h.Errorf("contact %d of %d went as number %d", i, contacts, place)
		}
	}
}
