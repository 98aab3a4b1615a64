package engine_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
)

// quiet takes everything at once.
type quiet struct{}

func (quiet) Do(_ context.Context, _ *contact.Contact, e contact.Effect) (gateway.Result, error) {
	if m, ok := e.(contact.SendMessage); ok {
		return gateway.Result{Ref: "r" + m.ID}, nil
	}
	return gateway.Result{}, nil
}

func (quiet) Run(ctx context.Context, _ gateway.Inbox) error { <-ctx.Done(); return nil }

// BenchmarkStart is a chat contact started, kept, and its first message sent:
// 64 callers, a durable commit each.
func BenchmarkStart(b *testing.B) {
	h := build(b, func(c *engine.Config) { c.Gateways = map[string]gateway.Gateway{"carrier": quiet{}} })
	h.flow("ask", say("hello", "Hi $.Attributes.name! 1 confirms.", "wait"), wait("wait", "300", "end", "end"), end("end"))
	var n atomic.Int64
	b.SetParallelism(32)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			r := chat("ask")
			r.Contact.Customer.Address = fmt.Sprintf("+1206%07d", i)
			r.Token, r.Hashes = fmt.Sprintf("chat/i/%d", i), map[string]string{"ContactFlowId": "0123456789ab", "Attributes": "0123456789ab"}
			r.Contact.Attributes = map[string]string{"name": "Ann"}
			if _, err := h.engine.Start(context.Background(), r); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "starts/s")
}
