package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

func (h *house) lines() map[string]engine.Line {
	h.Helper()
	list, err := h.engine.Lines(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	out := map[string]engine.Line{}
	for _, l := range list {
		out[l.Account] = l
	}
	return out
}

func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := newRoute()
		h := build(t, func(c *engine.Config) {
			c.Gateways["carrier"], c.Gateways[engine.SinkPrefix+"crm"], c.Gateways[engine.Functions] = first, newRoute(), newRoute()
			c.Throttles, c.Hold = map[string]float64{"carrier": 100}, map[string]bool{"carrier": true}
		})
		h.flow("ask", say("a", "one", "end"), end("end"))
		h.start(chat("ask"))
		synctest.Wait()
		if l := h.lines(); len(l) != 1 || !l["carrier"].Up || l["carrier"].Sent != 1 || l["carrier"].Throttle != 100 || !l["carrier"].Hold ||
			l["carrier"].Circuit != engine.CircuitClosed || l["carrier"].LastSent.IsZero() {
			t.Errorf("lines %+v", l)
		}
		first.down.Store(true)
		for i := range 8 {
			h.chatTo("ask", "+1206555010"+string(rune('0'+i)))
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		l := h.lines()["carrier"]
		if l.Up || l.Circuit != engine.CircuitOpen || l.Waiting != 8 || l.Failed < 5 || !strings.Contains(l.LastError, "NOT_BOUND") || !l.Until.After(time.Now()) {
			t.Errorf("while it is down: %+v", l)
		}
		first.down.Store(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if l := h.lines()["carrier"]; !l.Up || l.Waiting != 0 || l.Sent != 9 || l.LastError == "" {
			t.Errorf("when it is back: %+v", l)
		}
	})
}

func try(h *house, r engine.Trial) (string, error) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), 30*time.Second)
	defer cancel()
	if r.Subtype == "" {
		r.Subtype = contact.SMS
	}
	r.Instance, r.From, r.Text = instance, ourPhone, "A test."
	steps, err := h.engine.Try(ctx, r)
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.Account + ": " + s.What + "\n")
	}
	return b.String(), err
}

func wants(t *testing.T, said string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(said, p) {
			t.Errorf("%q is not in\n%s", p, said)
		}
	}
}

func TestATrialGoesByItsRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		h.far.answer = denies("ESME_RINVSRCADR")
		other.answer = func(contact.Effect) (gateway.Result, error) {
			return gateway.Result{Ref: "r1", Refs: []string{"r2"}, Segments: 2}, nil
		}
		go func() {
			<-other.took
			for _, ref := range []string{"r1", "r2"} {
				time.Sleep(time.Second)
				err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "other", Ref: ref, Receipt: &gateway.Receipt{Status: contact.StatusDelivered}})
				if err != nil {
					t.Error(err)
				}
			}
		}()
		said, err := try(h, engine.Trial{To: customer})
		if err != nil {
			t.Error(err)
		}
		wants(t, said, "carrier: not taken", "ESME_RINVSRCADR", "other: the next route", "other: taken after 0s as 2 segments", "receipt after 1s: DELIVERED", "receipt after 2s: DELIVERED")
		if l := h.lines(); l["other"].Proven.IsZero() || !l["carrier"].Proven.IsZero() {
			t.Errorf("proven: %+v", l)
		}
		if n := len(h.contacts()); n != 0 {
			t.Errorf("%d contacts came of a test", n)
		}
		// Nothing remembers it: a late receipt is nobody's.
		err = h.engine.Deliver(t.Context(), gateway.Arrival{Account: "other", Ref: "r1", Receipt: &gateway.Receipt{Status: contact.StatusDelivered}})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a late receipt: %v", err)
		}
	})
}

func TestTrialsThatDoNotPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		other.down.Store(true)
		h.far.answer = func(contact.Effect) (gateway.Result, error) {
			return gateway.Result{}, &fault.Error{Kind: fault.Refused, Code: "ESME_RX_R_APPN", Message: "no"}
		}
		if said, err := try(h, engine.Trial{To: customer}); !fault.Is(err, fault.Refused) || strings.Contains(said, "other") {
			t.Errorf("%v\n%s", err, said)
		}
		said, err := try(h, engine.Trial{To: customer, Account: "other"})
		if !fault.Is(err, fault.Busy) {
			t.Error(err)
		}
		wants(t, said, "other: it is down", "NOT_BOUND")
		if _, err := try(h, engine.Trial{To: customer, Account: "nobody"}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		// Taken without a receipt has passed, a failure has not.
		h.far.answer = func(contact.Effect) (gateway.Result, error) { return gateway.Result{Ref: "x"}, nil }
		said, err = try(h, engine.Trial{To: customer, Account: "carrier"})
		if err != nil || h.lines()["carrier"].Proven.IsZero() {
			t.Errorf("%v", err)
		}
		wants(t, said, "no receipt in time")
		h.mark(engine.OptOutKey("number", customer))
		before := len(h.far.texts())
		if said, err := try(h, engine.Trial{To: customer}); fault.CodeOf(err) != engine.CodeOptedOut || len(h.far.texts()) != before {
			t.Errorf("%v\n%s", err, said)
		}
	})
}

// An account that can test itself does.
type tested struct{ *route }

func (tested) Test(_ context.Context, from, number string) ([]string, error) {
	return []string{"100 Trying", "180 Ringing", "486 Busy Here from " + number + " to " + from}, &fault.Error{Kind: fault.Refused, Code: "486", Message: "busy"}
}

func TestAnAccountThatTestsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) { c.Gateways["trunk"] = tested{newRoute()} })
		said, err := try(h, engine.Trial{To: customer, Account: "trunk", Subtype: contact.Telephony})
		if fault.CodeOf(err) != "486" || !h.lines()["trunk"].Proven.IsZero() {
			t.Errorf("%v", err)
		}
		wants(t, said, "180 Ringing", "486 Busy Here from "+customer+" to "+ourPhone)
		if _, err := try(h, engine.Trial{To: customer, Account: "carrier", Subtype: contact.Telephony}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) { c.Throttles = map[string]float64{"carrier": 0.001} })
		h.flow("ask", say("a", "one", "b"), say("b", "two", "end"), end("end"))
		h.chatTo("ask", "+12065550101")
		h.chatTo("ask", "+12065550102")
		synctest.Wait()
		err := h.store.View(t.Context(), func(tx *store.Tx) error {
			n, err := tx.Backlog()
			if n["carrier"] != 3 {
				t.Errorf("%v wait", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
