package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/engine"
	"outdial/flow"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

const (
	instance = "11111111-2222-4333-8444-555555555555"
	ourPhone = "+12065550190"
	customer = "+12065550123"
)

// A house is a store, an engine and a carrier: all of ours for real, the far
// side of the carrier in the hands of the test.
type house struct {
	testing.TB
	path   string
	url    string
	store  *store.Store
	engine *engine.Engine
	far    *far
	config engine.Config
	stop   func() error
}

// far is the far side of a carrier: it takes what it is told to take.
type far struct {
	mu    sync.Mutex
	sent  []contact.SendMessage
	did   []contact.Effect
	inbox gateway.Inbox
	// answer decides about an effect; nil takes everything.
	answer func(e contact.Effect) (gateway.Result, error)
	took   chan contact.Effect
}

func (f *far) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	f.mu.Lock()
	answer := f.answer
	f.mu.Unlock()
	r, err := gateway.Result{}, error(nil)
	if m, ok := e.(contact.SendMessage); ok {
		r.Ref = "ref-" + m.ID
	}
	if answer != nil {
		r, err = answer(e)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.did = append(f.did, e)
		if m, ok := e.(contact.SendMessage); ok {
			f.sent = append(f.sent, m)
		}
		f.took <- e
	}
	return r, err
}

func (f *far) Run(ctx context.Context, in gateway.Inbox) error {
	f.mu.Lock()
	f.inbox = in
	f.mu.Unlock()
	<-ctx.Done()
	return nil
}

func (f *far) texts() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, m := range f.sent {
		out = append(out, m.Text)
	}
	return out
}

// build makes a house on a SQLite file of the test's own.
func build(t testing.TB, change ...func(*engine.Config)) *house {
	t.Helper()
	h := &house{TB: t, path: filepath.Join(t.TempDir(), "house.db"), far: &far{took: make(chan contact.Effect, 10_000)}}
	h.url = "file:" + h.path
	h.config = engine.Config{Gateways: map[string]gateway.Gateway{"carrier": h.far}, Node: "one", Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&h.config)
	}
	h.open()
	declare(h)
	return h
}

// declare makes the instance and its number.
func declare(h *house) {
	h.Helper()
	h.put(resource.KindInstance, instance, "demo", resource.Instance{
		Meta: resource.Meta{ID: instance, ARN: "arn:aws:connect:us-east-1:111122223333:instance/" + instance, Name: "demo"}, Account: "111122223333", Region: "us-east-1"})
	h.put(resource.KindNumber, "number", ourPhone, resource.Number{Meta: resource.Meta{ID: "number", Name: ourPhone}, Number: ourPhone, Channels: []string{"SMS", "VOICE", "WHATSAPP"}, Flow: "inbound", Account: "carrier"})
}

// open starts the house, or starts it again.
func (h *house) open() {
	h.Helper()
	var e *engine.Engine
	s, err := store.Open(h.Context(), h.url, store.Options{Node: h.config.Node, Handover: func(j []store.Job) { e.Take(j) }, Now: func() time.Time { return e.Now() }})
	if err != nil {
		h.Fatal(err)
	}
	h.config.Store = s
	if h.config.Offset, err = s.Offset(h.Context()); err != nil {
		h.Fatal(err)
	}
	e = engine.New(h.config)
	h.store, h.engine = s, e
	ctx, cancel := context.WithCancel(context.Background())
	sctx, scancel := context.WithCancel(context.Background())
	var run, keep errgroup.Group
	keep.Go(func() error { return s.Run(sctx) })
	run.Go(func() error { return e.Run(ctx) })
	h.stop = sync.OnceValue(func() error {
		cancel()
		err := run.Wait()
		scancel()
		return errors.Join(err, ignore(keep.Wait()), s.Close())
	})
	h.Cleanup(func() {
		if err := h.stop(); err != nil {
			h.Error(err)
		}
	})
}

func ignore(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// restart stops the house in order and starts it again on the same file.
func (h *house) restart() {
	h.Helper()
	if err := h.stop(); err != nil {
		h.Fatal(err)
	}
	h.open()
}

func (h *house) put(kind resource.Kind, id, name string, v any) {
	h.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		h.Fatal(err)
	}
	owner := instance
	if kind == resource.KindInstance {
		owner = ""
	}
	h.update(func(t *store.Tx) error {
		return t.PutResource(store.Row{Kind: string(kind), Instance: owner, ID: id, Name: name, Doc: doc})
	})
}

func (h *house) update(fn func(*store.Tx) error) {
	h.Helper()
	if err := h.store.Update(h.Context(), store.Need{}, fn); err != nil {
		h.Fatal(err)
	}
}

// flow publishes a flow made of actions, the first of which is its start.
func (h *house) flow(id string, actions ...action) {
	h.Helper()
	doc := map[string]any{"Version": "2019-10-30", "StartAction": actions[0].Identifier, "Actions": actions}
	b, err := json.Marshal(doc)
	if err != nil {
		h.Fatal(err)
	}
	f, err := flow.Parse(id, b)
	if err != nil {
		h.Fatal(err)
	}
	h.put(resource.KindFlow, id, id, resource.Flow{Meta: resource.Meta{ID: id, Name: id}, Type: "CONTACT_FLOW", State: resource.Active, Content: string(b), Hash: f.Hash})
}

type action struct {
	Identifier  string
	Type        string
	Parameters  map[string]any
	Transitions transitions
}

type transitions struct {
	NextAction string              `json:",omitempty"`
	Errors     []map[string]string `json:",omitempty"`
	Conditions []map[string]any    `json:",omitempty"`
}

func say(id, text, next string) action {
	return action{id, "MessageParticipant", map[string]any{"Text": text}, transitions{NextAction: next}}
}

func end(id string) action {
	return action{Identifier: id, Type: "DisconnectParticipant", Parameters: map[string]any{}}
}

// wait waits for the customer, or seconds.
func wait(id, seconds, back, late string) action {
	on := func(result, next string) map[string]any {
		return map[string]any{"NextAction": next, "Condition": map[string]any{"Operator": "Equals", "Operands": []string{result}}}
	}
	return action{id, "Wait", map[string]any{"TimeLimitSeconds": seconds, "Events": []string{"CustomerReturned"}},
		transitions{NextAction: late, Errors: []map[string]string{{"ErrorType": "NoMatchingError", "NextAction": late}},
			Conditions: []map[string]any{on("CustomerReturned", back), on("WaitCompleted", late)}}}
}

// chat is a request for an SMS contact on a flow.
func chat(flow string) engine.StartRequest {
	subtype := contact.SMS
	return engine.StartRequest{OptOutList: "number", Contact: &contact.Contact{
		Instance: instance, Channel: contact.Chat, Subtype: subtype, Method: contact.MethodAPI,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: customer},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: ourPhone}, Account: "carrier",
		Segment:  map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}},
		Position: contact.Position{Flow: flow},
	}}
}

func call(flow string) engine.StartRequest {
	r := chat(flow)
	r.Contact.Channel, r.Contact.Subtype = contact.Voice, contact.Telephony
	return r
}

func (h *house) start(r engine.StartRequest) contact.ID {
	h.Helper()
	id, err := h.engine.Start(h.Context(), r)
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// hears waits for n effects at the far side.
func (h *house) hears(n int) {
	h.Helper()
	for i := range n {
		select {
		case <-h.far.took:
		case <-time.After(30 * 24 * time.Hour):
			h.Fatalf("the far side got %d effects of %d; texts %q", i, n, h.far.texts())
		}
	}
}

// says is a message from the customer.
func (h *house) says(text string) {
	h.Helper()
	err := h.engine.Deliver(h.Context(), gateway.Arrival{Account: "carrier", Line: contact.Line{Subtype: contact.SMS, Customer: customer, System: ourPhone},
		Input: contact.MessageReceived{Text: text}})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) contact(id contact.ID) (c *contact.Contact) {
	h.Helper()
	err := h.store.View(h.Context(), func(t *store.Tx) (err error) {
		c, err = t.Contact(id)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return c
}

func (h *house) messages(id contact.ID) (list []*contact.Message) {
	h.Helper()
	err := h.store.View(h.Context(), func(t *store.Tx) (err error) {
		list, err = t.Messages(id)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return list
}

func (h *house) ended(id contact.ID, reason string) *contact.Contact {
	h.Helper()
	c := h.contact(id)
	if c.Open() || c.Reason != reason {
		h.Fatalf("open %v, reason %q, want %q; position %+v", c.Open(), c.Reason, reason, c.Position)
	}
	return c
}
