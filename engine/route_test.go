package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

// A route is the far side of a second carrier: it knows whether it is up.
type route struct {
	far
	down  atomic.Bool
	tries atomic.Int64
}

func newRoute() *route { return &route{far: far{took: make(chan contact.Effect, 100_000)}} }

func (r *route) State() gateway.State { return gateway.State{Up: !r.down.Load()} }

func (r *route) Do(ctx context.Context, c *contact.Contact, f contact.Effect) (gateway.Result, error) {
	r.tries.Add(1)
	if r.down.Load() {
		return gateway.Result{}, &fault.Error{Kind: fault.Busy, Code: "NOT_BOUND", Message: "no bind is up"}
	}
	return r.far.Do(ctx, c, f)
}

func denies(code string) func(contact.Effect) (gateway.Result, error) {
	return func(contact.Effect) (gateway.Result, error) {
		return gateway.Result{}, &fault.Error{Kind: fault.Denied, Code: code, Message: "not by us"}
	}
}

// routed is a house whose number has two accounts, "carrier" and "other".
func routed(t testing.TB, change ...func(*engine.Config)) (*house, *route) {
	t.Helper()
	other := newRoute()
	h := build(t, append([]func(*engine.Config){func(c *engine.Config) { c.Gateways["other"] = other }}, change...)...)
	h.number(func(n *resource.Number) { n.Routes = []string{"other"} })
	return h, other
}

// number changes our number.
func (h *house) number(change func(*resource.Number)) {
	h.Helper()
	n := resource.Number{Meta: resource.Meta{ID: "number", Name: ourPhone}, Number: ourPhone, Channels: []string{"SMS", "VOICE", "WHATSAPP"}, Flow: "inbound", Account: "carrier"}
	change(&n)
	h.put(resource.KindNumber, "number", ourPhone, n)
}

func (h *house) chatTo(flow, number string) contact.ID {
	h.Helper()
	r := chat(flow)
	r.Contact.Customer.Address = number
	return h.start(r)
}

// notes gives what the timeline of a contact tells operators.
func (h *house) notes(id contact.ID) string {
	h.Helper()
	var list []string
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		records, err := t.Records(id)
		for _, r := range records {
			list = append(list, string(r.Doc))
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return strings.Join(list, "\n")
}

func TestASecondRouteTakesWhatTheFirstRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		h.far.answer = denies("ESME_RINVSRCADR")
		h.flow("ask", say("a", "one", "b"), say("b", "two", "wait"), wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		synctest.Wait()
		if got := other.texts(); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("the second route got %q", got)
		}
		m := h.messages(id)[0]
		if m.Status != contact.StatusSent || m.Account != "other" || len(m.Tried) != 1 {
			t.Fatalf("message %+v", m)
		}
		if a := m.Tried[0]; a.Account != "carrier" || a.Code != "ESME_RINVSRCADR" || !a.Refused || a.At.IsZero() {
			t.Errorf("tried %+v", a)
		}
		if text := h.notes(id); !strings.Contains(text, "ESME_RINVSRCADR") || !strings.Contains(text, "it goes by other") {
			t.Errorf("the timeline does not tell of the route: %s", text)
		}
		// Its receipt comes by the route that it took, the reply by any.
		err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Ref: m.Ref, Receipt: &gateway.Receipt{Status: contact.StatusDelivered}})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a receipt of the account that did not take it: %v", err)
		}
		err = h.engine.Deliver(t.Context(), gateway.Arrival{Account: "other", Ref: m.Ref, Receipt: &gateway.Receipt{Status: contact.StatusDelivered}})
		if got := h.messages(id)[0].Status; err != nil || got != contact.StatusDelivered {
			t.Errorf("after its receipt: %s, %v", got, err)
		}
		h.says("yes")
		synctest.Wait()
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

func TestWhatEveryRouteRefusesIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		h.far.answer, other.answer = denies("FIRST"), denies("SECOND")
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		synctest.Wait()
		h.ended(id, "CUSTOMER_CONNECTION_NOT_ESTABLISHED")
		m := h.messages(id)[0]
		if m.Status != contact.StatusFailed || m.Code != "SECOND" || len(m.Tried) != 1 || m.Tried[0].Code != "FIRST" {
			t.Errorf("message %+v", m)
		}
		if n := other.tries.Load(); n != 1 {
			t.Errorf("the second route was tried %d times", n)
		}
	})
}

// A final no is no matter of the route.
func TestARefusalIsNotTakenElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		for _, kind := range []fault.Kind{fault.Refused, fault.Invalid, fault.Conflict} {
			h.far.answer = func(contact.Effect) (gateway.Result, error) {
				return gateway.Result{}, &fault.Error{Kind: kind, Code: "NO", Message: "no"}
			}
			h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
			id := h.start(chat("ask"))
			synctest.Wait()
			h.ended(id, "CUSTOMER_CONNECTION_NOT_ESTABLISHED")
		}
		if n := other.tries.Load(); n != 0 {
			t.Errorf("the second route was tried %d times", n)
		}
	})
}

func TestAnAccountThatIsDownIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newRoute(), newRoute()
		h := build(t, func(c *engine.Config) { c.Gateways["carrier"], c.Gateways["other"] = first, second })
		h.number(func(n *resource.Number) { n.Routes = []string{"other"} })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		first.down.Store(true)
		var ids []contact.ID
		for i := range 20 {
			ids = append(ids, h.chatTo("ask", fmt.Sprintf("+120655501%02d", i)))
			synctest.Wait()
		}
		if n := len(second.texts()); n != 20 {
			t.Errorf("%d messages of 20 went by the second route at once", n)
		}
		// The first five found out; then nothing was tried.
		if n := first.tries.Load(); n != 5 {
			t.Errorf("the first route was tried %d times", n)
		}
		if m := h.messages(ids[0])[0]; len(m.Tried) != 1 || m.Tried[0].Refused || m.Tried[0].Code != "NOT_BOUND" || m.Account != "other" {
			t.Errorf("message %+v", m)
		}
		if m := h.messages(ids[10])[0]; len(m.Tried) != 0 || m.Account != "other" {
			t.Errorf("message %+v", m)
		}
		first.down.Store(false)
		time.Sleep(6 * time.Second)
		for i := range 3 {
			h.chatTo("ask", fmt.Sprintf("+120655502%02d", i))
			synctest.Wait()
		}
		if n := len(first.texts()); n != 3 {
			t.Errorf("%d messages of 3 went by the first route, which works again", n)
		}
	})
}

// Where there is no other route, what waits for an account that is down costs
// nothing, and goes when it is back, each contact's in order.
func TestAnAccountIsDownForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		only := newRoute()
		h := build(t, func(c *engine.Config) { c.Gateways["carrier"] = only })
		only.down.Store(true)
		h.flow("ask", say("a", "one", "b"), say("b", "two", "end"), end("end"))
		const n = 300
		for i := range n {
			h.chatTo("ask", fmt.Sprintf("+1206555%04d", i))
		}
		time.Sleep(6 * time.Hour)
		if tries := only.tries.Load(); tries > 200 {
			t.Errorf("%d tries in six hours", tries)
		}
		if got := only.texts(); len(got) != 0 {
			t.Fatalf("sent %q", got)
		}
		only.down.Store(false)
		back := time.Now()
		for range 2 * n {
			<-only.took
		}
		synctest.Wait() // what the carrier took is struck off after it took it
		// The longest pause, and what is left to chance.
		if took := time.Since(back); took > 11*time.Minute {
			t.Errorf("all had gone %v after it was back", took)
		}
		var list []string
		for _, c := range h.contacts() {
			h.ended(c.ID, "CONTACT_FLOW_DISCONNECT")
			m := h.messages(c.ID)
			if m[0].Sent.After(m[1].Sent) || m[0].Text != "one" {
				list = append(list, string(c.ID))
			}
		}
		if len(list) > 0 {
			t.Errorf("out of order: %v", list)
		}
	})
}

func TestRoutesOfTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := []string{"german", "short", "callers", "rest"}
		far := map[string]*route{}
		h := build(t, func(c *engine.Config) {
			for _, name := range names {
				far[name] = newRoute()
				c.Gateways[name] = far[name]
			}
			c.Routes = []engine.Route{
				{To: []string{"DE", "+4366"}, Accounts: []string{"german", "rest"}},
				{From: []string{"72345"}, Accounts: []string{"short"}},
				{Channels: []string{"VOICE"}, Accounts: []string{"callers"}},
				{Channels: []string{"SMS"}, To: []string{"+1"}, Accounts: []string{"rest"}},
			}
		})
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		h.flow("speak", say("a", "hello", "end"), end("end"))
		for _, c := range []struct {
			from, to, want string
			voice          bool
		}{
			{ourPhone, "+4915112345678", "german", false},
			{ourPhone, "+4366412345678", "german", false},
			{ourPhone, "+4319876543", "carrier", false},
			{"72345", "+4319876543", "short", false},
			{"72345", "+12065550100", "short", false},
			{ourPhone, "+12065550100", "rest", false},
			{ourPhone, "+12065550100", "callers", true},
			{ourPhone, "+4915112345678", "german", true},
		} {
			r := chat("ask")
			if c.voice {
				r = call("speak")
			}
			r.Contact.System.Address, r.Contact.Customer.Address = c.from, c.to
			id := h.start(r)
			synctest.Wait()
			if c.voice {
				if got := h.contact(id).Account; got != c.want {
					t.Errorf("a call from %s to %s: %s, want %s", c.from, c.to, got, c.want)
				}
			} else if got := h.messages(id)[0].Account; got != c.want {
				t.Errorf("from %s to %s: %s, want %s", c.from, c.to, got, c.want)
			}
		}
		// Routes may change while it runs.
		if err := h.engine.Adopt(t.Context(), engine.Policy{}); err != nil {
			t.Fatal(err)
		}
		id := h.chatTo("ask", "+4915112345679")
		synctest.Wait()
		if got := h.messages(id)[0].Account; got != "carrier" {
			t.Errorf("without routes: %s", got)
		}
	})
}

func TestACallTriesTheNextTrunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, kind := range []fault.Kind{fault.Denied, fault.Busy} {
			h, other := routed(t)
			h.far.answer = func(contact.Effect) (gateway.Result, error) {
				return gateway.Result{}, &fault.Error{Kind: kind, Code: "503", Message: "no channel is free"}
			}
			h.flow("speak", say("a", "hello", "end"), end("end"))
			id := h.start(call("speak"))
			synctest.Wait()
			if c := h.contact(id); c.Account != "other" || !c.Open() {
				t.Fatalf("%v: account %q, open %v", kind, c.Account, c.Open())
			}
			if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "other", Contact: id, Input: contact.CallAnswered{}}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if _, ok := other.last().(contact.PlayPrompt); !ok || len(h.far.did) != 0 {
				t.Errorf("%v: the second trunk did %+v, the first %+v", kind, other.did, h.far.did)
			}
		}
	})
}

// A call that no trunk takes is over; it never goes round.
func TestACallThatNoTrunkTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t)
		h.far.answer, other.answer = denies("403"), denies("404")
		h.flow("speak", say("a", "hello", "end"), end("end"))
		id := h.start(call("speak"))
		synctest.Wait()
		if c := h.contact(id); c.Open() || c.Call.Code != "404" || other.tries.Load() != 1 {
			t.Errorf("open %v, %+v, %d tries", c.Open(), c.Call, other.tries.Load())
		}
	})
}

func (f *far) last() contact.Effect {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.did) == 0 {
		return nil
	}
	return f.did[len(f.did)-1]
}

func TestAnAnswerToAKeywordTakesTheNextRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := routed(t, func(c *engine.Config) {
			c.Keyword = func(*contact.Contact, string) (string, string) { return "help", "Ask us." }
		})
		h.far.answer = denies("NO")
		synctest.Wait() // the carriers run
		h.says("help")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := other.texts(); !slices.Equal(got, []string{"Ask us."}) {
			t.Errorf("the second route got %q", got)
		}
	})
}

// One effect is tried after each pause, and the pauses grow.
func TestACircuitIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		var mu sync.Mutex
		var tries []time.Duration
		begun := time.Now()
		h.far.answer = func(contact.Effect) (gateway.Result, error) {
			mu.Lock()
			defer mu.Unlock()
			tries = append(tries, time.Since(begun))
			return gateway.Result{}, &fault.Error{Kind: fault.Internal, Code: "NO_ANSWER", Message: "no answer"}
		}
		h.flow("ask", say("a", "one", "end"), end("end"))
		for i := range 50 {
			h.chatTo("ask", fmt.Sprintf("+120655501%02d", i))
		}
		time.Sleep(20 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if len(tries) < 5+7 || len(tries) > 5+12 {
			t.Fatalf("%d tries in twenty minutes", len(tries))
		}
		probes := tries[5:]
		for i := 2; i < len(probes) && probes[i] < 5*time.Minute; i++ {
			if a, b := probes[i-1]-probes[i-2], probes[i]-probes[i-1]; b < a {
				t.Errorf("probes at %v: the pauses do not grow", probes)
			}
		}
	})
}
