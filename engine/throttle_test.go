package engine_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

// A message that has more segments than the throttle ever holds goes all the
// same, and the next waits the longer.
func TestAMessageLargerThanItsThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) {
			c.Throttles = map[string]float64{"carrier": 1}
			c.Segments = func(_ *contact.Contact, text string) int { return len(text) }
		})
		h.flow("ask", say("a", "abcde", "end"), end("end"))
		begun := time.Now()
		for i := range 4 {
			h.chatTo("ask", fmt.Sprintf("+120655501%02d", i))
		}
		h.hears(4)
		if took := time.Since(begun); took < 14*time.Second || took > 17*time.Second {
			t.Errorf("20 segments at 1/s took %v", took)
		}
	})
}

// A number's own rate holds beside its account's; other numbers of the account
// are not held up, and the oldest contact goes first whatever its number.
func TestANumberHasItsOwnThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const second = "+12065550191"
		h := build(t, func(c *engine.Config) { c.Throttles = map[string]float64{"carrier": 4} })
		h.number(func(n *resource.Number) { n.Throttle = 1 })
		h.put(resource.KindNumber, "second", second, resource.Number{Meta: resource.Meta{ID: "second", Name: second}, Number: second, Account: "carrier"})
		if err := h.engine.Adopt(t.Context(), h.config.Policy); err != nil {
			t.Fatal(err)
		}
		h.flow("ask", say("a", "one", "end"), end("end"))
		begun := time.Now()
		var mu sync.Mutex
		sent := map[string][]time.Duration{}
		order := map[string][]string{}
		from := map[string]string{}
		for i := range 80 {
			r := chat("ask")
			if i%2 == 1 {
				r.Contact.System.Address = second
			}
			r.Contact.Customer.Address = fmt.Sprintf("+120655501%02d", i)
			id := h.start(r)
			for _, m := range h.messages(id) {
				from[m.ID] = m.From + " " + m.To
			}
		}
		for range 80 {
			m := (<-h.far.took).(contact.SendMessage)
			mu.Lock()
			number, to, _ := strings.Cut(from[m.ID], " ")
			sent[number] = append(sent[number], time.Since(begun))
			order[number] = append(order[number], to)
			mu.Unlock()
		}
		if n := sent[ourPhone]; n[39] < 38*time.Second || n[39] > 41*time.Second {
			t.Errorf("40 messages of the number at 1/s took %v", n[39])
		}
		if n := sent[second]; n[39] > 16*time.Second {
			t.Errorf("40 messages of the other number at 3/s took %v", n[39])
		}
		for number, list := range order {
			if !slices.IsSorted(list) {
				t.Errorf("%s did not go oldest first: %v", number, list)
			}
		}
	})
}

// Rates of numbers are known to the next process too.
func TestANumbersThrottleOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.number(func(n *resource.Number) { n.Throttle = 0.01 })
		if err := h.engine.Adopt(t.Context(), engine.Policy{}); err != nil {
			t.Fatal(err)
		}
		h.flow("ask", say("a", "one", "end"), end("end"))
		for i := range 30 {
			h.chatTo("ask", fmt.Sprintf("+120655501%02d", i))
		}
		synctest.Wait()
		before := len(h.far.texts())
		h.restart()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if after := len(h.far.texts()); before != 1 || after > 2 {
			t.Errorf("%d messages before the restart, %d after it", before, after)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(h.far.texts()); n != 30 {
			t.Errorf("%d messages of 30 in an hour", n)
		}
	})
}

// So many messages wait for their throttle: they cost no memory, each contact's
// order holds, what is cancelled never goes, the rest goes at the rate.
func TestThousandsWait(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 5_000
	}
	if s := os.Getenv("OUTDIAL_WAITING"); s != "" { // make soak: a hundred thousand
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		const rate, many = 2000, 128
		h := build(t, func(c *engine.Config) {
			c.Throttles = map[string]float64{"carrier": rate}
			c.Gateways["carrier"] = newRoute()
		})
		far := h.config.Gateways["carrier"].(*route)
		far.took = make(chan contact.Effect, 1) // read below
		far.answer = func(e contact.Effect) (gateway.Result, error) { return gateway.Result{}, nil }
		h.flow("ask", say("a", "one", "b"), say("b", "two", "end"), end("end"))
		h.flow("idle", say("a", "one", "wait"), wait("wait", "604800", "end", "end"), end("end"))
		got := make(chan int)
		stop := make(chan struct{})
		go func() {
			sent := 0
			for {
				select {
				case <-far.took:
					sent++
				case <-stop:
					got <- sent
					return
				}
			}
		}()
		begun := time.Now()
		var start runtime.MemStats
		var cancelled []contact.ID
		var wg sync.WaitGroup
		ids := make([]contact.ID, n)
		for w := range many {
			wg.Go(func() {
				for i := w; i < n; i += many {
					flow := "ask"
					if i%10 == 9 {
						flow = "idle"
					}
					ids[i] = h.chatTo(flow, fmt.Sprintf("+1206%07d", i))
					time.Sleep(time.Millisecond) // contacts are of different ages
				}
			})
			if w == 0 {
				wg.Wait() // the first part, before memory is measured
				runtime.GC()
				runtime.ReadMemStats(&start)
			}
		}
		wg.Wait()
		var full runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&full)
		// ids themselves, and what is remembered of the last contacts.
		if grown := int64(full.HeapAlloc) - int64(start.HeapAlloc); grown > 24<<20 {
			t.Errorf("%d waiting messages hold %d kB", n, grown>>10)
		}
		for i := n/2 + 9 - n/2%10; i < n; i += 10 { // idle ones: they still wait
			if err := h.engine.Tell(t.Context(), ids[i], contact.StopRequested{}); err != nil {
				t.Fatal(err)
			}
			cancelled = append(cancelled, ids[i])
		}
		want := 2*(n-n/10) + n/10 - len(cancelled)
		time.Sleep(time.Duration(want/rate+60)*time.Second - time.Since(begun))
		synctest.Wait()
		close(stop)
		if sent := <-got; sent != want {
			t.Errorf("%d messages went, want %d", sent, want)
		}
		h.inOrderAndRate(ids, cancelled, rate, begun)
	})
}

// inOrderAndRate looks at what was sent when.
func (h *house) inOrderAndRate(ids, cancelled []contact.ID, rate int, begun time.Time) {
	h.Helper()
	perSecond := map[int64]int{}
	gone := map[contact.ID]bool{}
	for _, id := range cancelled {
		gone[id] = true
	}
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		for _, id := range ids {
			list, err := t.Messages(id)
			if err != nil {
				return err
			}
			for i, m := range list {
				if gone[id] != (m.Status == contact.StatusCancelled) {
					h.Fatalf("the message of %s: %s", id, m.Status)
				}
				if i > 0 && list[i-1].Sent.After(m.Sent) {
					h.Errorf("%s: %q left before %q", id, m.Text, list[i-1].Text)
				}
				if !m.Sent.IsZero() {
					perSecond[int64(m.Sent.Sub(begun)/time.Second)]++
				}
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	for second, n := range perSecond {
		if n > 2*rate+2 { // a full bucket, and a second's worth
			h.Errorf("%d messages in second %d", n, second)
		}
	}
}
