package smpp

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// BenchmarkDo sends over real sockets to an SMSC in the same process, from as
// many workers as an engine has. It reports messages per second, the SMSC's own
// work included.
func BenchmarkDo(b *testing.B) {
	for _, c := range []struct {
		name     string
		receipts sms.MessageState
	}{{"submit", sms.Scheduled}, {"submit and receipt", sms.Delivered}} {
		b.Run(c.name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			smsc := smsctest.New(smsctest.Options{Receipts: c.receipts, Quiet: true, Window: 1000})
			served := make(chan struct{})
			go func() { smsc.Listen(l); close(served) }()
			g, err := New(Account{Name: "c", Addresses: []string{l.Addr().String()}, SystemID: "me", Window: 200}, Options{})
			if err != nil {
				b.Fatal(err)
			}
			var receipts, unknown atomic.Int64
			var refs sync.Map
			all := make(chan struct{}, 1)
			in := func(_ context.Context, a gateway.Arrival) error {
				if _, known := refs.LoadAndDelete(a.Ref); !known {
					unknown.Add(1)
					return fault.New(fault.NotFound, "not yet")
				}
				if receipts.Add(1) == int64(b.N) {
					all <- struct{}{}
				}
				return nil
			}
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- g.Run(ctx, in) }()
			if err := smsc.Wait(ctx, func() bool { return smsc.Bound() == 1 }); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			began := time.Now()
			sendAll(b, g, func(ref string) { refs.Store(ref, true) })
			if c.receipts != sms.Scheduled {
				<-all
			}
			b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "messages/s")
			b.StopTimer()
			stop()
			if err := <-ended; err != nil || smsc.Taken() != b.N {
				b.Errorf("%d taken, %v", smsc.Taken(), err)
			}
			_ = l.Close()
			<-served
			smsc.Close()
		})
	}
}

// sendAll sends b.N messages from as many workers as two engines have.
func sendAll(b *testing.B, g *Gateway, sent func(ref string)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 128 {
		wg.Go(func() {
			to := contactTo(1)
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				r, err := g.Do(context.Background(), to, contact.SendMessage{ID: fmt.Sprint(i), Text: "Your appointment is on Tuesday at 10:30. 1 confirms, 2 puts off."})
				if err != nil {
					b.Error(err)
					return
				}
				sent(r.Ref)
			}
		})
	}
	wg.Wait()
}
