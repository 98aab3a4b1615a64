package gatewaytest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"outdial/contact"
	"outdial/gateway"
)

// A bench is one carrier at work in one case.
type bench struct {
	*testing.T
	Carrier
	ctx   context.Context
	stop  context.CancelFunc
	ended chan error // what Run returned

	mu      sync.Mutex
	answer  func(gateway.Arrival) error // of the inbox; nil takes everything
	arrived chan gateway.Arrival
}

// begin lets the gateway run until the case is over.
func begin(t *testing.T, c Carrier) *bench {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	running, stop := context.WithCancel(ctx)
	b := &bench{T: t, Carrier: c, ctx: ctx, stop: stop, ended: make(chan error, 1), arrived: make(chan gateway.Arrival, 1000)}
	go func() { b.ended <- c.Gateway.Run(running, b.inbox) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-b.ended:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-ctx.Done():
			t.Error("Run does not return after its context is done")
		}
		cancel()
	})
	if c.Ready != nil {
		if err := c.Ready(ctx); err != nil {
			t.Fatal("not ready: ", err)
		}
	}
	return b
}

func (b *bench) inbox(ctx context.Context, a gateway.Arrival) error {
	b.mu.Lock()
	answer := b.answer
	b.mu.Unlock()
	b.arrived <- a
	if answer != nil {
		return answer(a)
	}
	return nil
}

func (b *bench) answers(f func(gateway.Arrival) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = f
}

// next gives what the inbox heard next.
func (b *bench) next() gateway.Arrival {
	b.Helper()
	select {
	case a := <-b.arrived:
		if a.Account != b.Account {
			b.Errorf("arrival of account %q, not %q", a.Account, b.Account)
		}
		return a
	case <-b.ctx.Done():
		b.Fatal("nothing arrived")
		panic("unreachable")
	}
}

// send does a SendMessage that has to succeed.
func (b *bench) send(c *contact.Contact, id, text string) gateway.Result {
	b.Helper()
	r, err := b.Gateway.Do(b.ctx, c, contact.SendMessage{ID: id, Visit: 1, Text: text})
	if err != nil {
		b.Fatalf("%s: %v", id, err)
	}
	if r.Ref == "" {
		b.Fatalf("%s: no reference", id)
	}
	if r.Status != "" && r.Status != contact.StatusSent && r.Status != contact.StatusDelivered {
		b.Fatalf("%s: status %q", id, r.Status)
	}
	return r
}

// took gives what the far side took next.
func (b *bench) took() Taken {
	b.Helper()
	m, err := b.Took(b.ctx)
	if err != nil {
		b.Fatal("the far side took nothing: ", err)
	}
	return m
}

func messageID(contact, n int) string {
	return fmt.Sprintf("01900000-0000-7000-8000-%06d%06d", contact, n)
}
