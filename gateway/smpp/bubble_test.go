package smpp

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// noOptions are how a phone cuts its texts.
var noOptions sms.Options

// patience bounds waits for what has to happen.
const patience = 15 * time.Second

// A house is a gateway at work, the SMSC that it is bound to, and what arrived.
type house struct {
	*testing.T
	*smsctest.Server
	g    *Gateway
	stop context.CancelFunc

	mu       sync.Mutex
	arrived  []gateway.Arrival
	keep     func(gateway.Arrival) error
	seen     map[string]bool // keys, as the house remembers them
	returned chan error
}

// open runs f in a bubble, with a gateway that is bound.
func open(t *testing.T, a Account, o smsctest.Options, f func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(o)}
		t.Cleanup(h.Close)
		h.begin(a, Options{Dial: h.Dial})
		f(h)
	})
}

func (h *house) begin(a Account, o Options) {
	if a.Name == "" {
		a.Name = "carrier"
	}
	if a.Addresses == nil {
		a.Addresses = []string{"smsc:2775"}
	}
	if a.SystemID == "" {
		a.SystemID = "me"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(testWriter{h.T}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	g, err := New(a, o)
	if err != nil {
		h.Fatal(err)
	}
	h.g = g
	ctx, stop := context.WithCancel(context.Background())
	returned := make(chan error, 1)
	h.stop, h.returned = stop, returned
	go func() { returned <- g.Run(ctx, h.inbox) }()
	h.Cleanup(h.end)
	synctest.Wait()
}

// end stops the gateway, and waits for its end. It may be called again.
func (h *house) end() {
	h.stop()
	if err := <-h.returned; err != nil {
		h.Error("Run:", err)
	}
	h.returned <- nil
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) { w.t.Logf("%s", b); return len(b), nil }

func (h *house) inbox(_ context.Context, a gateway.Arrival) error {
	h.mu.Lock()
	keep := h.keep
	h.mu.Unlock()
	h.mu.Lock()
	for _, k := range a.Forget {
		delete(h.seen, k)
	}
	repeat := h.seen[a.Key]
	h.mu.Unlock()
	if repeat || a.Input == nil && a.Receipt == nil {
		return nil
	}
	if keep != nil {
		if err := keep(a); err != nil {
			return err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if a.Key != "" {
		h.seen[a.Key] = true
	}
	h.arrived = append(h.arrived, a)
	return nil
}

func (h *house) keeps(f func(gateway.Arrival) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep = f
}

// heard gives what arrived so far.
func (h *house) heard() []gateway.Arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]gateway.Arrival(nil), h.arrived...)
}

// texts gives the inbound texts that arrived so far.
func (h *house) texts() (out []string) {
	for _, a := range h.heard() {
		if m, ok := a.Input.(contact.MessageReceived); ok {
			out = append(out, m.Text)
		}
	}
	return out
}

func (h *house) send(id, text string) (gateway.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return h.g.Do(ctx, contactTo(1), contact.SendMessage{ID: id, Text: text})
}

func (h *house) must(id, text string) gateway.Result {
	h.Helper()
	r, err := h.send(id, text)
	if err != nil {
		h.Fatalf("%s: %v", id, err)
	}
	return r
}
