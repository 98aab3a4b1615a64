package loopback

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// A house stands in for the engine: it keeps what is to happen later, moves its
// own time, and writes down what its contacts hear.
type house struct {
	t     *testing.T
	world *World
	at    time.Time
	later []pending
	heard []contact.Input   // by effects and by arrivals, in order
	mail  []gateway.Arrival // what came in by lines, and receipts
	calls []gateway.Arrival // calls that came in
	deny  error             // what the inbox answers
	takes contact.ID        // who takes what comes in by lines
	stop  func()
}

type pending struct {
	due time.Time
	c   *contact.Contact
	l   gateway.Later
}

var noon = time.Date(2030, 5, 6, 12, 0, 0, 0, time.UTC)

// build makes a house with a running world; change sets what a test wants otherwise.
func build(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{t: t, at: noon}
	c := Config{Account: "sim", Now: func() time.Time { return h.at }}
	for _, f := range change {
		f(&c)
	}
	w, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	h.world = w
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, h.inbox) }()
	<-w.serves
	h.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error("Run: ", err)
		}
		ended <- nil
	}
	t.Cleanup(func() {
		h.stop()
		if err := w.Close(); err != nil {
			t.Error("Close: ", err)
		}
	})
	return h
}

func journalled(path string) func(*Config) { return func(c *Config) { c.Journal = path } }

func (h *house) inbox(_ context.Context, a gateway.Arrival) error {
	if h.deny != nil {
		return h.deny
	}
	if a.Account != "sim" {
		h.t.Errorf("arrival of account %q", a.Account)
	}
	if a.Voice {
		h.calls = append(h.calls, a)
		return nil
	}
	if a.Contact != "" {
		h.heard = append(h.heard, a.Input)
		return nil
	}
	if a.Taken != nil && h.takes != "" {
		a.Taken(h.takes)
	}
	a.Taken = nil
	h.mail = append(h.mail, a)
	return nil
}

// try does an effect and keeps what comes of it.
func (h *house) try(c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	r, err := h.world.Do(context.Background(), c, e)
	if err != nil {
		return r, err
	}
	if r.Input != nil {
		h.heard = append(h.heard, r.Input)
	}
	for _, l := range r.Later {
		h.later = append(h.later, pending{h.at.Add(l.After), c, l})
	}
	return r, nil
}

func (h *house) do(c *contact.Contact, e contact.Effect) gateway.Result {
	h.t.Helper()
	r, err := h.try(c, e)
	if err != nil {
		h.t.Fatalf("%s: %v", contact.EffectKind(e), err)
	}
	return r
}

// advance moves time, and does what comes due in order.
func (h *house) advance(d time.Duration) {
	h.t.Helper()
	end := h.at.Add(d)
	for range 10_000 {
		slices.SortStableFunc(h.later, func(a, b pending) int { return a.due.Compare(b.due) })
		if len(h.later) == 0 || h.later[0].due.After(end) {
			h.at = end
			return
		}
		p := h.later[0]
		h.later = h.later[1:]
		if p.due.After(h.at) {
			h.at = p.due
		}
		if p.l.Again != nil {
			h.do(p.c, p.l.Again)
			continue
		}
		if p.l.Arrival.Receipt != nil {
			h.mail = append(h.mail, p.l.Arrival)
		} else {
			h.heard = append(h.heard, p.l.Arrival.Input)
		}
	}
	h.t.Fatal("time never comes to rest")
}

// expect compares what the contacts heard since the last time.
func (h *house) expect(want ...contact.Input) {
	h.t.Helper()
	for i, in := range h.heard { // references are random
		if a, ok := in.(contact.CallAnswered); ok && a.Ref != "" {
			h.heard[i] = contact.CallAnswered{}
		}
	}
	if len(h.heard)+len(want) > 0 && !reflect.DeepEqual(h.heard, want) {
		h.t.Errorf("heard\n%#v, want\n%#v", h.heard, want)
	}
	h.heard = nil
}

const (
	ours = "+12065550199"
	ann  = "+12065550100"
)

func chat(customer string) *contact.Contact {
	return &contact.Contact{
		ID: contact.ID("c-" + customer), Channel: contact.Chat, Subtype: contact.SMS,
		Customer: contact.Endpoint{Address: customer}, System: contact.Endpoint{Address: ours},
	}
}

func whatsapp(customer string) *contact.Contact {
	c := chat(customer)
	c.Subtype = contact.WhatsApp
	return c
}

func voice(customer string) *contact.Contact {
	c := chat(customer)
	c.Channel, c.Subtype = contact.Voice, contact.Telephony
	return c
}

func (h *house) dial(c *contact.Contact, amd contact.AMDConfig) gateway.Result {
	h.t.Helper()
	return h.do(c, contact.PlaceCall{From: ours, To: c.Customer.Address, RingTimeout: 30, AMD: amd})
}

// call gives a contact whose call has been answered.
func (h *house) call(number string) *contact.Contact {
	h.t.Helper()
	c := voice(number)
	h.dial(c, contact.AMDConfig{})
	h.act(number, Act{Action: "answer"})
	h.expect(contact.CallRinging{}, contact.CallAnswered{})
	return c
}

func (h *house) act(number string, a Act) {
	h.t.Helper()
	if err := h.world.Act(context.Background(), number, a); err != nil {
		h.t.Fatalf("%+v: %v", a, err)
	}
}

func (h *house) script(number string, s ...Step) {
	h.t.Helper()
	if err := h.world.Script(number, s); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) state(number, want string) {
	h.t.Helper()
	if got := h.world.Handset(number).Call.State; got != want {
		h.t.Errorf("the call of %s is %s, want %s", number, got, want)
	}
}

func (h *house) fails(err error, k fault.Kind) {
	h.t.Helper()
	if !fault.Is(err, k) {
		h.t.Errorf("%v is not of kind %v", err, k)
	}
}

var errAway = errors.New("away")

func tempJournal(t *testing.T) string { return filepath.Join(t.TempDir(), "journal") }
