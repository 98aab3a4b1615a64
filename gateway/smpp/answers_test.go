package smpp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
)

// The same words again are new words, however soon they come, as long as the
// bind on which the first were answered stands.
func TestTheSameWordsTwice(t *testing.T) {
	open(t, Account{Binds: 2}, smsctest.Options{}, func(h *house) {
		yes := smsctest.Text("4915110000001", "12345", "yes", noOptions)[0]
		for i, pause := range []time.Duration{0, time.Second, 4 * time.Second, time.Minute, 20 * time.Minute} {
			time.Sleep(pause)
			if s, err := h.Deliver(yes).Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
			if n := len(h.heard()); n != i+1 {
				t.Errorf("%d messages after %d", n, i+1)
			}
		}
	})
}

// A repeat comes to a process that knows nothing of the first: that one died
// between the commit and the answer.
func TestARepeatAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		h.begin(Account{}, Options{Dial: h.Dial})
		yes := smsctest.Text("4915110000001", "12345", "yes", noOptions)[0]
		deliver := func() {
			t.Helper()
			if s, err := h.Deliver(yes).Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
		}
		deliver()
		synctest.Wait()
		h.g.answers.mu.Lock()
		clear(h.g.answers.by) // it dies: nothing is put in order
		h.g.answers.mu.Unlock()
		h.end()
		h.begin(Account{}, Options{Dial: h.Dial})
		deliver()
		if n := len(h.heard()); n != 1 {
			t.Errorf("%d messages, and the second is a repeat", n)
		}
		deliver()
		if n := len(h.heard()); n != 2 {
			t.Errorf("%d messages, and the third is new", n)
		}
		// A process that ends in good order leaves no doubt.
		h.end()
		h.begin(Account{}, Options{Dial: h.Dial})
		deliver()
		if n := len(h.heard()); n != 3 {
			t.Errorf("%d messages, and the fourth is new", n)
		}
	})
}

// A carrier loses patience with an answer that is late, and repeats.
func TestARepeatOfWhatWasAnsweredLate(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		h.keeps(func(gateway.Arrival) error { time.Sleep(12 * time.Second); return nil })
		yes := smsctest.Text("4915110000001", "12345", "yes", noOptions)[0]
		first := h.Deliver(yes)
		time.Sleep(10 * time.Second)
		again := h.Deliver(yes)
		for _, d := range []*smsctest.Delivery{first, again} {
			if s, err := d.Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
		}
		if n := len(h.heard()); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// What is certain is forgotten in the store too, many at a time.
func TestAnswersAreForgottenTogether(t *testing.T) {
	open(t, Account{}, smsctest.Options{Window: 1000}, func(h *house) {
		for i := range 450 {
			h.Deliver(smsctest.Text("4915110000001", "12345", string(rune('a'+i)), noOptions)[0])
		}
		time.Sleep(time.Second)
		h.mu.Lock()
		before := len(h.seen)
		h.mu.Unlock()
		time.Sleep(certain + 2*time.Second)
		h.mu.Lock()
		defer h.mu.Unlock()
		if before != 450 || len(h.seen) != 0 || len(h.g.answers.by) != 0 {
			t.Errorf("%d keys, %d are left, %d in memory", before, len(h.seen), len(h.g.answers.by))
		}
	})
}
